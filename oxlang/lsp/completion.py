"""Completion: members behind a dot, values of closed strings, targets, parameters, names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from lsprotocol import types

from oxlang.bundled import bundled_path
from oxlang.check.constants import text as constant_text
from oxlang.check.fit import without_none
from oxlang.declare.environment import ConstantDef
from oxlang.declare.members import AttributeDef, FunctionDef, TypeDef
from oxlang.declare.types import ANY, Ty
from oxlang.docgen import markdown
from oxlang.lint.kinds import module_path
from oxlang.lsp.convert import to_offset, to_position
from oxlang.lsp.documents import Document
from oxlang.lsp.place import call_around, parameter_of
from oxlang.lsp.surroundings import Surroundings, surroundings
from oxlang.syntax import ast
from oxlang.syntax.visit import path_to

_KEYWORDS = (
    "and", "break", "continue", "def", "elif", "else", "for", "if", "in", "lambda", "load", "not", "or", "pass", "return",
)
_LANGUAGE_TYPES = ("NoneType", "bool", "float", "function", "int", "tuple")
_WORD = re.compile(rf"\b(?:{'|'.join(_KEYWORDS)})$")
_DOT = re.compile(r"\.[ \t]*\w*$")
_LONGEST_NAME = 200
_CONSTANTS = ("True", "False", "None")
_ARGUMENT, _MEMBER, _NAME, _KEYWORD = "0", "1", "2", "3"
_Kind = types.CompletionItemKind


def completion(document: Document, position: types.Position) -> list[types.CompletionItem]:
    """Gives what can stand at a position."""
    offset = to_offset(document.source, position)
    around = surroundings(document.source.text, offset)
    if around.comment:
        return []
    if around.string is not None:
        return list(_in_string(_closed(document, offset, around), offset, around))
    text = document.source.text
    if _DOT.search(text, max(0, offset - _LONGEST_NAME), offset):
        found = _attribute_at(document, offset) or _mended(document, offset, around)
        return [] if found is None else list(_members(*found))
    if _WORD.search(text, max(0, offset - _LONGEST_NAME), offset):
        # So far the name may be a keyword (`def` of `default`), which would break the call that it stands in.
        mended = f"{text[:offset]}_{text[offset:]}"
        if surroundings(mended, offset).brackets:
            document = document.with_text(mended)
    elif _defines(text, offset):
        return []
    return [*_values(document, offset), *_parameters(document, offset), *_names(document, offset), *_words()]


# ---- behind a dot


def _attribute_at(document: Document, offset: int) -> tuple[Document, ast.Attribute] | None:
    for node in reversed(path_to(document.file, offset)):
        if isinstance(node, ast.Attribute) and node.name.start <= offset <= node.name.end:
            return document, node
    for one in document.checked.inference.facts.attributes:
        between = document.source.text[one.value.end : offset]
        if not one.name.id and one.value.end < offset and between.strip() == ".":
            return document, one
    return None


def _mended(document: Document, offset: int, around: Surroundings) -> tuple[Document, ast.Attribute] | None:
    """Looks at the text with a name behind the dot, and as it is when the line goes on as it has to."""
    text = document.source.text
    closers = _closers(text, around)
    for more in ("_", "_: pass", f"_{closers}", f"_{closers}: pass", f"_ in _{closers}"):
        found = _attribute_at(document.with_text(text[:offset] + more + text[offset:]), offset)
        if found is not None and found[0].checked.type_of(found[1].value) != ANY:
            return found
    return None


def _closers(text: str, around: Surroundings) -> str:
    return "".join({"(": ")", "[": "]", "{": "}"}[text[one]] for one in reversed(around.brackets))


def _members(document: Document, node: ast.Attribute) -> Iterator[types.CompletionItem]:
    owner = without_none(document.checked.type_of(node.value))
    seen: set[str] = set()
    for one in owner.items if owner.kind == "union" else (owner,):
        kind = document.checked.inference.type_def(one)
        if kind is None:
            continue
        for attribute in kind.attributes.values():
            if attribute.name not in seen:
                seen.add(attribute.name)
                yield _item(attribute.name, _Kind.Property, attribute, _MEMBER, detail=str(attribute.type))
        for name, method in kind.methods.items():
            if name not in seen:
                seen.add(name)
                yield _item(name, _Kind.Method, method, _MEMBER, detail=method.signature())


# ---- in strings


def _closed(document: Document, offset: int, around: Surroundings) -> Document:
    """Gives the document with the string and the brackets closed that its writer has not closed yet."""
    text = document.source.text
    assert around.string is not None and around.literal is not None
    quote = text[around.string - 3 : around.string]
    quote = quote if quote in ('"""', "'''") and around.string - 3 >= around.literal else text[around.string - 1]
    end = text.find("\n", offset)
    end = len(text) if end < 0 else end
    if quote in text[offset:end]:
        return document
    return document.with_text(text[:offset] + quote + _closers(text, around) + text[end:])


