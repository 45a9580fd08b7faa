"""A session that evaluates one piece of text after the other: the engine of `oxl repl`.

    session = Session(thread, environment, constants={…})
    answer = session.evaluate("x = 1")        # None
    answer = session.evaluate("x + 1")        # "2", also bound to `_`

The prompt itself (reading lines, history, colours) is the caller's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oxlang.diagnostics.model import OxError
from oxlang.interp.attributes import attribute_names, declared, get_attribute
from oxlang.interp.formatting import repr_of
from oxlang.interp.front import compile_program, universal_names
from oxlang.interp.module import Module, predeclare, run
from oxlang.interp.thread import Thread
from oxlang.records import replace
from oxlang.source import SourceFile
from oxlang.syntax.options import CONFIG, LanguageOptions

if TYPE_CHECKING:
    from oxlang.declare.environment import Environment

_STRING = r"""(?:"[^"]*"|'[^']*')"""
_LOADING = re.compile(
    rf"""\bload\(\s*(?:(?P<quote>["'])(?P<module>[^"']+)(?P=quote)\s*,\s*(?:(?:\w+\s*=\s*)?{_STRING}\s*,\s*)*(?:\w+\s*=\s*)?)?"""
    r"""["'](?P<word>[^"']*)$"""
)
_PATH = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*\.)?([A-Za-z_]\w*)?$")
_KEYWORDS = ("and", "def", "elif", "else", "for", "if", "in", "lambda", "load", "not", "or", "pass", "return")
LAST = "_"
"""The variable that holds the value of the last expression."""
_RESULT = ".result"


class Session:
    """Variables that live from one entry to the next. *Mutable*.

    Args:
        thread: limits, output, the host's state.
        environment: declared functions of the host.
        constants: values of the host's constants.
        options: the language; globals may always be bound again, and statements stand at the top level.
        module: a module to begin with (a config that was loaded).
    """

    def __init__(
        self,
        thread: Thread,
        environment: Environment | None = None,
        constants: Mapping[str, Any] | None = None,
        options: LanguageOptions = CONFIG,
        module: Module | None = None,
    ) -> None:
        self.thread = thread
        self.options = replace(options, global_reassign=True, top_level_control=True, load_binds_globally=True)
        self.predeclared = predeclare(environment, constants, thread)
        if thread.loader is None:
            from oxlang.interp.loader import Loader

            Loader(thread, predeclare(environment, None, thread), options)
        self.entries = 0
        if module is None:
            empty = SourceFile("<prompt>", "")
            compiled = compile_program(empty, self.options, self.predeclared)
            module = run(compiled, empty, thread, self.predeclared, self.options, freeze_after=False)
        self.module = module

    @property
    def names(self) -> list[str]:
        """The variables of the session."""
        return [name for name in self.module.globals if not name.startswith(".") and name != "__builtins__"]

    def evaluate(self, text: str) -> str | None:
        """Runs an entry; gives the text of the value of an expression, None for statements and for the value None.

        Raises OxError with place and call stack; variables that were bound before the error stay bound.
        """
        self.entries += 1
        source = SourceFile(f"<prompt {self.entries}>", text if text.endswith("\n") else text + "\n")
        self.thread.steps = self.thread.limits.steps
        self.thread.memory = self.thread.limits.memory_bytes
        compiled = compile_program(source, self.options, self.predeclared, self.names, result=_RESULT)
        scope = self.module.globals
        scope.pop(_RESULT, None)
        run(compiled, source, self.thread, self.predeclared, self.options, freeze_after=False, into=self.module)
        value = scope.pop(_RESULT, None)
        if value is None:
            return None
        scope[LAST] = value
        return repr_of(value)

    def entries_of(self, text: str) -> list[str]:
        """Gives the statements of a text as entries of their own, so that each expression shows its value."""
        from oxlang.syntax.parse import parse

        parsed = parse(SourceFile("<prompt>", text), self.options)
        begins = sorted({text.rfind("\n", 0, one.start) + 1 for one in parsed.file.statements})
        if parsed.diagnostics or len(begins) < 2:
            return [text]
        return [text[begin:end] for begin, end in zip(begins, [*begins[1:], len(text)], strict=True)]

    def is_complete(self, text: str) -> bool:
        """Whether an entry can be run, or the prompt should ask for another line."""
        lines = text.split("\n")
        stripped = text.rstrip()
        if not stripped:
            return True
        if stripped.endswith("\\"):
            return False
        header = stripped.split("\n")[-1].rstrip()
        in_block = any(line[:1] in (" ", "\t") and line.strip() for line in lines) or header.endswith(":")
        if in_block and lines[-1].strip():
            return False
        try:
            compile_program(SourceFile("<prompt>", text + "\n"), self.options, self.predeclared, self.names)
        except OxError as problem:
            return not any(_is_unfinished(one.code.id, one.message) for one in problem.diagnostics)
        return True

    def complete(self, text: str, cursor: int | None = None) -> list[str]:
        """Gives what may stand in place of the word before the cursor, sorted; after a dot, the names of the value."""
        before = text if cursor is None else text[:cursor]
        if (loading := _LOADING.search(before)) is not None:
            return loadable(loading["module"], loading["word"])
        found = _PATH.search(before)
        if found is None:
            return []
        path, word = found[1] or "", found[2] or ""
        if path:
            names = self._names_of(path.rstrip(".").split("."))
        else:
            names = {*self.names, *self.predeclared, *universal_names(self.options), *_KEYWORDS} - {LAST}
        return sorted(name for name in names if name.startswith(word) and (word.startswith("_") or not name.startswith("_")))

    @staticmethod
    def word(before: str) -> str:
        """Gives the word at the end of a text, in place of which stands what `complete` gives."""
        loading = _LOADING.search(before)
        if loading is not None:
            return loading["word"]
        found = _PATH.search(before)
        return (found[2] or "") if found is not None else ""

    def _names_of(self, path: list[str]) -> set[str]:
        """Gives the fields and methods of the value of a dotted path; nothing is called on the way."""
        try:
            value = self.module.get(path[0])
        except KeyError:
            if path[0] not in self.predeclared:
                return set()
            value = self.predeclared[path[0]]
        for name in path[1:]:
            definition = declared(value)
            if definition is not None and definition.attribute(name) is None:
                return set()
            try:
                value = get_attribute(value, name)
            except OxError:
                return set()
        definition = declared(value)
        return set(definition.names()) if definition is not None else set(attribute_names(value))


def loadable(module: str | None, word: str) -> list[str]:
    """Gives what may stand in a string of a `load` that begins with `word`: modules, or names of a module."""
    from oxlang.bundled import bundled_path

    folder = bundled_path("stdlib")
    if module is None:
        files = [one.name for pattern in ("*.bzl", "*.star") for one in Path().glob(pattern)]
        known = [*files, *(f"@stdlib//{one.name}" for one in folder.glob("*.star"))]
        return sorted(one for one in known if one.startswith(word))
    path = folder / module.removeprefix("@stdlib//") if module.startswith("@stdlib//") else Path(module)
    try:
        source = SourceFile(module, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return []
    from oxlang.resolve.resolver import resolve
    from oxlang.syntax.parse import parse

    exported = resolve(parse(source, CONFIG).file, CONFIG).exported
    return sorted(name for name in exported if name.startswith(word))


def _is_unfinished(code: str, message: str) -> bool:
    """Whether a finding says that the text ends too early."""
    return code.startswith("OX01") and ("end of" in message or "never closed" in message or "not closed" in message or "unclosed" in message)
