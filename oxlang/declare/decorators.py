"""The words in which the dialect is declared: `starlark_type`, `attribute`, `computed`, `method`, `function`.

A class under `starlark_type` becomes a plain class with a constructor that takes its attributes by keyword; defaults are
class attributes, so declaring costs no generated code. Everything that readers ask for is read later, see `members`.
"""

from __future__ import annotations

from oxlang.declare.environment import ConstantDef
from oxlang.declare.members import UNSET, AttributeDef, FunctionDef, TypeDef
from oxlang.declare.types import Ty, from_annotation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, TypeVar, overload

    from typing_extensions import dataclass_transform

    from oxlang.declare.members import Effect

    C = TypeVar("C", bound=type)
    F = TypeVar("F", bound=Callable[..., Any])
else:

    def dataclass_transform(**_):
        """Stands in for typing's mark at run time."""
        return lambda value: value

    def overload(function):
        """Stands in for typing's mark at run time."""
        return function


_declared: dict[str, str] = {}


def declared_name(python_name: str) -> str | None:
    """Gives the Starlark name of a declared class by its Python or Starlark name."""
    return _declared.get(python_name)


class _Spec:
    """What `attribute` or `computed` said, until the type is read."""

    __slots__ = ("doc", "factory", "getter", "options")

    def __init__(self, options: dict[str, Any], factory: Callable[[], Any] | None, doc: str, getter: Any = None) -> None:
        self.options = options
        self.factory = factory
        self.doc = doc
        self.getter = getter


def attribute(
    *,
    default: Any = UNSET,
    default_factory: Callable[[], Any] | None = None,
    default_note: str = "",
    doc: str = "",
    type: str | Ty | None = None,
    set: str = "",
    readable: bool = True,
    writable: bool | None = None,
    enum: tuple[str, ...] = (),
    open_enum: bool = False,
    none: str = "text",
    rust: str = "",
    extension: bool = False,
    platforms: tuple[str, ...] = (),
    since: str = "",
    deprecated: str = "",
) -> Any:
    """Declares an attribute in the body of a `starlark_type`; the annotation is its type.

    Args:
        default: initial value; without it (and a factory) the constructor wants it.
        default_factory: makes the initial value of each instance.
        default_note: what the default depends on, when it does.
        doc: one sentence.
        type: the type users see, when it is not the annotation.
        set: set mode (see `setmodes`); empty for an attribute that cannot be assigned.
        readable: False for an attribute that can only be assigned.
        writable: said by `set` unless given.
        enum: texts that it takes; one that ends in `<…>` is a prefix.
        open_enum: other texts are taken as well.
        none: for modes that store `str(value)`: what None does, `text`, `unset` or `error`.
        rust: the field of the runtime's configuration that it is written to.
        extension: not a name of PyOxidizer.
        platforms: where it has an effect, empty for everywhere.
    """
    options = {
        "default": default, "default_note": default_note, "type": type, "set": set, "readable": readable,
        "writable": bool(set) if writable is None else writable, "enum": enum, "open_enum": open_enum, "none": none,
        "rust": rust, "extension": extension, "platforms": platforms, "since": since, "deprecated": deprecated,
    }  # fmt: skip
    return _Spec(options, default_factory, doc)


def computed(
    *,
    type: str | Ty | None = None,
    set: str = "",
    enum: tuple[str, ...] = (),
    open_enum: bool = False,
    none: str = "text",
    default: Any = UNSET,
    default_note: str = "",
    extension: bool = False,
    platforms: tuple[str, ...] = (),
) -> Callable[[Callable[[Any], Any]], Any]:
    """Declares an attribute whose value a method gives; the class gets a property.

    Assignment (when `set` is given) goes through the class's method `_set_NAME(value, host)`, which gets the
    Starlark value; or, for the usual conversion, through a method `_put_NAME(converted)`.
    """

    def mark(getter: Callable[[Any], Any]) -> Any:
        options = {
            "default": default, "default_note": default_note, "type": type, "set": set, "readable": True,
            "writable": bool(set), "enum": enum, "open_enum": open_enum, "none": none, "rust": "",
            "extension": extension, "platforms": platforms, "since": "", "deprecated": "",
        }  # fmt: skip
        return _Spec(options, None, getter.__doc__ or "", getter)

    return mark


