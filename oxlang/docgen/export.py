"""The declarations for other programs: JSON, and a stub that Python-minded editors read."""

from __future__ import annotations

from oxlang.declare.environment import ConstantDef, Environment
from oxlang.declare.members import AttributeDef, FunctionDef, ParamDef, TypeDef
from oxlang.declare.types import Ty
from oxlang.docgen.markdown import Member
from oxlang.docgen.modules import Described, Function, every_module

Json = dict[str, object]
SCHEMA_VERSION = 1


def to_json(environment: Environment) -> Json:
    """Gives everything: `{"version": 1, "types": […], "functions": […], "constants": […], "modules": […]}`."""
    return {
        "version": SCHEMA_VERSION,
        "types": [member_json(one) for _, one in sorted(environment.types.items())],
        "functions": [member_json(one) for _, one in sorted(environment.functions.items())],
        "constants": [member_json(one) for _, one in sorted(environment.constants.items())],
        "modules": [module_json(one) for one in every_module()],
    }


def member_json(one: Member) -> Json:
    """Gives one declaration."""
    match one:
        case TypeDef():
            return _type(one)
        case FunctionDef():
            return _function(one)
        case AttributeDef():
            return _attribute(one)
        case _:
            return _constant(one)


def module_json(one: Described) -> Json:
    """Gives a module of `@stdlib`, or a function of one."""
    if isinstance(one, Function):
        return {
            "kind": "export",
            "name": one.name,
            "module": one.module,
            "doc": one.docs.summary,
            "details": one.docs.body,
            "example": one.docs.example,
            "signature": one.signature(),
            "parameters": [
                {"name": each.name, "kind": each.kind, "type": "any", "required": each.default is None
                 and each.kind in ("normal", "named"), "default": each.default, "choices": [], "doc": each.doc}
                for each in one.parameters
            ],
            "returns": one.docs.returns,
        }  # fmt: skip
    functions = [module_json(each) for each in one.functions]
    return {"kind": "module", "name": one.name, "doc": one.doc, "details": one.details, "functions": functions}


def _type(kind: TypeDef) -> Json:
    return {
        "kind": "type",
        "name": kind.name,
        "doc": kind.doc,
        "details": kind.docstring.body,
        "origin": kind.origin,
        "extension": kind.extension,
        "buildable": kind.buildable,
        "run": kind.run,
        "constructor": kind.constructor,
        "obtained": list(kind.obtained),
        "attributes": [_attribute(one) for one in kind.attributes.values()],
        "methods": [_function(one) for one in kind.methods.values()],
    }


def _function(function: FunctionDef) -> Json:
    return {
        "kind": "method" if function.owner else "function",
        "name": function.qualified_name,
        "doc": function.doc,
        "details": function.docstring.body,
        "example": function.docstring.example,
        "signature": function.signature(),
        "parameters": [_parameter(one) for one in function.params],
        "returns": function.returns.display(),
        "effect": function.effect,
        "extension": function.extension,
        "platforms": list(function.platforms),
        "since": function.since,
        "deprecated": function.deprecated,
    }


def _parameter(one: ParamDef) -> Json:
    return {
        "name": one.name,
        "kind": one.kind,
        "type": one.type.display(),
        "required": one.required,
        "default": one.default_text or None,
        "choices": list(one.choices),
        "doc": one.doc,
    }


def _attribute(attribute: AttributeDef) -> Json:
    return {
        "kind": "attribute",
        "name": attribute.qualified_name,
        "doc": attribute.doc,
        "type": attribute.type.display(),
        "default": attribute.default_text or None,
        "default_note": attribute.default_note,
        "choices": list(attribute.choices),
        "readable": attribute.readable,
        "writable": attribute.writable,
        "extension": attribute.extension,
        "platforms": list(attribute.platforms),
        "since": attribute.since,
        "deprecated": attribute.deprecated,
    }


def _constant(constant: ConstantDef) -> Json:
    return {
        "kind": "constant",
        "name": constant.name,
        "doc": constant.doc,
        "type": constant.type.display(),
        "extension": constant.extension,
    }


_PYTHON = {"string": "str", "any": "Any", "iterable": "Iterable", "function": "Callable[..., Any]", "none": "None"}


def to_stub(environment: Environment) -> str:
    """Gives a Python stub of the global names, for editors that know no Starlark."""
    lines = ["# Made by `oxl docs --format stub`.", "from collections.abc import Callable, Iterable",
             "from typing import Any, Literal", ""]  # fmt: skip
    for _, kind in sorted(environment.types.items()):
        if not kind.name.isidentifier() or kind.origin == "language":
            continue
        lines.append(f"class {kind.name}:")
        lines.append(f'    """{_safe(kind.doc)}"""')
        lines += [f"    {_python_name(one.name)}: {_annotation(one.type)}" for one in kind.attributes.values()]
        for method in kind.methods.values():
            lines += _stub_function(method, "    ")
        lines.append("")
    for _, function in sorted(environment.functions.items()):
        if function.name not in environment.types:
            lines += _stub_function(function, "")
    lines += [f"{one.name}: {_annotation(one.type)}" for _, one in sorted(environment.constants.items())]
    return "\n".join(lines) + "\n"


def _stub_function(function: FunctionDef, indent: str) -> list[str]:
    params = ["self"] if function.owner else []
    starred = False
    for one in function.params:
        if one.kind == "named" and not starred:
            params.append("*")
            starred = True
        starred = starred or one.kind == "args"
        star = {"args": "*", "kwargs": "**"}.get(one.kind, "")
        default = "" if one.required or star else " = ..."
        params.append(f"{star}{_python_name(one.name)}: {_annotation(one.type)}{default}")
    head = f"{indent}def {_python_name(function.name)}({', '.join(params)}) -> {_annotation(function.returns)}:"
    return [head, f'{indent}    """{_safe(function.doc)}"""', f"{indent}    ..."]


def _annotation(ty: Ty) -> str:
    match ty.kind:
        case "union":
            return " | ".join(_annotation(one) for one in ty.items)
        case "literal":
            return "str" if ty.open or any("<" in one for one in ty.choices) else f"Literal[{str(list(ty.choices))[1:-1]}]"
        case "list" | "dict" | "set" | "iterable" | "tuple" if ty.items:
            base = "Iterable" if ty.kind == "iterable" else ty.kind
            return f"{base}[{', '.join(_annotation(one) for one in ty.items)}]"
        case "instance":
            return f'"{ty.name}"' if ty.name.isidentifier() else "Any"
        case _:
            return _PYTHON.get(ty.kind, ty.kind)


def _python_name(name: str) -> str:
    import keyword

    return name + "_" if keyword.iskeyword(name) else name


def _safe(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"""', "'''")
