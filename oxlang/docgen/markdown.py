"""A member of the dialect as Markdown: the text of reference pages, of `oxl docs NAME` and of hover in editors."""

from __future__ import annotations

from oxlang.declare.environment import ConstantDef, Environment
from oxlang.declare.members import AttributeDef, FunctionDef, ParamDef, TypeDef

Member = TypeDef | FunctionDef | AttributeDef | ConstantDef
_LINE = 88
_EFFECTS = {
    "pure": "",
    "mutates": "Changes the value it is called on.",
    "demands": "May run actions while the config is evaluated, because its result depends on their outputs.",
    "writes": "Builds and writes files while the config is evaluated.",
    "registers": "Takes effect on the list of targets.",
}


def find(environment: Environment, name: str) -> Member | None:
    """Gives the declaration of `name`, `Type` or `Type.member`; types win over their constructors."""
    owner, dot, member = name.partition(".")
    kind = environment.types.get(owner)
    if dot:
        return None if kind is None else kind.attribute(member) or kind.method(member)
    return kind or environment.get(name)


def names(environment: Environment) -> list[str]:
    """Gives every name that `find` knows, sorted."""
    found = {*environment.names(), *environment.types}
    for kind in environment.types.values():
        found.update(f"{kind.name}.{name}" for name in kind.names())
    return sorted(found)


def member(one: Member, environment: Environment, level: int = 1) -> str:
    """Gives the whole text of a member, with a heading."""
    match one:
        case TypeDef():
            return type_page(one, environment, level)
        case FunctionDef():
            return _function(one, level)
        case AttributeDef():
            return _attribute(one, level)
        case _:
            return _constant(one, level)


def hover(one: Member) -> str:
    """Gives what an editor shows over a name: declaration, first paragraph, what matters for use."""
    match one:
        case TypeDef():
            parts = [_code(f"type {one.name}"), one.doc, one.docstring.body]
        case FunctionDef():
            parts = [_code(signature(one)), one.doc, one.docstring.body, _parameters(one), *_function_facts(one)]
            if one.docstring.example:
                parts.append("Example:\n\n" + _code(one.docstring.example))
        case AttributeDef():
            parts = [_code(attribute_signature(one)), one.doc, *_attribute_facts(one)]
        case _:
            parts = [_code(f"{one.name}: {one.type}"), one.doc]
    return "\n\n".join(part for part in parts if part)


def signature(function: FunctionDef) -> str:
    """Gives the declaration of a function, over several lines when one is too short."""
    name = function.qualified_name
    shown = [*_shown_params(function)]
    result = f" -> {function.returns}"
    line = f"{name}({', '.join(shown)}){result}"
    if len(line) <= _LINE or not shown:
        return line
    return "\n".join([f"{name}(", *(f"    {one}," for one in shown), f"){result}"])


def attribute_signature(attribute: AttributeDef) -> str:
    """Gives `Type.name: type = default`."""
    default = attribute.default_text
    return f"{attribute.qualified_name}: {attribute.type}" + (f" = {default}" if default else "")


def type_page(kind: TypeDef, environment: Environment, level: int = 1) -> str:
    """Gives the page of a type with all its members."""
    parts = [_heading(level, f"`{kind.name}`"), kind.doc, kind.docstring.body]
    facts = []
    if kind.extension:
        facts.append("Not part of PyOxidizer's dialect.")
    if kind.obtained:
        facts.append(f"Obtained by {', '.join(f'`{one}`' for one in kind.obtained)}.")
    if kind.buildable:
        facts.append("A target's function may return it." + _run_sentence(kind))
    parts.append(" ".join(facts))
    if kind.docstring.example:
        parts.append("Example:\n\n" + _code(kind.docstring.example))
    constructor = environment.functions.get(kind.constructor or kind.name)
    if constructor is not None:
        parts += [_heading(level + 1, "Constructor"), _function_body(constructor)]
    if kind.attributes:
        parts.append(_heading(level + 1, "Attributes"))
        parts += [_attribute(one, level + 2, short=True) for one in kind.attributes.values()]
    if kind.methods:
        parts.append(_heading(level + 1, "Methods"))
        parts += [_function(one, level + 2, short=True) for one in kind.methods.values()]
    return _join(parts)


