"""Arguments to parameters.

`read_params` reads the signature of an implementation from its code object; `make_plan` turns it into what a call
needs; `Plan.call` binds, checks, converts and calls. The error of a wrong argument names function and parameter, and its
`argument` says which argument it is (index or name as passed), so that the interpreter can underline it.
"""

from __future__ import annotations

from oxlang.declare import types
from oxlang.declare.booleans import Bool
from oxlang.declare.members import ParamDef
from oxlang.declare.text import shortened, type_name, with_article
from oxlang.declare.types import Ty
from oxlang.diagnostics.model import OxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from oxlang.declare.members import FunctionDef, ParamKind

_VARARGS, _VARKEYWORDS = 0x04, 0x08
_MISSING: Any = object()
_STRICT = {"none", "bool", "string", "int"}


def _layout(function: FunctionDef) -> tuple[list[tuple[str, ParamKind]], bool, int]:
    """Gives (Python name, kind) of the visible parameters, whether the host is wanted, and where they begin."""
    code = function.implementation.__code__
    flags = code.co_flags
    names = code.co_varnames
    count = code.co_argcount
    start = 1 if function.owner else 0
    wants_host = count > start and names[start] == "ctx"
    start += wants_host
    found: list[tuple[str, ParamKind]] = [
        (names[i], "positional" if i < code.co_posonlyargcount else "normal") for i in range(start, count)
    ]
    after = count + code.co_kwonlyargcount
    if flags & _VARARGS:
        found.append((names[after], "args"))
        after += 1
    found += [(names[i], "named") for i in range(count, count + code.co_kwonlyargcount)]
    if flags & _VARKEYWORDS:
        found.append((names[after], "kwargs"))
    return found, wants_host, start


def _defaults(function: FunctionDef) -> dict[str, object]:
    """Gives default values by Python name."""
    implementation = function.implementation
    given = implementation.__defaults__ or ()
    code = implementation.__code__
    names = code.co_varnames[code.co_argcount - len(given) : code.co_argcount]
    named = implementation.__kwdefaults__ or {}
    return {**dict(zip(names, given, strict=True)), **named}


def read_params(function: FunctionDef) -> tuple[ParamDef, ...]:
    """Reads the parameters of a function from its implementation."""
    implementation = function.implementation
    hints = {**implementation.__annotations__, **function.annotations}
    scope = getattr(implementation, "__globals__", {})
    docs = function.docstring.args
    defaults = _defaults(function)
    return tuple(
        ParamDef(
            name=public_name(name),
            type=types.from_annotation(hints[name], scope) if name in hints else types.ANY,
            required=kind not in ("args", "kwargs") and name not in defaults,
            default=defaults.get(name),
            kind=kind,
            doc=docs.get(public_name(name), docs.get(name, "")),
        )
        for name, kind in _layout(function)[0]
    )


def public_name(python_name: str) -> str:
    """Gives the Starlark name of a Python parameter or attribute: without a trailing underscore."""
    return python_name[:-1] if python_name.endswith("_") and not python_name.startswith("_") else python_name


class Plan:
    """What a call of one function needs, computed once."""

    __slots__ = ("defaults", "has_args", "has_kwargs", "index", "is_method", "names", "positional", "types", "wants_host")

    def __init__(self, function: FunctionDef) -> None:
        layout, self.wants_host, _ = _layout(function)
        hints = {**function.implementation.__annotations__, **function.annotations}
        scope = getattr(function.implementation, "__globals__", {})
        defaults = _defaults(function)
        self.is_method = bool(function.owner)
        normal = [(name, kind) for name, kind in layout if kind not in ("args", "kwargs")]
        self.names = [public_name(name) for name, _ in normal]
        self.positional = sum(kind != "named" for _, kind in normal)
        self.index = {public_name(name): i for i, (name, kind) in enumerate(normal) if kind != "positional"}
        self.types: list[Ty | None] = []
        for name, _ in normal:
            read = types.from_annotation(hints[name], scope) if name in hints else types.ANY
            self.types.append(None if read.kind == "any" else read)
        self.defaults = [defaults.get(name, _MISSING) for name, _ in normal]
        self.has_args = any(kind == "args" for _, kind in layout)
        self.has_kwargs = any(kind == "kwargs" for _, kind in layout)

    def call(
        self,
        function: FunctionDef,
        host: object,
        receiver: object,
        args: Sequence[object],
        kwargs: Mapping[str, object] | None,
    ) -> Any:
        """Binds and runs."""
        values: list[Any] = []
        if self.is_method:
            values.append(receiver)
        if self.wants_host:
            values.append(host)
        bound = self.bind(function, args, kwargs)
        values += bound[0]
        try:
            return function.implementation(*values, **bound[1])
        except OxError as problem:
            # Implementations name the parameter; the interpreter wants to know which argument of the call that is.
            at = self.index.get(problem.argument) if isinstance(problem.argument, str) else None
            if at is not None and at < len(args) and problem.diagnostic.span is None:
                problem.argument = at
            raise

    def bind(
        self, function: FunctionDef, args: Sequence[object], kwargs: Mapping[str, object] | None
    ) -> tuple[list[Any], dict[str, Any]]:
        """Gives positional and named arguments for the implementation, checked and converted."""
        given = len(args)
        count = self.positional
        rest: Sequence[object] = ()
        if given > count:
            if not self.has_args:
                raise _surplus(function, count, given)
            rest = args[count:]
            args = args[:count]
        slots: list[Any] = list(args)
        missing = len(self.names) - len(slots)
        if missing:
            slots.extend([_MISSING] * missing)
        extra: dict[str, Any] = {}
        if kwargs:
            for name, value in kwargs.items():
                at = self.index.get(name)
                if at is None:
                    if not self.has_kwargs:
                        raise _unknown(function, self, name)
                    extra[name] = value
                elif slots[at] is not _MISSING:
                    raise _error(function, "OX0305", f"gets the argument `{name}` twice", name)
                else:
                    slots[at] = value
        for at, value in enumerate(slots):
            if value is _MISSING:
                value = self.defaults[at]
                if value is _MISSING:
                    raise _missing(function, self, slots)
                slots[at] = value
                continue
            wanted = self.types[at]
            if wanted is not None:
                if not wanted.matches(value):
                    raise _wrong_type(function, self.names[at], wanted, value, _argument(self, at, given))
                if wanted.kind == "literal" or wanted.kind == "union":
                    refused = wanted.choice_error(value)
                    if refused is not None:
                        raise _choice(function, self.names[at], refused, value, _argument(self, at, given))
                if type(value) is Bool:
                    slots[at] = bool(value)
        if count == len(slots):
            return ([*slots, *rest] if rest else slots), extra
        named = {self.names[i]: slots[i] for i in range(count, len(slots))}
        return [*slots[:count], *rest], {**named, **extra}


