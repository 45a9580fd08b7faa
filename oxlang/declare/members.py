"""Records of declarations: parameters, functions, attributes, types; `environment` has the rest.

`FunctionDef`, `AttributeDef` and `TypeDef` know their name and implementation at once and read the rest (signature,
types, docstring) when it is first asked for: a config that calls ten functions pays for ten. The records are plain
classes, because every start of oxl would pay for making dataclasses of them.
"""

from __future__ import annotations

from oxlang.declare import types
from oxlang.declare.types import Ty

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, Literal

    from oxlang.declare.bind import Plan
    from oxlang.declare.docstring import Docstring
    from oxlang.diagnostics.model import OxError

    Effect = Literal["pure", "mutates", "demands", "writes", "registers"]
    ParamKind = Literal["normal", "positional", "named", "args", "kwargs"]


class Unset:
    """Default of a parameter that may be left out and then has no value; see `UNSET`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "…"

    def __bool__(self) -> bool:
        return False


UNSET: Any = Unset()
"""`def get(key, default=UNSET)`: the implementation can tell a missing argument from None."""


class ParamDef:
    """One parameter as users see it.

    Attributes:
        default: Python value of the default; meaningless when `required`.
        kind: `normal` is given by position or name; `args` and `kwargs` collect the rest.
    """

    __slots__ = ("default", "deprecated", "doc", "kind", "name", "required", "since", "type")

    def __init__(
        self,
        *,
        name: str,
        type: Ty,
        required: bool,
        default: object = None,
        kind: ParamKind = "normal",
        doc: str = "",
        since: str = "",
        deprecated: str = "",
    ) -> None:
        self.name = name
        self.type = type
        self.required = required
        self.default = default
        self.kind: ParamKind = kind
        self.doc = doc
        self.since = since
        self.deprecated = deprecated

    def __repr__(self) -> str:
        return f"ParamDef({self.display()})"

    @property
    def default_text(self) -> str:
        """The default as Starlark text, empty when there is none."""
        from oxlang.declare.text import repr_of

        if self.required or self.kind in ("args", "kwargs"):
            return ""
        return repr_of(self.default)

    @property
    def choices(self) -> tuple[str, ...]:
        """The texts that the parameter takes, when it takes only some."""
        for one in self.type.items if self.type.kind == "union" else (self.type,):
            if one.kind == "literal":
                return one.choices
        return ()

    def display(self) -> str:
        """Gives `name: type = default`."""
        star = {"args": "*", "kwargs": "**"}.get(self.kind, "")
        shown = f"{star}{self.name}" if self.type.kind == "any" else f"{star}{self.name}: {self.type}"
        return f"{shown} = {self.default_text}" if self.default_text else shown


class FunctionDef:
    """A function or method.

    Attributes:
        name: what users write.
        owner: Starlark name of the type for a method, else "".
        constructs: Starlark name of the type that a constructor makes, else "".
        effect: what a call does to the world.
        implementation: the Python function; its parameter `ctx` (after self), if it has one, is the host's.
        extension: not a name of PyOxidizer.
    """

    __slots__ = (
        "_doc", "_params", "_plan", "_returns", "annotations", "constructs", "deprecated", "effect", "extension",
        "implementation", "name", "owner", "platforms", "since",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        implementation: Callable[..., Any],
        *,
        owner: str = "",
        effect: Effect = "pure",
        annotations: Mapping[str, Any] | None = None,
        constructs: str = "",
        extension: bool = False,
        platforms: tuple[str, ...] = (),
        since: str = "",
        deprecated: str = "",
    ) -> None:
        self.name = name
        self.implementation = implementation
        self.owner = owner
        self.effect = effect
        self.annotations = annotations or {}
        self.constructs = constructs
        self.extension = extension
        self.platforms = platforms
        self.since = since
        self.deprecated = deprecated
        self._params: tuple[ParamDef, ...] | None = None
        self._returns: Ty | None = None
        self._doc: Docstring | None = None
        self._plan: Plan | None = None

    def __repr__(self) -> str:
        return f"FunctionDef({self.qualified_name})"

    @property
    def qualified_name(self) -> str:
        """`Type.method` or `function`."""
        return f"{self.owner}.{self.name}" if self.owner else self.name

    @property
    def docstring(self) -> Docstring:
        """The parts of the documentation."""
        if self._doc is None:
            from oxlang.declare.docstring import parse

            self._doc = parse(self.implementation.__doc__)
        return self._doc

    @property
    def doc(self) -> str:
        """The first sentence."""
        return self.docstring.summary

    @property
    def plan(self) -> Plan:
        """How arguments meet parameters."""
        if self._plan is None:
            from oxlang.declare.bind import make_plan

            self._plan = make_plan(self)
        return self._plan

    @property
    def params(self) -> tuple[ParamDef, ...]:
        """The parameters, without the receiver and the host."""
        if self._params is None:
            from oxlang.declare.bind import read_params

            self._params = read_params(self)
        return self._params

    @property
    def returns(self) -> Ty:
        """The type of the result."""
        if self._returns is None:
            hints = {**self.implementation.__annotations__, **self.annotations}
            scope = getattr(self.implementation, "__globals__", {})
            self._returns = types.from_annotation(hints["return"], scope) if "return" in hints else types.ANY
        return self._returns

    def param(self, name: str) -> ParamDef | None:
        """Gives the parameter of a name."""
        return next((one for one in self.params if one.name == name), None)

    def signature(self) -> str:
        """Gives `name(param: type = default) -> type` on one line."""
        params: list[str] = []
        starred = False
        for one in self.params:
            if one.kind == "named" and not starred:
                params.append("*")
                starred = True
            starred = starred or one.kind == "args"
            params.append(one.display())
        return f"{self.name}({', '.join(params)}) -> {self.returns}"

    def call(
        self,
        host: object,
        receiver: object,
        args: tuple[object, ...] | list[object] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> Any:
        """Checks the arguments and runs the implementation; `receiver` is ignored unless this is a method.

        Raises OX0301 to OX0307 with `argument` set, and whatever the implementation raises.
        """
        plan = self._plan or self.plan
        return plan.call(self, host, receiver, args, kwargs)


class AttributeDef:
    """An attribute of a type.

    Attributes:
        name: what users write.
        owner: Starlark name of the type.
        python_name: name of the Python attribute that holds the value.
        set_mode: how assignment converts, see `setmodes`; "" when not writable.
        choices: texts that it takes (`name:<…>` is a prefix with free text).
        open_choices: other texts are taken, too.
        none: what assigning None does in a mode that would store the text "None": "text", "unset" or "error".
        rust: name of the field of the Rust struct it is written to, or "".
        extension: not a name of PyOxidizer.
    """

    __slots__ = (
        "_annotation", "_scope", "_type", "choices", "default", "default_note", "deprecated", "doc", "extension",
        "name", "none", "open_choices", "owner", "platforms", "python_name", "readable", "rust", "set_mode", "since",
        "writable",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        *,
        owner: str,
        python_name: str,
        annotation: object,
        scope: Mapping[str, Any],
        default: object,
        default_note: str,
        doc: str,
        set_mode: str,
        readable: bool,
        writable: bool,
        choices: tuple[str, ...],
        open_choices: bool,
        none: str,
        rust: str,
        extension: bool,
        platforms: tuple[str, ...],
        since: str,
        deprecated: str,
    ) -> None:
        self.name = name
        self.owner = owner
        self.python_name = python_name
        self._annotation = annotation
        self._scope = scope
        self._type: Ty | None = None
        self.default = default
        self.default_note = default_note
        self.doc = doc
        self.set_mode = set_mode
        self.readable = readable
        self.writable = writable
        self.choices = choices
        self.open_choices = open_choices
        self.none = none
        self.rust = rust
        self.extension = extension
        self.platforms = platforms
        self.since = since
        self.deprecated = deprecated

    def __repr__(self) -> str:
        return f"AttributeDef({self.qualified_name})"

    @property
    def qualified_name(self) -> str:
        """`Type.attribute`."""
        return f"{self.owner}.{self.name}"

    @property
    def type(self) -> Ty:
        """The type that reading gives, with the choices in place of `string`."""
        if self._type is None:
            read = types.from_annotation(self._annotation, self._scope)
            if self.choices:
                texts = types.literal(self.choices, open=self.open_choices)
                parts = read.items if read.kind == "union" else (read,)
                read = types.union(*(texts if one.kind == "string" else one for one in parts))
            self._type = read
        return self._type

    @property
    def default_text(self) -> str:
        """The default as Starlark text, empty when it depends (see `default_note`)."""
        from oxlang.declare.text import repr_of

        return "" if self.default is UNSET else repr_of(self.default)

    def get(self, obj: object, host: object = None) -> Any:
        """Reads the attribute. Raises OX0312 for one that can only be assigned."""
        if not self.readable:
            from oxlang.diagnostics.model import error

            raise error("OX0312", f"`{self.qualified_name}` can be assigned, but not read")
        return getattr(obj, self.python_name)

    def set(self, obj: object, value: object, host: object = None) -> None:
        """Converts and assigns a Starlark value. Raises OX0311, OX0313, OX0314 or OX0315.

        A method `_set_NAME(value, host)` of the class takes the place of the conversion.
        """
        from oxlang.declare.setmodes import convert
        from oxlang.diagnostics.model import OxError

        own = getattr(obj, f"_set_{self.python_name}", None)
        try:
            if own is not None and self.writable:
                own(value, host)
            else:
                setattr(obj, self.python_name, convert(self, value))
        except OxError as problem:
            if problem.argument is None and self.writable:
                # The value is wrong, not the attribute.
                problem.argument = "="
            raise


class TypeDef:
    """A type of the dialect or the language.

    Attributes:
        name: what `type(x)` gives.
        python_class: the class whose instances are the values.
        origin: `build-targets`, `pyoxidizer`, `tugger`, `language`, or `oxlang` for extensions.
        buildable: a target may return it.
        run: what `run` does with the built target: `path`, `none`, `manifest`, or "" when it is not buildable.
    """

    __slots__ = (
        "_attributes", "_doc", "_methods", "buildable", "constructor", "extension", "name", "obtained", "origin",
        "python_class", "run",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        python_class: type,
        *,
        origin: str = "",
        buildable: bool = False,
        run: str = "",
        constructor: str = "",
        obtained: tuple[str, ...] = (),
        extension: bool = False,
    ) -> None:
        self.name = name
        self.python_class = python_class
        self.origin = origin
        self.buildable = buildable
        self.run = run
        self.constructor = constructor
        self.obtained = obtained
        self.extension = extension
        self._attributes: dict[str, AttributeDef] | None = None
        self._methods: dict[str, FunctionDef] | None = None
        self._doc: Docstring | None = None

    def __repr__(self) -> str:
        return f"TypeDef({self.name})"

    def _read(self) -> None:
        from oxlang.declare.decorators import read_members

        self._attributes, self._methods = read_members(self)

    @property
    def attributes(self) -> Mapping[str, AttributeDef]:
        """Attributes by name, in the order of declaration."""
        if self._attributes is None:
            self._read()
        return self._attributes or {}

    @property
    def methods(self) -> Mapping[str, FunctionDef]:
        """Methods by name, in the order of declaration."""
        if self._methods is None:
            self._read()
        return self._methods or {}

    @property
    def docstring(self) -> Docstring:
        """The parts of the documentation."""
        if self._doc is None:
            from oxlang.declare.docstring import parse

            self._doc = parse(self.python_class.__doc__)
        return self._doc

    @property
    def doc(self) -> str:
        """The first sentence."""
        return self.docstring.summary

    def attribute(self, name: str) -> AttributeDef | None:
        """Gives the attribute of a name."""
        return self.attributes.get(name)

    def method(self, name: str) -> FunctionDef | None:
        """Gives the method of a name."""
        return self.methods.get(name)

    def names(self) -> list[str]:
        """Gives the names of all attributes and methods, sorted."""
        return sorted({*self.attributes, *self.methods})

    def unknown(self, name: str) -> OxError:
        """Makes the error for a name that the type does not have (OX0310), with the nearest one it has."""
        from oxlang.diagnostics.model import error
        from oxlang.diagnostics.spelling import did_you_mean

        hint = did_you_mean(name, self.names()) or self.listed(self.names())
        return error("OX0310", f"`{self.name}` has no attribute or method `{name}`", help=hint)

    def listed(self, names: Sequence[str]) -> str:
        """Gives a help text that names what there is, or says where to read it."""
        if not names or len(names) > 8:
            return f"`oxl docs {self.name}` lists what it has"
        return f"it has {', '.join(f'`{one}`' for one in names)}"

    def not_assignable(self, name: str) -> OxError:
        """Makes the error for assigning a method (OX0311) or an unknown name (OX0310)."""
        from oxlang.diagnostics.model import error
        from oxlang.diagnostics.spelling import did_you_mean

        if name in self.methods:
            return error("OX0311", f"`{self.name}.{name}` is a method and cannot be assigned")
        writable = sorted(one.name for one in self.attributes.values() if one.writable)
        hint = did_you_mean(name, writable) or (
            self.listed(writable) if writable else f"nothing of it can be assigned; {self.listed(sorted(self.methods))}"
        )
        return error("OX0310", f"`{self.name}` has no attribute `{name}`", help=hint)
