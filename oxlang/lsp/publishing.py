"""When findings are told to the client.

A client that can ask for them asks; the others are told, a moment after the last key. The moment is as long as the last
analysis took, so that typing in a large file is never behind the writer. What is told carries the number of the version
it is about.
"""

from __future__ import annotations

import asyncio
import time

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from oxlang.lsp.actions import diagnostics
from oxlang.lsp.documents import Document, Documents

_SHORTEST_S = 0.03
_LONGEST_S = 1.0


class Publisher:
    """Tells findings. *Mutable*: knows what waits to be told."""

    def __init__(self, server: LanguageServer, documents: Documents) -> None:
        self.server = server
        self.documents = documents
        self.pulled = False
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self._lasted_s = 0.0

    def soon(self, changed: list[Document]) -> None:
        """Takes documents whose findings may be others now, the one that was edited first."""
        if self.pulled:
            if len(changed) > 1:
                self.refresh()
            return
        for one in changed:
            waiting = self._waiting.pop(one.uri, None)
            if waiting is not None:
                waiting.cancel()
            delay = min(_LONGEST_S, max(_SHORTEST_S, self._lasted_s))
            loop = asyncio.get_running_loop()
            self._waiting[one.uri] = loop.call_later(delay, self._tell, one.uri)

    def refresh(self) -> None:
        """Asks a client that pulls to pull again."""
        workspace = self.server.client_capabilities.workspace
        if workspace is not None and workspace.diagnostics is not None and workspace.diagnostics.refresh_support:
            self.server.workspace_diagnostic_refresh(None)

    def closed(self, uri: str) -> None:
        """Takes back what was told of a document."""
        waiting = self._waiting.pop(uri, None)
        if waiting is not None:
            waiting.cancel()
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
        self.server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri=uri, version=document.version, diagnostics=found)
        )

    def report(self, document: Document, before: str | None) -> types.DocumentDiagnosticReport:
        """Gives the findings to a client that asks; that they are the same, when they are those it has."""
        found = diagnostics(document)
        number = f"{hash(repr(found)) & 0xFFFFFFFFFFFF:x}"
        if number == before:
            return types.RelatedUnchangedDocumentDiagnosticReport(result_id=number)
        return types.RelatedFullDocumentDiagnosticReport(items=found, result_id=number)