def _run_sentence(kind: TypeDef) -> str:
    return {
        "path": " `oxl run` starts it.",
        "manifest": " `oxl run` starts the last executable added to it.",
    }.get(kind.run, "")


def _function(function: FunctionDef, level: int, *, short: bool = False) -> str:
    title = function.name if short else function.qualified_name
    return _join([_heading(level, f"`{title}`"), _function_body(function)])


def _function_body(function: FunctionDef) -> str:
    doc = function.docstring
    parts = [_code(signature(function)), doc.summary, doc.body, _parameters(function)]
    if doc.returns:
        parts.append(f"Returns: {doc.returns}")
    parts += _function_facts(function)
    if doc.notes:
        parts.append(doc.notes)
    if doc.example:
        parts.append("Example:\n\n" + _code(doc.example))
    return _join(parts)


def _function_facts(function: FunctionDef) -> list[str]:
    facts = [_EFFECTS[function.effect] if function.effect != "pure" else ""]
    facts.append(_history(function.extension, function.since, function.deprecated, function.platforms))
    return [" ".join(one for one in facts if one)]


def _shown_params(function: FunctionDef) -> list[str]:
    shown: list[str] = []
    starred = False
    for one in function.params:
        if one.kind == "named" and not starred:
            shown.append("*")
            starred = True
        starred = starred or one.kind == "args"
        shown.append(one.display())
    return shown


def _parameters(function: FunctionDef) -> str:
    return "\n".join(_parameter(one) for one in function.params if one.doc or one.deprecated)


def _parameter(one: ParamDef) -> str:
    star = {"args": "\\*", "kwargs": "\\*\\*"}.get(one.kind, "")
    told = f"- {star}`{one.name}`: {one.doc}"
    return told + (f" Deprecated: {one.deprecated}" if one.deprecated else "")


def _attribute(attribute: AttributeDef, level: int, *, short: bool = False) -> str:
    title = attribute.name if short else attribute.qualified_name
    parts = [_heading(level, f"`{title}`"), _code(attribute_signature(attribute)), attribute.doc]
    return _join([*parts, *_attribute_facts(attribute)])


def _attribute_facts(attribute: AttributeDef) -> list[str]:
    facts = []
    if not attribute.writable:
        facts.append("Can only be read.")
    if not attribute.readable:
        facts.append("Can only be assigned.")
    if attribute.default_note:
        facts.append(f"Default: {attribute.default_note}")
    facts.append(_history(attribute.extension, attribute.since, attribute.deprecated, attribute.platforms))
    return [" ".join(one for one in facts if one)]


def _history(extension: bool, since: str, deprecated: str, platforms: tuple[str, ...]) -> str:
    facts = []
    if platforms:
        facts.append(f"Only for {', '.join(platforms)}.")
    if extension:
        facts.append("Not part of PyOxidizer's dialect.")
    if since:
        facts.append(f"Since {since}.")
    if deprecated:
        facts.append(f"Deprecated: {deprecated}")
    return " ".join(facts)


def _constant(constant: ConstantDef, level: int) -> str:
    extension = "Not part of PyOxidizer's dialect." if constant.extension else ""
    return _join(
        [_heading(level, f"`{constant.name}`"), _code(f"{constant.name}: {constant.type}"), constant.doc, extension]
    )


def _heading(level: int, text: str) -> str:
    return f"{'#' * level} {text}"


def _code(text: str) -> str:
    return f"```starlark\n{text}\n```"


def _join(parts: list[str]) -> str:
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())
