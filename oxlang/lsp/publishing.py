"""When findings are told to the client.

A client that can ask for them asks; the others are told, a moment after the last key. The moment is as long as the last
analysis took, so that typing in a large file is never behind the writer. What is told carries the number of the version
it is about.

While a word is being typed, it is not what it will be: what is wrong where the last letter was put in is told when no
other one has come for a while.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from oxlang.lsp.actions import diagnostics
from oxlang.lsp.convert import to_position
from oxlang.lsp.documents import Document, Documents

_SHORTEST_S = 0.03
_LONGEST_S = 1.0
_WORD_S = 0.7


class Publisher:
    """Tells findings. *Mutable*: knows what waits to be told."""

    def __init__(self, server: LanguageServer, documents: Documents) -> None:
        self.server = server
        self.documents = documents
        self.pulled = False
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self._lasted_s = 0.0
        self._typed: dict[str, tuple[int, float]] = {}

    def typed(self, uri: str, offset: int | None) -> None:
        """Takes where a letter was put in last, None after any other edit."""
        if offset is None:
            self._typed.pop(uri, None)
        else:
            self._typed[uri] = (offset, time.monotonic())

    def soon(self, changed: list[Document]) -> None:
        """Takes documents whose findings may be others now, the one that was edited first."""
        if self.pulled:
            if len(changed) > 1:
                self.refresh()
            return
        for one in changed:
            self._later(one.uri, min(_LONGEST_S, max(_SHORTEST_S, self._lasted_s)), self._tell)

    def _later(self, uri: str, delay_s: float, then: Callable[[str], None]) -> None:
        waiting = self._waiting.pop(uri, None)
        if waiting is not None:
            waiting.cancel()
        self._waiting[uri] = asyncio.get_running_loop().call_later(delay_s, then, uri)

    def refresh(self) -> None:
        """Asks a client that pulls to pull again."""
        if self._can_refresh():
            self.server.workspace_diagnostic_refresh(None)

    def _can_refresh(self) -> bool:
        workspace = self.server.client_capabilities.workspace
        return bool(workspace is not None and workspace.diagnostics is not None and workspace.diagnostics.refresh_support)

    def _finished(self, document: Document, found: list[types.Diagnostic]) -> list[types.Diagnostic]:
        """Gives the findings without those about a word that is being typed; they are told later."""
        offset, when = self._typed.get(document.uri, (0, 0.0))
        rest_s = when + _WORD_S - time.monotonic()
        if rest_s <= 0 or (self.pulled and not self._can_refresh()):
            return found
        here = to_position(document.source, offset)
        kept = [one for one in found if one.range.end != here]
        if len(kept) < len(found):
            self._later(document.uri, rest_s, self._pause)
        return kept

    def _pause(self, uri: str) -> None:
        self._typed.pop(uri, None)
        if self.pulled:
            self._waiting.pop(uri, None)
            self.refresh()
        else:
            self._tell(uri)

    def closed(self, uri: str) -> None:
        """Takes back what was told of a document."""
        waiting = self._waiting.pop(uri, None)
        if waiting is not None:
            waiting.cancel()
        self._typed.pop(uri, None)
        if not self.pulled:
            self.server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri=uri, diagnostics=[]))

    def _tell(self, uri: str) -> None:
        self._waiting.pop(uri, None)
        document = self.documents.opened(uri)
        if document is None:
            return
        began = time.monotonic()
        found = diagnostics(document)
        self._lasted_s = time.monotonic() - began
        found = self._finished(document, found)
        self.server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri=uri, version=document.version, diagnostics=found)
        )

    def report(self, document: Document, before: str | None) -> types.DocumentDiagnosticReport:
        """Gives the findings to a client that asks; that they are the same, when they are those it has."""
        found = self._finished(document, diagnostics(document))
        number = f"{hash(repr(found)) & 0xFFFFFFFFFFFF:x}"
        if number == before:
            return types.RelatedUnchangedDocumentDiagnosticReport(result_id=number)
        return types.RelatedFullDocumentDiagnosticReport(items=found, result_id=number)
