"""`dataclass` and its companions, as in the standard library, for a program that must start fast.

The standard decorator imports `inspect` and compiles six methods for each class: 30 ms for the classes that a short
command imports and mostly never instantiates. This one compiles a constructor when a class has been instantiated a few
times and shares the other methods. Type checkers see the standard library's; the names and the meaning of the arguments are its
own, and what is not used here (`order`, `InitVar`, `KW_ONLY`, fields with metadata) does not exist.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dataclasses import FrozenInstanceError as FrozenInstanceError
    from dataclasses import dataclass as dataclass
    from dataclasses import field as field
    from dataclasses import fields as fields
    from dataclasses import replace as replace
else:
    # What `operator` has it from; each start would pay for the rest of that.
    from _operator import attrgetter

    _MISSING = object()
    _USES_BEFORE_COMPILING = 8
    _set = object.__setattr__

    class FrozenInstanceError(AttributeError):
        """A field of a frozen record was assigned."""

    class Field:
        """One field of a record, inherited by the classes below it."""

        __slots__ = ("compare", "default", "factory", "init", "kw_only", "name", "repr")

        def __init__(self, default, factory, init, repr, compare):
            self.name = ""
            self.default = default
            self.factory = factory
            self.init = init
            self.repr = repr
            self.compare = compare
            self.kw_only = False

    def field(*, default=_MISSING, default_factory=_MISSING, init=True, repr=True, compare=True):
        """Says more of a field than a default can."""
        return Field(default, default_factory, init, repr, compare)

    def dataclass(cls=None, /, *, frozen=False, slots=False, kw_only=False, eq=True):
        """Makes a record of a class: a constructor, `repr`, comparison and, if frozen, a hash from its annotations."""
        if cls is not None:
            return _record(cls, frozen, slots, kw_only, eq)
        return lambda given: _record(given, frozen, slots, kw_only, eq)

    def fields(record):
        """Gives the fields of a record or of its class, the inherited ones first."""
        return tuple(record.__dataclass_fields__.values())

    def replace(record, /, **changes):
        """Gives a copy with some fields changed."""
        for one in record.__dataclass_fields__.values():
            if not one.init:
                if one.name in changes:
                    raise ValueError(f"field {one.name} is declared with init=False, it cannot be replaced")
            elif one.name not in changes:
                changes[one.name] = getattr(record, one.name)
        return record.__class__(**changes)

    def _record(cls, frozen, slots, kw_only, eq):
        found = {}
        for base in cls.__mro__[-1:0:-1]:
            found.update(base.__dict__.get("__dataclass_fields__", ()))
        content = dict(cls.__dict__)
        own = []
        for name, annotation in cls.__annotations__.items():
            if annotation.startswith("ClassVar"):
                continue
            one = content.get(name, _MISSING)
            if not isinstance(one, Field):
                one = Field(one, _MISSING, True, True, True)
            one.name = name
            one.kw_only = kw_only
            found[name] = one
            own.append(name)
        content["__dataclass_fields__"] = found
        content["__match_args__"] = tuple(one.name for one in found.values() if one.init and not one.kw_only)
        holder = []
        content["__init__"] = _first(holder)
        content.setdefault("__repr__", _repr)
        if frozen:
            content["__setattr__"] = _frozen_setattr
            content["__delattr__"] = _frozen_delattr
        if eq:
            says_hash = content.get("__hash__") is not None
            content.setdefault("__eq__", _eq)
            if not says_hash:
                content["__hash__"] = _hash if frozen else None
        if not slots:
            for name in own:
                default = found[name].default
                if default is not _MISSING:
                    setattr(cls, name, default)
                elif name in cls.__dict__:
                    delattr(cls, name)
            for name, value in content.items():
                if name.startswith("__") and cls.__dict__.get(name, _MISSING) is not value:
                    setattr(cls, name, value)
            holder.append(cls)
            return cls
        for name in own:
            content.pop(name, None)
        content.pop("__dict__", None)
        content.pop("__weakref__", None)
        is_alone = cls.__base__ is object
        content["__slots__"] = tuple(name for name in own if is_alone or not _has_slot(cls, name))
        content["__getstate__"] = _getstate
        content["__setstate__"] = _setstate
        made = type(cls)(cls.__name__, cls.__bases__, content)
        made.__qualname__ = cls.__qualname__
        holder.append(made)
        return made

    def _has_slot(cls, name):
        return any(name in base.__dict__.get("__slots__", ()) for base in cls.__mro__[1:])

    def _first(holder):
        """Gives what stands for the constructor until the class has been instantiated a few times."""
        uses = 0

        def __init__(self, /, *args, **kwargs):
            nonlocal uses
            (cls,) = holder
            uses += 1
            if uses > _USES_BEFORE_COMPILING or not _filled(self, cls, args, kwargs):
                init = cls.__init__ = _constructor(cls)
                init(self, *args, **kwargs)

        return __init__

    def _filled(record, cls, args, kwargs):
        """Does what a compiled constructor does; tells if the arguments are not right."""
        found = cls.__dataclass_fields__
        names = cls.__match_args__
        if len(args) > len(names):
            return False
        given = dict(zip(names, args, strict=False))
        for name, value in kwargs.items():
            if name in given or name not in found or not found[name].init:
                return False
            given[name] = value
        for name, one in found.items():
            if name in given:
                value = given[name]
            elif one.default is not _MISSING:
                value = one.default
            elif one.factory is not _MISSING:
                value = one.factory()
            elif one.init:
                return False
            else:
                continue
            _set(record, name, value)
        if hasattr(cls, "__post_init__"):
            record.__post_init__()
        return True

    def _constructor(cls):
        positional, named, lines = [], [], []
        known = {"_MISSING": _MISSING, "_set": _set}
        frozen = cls.__setattr__ is _frozen_setattr
        for one in cls.__dataclass_fields__.values():
            name = one.name
            value = name
            parameter = name
            if one.default is not _MISSING:
                known[f"_default_{name}"] = one.default
                parameter = f"{name}=_default_{name}"
                value = name if one.init else f"_default_{name}"
            elif one.factory is not _MISSING:
                known[f"_factory_{name}"] = one.factory
                parameter = f"{name}=_MISSING"
                value = (
                    f"_factory_{name}() if {name} is _MISSING else {name}"
                    if one.init
                    else f"_factory_{name}()"
                )
            elif not one.init:
                continue
            if one.init:
                (named if one.kw_only else positional).append(parameter)
            if frozen:
                slot = getattr(cls, name, None)
                if hasattr(slot, "__set__"):
                    known[f"_set_{name}"] = slot.__set__
                    lines.append(f" _set_{name}(self, {value})")
                else:
                    lines.append(f" _set(self, {name!r}, {value})")
            else:
                lines.append(f" self.{name} = {value}")
        if hasattr(cls, "__post_init__"):
            lines.append(" self.__post_init__()")
        parameters = ", ".join(["self", *positional, *(["*", *named] if named else ())])
        made = {}
        exec(f"def __init__({parameters}):\n" + ("\n".join(lines) or " pass"), known, made)
        init = made["__init__"]
        init.__qualname__ = f"{cls.__qualname__}.__init__"
        init.__module__ = cls.__module__
        return init

    _keys = {}

    def _key(cls):
        names = [one.name for one in cls.__dataclass_fields__.values() if one.compare]
        made = _keys[cls] = attrgetter(*names) if names else lambda record: ()
        return made

    def _eq(self, other):
        cls = self.__class__
        if other.__class__ is not cls:
            return NotImplemented
        key = _keys.get(cls) or _key(cls)
        return key(self) == key(other)

    def _hash(self):
        cls = self.__class__
        return hash((_keys.get(cls) or _key(cls))(self))

    def _repr(self):
        shown = (
            f"{one.name}={getattr(self, one.name)!r}"
            for one in self.__dataclass_fields__.values()
            if one.repr
        )
        return f"{self.__class__.__qualname__}({', '.join(shown)})"

    def _frozen_setattr(self, name, value):
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def _frozen_delattr(self, name):
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def _getstate(self):
        return [getattr(self, name) for name in self.__dataclass_fields__]

    def _setstate(self, state):
        for name, value in zip(self.__dataclass_fields__, state, strict=True):
            object.__setattr__(self, name, value)