def _in_string(document: Document, offset: int, around: Surroundings) -> Iterator[types.CompletionItem]:
    assert around.string is not None and around.literal is not None
    written = document.source.text[around.string : offset]
    edit = types.Range(to_position(document.source, around.string), to_position(document.source, offset))
    seen: set[str] = set()
    for text, detail in _texts(document, around.literal, offset, written):
        if text not in seen:
            seen.add(text)
            yield types.CompletionItem(
                label=text, kind=_Kind.Value, detail=detail, text_edit=types.TextEdit(edit, text), filter_text=text,
                sort_text=f"{_ARGUMENT}{len(seen):03}",
            )


def _texts(document: Document, literal: int, offset: int, written: str) -> Iterator[tuple[str, str]]:
    path = path_to(document.file, literal + 1)
    for node in reversed(path):
        match node:
            case ast.Load():
                yield from _load_texts(document, node, literal)
                return
            case ast.Assignment() if node.value.start == literal:
                declared = document.checked.declaration(node.target)
                if isinstance(declared, AttributeDef):
                    yield from ((_plain(one), declared.qualified_name) for one in declared.choices)
                return
            case ast.Binary(operator="==" | "!=" | "in" | "not in") if node.left.end <= literal:
                if _asks_for_type(node.left):
                    yield from _type_names(document, node.left)
                else:
                    yield from _choices(document.checked.type_of(node.left), "")
                return
    call = call_around(document, literal)
    if call is not None and isinstance(call.function, ast.Attribute) and call.function.name.id in ("get", "pop"):
        yield from _keys(document, call.function.value, literal)
    brackets = surroundings(document.source.text, literal).brackets
    in_list = bool(brackets) and document.source.text[brackets[-1]] == "["
    if call is None and in_list:
        call = call_around(document, brackets[-1])
    if call is not None:
        yield from _argument_texts(document, call, literal, in_list)
    elif in_list:
        yield from _index_texts(document, brackets[-1])


def _asks_for_type(node: ast.Expression) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.function, ast.Name) and node.function.id == "type"


def _type_names(document: Document, call: ast.Expression) -> Iterator[tuple[str, str]]:
    """What `type(x)` can be: the types of `x` as far as they are known, else every type."""
    assert isinstance(call, ast.Call)
    known = document.checked.type_of(call.arguments[0].value) if call.arguments else ANY
    names = known.starlark_names if known != ANY else (*_LANGUAGE_TYPES, *sorted(document.environment.types))
    yield from ((name, "type") for name in dict.fromkeys(names))


def _plain(choice: str) -> str:
    return choice[: choice.index("<")] if "<" in choice else choice


def _choices(ty: Ty, detail: str) -> Iterator[tuple[str, str]]:
    for one in ty.items if ty.kind == "union" else (ty,):
        if one.kind == "literal":
            yield from ((_plain(choice), detail) for choice in one.choices)


