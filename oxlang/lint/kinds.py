"""Which language and which names a file has, by its name; and how a `load` in it finds its file.

`*.bzl` is a config with the names of the dialect. Everything else is Starlark by the specification; the names of the
dialect are known there, too, because configs load such files.
"""

from __future__ import annotations

import itertools
from functools import lru_cache
from pathlib import Path

from oxlang.bundled import bundled_path
from oxlang.declare.environment import Environment
from oxlang.source import SourceFile
from oxlang.syntax.options import CONFIG, STDLIB, LanguageOptions

_STDLIB = "@stdlib//"
CONFIG_NAME = "pyoxidizer.bzl"
_LONGEST = 250
"""No file system has longer names."""
_HIGHEST = 8
"""Folders that are looked into above that of a file."""


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
    """Gives the path of the file that `load(name, …)` means in the file `loading`; None for what is no path.

    Evaluation counts from the working directory, too; here the folders up to the config's stand for it.
    """
    if not name or "\0" in name or len(name) > _LONGEST:
        return None
    if name.startswith(_STDLIB):
        parts = name[len(_STDLIB) :].split("/")
        return None if ".." in parts else bundled_path("stdlib", *parts)
    if name.startswith(("@", "//", ":")):
        return None
    folder = Path(loading).parent
    beside = folder / name
    for place in (folder, *itertools.islice(folder.parents, _HIGHEST)):
        try:
            if (place / name).is_file():
                return place / name
            if (place / CONFIG_NAME).is_file():
                break
        except OSError:
            break
    return beside


def read_module(name: str, loading: str) -> tuple[SourceFile, LanguageOptions, Environment] | None:
    """Reads the file that `load(name, …)` means in the file `loading`; None for what cannot be read."""
    path = module_path(name, loading)
    if path is None:
        return None
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            text = file.read()
    except (OSError, ValueError):
        return None
    return SourceFile(str(path), text), options_of(path.name), environment_of(path.name)
