"""A session of the prompt: texts in, values out, variables kept between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from oxlang.source import SourceFile
from oxlang.syntax.options import LanguageOptions

if TYPE_CHECKING:
    from oxlang.interp.module import Module
    from oxlang.interp.thread import Thread
    from oxlang.workspace.evaluate import Session

OPTIONS = LanguageOptions(top_level_control=True, global_reassign=True, set=True, recursion=True, while_loops=True)
"""The language at the prompt: what a person tries out should not be refused for style."""

_OPENERS = ("def ", "if ", "for ", "while ", "elif ", "else:")


class Prompt:
    """Runs what is entered in one module after the other, each with the variables of those before. *Mutable*.

    Attributes:
        thread: of all texts.
        predeclared: values of the host's names.
    """

    def __init__(self, thread: Thread, predeclared: Mapping[str, Any], module: Module | None = None) -> None:
        self.thread = thread
        self.predeclared = predeclared
        self._module = module
        self._names = list(module.global_names) if module is not None else []
        self._count = 0

    @property
    def names(self) -> list[str]:
        """The variables, in the order of their first binding."""
        return list(self._names)

    def value(self, name: str) -> Any:
        """Gives the value of a variable or of a name of the host. Raises KeyError."""
        if name in self._names and self._module is not None:
            return self._module.get(name)
        return self.predeclared[name]

    def enter(self, text: str, *, name: str = "") -> Any:
        """Runs a text; gives the value of an expression, None for statements. Raises OxError."""
        from oxlang.interp.compiled import compile_source
        from oxlang.interp.module import run

        self._count += 1
        source = SourceFile(name or f"<{self._count}>", text)
        is_expression = _is_expression(source)
        if is_expression:
            source = SourceFile(source.path, f"_ = ({text.strip()})\n")
        compiled = compile_source(source, OPTIONS, self.predeclared, known_globals=self._names)
        self._module = run(
            compiled, source, self.thread, self.predeclared, OPTIONS, freeze_after=False, into=self._module
        )
        self._names = list(dict.fromkeys([*self._names, *compiled.global_names]))
        return self._module.get("_") if is_expression else None


def _is_expression(source: SourceFile) -> bool:
    from oxlang.syntax import ast
    from oxlang.syntax.parse import parse

    parsed = parse(source, OPTIONS)
    statements = parsed.file.statements
    if parsed.diagnostics or len(statements) != 1 or "#" in source.text:
        return False
    return isinstance(statements[0], ast.ExpressionStatement)


def is_complete(text: str) -> bool:
    """Whether a text can be run: no bracket or long string is open, and a block was ended by an empty line."""
    from oxlang.lsp.surroundings import surroundings

    around = surroundings(text, len(text))
    if around.brackets or (around.string is not None and text[around.string - 3 : around.string] in ('"""', "'''")):
        return False
    if text.rstrip("\n").endswith("\\"):
        return False
    lines = text.split("\n")
    opened = lines[0].startswith(_OPENERS) and len(lines[0].rstrip()) > 0
    return not opened or (len(lines) > 1 and not lines[-1].strip())


def shown(value: Any) -> str:
    """Gives the text of a value, as `repr` gives it."""
    from oxlang.interp.formatting import repr_of

    return repr_of(value)


def plain_prompt(thread: Thread) -> Prompt:
    """Makes a session of plain Starlark with its optional modules."""
    from oxlang.interp.builtins.modules import optional_modules
    from oxlang.interp.loader import Loader

    predeclared: dict[str, Any] = optional_modules(("json", "math", "struct", "time"))
    Loader(thread, predeclared, OPTIONS)
    return Prompt(thread, predeclared)


def config_prompt(session: Session) -> Prompt:
    """Makes a session with the names of the dialect and the variables of an evaluated config."""
    from oxlang.dialect.environment import constant_values, environment
    from oxlang.interp.module import predeclare

    thread = session.context.thread
    predeclared = predeclare(environment(), constant_values(session.context), thread)
    return Prompt(thread, predeclared, session.module)


def completions(prompt: Prompt, text: str) -> list[str]:
    """Gives what the last word of a text can become: names, or members of a value that a dotted name holds."""
    from oxlang.interp.attributes import attribute_names
    from oxlang.interp.builtins.core import UNIVERSAL

    head, dot, last = text.rpartition(".")
    if not dot:
        known = {*prompt.names, *prompt.predeclared, *UNIVERSAL, "load"}
        return sorted(one for one in known if one.startswith(last) and one != "_")
    parts = head.split(".")
    try:
        value = prompt.value(parts[0])
        from oxlang.interp.attributes import get_attribute

        for part in parts[1:]:
            value = get_attribute(value, part)
        names = attribute_names(value)
    except Exception:  # A completion never fails; the line itself will say what is wrong.
        return []
    return sorted(f"{head}.{one}" for one in names if one.startswith(last))
