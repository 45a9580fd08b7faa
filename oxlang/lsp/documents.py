"""Documents and what is known of each: parsed, resolved, checked and linted when somebody first asks.

Open documents have the text of the editor; other files of the workspace are read from disk, and again when they change.
"""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Iterator
from pathlib import Path

from oxlang.check import Checked
from oxlang.declare.environment import Environment
from oxlang.diagnostics.model import Diagnostic
from oxlang.lint.kinds import CONFIG_NAME, environment_of, module_path, options_of, read_module
from oxlang.lint.runner import analyse, findings
from oxlang.lsp.convert import to_path, to_uri
from oxlang.resolve.scopes import Program
from oxlang.source import SourceFile
from oxlang.syntax import ast
from oxlang.syntax.options import LanguageOptions

SUFFIXES = (".bzl", ".star")
_SKIPPED = frozenset({"build", "target", "node_modules", "dist", "venv", "__pycache__"})
_MOST_FILES = 2000
"""A workspace with more configs than that is somebody's home folder."""


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
        self.documents = documents
        self._analysed: tuple[Checked, tuple[Diagnostic, ...]] | None = None
        self._diagnostics: tuple[Diagnostic, ...] | None = None

    def with_text(self, text: str) -> Document:
        """Gives the document with another text, for looking at it as it would be."""
        return Document(self.uri, text, self.version, self.documents)

    def forget(self) -> None:
        """Lets the document be analysed again, because what it loads has changed."""
        self._analysed = self._diagnostics = None

    @property
    def loads_anything(self) -> bool:
        """Whether it depends on other files; False while nobody has looked."""
        return self._analysed is not None and bool(self.program.loads)

    @property
    def environment(self) -> Environment:
        """The names that the document may use."""
        return environment_of(self.path)

    @property
    def options(self) -> LanguageOptions:
        """The language of the document."""
        return options_of(self.path)

    @property
    def checked(self) -> Checked:
        """The document with types."""
        return self._parts()[0]

    def _parts(self) -> tuple[Checked, tuple[Diagnostic, ...]]:
        if self._analysed is None:
            with _no_collector():
                self._analysed = analyse(
                    self.source, self.options, self.environment, self.documents.read_module, self.documents.modules
                )
        return self._analysed

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
        if self._diagnostics is None:
            parts = self._parts()
            with _no_collector():
                self._diagnostics = findings(*parts)
        return self._diagnostics


class Documents:
    """Documents by URI. *Mutable*: follows the editor. One that loads another sees the text in the editor.

    Attributes:
        folders: roots of the workspace.
        modules: loaded files by path, analysed.
    """

    def __init__(self) -> None:
        self.folders: list[Path] = []
        self.modules: dict[str, Checked] = {}
        self._open: dict[str, Document] = {}
        self._on_disk: dict[str, tuple[tuple[int, int], Document]] = {}

    def put(self, uri: str, text: str, version: int | None) -> list[Document]:
        """Opens a document or takes a new version; gives those whose findings may be others now, it first."""
        known = self._open.get(uri)
        if known is not None and known.source.text == text:
            known.version = version
            return [known]
        made = self._open[uri] = Document(uri, text, version, self)
        return [made, *self.changed_elsewhere(made)]

    def close(self, uri: str) -> list[Document]:
        """Forgets a document; gives those that load something and may see other text now."""
        self._open.pop(uri, None)
        return self.changed_elsewhere()

    def changed_elsewhere(self, but: Document | None = None) -> list[Document]:
        """Lets the open documents that load something look again; gives them."""
        found = [one for one in self._open.values() if one is not but and one.loads_anything]
        for one in found:
            one.forget()
        return found

    def opened(self, uri: str) -> Document | None:
        """Gives an open document."""
        return self._open.get(uri)

    def all(self) -> list[Document]:
        """Gives the open documents."""
        return list(self._open.values())

    def get(self, uri: str) -> Document:
        """Gives a document: the open one, or the file; an empty one when there is no such file."""
        known = self._open.get(uri)
        return known if known is not None else self._file(uri) or Document(uri, "", None, self)

    def _file(self, uri: str) -> Document | None:
        path = to_path(uri)
        try:
            facts = os.stat(path)
            stamp = (facts.st_mtime_ns, facts.st_size)
            known = self._on_disk.get(uri)
            if known is not None and known[0] == stamp and not known[1].loads_anything:
                return known[1]
            with open(path, encoding="utf-8-sig", newline="", errors="replace") as file:
                made = Document(uri, file.read(), None, self)
        except (OSError, ValueError):
            self._on_disk.pop(uri, None)
            return None
        self._on_disk[uri] = (stamp, made)
        return made

    def workspace(self) -> list[Document]:
        """Gives the open documents, and the other configs and Starlark files below the workspace's folders."""
        found = {one.path: one for one in self._open.values()}
        for path in self._paths():
            if path not in found:
                document = self._file(to_uri(path))
                if document is not None:
                    found[path] = document
        return list(found.values())

    def _paths(self) -> list[str]:
        found: list[str] = []
        for root in self.folders:
            for folder, names, files in os.walk(root):
                names[:] = sorted(one for one in names if one not in _SKIPPED and not one.startswith("."))
                found += [os.path.join(folder, one) for one in sorted(files) if one.endswith(SUFFIXES)]
                if len(found) > _MOST_FILES:
                    return found[:_MOST_FILES]
        return found

    def neighbours(self, document: Document) -> list[Document]:
        """Gives the documents that may load a document or be loaded by it: the workspace's, or those of its project."""
        found = {one.path: one for one in self.workspace()}
        if document.path not in found or not self.folders:
            for path in _project(Path(document.path)):
                if str(path) not in found and (made := self._file(to_uri(str(path)))) is not None:
                    found[str(path)] = made
        found[document.path] = document
        return list(found.values())

    def read_module(self, name: str, loading: str) -> tuple[SourceFile, LanguageOptions, Environment] | None:
        """Reads what `load(name, …)` means in the file `loading`."""
        path = module_path(name, loading)
        if path is not None:
            for one in self._open.values():
                if one.path == str(path) or (os.path.basename(one.path) == path.name and _same(one.path, path)):
                    return one.source, one.options, one.environment
        return read_module(name, loading)


@contextlib.contextmanager
def _no_collector() -> Iterator[None]:
    """Keeps the cyclic garbage collector away: it takes longer than the analysis of a large file, and finds nothing."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _same(one: str, other: Path) -> bool:
    return os.path.normpath(one) == os.path.normpath(other)


def _project(path: Path) -> list[Path]:
    """The files of the folder of a config, or of the folder that a file lies in."""
    folder = path.parent
    for one in (folder, *list(folder.parents)[:4]):
        if (one / CONFIG_NAME).is_file():
            folder = one
            break
    try:
        return [one for pattern in ("*.bzl", "*.star", "*/*.bzl", "*/*.star") for one in sorted(folder.glob(pattern))][:200]
    except OSError:
        return []
