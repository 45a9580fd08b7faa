"""Which language and which names a file has, by its name; and how a `load` in it finds its file.

`*.bzl` is a config with the names of the dialect. Everything else is Starlark by the specification; the names of the
dialect are known there, too, because configs load such files.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from oxlang.bundled import bundled_path
from oxlang.declare.environment import Environment
from oxlang.lint.runner import ReadModule
from oxlang.source import SourceFile
from oxlang.syntax.options import CONFIG, STDLIB, LanguageOptions

_STDLIB = "@stdlib//"
_LONGEST = 250
"""No file system has longer names."""


def options_of(path: str) -> LanguageOptions:
    """Gives the language of a file."""
    return CONFIG if path.endswith(".bzl") else STDLIB


def environment_of(path: str) -> Environment:
    """Gives the names that a file may use."""
    return everything()


@lru_cache(maxsize=1)
def everything() -> Environment:
    """Gives the names of the language and of the dialect."""
    from oxlang.check.language import language_environment
    from oxlang.dialect.environment import environment

    return language_environment() | environment()


def module_path(name: str, loading: str) -> Path | None:
    """Gives the path of the file that `load(name, …)` means in the file `loading`."""
    if "\0" in name or len(name) > _LONGEST:
        return None
    if name.startswith(_STDLIB):
        return bundled_path("stdlib", *name[len(_STDLIB) :].split("/"))
    if name.startswith("@") or not name:
        return None
    name = name.removeprefix("//").removeprefix(":")
    return Path(loading).parent / name


def reader(loading: str) -> ReadModule:
    """Gives the function that reads what a file loads; what cannot be read is None."""

    def read(name: str) -> tuple[SourceFile, LanguageOptions, Environment] | None:
        path = module_path(name, loading)
        if path is None:
            return None
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, ValueError):
            return None
        return SourceFile(str(path), text), options_of(path.name), environment_of(path.name)

    return read
