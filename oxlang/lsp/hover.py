"""Hover: the declaration of a name of the dialect, the definition of a function, the type of a variable."""

from __future__ import annotations

from lsprotocol import types

from oxlang.check.infer import UserFunction
from oxlang.declare.docstring import clean
from oxlang.declare.members import FunctionDef
from oxlang.docgen import markdown
from oxlang.lsp.convert import to_offset, to_range
from oxlang.lsp.documents import Document
from oxlang.lsp.place import NamedThing, name_at, string_at, target, target_named_by
from oxlang.syntax import ast


def hover(document: Document, position: types.Position) -> types.Hover | None:
    """Gives what an editor shows for the name or target at a position."""
    offset = to_offset(document.source, position)
    literal = string_at(document, offset)
    if literal is not None:
        name = target_named_by(document, literal)
        text = _module(document, literal) if name is None else _target(document, name)
        return None if text is None else _made(document, literal, text)
    found = name_at(document, offset)
    text = None if found is None else _text(document, found)
    return None if found is None or text is None else _made(document, found.node, text)


def _made(document: Document, node: ast.Node, text: str) -> types.Hover:
    content = types.MarkupContent(kind=types.MarkupKind.Markdown, value=text)
    return types.Hover(contents=content, range=to_range(document.file.span(node)))


def _text(document: Document, found: NamedThing) -> str | None:
    if found.argument is not None and found.call is not None:
        return _argument(document, found.call, found.node.id)
    expression = found.attribute or found.node
    declared = document.checked.declaration(expression)
    if declared is not None:
        return markdown.hover(declared)
    user = document.checked.inference.user_function(expression)
    if user is not None:
        return f"```starlark\n{user_signature(user[1])}\n```" + _docs(user[1])
    if found.binding is None and found.attribute is None:
        return None
    shown = document.checked.type_of(expression) if found.attribute else _variable(document, found)
    if shown is None or str(shown) == "any":
        return None
    return f"```starlark\n{found.node.id}: {shown}\n```"


def _variable(document: Document, found: NamedThing) -> object:
    if found.binding is None or found.binding.scope in ("undefined", "predeclared", "universal"):
        return None
    return document.checked.inference.binding_type(found.binding)


def _argument(document: Document, call: ast.Call, name: str) -> str | None:
    declared = document.checked.declaration(call.function)
    if isinstance(declared, FunctionDef):
        param = declared.param(name)
        return None if param is None else f"```starlark\n{param.display()}\n```\n\n{param.doc}".rstrip()
    return None


def _module(document: Document, literal: ast.Literal_) -> str | None:
    """Gives what a loaded file is for and what it exports."""
    if all(load.module is not literal for load in document.program.loads):
        return None
    module = document.checked.modules.get(str(literal.value))
    if module is None:
        return None
    program = module.program
    docs = program.file.docstring
    functions = {one.name.id: one for one in program.file.statements if isinstance(one, ast.Def)}
    shown = [user_signature(functions[name]) if name in functions else name for name in program.exported]
    # A file's docstring has no indentation of its own: an example that is all the rest of it keeps its.
    parts = [] if docs is None else [str(docs.value).strip()]
    if shown:
        parts.append("\n".join(("```starlark", *shown, "```")))
    return "\n\n".join(parts) or None


def _target(document: Document, name: str) -> str | None:
    found = target(document, name)
    if found is None:
        return None
    lines = [f"```starlark\ntarget {name}\n```"]
    if found.depends:
        lines.append(f"Depends on {', '.join(f'`{one}`' for one, _ in found.depends)}.")
    if found.function is not None:
        lines.append(f"Gives `{document.checked.inference.returns(found.function)}`.")
        lines.append(_docs(found.function).strip())
    return "\n\n".join(line for line in lines if line)


def user_signature(function: UserFunction) -> str:
    """Gives `def name(parameters)` of a function of a file, with annotations and defaults left to the names."""
    shown = []
    for one in function.parameters:
        star = {"star": "*", "bare-star": "*", "starstar": "**"}.get(one.kind, "")
        shown.append(star + (one.name.id if one.name is not None else "") + (" = …" if one.default is not None else ""))
    name = function.name.id if isinstance(function, ast.Def) else "lambda"
    return f"def {name}({', '.join(shown)})" if isinstance(function, ast.Def) else f"lambda {', '.join(shown)}: …"


def user_docs(function: UserFunction) -> str:
    """Gives the docstring of a function of a file."""
    first = function.body[0] if isinstance(function, ast.Def) and function.body else None
    value = first.value if isinstance(first, ast.ExpressionStatement) else None
    return clean(value.value) if isinstance(value, ast.Literal_) and isinstance(value.value, str) else ""


def _docs(function: UserFunction) -> str:
    text = user_docs(function)
    return f"\n\n{text}" if text else ""
