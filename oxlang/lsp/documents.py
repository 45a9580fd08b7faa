"""Open documents and what is known of each: parsed, resolved, checked and linted when somebody first asks."""

from __future__ import annotations

from pathlib import Path

from oxlang.check import Checked
from oxlang.declare.environment import Environment
from oxlang.diagnostics.model import Diagnostic
from oxlang.lint.kinds import environment_of, module_path, options_of, reader
from oxlang.lint.runner import Linted, ReadModule, lint
from oxlang.lsp.convert import to_path
from oxlang.resolve.scopes import Program
from oxlang.source import SourceFile
from oxlang.syntax import ast
from oxlang.syntax.options import LanguageOptions


class Document:
    """One version of a document. *Mutable* only in that it remembers its analysis.

    Attributes:
        uri: as the client names it.
        path: of the file.
        version: number of the version.
        source: the text.
    """

    def __init__(self, uri: str, text: str, version: int | None, documents: Documents) -> None:
        self.uri = uri
        self.path = to_path(uri)
        self.version = version
        self.source = SourceFile(self.path, text)
        self._documents = documents
        self._linted: Linted | None = None

    def with_text(self, text: str) -> Document:
        """Gives the document with another text, for looking at it as it would be."""
        return Document(self.uri, text, self.version, self._documents)

    @property
    def linted(self) -> Linted:
        """The analysis."""
        if self._linted is None:
            self._linted = lint(
                self.source, options_of(self.path), self.environment, read_module=self._documents.reader(self.path),
            )
        return self._linted

    @property
    def environment(self) -> Environment:
        """The names that the document may use."""
        return environment_of(self.path)

    @property
    def checked(self) -> Checked:
        """The document with types."""
        return self.linted.checked

    @property
    def program(self) -> Program:
        """The document with its names resolved."""
        return self.checked.program

    @property
    def file(self) -> ast.File:
        """The tree."""
        return self.program.file

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The findings."""
        return self.linted.diagnostics


class Documents:
    """The open documents by URI. A document that loads another sees the text in the editor, not the one on disk."""

    def __init__(self) -> None:
        self._open: dict[str, Document] = {}

    def put(self, uri: str, text: str, version: int | None) -> Document:
        """Opens a document or takes a new version of it; the others look at what they load again."""
        known = self._open.get(uri)
        if known is not None and known.source.text == text:
            known.version = version
            return known
        made = self._open[uri] = Document(uri, text, version, self)
        for other in self._open.values():
            if other is not made and other._linted is not None and other._linted.checked.program.loads:
                other._linted = None
        return made

    def close(self, uri: str) -> None:
        """Forgets a document."""
        self._open.pop(uri, None)

    def get(self, uri: str) -> Document | None:
        """Gives an open document."""
        return self._open.get(uri)

    def all(self) -> list[Document]:
        """Gives the open documents."""
        return list(self._open.values())

    def reader(self, loading: str) -> ReadModule:
        """Gives the function that reads what a file loads."""
        from_disk = reader(loading)

        def read(name: str) -> tuple[SourceFile, LanguageOptions, Environment] | None:
            path = module_path(name, loading)
            for one in self._open.values():
                if path is not None and Path(one.path) == path:
                    return one.source, options_of(one.path), one.environment
            return from_disk(name)

        return read
