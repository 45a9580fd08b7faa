"""The modules of `@stdlib` as their docstrings tell them; the files are parsed, and nothing of them runs."""

from __future__ import annotations

from oxlang.bundled import bundled_path
from oxlang.declare.docstring import Docstring
from oxlang.declare.docstring import parse as parse_docstring
from oxlang.records import dataclass
from oxlang.source import SourceFile
from oxlang.syntax import ast
from oxlang.syntax.options import STDLIB
from oxlang.syntax.parse import parse

PREFIX = "@stdlib//"
_KINDS = {"star": "args", "starstar": "kwargs"}
_STARS = {"args": "*", "kwargs": "**"}
_ESCAPED = {"args": "\\*", "kwargs": "\\*\\*"}
_WIDTH = 88


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of a module's function.

    Attributes:
        name: its name, without stars.
        kind: `normal`, `named`, `args` or `kwargs`.
        default: the default as it is written; None for a required one, and for those that collect the rest.
        doc: what it is for.
    """

    name: str
    kind: str
    default: str | None
    doc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function that a config may load.

    Attributes:
        module: `@stdlib//NAME.star`.
        name: its name.
        parameters: in order; no entry for a bare `*`.
        docs: the parts of its docstring.
    """

    module: str
    name: str
    parameters: tuple[Parameter, ...]
    docs: Docstring

    def signature(self, width: int | None = None) -> str:
        """Gives `name(parameters)`, with each parameter in a line of its own when one line were longer than `width`."""
        shown: list[str] = []
        for one in self.parameters:
            if one.kind == "named" and not any(text.startswith("*") for text in shown):
                shown.append("*")
            shown.append(_STARS.get(one.kind, "") + one.name + ("" if one.default is None else f" = {one.default}"))
        line = f"{self.name}({', '.join(shown)})"
        if width is None or len(line) <= width:
            return line
        return "\n".join([f"{self.name}(", *(f"    {text}," for text in shown), ")"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A module of `@stdlib`.

    Attributes:
        name: `@stdlib//NAME.star`.
        doc: what it is for, in one line.
        details: the rest of its docstring, Markdown.
        functions: what a config may load, in order of the file.
    """

    name: str
    doc: str
    details: str
    functions: tuple[Function, ...]

    def function(self, name: str) -> Function | None:
        """Gives a function by its name."""
        return next((one for one in self.functions if one.name == name), None)


Described = Module | Function


def module_names() -> list[str]:
    """Gives the names of all modules, as `load` takes them."""
    folder = bundled_path("stdlib")
    return sorted(PREFIX + path.relative_to(folder).as_posix() for path in folder.rglob("*.star"))


def read_module(name: str) -> Module | None:
    """Gives a module by its name; None when there is none of that name."""
    if name not in module_names():
        return None
    path = bundled_path("stdlib", *name.removeprefix(PREFIX).split("/"))
    source = SourceFile(str(path), path.read_text(encoding="utf-8"))
    file = parse(source, STDLIB).file
    # It stands at the beginning of the lines: what all of them but the first are indented by is an example's.
    doc, _, details = ("" if file.docstring is None else str(file.docstring.value)).strip().partition("\n\n")
    functions = [one for one in file.statements if isinstance(one, ast.Def) and not one.name.id.startswith("_")]
    return Module(
        name=name,
        doc=" ".join(doc.split()),
        details=details.strip("\n"),
        functions=tuple(_function(name, one, source) for one in functions),
    )


def every_module() -> list[Module]:
    """Gives all modules, in order of their names."""
    return [one for name in module_names() if (one := read_module(name)) is not None]


def _function(module: str, function: ast.Def, source: SourceFile) -> Function:
    first = function.body[0]
    value = first.value if isinstance(first, ast.ExpressionStatement) else None
    docs = parse_docstring(value.value if isinstance(value, ast.Literal_) and isinstance(value.value, str) else None)
    parameters: list[Parameter] = []
    starred = False
    for one in function.parameters:
        kind = _KINDS.get(one.kind, "named" if starred else "normal")
        starred = starred or one.kind in ("star", "bare-star")
        if one.name is None:
            continue
        default = None if one.default is None else source.text[one.default.start : one.default.end]
        parameters.append(Parameter(name=one.name.id, kind=kind, default=default, doc=docs.args.get(one.name.id, "")))
    return Function(module=module, name=function.name.id, parameters=tuple(parameters), docs=docs)


def to_markdown(one: Described) -> str:
    """Gives the whole text of a module or of a function of one, with a heading."""
    if isinstance(one, Function):
        load = f'load("{one.module}", "{one.name}")'
        return _join([f"# `{one.name}`", f"```starlark\n{load}\n```", *_function_parts(one)])
    parts = [f"# `{one.name}`", one.doc, one.details]
    for function in one.functions:
        parts += [f"## `{function.name}`", *_function_parts(function)]
    return _join(parts)


def _function_parts(one: Function) -> list[str]:
    docs = one.docs
    told = [f"- {_ESCAPED.get(each.kind, '')}`{each.name}`: {each.doc}" for each in one.parameters if each.doc]
    return [
        f"```starlark\n{one.signature(_WIDTH)}\n```", docs.summary, docs.body, "\n".join(told),
        f"Returns: {docs.returns}" if docs.returns else "", docs.notes,
        f"Example:\n\n```starlark\n{docs.example}\n```" if docs.example else "",
    ]  # fmt: skip


def _join(parts: list[str]) -> str:
    return "\n\n".join(part for part in parts if part)