def make_plan(function: FunctionDef) -> Plan:
    """Gives the plan of a function."""
    return Plan(function)


def _argument(plan: Plan, at: int, given: int) -> str | int:
    return at if at < given else plan.names[at]


def _error(function: FunctionDef, code: str, what: str, argument: str | int | None, help: str | None = None,
           notes: Sequence[str] = ()) -> OxError:  # fmt: skip
    from oxlang.diagnostics.model import error

    return error(code, f"`{function.qualified_name}` {what}", argument=argument, help=help, notes=notes)


def _surplus(function: FunctionDef, count: int, given: int) -> OxError:
    takes = "no arguments" if not count else f"{count} argument{'s' * (count != 1)} by position"
    if not function.params:
        takes = "no arguments"
    return _error(
        function, "OX0303", f"takes {takes}, but {given} {'is' if given == 1 else 'are'} given", count,
        notes=[f"signature: `{function.signature()}`"],
    )  # fmt: skip


def _unknown(function: FunctionDef, plan: Plan, name: str) -> OxError:
    from oxlang.diagnostics.spelling import did_you_mean

    if name in plan.names:
        return _error(function, "OX0307", f"takes `{name}` by position only", name)
    hint = did_you_mean(name, plan.index)
    if hint is None:
        hint = f"it takes {', '.join(f'`{one}`' for one in plan.names)}" if plan.names else "it takes no arguments"
        if plan.has_args and not plan.names:
            hint = "it takes arguments by position only"
    return _error(function, "OX0302", f"has no parameter `{name}`", name, help=hint)


def _missing(function: FunctionDef, plan: Plan, slots: Sequence[object]) -> OxError:
    names = [
        name
        for name, value, default in zip(plan.names, slots, plan.defaults, strict=True)
        if value is _MISSING and default is _MISSING
    ]
    shown = " and ".join([", ".join(f"`{one}`" for one in names[:-1]), f"`{names[-1]}`"] if names[1:] else [f"`{names[0]}`"])
    return _error(
        function, "OX0301", f"misses the argument{'s' * (len(names) > 1)} {shown}", None,
        notes=[f"signature: `{function.signature()}`"],
    )  # fmt: skip


def _wrong_type(function: FunctionDef, name: str, wanted: Ty, value: object, argument: str | int) -> OxError:
    inner = wanted.wrong_item(value)
    if inner is not None:
        at, item = inner
        found = f"{with_article(type_name(item))} {'at index ' + str(at) if isinstance(at, int) else 'in it'}"
    else:
        found = with_article(type_name(value))
    what = f"wants {_phrase(wanted)} for `{name}`, not {found}"
    options = wanted.items if wanted.kind == "union" else (wanted,)
    help = None
    if isinstance(value, str) and any(one.kind == "list" and one.element.matches(value) for one in options):
        help = f"write `[{shortened(value)}]` for a list of one"
    elif isinstance(value, int) and value in (0, 1) and any(one.kind == "bool" for one in options):
        help = f"write `{bool(value)}`"
    elif isinstance(value, (int, float)) and type_name(value) in ("int", "float") and any(one.kind == "string" for one in options):
        help = "put it in quotes"
    return _error(function, "OX0304", what, argument, help=help)


def _phrase(wanted: Ty) -> str:
    """Gives "a string", "a list of strings or None"."""
    match wanted.kind:
        case "union":
            parts = list(dict.fromkeys(_phrase(one) for one in wanted.items))
            return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"
        case "none":
            return "None"
        case "literal":
            return "a string"
        case "list" | "iterable" if wanted.items and wanted.element.kind != "any":
            element = wanted.element
            name = "value" if element.kind in ("union", "any") else element.starlark_names[0]
            return f"{with_article(wanted.kind)} of {name}s"
        case "dict" if wanted.items:
            return f"a dict of {wanted.items[0]} to {wanted.items[1]}"
        case _:
            return with_article(wanted.display())


def _choice(function: FunctionDef, name: str, choices: Sequence[str], value: object, argument: str | int) -> OxError:
    from oxlang.diagnostics.spelling import did_you_mean

    hint = did_you_mean(str(value), choices)
    known = ", ".join(f'"{one}"' for one in choices)
    return _error(
        function, "OX0306", f'does not take "{value}" for `{name}`', argument, help=hint or f"known are {known}",
        notes=[f"known are {known}"] if hint else (),
    )  # fmt: skip