def _argument_texts(document: Document, call: ast.Call, literal: int, in_list: bool) -> Iterator[tuple[str, str]]:
    declared = document.checked.declaration(call.function)
    if not isinstance(declared, FunctionDef):
        return
    argument = next((one for one in call.arguments if one.start <= literal <= one.end), None)
    if argument is not None:
        param = parameter_of(call, declared, argument)
    else:
        before = sum(one.kind == "positional" and one.end <= literal for one in call.arguments)
        normal = [one for one in declared.params if one.kind in ("normal", "positional")]
        param = normal[before] if before < len(normal) else None
    if param is None:
        return
    if (declared.name, param.name) in (("register_target", "depends"), ("resolve_target", "target")):
        own = next((one for one in document.checked.targets if one.call is call), None)
        for target in document.checked.targets:
            if target is not own:
                yield target.name, "target"
        return
    if in_list:
        yield from _choices(param.type.element, param.name)
    yield from _choices(param.type, f"{declared.qualified_name}, {param.name}")


def _index_texts(document: Document, bracket: int) -> Iterator[tuple[str, str]]:
    for node in document.checked.nodes:
        if isinstance(node, ast.Index) and node.value.end <= bracket <= node.end:
            yield from _keys(document, node.value, bracket)


def _keys(document: Document, owner: ast.Expression, here: int) -> Iterator[tuple[str, str]]:
    """Keys of a dict: those it is made with, and those that the file uses elsewhere: `VARS["…"]`, `VARS.get("…")`."""
    if not isinstance(owner, ast.Name):
        return
    binding = document.program.meaning.get(owner)
    made = document.checked.inference.facts.sources.get(binding, []) if binding is not None else []
    nodes: list[ast.Expression] = []
    for source in made:
        if isinstance(source.node, ast.DictExpression):
            nodes += [entry.key for entry in source.node.entries]
    for node in document.checked.nodes:
        match node:
            case ast.Index(value=ast.Name(id=name)) if name == owner.id and not node.start <= here <= node.end:
                nodes.append(node.index)
            case ast.Call(function=ast.Attribute(value=ast.Name(id=name), name=ast.Name(id="get" | "pop")), arguments=[first, *_]):
                if name == owner.id and not node.start <= here <= node.end:
                    nodes.append(first.value)
    for key in nodes:
        text = constant_text(key, document.program)
        if text is not None:
            yield text, owner.id


def _load_texts(document: Document, load: ast.Load, literal: int) -> Iterator[tuple[str, str]]:
    if load.module.start <= literal <= load.module.end or literal <= load.module.start:
        folder = bundled_path("stdlib")
        for path in sorted(folder.rglob("*.star")) if folder.is_dir() else ():
            yield f"@stdlib//{path.relative_to(folder).as_posix()}", "standard library"
        for pattern in ("*.star", "*.bzl"):
            for path in sorted(Path(document.path).parent.glob(pattern)):
                if str(path) != document.path:
                    yield path.name, "file"
        return
    module = document.checked.modules.get(str(load.module.value))
    path_found = module_path(str(load.module.value), document.path)
    if module is not None and path_found is not None:
        yield from ((name, path_found.name) for name in module.program.exported)


# ---- values


def _values(document: Document, offset: int) -> Iterator[types.CompletionItem]:
    """Texts that a setting or parameter takes, with quotes, where its value is to be written."""
    text = document.source.text
    start = offset
    while start and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    if text[:start].rstrip(" \t")[-1:] != "=" or text[:start].rstrip(" \t")[-2:] in ("==", "!=", "<=", ">="):
        return
    mended = document.with_text(f'{text[:start]}""{text[offset:]}')
    around = surroundings(mended.source.text, start + 1)
    if around.literal != start:
        return
    edit = types.Range(to_position(document.source, start), to_position(document.source, offset))
    for number, (choice, detail) in enumerate(_texts(mended, start, start + 1, "")):
        quoted = f'"{choice}"'
        yield types.CompletionItem(
            label=quoted, kind=_Kind.Value, detail=detail, text_edit=types.TextEdit(edit, quoted), filter_text=choice,
            sort_text=f"{_ARGUMENT}{number:03}",
        )


# ---- names


def _defines(text: str, offset: int) -> bool:
    """Whether a new name is being made up: behind `def`, `for`, `lambda` and in parameter lists nothing is offered."""
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    words = line.split()
    last = words[-2] if len(words) > 1 and not line.endswith((" ", "\t")) else words[-1] if words else ""
    return last in ("def", "for", "as")