@overload
def method(implementation: F, /) -> F: ...


@overload
def method(
    *,
    name: str = "",
    effect: Effect = "pure",
    types: Mapping[str, Any] | None = None,
    extension: bool = False,
    platforms: tuple[str, ...] = (),
    since: str = "",
    deprecated: str = "",
) -> Callable[[F], F]: ...


def method(implementation: Any = None, /, **options: Any) -> Any:
    """Declares a method of a `starlark_type`; its docstring is the user's page.

    Args:
        name: Starlark name, unless it is the Python name without a trailing underscore.
        effect: `pure`, `mutates` (the receiver), `demands` (may build), `writes` (builds and writes files), `registers` (a
            target).
        types: types of parameters (and `return`) that the annotations do not say.
    """
    if implementation is not None:
        return _mark(implementation, {})
    return lambda given: _mark(given, options)


@overload
def function(name: str, /) -> Callable[[F], F]: ...


@overload
def function(
    name: str,
    /,
    *,
    effect: Effect = "pure",
    types: Mapping[str, Any] | None = None,
    constructs: str = "",
    extension: bool = False,
    platforms: tuple[str, ...] = (),
    since: str = "",
    deprecated: str = "",
) -> Callable[[F], F]: ...


def function(name: str, /, **options: Any) -> Any:
    """Declares a global function; options as for `method`, and `constructs`: name of the type it is the constructor of."""

    def mark(given: Any) -> Any:
        given.__starlark__ = _define(name, given, options)
        return given

    return mark


def _define(name: str, implementation: Any, options: Mapping[str, Any], owner: str = "") -> FunctionDef:
    return FunctionDef(
        name,
        implementation,
        owner=owner,
        effect=options.get("effect", "pure"),
        annotations=options.get("types"),
        constructs=options.get("constructs", ""),
        extension=options.get("extension", False),
        platforms=options.get("platforms", ()),
        since=options.get("since", ""),
        deprecated=options.get("deprecated", ""),
    )


def _mark(implementation: Any, options: Mapping[str, Any]) -> Any:
    implementation.__starlark_method__ = options
    return implementation


def constant(
    name: str, type: str | Ty, *, doc: str = "", origin: str = "", extension: bool = False, visible_in_load: bool = True
) -> ConstantDef:
    """Declares a global constant; the host gives its value."""
    return ConstantDef(
        name=name, type=from_annotation(type), doc=doc, origin=origin, extension=extension,
        visible_in_load=visible_in_load,
    )  # fmt: skip


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(attribute,))
def starlark_type(
    name: str,
    *,
    origin: str = "",
    buildable: bool = False,
    run: str = "",
    constructor: str = "",
    obtained: tuple[str, ...] = (),
    extension: bool = False,
) -> Callable[[C], C]:
    """Declares a class as a type of the dialect; the class gets `__starlark__`, its `TypeDef`.

    Args:
        name: what Starlark's `type()` gives.
        origin: where PyOxidizer has it from: `build-targets`, `pyoxidizer`, `tugger`; `language`; `oxlang`.
        buildable: a target may return it; it has a method `lower(ctx)`.
        run: what `oxl run` does with it: `path`, `none`, `manifest`.
        constructor: name of the global function that makes one.
        obtained: expressions that give an instance, for the page.
        extension: not a type of PyOxidizer.
    """

    def declare(cls: C) -> C:
        _prepare(cls)
        cls.__starlark__ = TypeDef(  # type: ignore[attr-defined]
            name, cls, origin=origin, buildable=buildable, run=run, constructor=constructor, obtained=obtained,
            extension=extension,
        )  # fmt: skip
        _declared[cls.__name__] = name
        _declared.setdefault(name, name)
        cls.__name__ = name  # Python's own messages about operators name the class; they reach users.
        return cls

    return declare


