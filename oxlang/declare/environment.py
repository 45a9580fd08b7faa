"""Constants, and the environment: every name that a kind of file can use without defining it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from oxlang.declare.members import FunctionDef, TypeDef
    from oxlang.declare.types import Ty


class ConstantDef:
    """A name with a value that the host gives.

    Attributes:
        visible_in_load: a file reached by `load` sees it (the predecessor's showed none; ours shows them).
    """

    __slots__ = ("doc", "extension", "name", "origin", "type", "visible_in_load")

    def __init__(
        self,
        *,
        name: str,
        type: Ty,
        doc: str = "",
        origin: str = "",
        extension: bool = False,
        visible_in_load: bool = True,
    ) -> None:
        self.name = name
        self.type = type
        self.doc = doc
        self.origin = origin
        self.extension = extension
        self.visible_in_load = visible_in_load

    def __repr__(self) -> str:
        return f"ConstantDef({self.name}: {self.type})"


class Environment:
    """Every name that a kind of file can use without defining it.

    Attributes:
        types: by Starlark name. functions: by name, constructors among them. constants: by name.
    """

    __slots__ = ("constants", "functions", "types")

    def __init__(
        self,
        types: Iterable[TypeDef] = (),
        functions: Iterable[FunctionDef] = (),
        constants: Iterable[ConstantDef] = (),
    ) -> None:
        self.types: Mapping[str, TypeDef] = {one.name: one for one in types}
        self.functions: Mapping[str, FunctionDef] = {one.name: one for one in functions}
        self.constants: Mapping[str, ConstantDef] = {one.name: one for one in constants}

    def __or__(self, other: Environment) -> Environment:
        """Joins two environments; names of the other win."""
        return Environment(
            {**self.types, **other.types}.values(),
            {**self.functions, **other.functions}.values(),
            {**self.constants, **other.constants}.values(),
        )

    def __contains__(self, name: object) -> bool:
        return name in self.functions or name in self.constants

    def names(self) -> Iterator[str]:
        """Gives the global names: functions, then constants."""
        yield from self.functions
        yield from self.constants

    def get(self, name: str) -> FunctionDef | ConstantDef | None:
        """Gives the declaration of a global name."""
        return self.functions.get(name) or self.constants.get(name)