def _parameters(document: Document, offset: int) -> Iterator[types.CompletionItem]:
    call = call_around(document, offset)
    if call is None or _is_value_of_argument(document, call, offset):
        return
    given = {one.name.id for one in call.arguments if one.name is not None and not one.start <= offset <= one.end}
    declared = document.checked.declaration(call.function)
    if isinstance(declared, FunctionDef):
        positional = sum(one.kind == "positional" and one.end < offset for one in call.arguments)
        normal = [one.name for one in declared.params if one.kind in ("normal", "positional")]
        for one in declared.params:
            if one.kind in ("args", "kwargs", "positional") or one.name in given or one.name in normal[:positional]:
                continue
            yield types.CompletionItem(
                label=f"{one.name}=", kind=_Kind.Variable, detail=one.display(), sort_text=f"{_ARGUMENT}{one.name}",
                documentation=_documentation(one.doc), filter_text=one.name,
            )
        return
    found = document.checked.inference.user_function(call.function)
    for parameter in found[1].parameters if found is not None else ():
        if parameter.kind == "normal" and parameter.name is not None and parameter.name.id not in given:
            name = parameter.name.id
            yield types.CompletionItem(label=f"{name}=", kind=_Kind.Variable, sort_text=f"{_ARGUMENT}{name}", filter_text=name)


def _is_value_of_argument(document: Document, call: ast.Call, offset: int) -> bool:
    for one in call.arguments:
        if one.name is not None and one.name.end < offset <= one.end:
            return True
    text = document.source.text[call.open + 1 : offset].rsplit(",", 1)[-1]
    return "=" in text


def _names(document: Document, offset: int) -> Iterator[types.CompletionItem]:
    seen: set[str] = set()
    for name, binding in document.program.visible_at(offset).items():
        first = binding.first
        if first is None or (first.start <= offset <= first.end and len(binding.assignments) == 1):
            continue
        seen.add(name)
        function = document.checked.inference.function_of(binding)
        shown = document.checked.inference.binding_type(binding)
        yield types.CompletionItem(
            label=name, kind=_Kind.Function if function is not None else _Kind.Variable, sort_text=f"{_MEMBER}{name}",
            detail=None if str(shown) == "any" else str(shown),
        )
    for name in document.environment.names():
        declared = document.environment.get(name)
        if name in seen or declared is None:
            continue
        if isinstance(declared, FunctionDef):
            kind = _Kind.Class if declared.constructs else _Kind.Function
            yield _item(name, kind, declared, _NAME, detail=declared.signature())
        else:
            yield _item(name, _Kind.Constant, declared, _NAME, detail=str(declared.type))


def _words() -> Iterable[types.CompletionItem]:
    for one in _KEYWORDS:
        yield types.CompletionItem(label=one, kind=_Kind.Keyword, sort_text=f"{_KEYWORD}{one}")
    for one in _CONSTANTS:
        yield types.CompletionItem(label=one, kind=_Kind.Constant, sort_text=f"{_NAME}{one}")


def _item(
    name: str,
    kind: types.CompletionItemKind,
    declared: FunctionDef | AttributeDef | ConstantDef | TypeDef,
    group: str,
    *,
    detail: str,
) -> types.CompletionItem:
    deprecated = bool(getattr(declared, "deprecated", ""))
    return types.CompletionItem(
        label=name, kind=kind, detail=detail, sort_text=f"{group}{name}",
        documentation=types.MarkupContent(types.MarkupKind.Markdown, _short(declared)),
        tags=[types.CompletionItemTag.Deprecated] if deprecated else None,
    )


def _short(declared: FunctionDef | AttributeDef | ConstantDef | TypeDef) -> str:
    if isinstance(declared, AttributeDef):
        return f"```starlark\n{markdown.attribute_signature(declared)}\n```\n\n{declared.doc}"
    return declared.doc


def _documentation(text: str) -> types.MarkupContent | None:
    return types.MarkupContent(types.MarkupKind.Markdown, text) if text else None