def _prepare(cls: Any) -> None:
    """Takes the specifications out of a class body: defaults stay, factories and required names are noted."""
    specs: dict[str, _Spec] = {}
    body = dict(cls.__dict__)
    for key, value in body.items():
        if not isinstance(value, _Spec):
            continue
        specs[key] = value
        if value.getter is not None:
            setattr(cls, key, property(value.getter, _setter(cls, key)))
        elif value.options["default"] is not UNSET:
            setattr(cls, key, value.options["default"])
        else:
            delattr(cls, key)
    hints = getattr(cls, "__annotations__", {})
    fields = [one for one in hints if one not in specs or specs[one].getter is None]
    inherited = getattr(cls, "__fields__", {})
    factories = {key: one.factory for key, one in specs.items() if one.factory is not None}
    cls.__specs__ = specs
    cls.__fields__ = {**inherited, **{one: factories.get(one) for one in fields}}
    if "__hash__" not in body:
        cls.__hash__ = None  # Starlark's values of declared types are no keys of dicts.
    if "__init__" not in body and "__slots__" not in body and (fields or specs):
        cls.__init__ = _construct


def _setter(cls: Any, name: str) -> Callable[[Any, Any], None] | None:
    return cls.__dict__.get(f"_put_{name}")  # type: ignore[no-any-return]


def _construct(self: Any, **values: Any) -> None:
    """Constructor of declared classes: attributes by keyword."""
    fields: dict[str, Callable[[], Any] | None] = type(self).__fields__
    state = self.__dict__
    for name, factory in fields.items():
        if name in values:
            state[name] = values.pop(name)
        elif factory is not None:
            state[name] = factory()
        elif not hasattr(type(self), name):
            raise TypeError(f"{type(self).__name__} wants {name}")
    if values:
        raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(values))}")


def read_members(declared: TypeDef) -> tuple[dict[str, AttributeDef], dict[str, FunctionDef]]:
    """Reads attributes and methods of a class and its bases, bases first."""
    import sys

    attributes: dict[str, AttributeDef] = {}
    methods: dict[str, FunctionDef] = {}
    for cls in reversed(declared.python_class.__mro__):
        scope = vars(sys.modules[cls.__module__]) if cls.__module__ in sys.modules else {}
        hints = getattr(cls, "__annotations__", {})
        specs: Mapping[str, _Spec] = cls.__dict__.get("__specs__", {})
        for key, spec in specs.items():
            attributes[_public(key)] = _read_attribute(declared.name, key, spec, hints, scope)
        for key, value in cls.__dict__.items():
            options = getattr(value, "__starlark_method__", None)
            if options is not None:
                public = options.get("name") or _public(key)
                methods[public] = _define(public, value, options, declared.name)
    return attributes, methods


def _public(key: str) -> str:
    return key[:-1] if key.endswith("_") else key


def _read_attribute(
    owner: str, key: str, spec: _Spec, hints: Mapping[str, Any], scope: Mapping[str, Any]
) -> AttributeDef:
    options = spec.options
    annotation = options["type"]
    if annotation is None:
        hint = hints.get(key)
        if spec.getter is not None:
            hint = spec.getter.__annotations__.get("return")
        annotation = hint if hint is not None else "any"
    default = options["default"]
    if default is UNSET and spec.factory is not None and not options["default_note"]:
        default = spec.factory()
    return AttributeDef(
        _public(key), owner=owner, python_name=key, annotation=annotation, scope=scope, default=default,
        default_note=options["default_note"], doc=" ".join(spec.doc.split()), set_mode=options["set"],
        readable=options["readable"], writable=options["writable"], choices=options["enum"],
        open_choices=options["open_enum"], none=options["none"], rust=options["rust"],
        extension=options["extension"], platforms=options["platforms"], since=options["since"],
        deprecated=options["deprecated"],
    )  # fmt: skip


def type_def(value: Any) -> TypeDef | None:
    """Gives the declaration of a value's type, or None for a value of the language."""
    return getattr(type(value), "__starlark__", None)


def function_def(implementation: Callable[..., Any]) -> FunctionDef:
    """Gives the declaration of a function decorated with `function`."""
    found: FunctionDef = implementation.__starlark__  # type: ignore[attr-defined]
    return found
