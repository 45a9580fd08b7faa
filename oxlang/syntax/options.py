"""Which Starlark a kind of file is written in."""

from __future__ import annotations

from oxlang.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageOptions:
    """What differs between kinds of files; names follow starlark-go's flags where it has one.

    Attributes:
        top_level_control: `if`, `for` (and `while`) statements outside of functions.
        global_reassign: a global may be bound again, also by augmented assignment.
        recursion: functions may call themselves.
        set: the `set` built-in exists.
        while_loops: `while` statements.
        late_names: an undefined name inside a function is an error when its line runs, not before.
        load_binds_globally: names bound by `load` are exported.
        old_dialect: what PyOxidizer 0.24's parser accepted beyond the specification (tabs as indentation …).
        like_go: strings are sequences of UTF-8 bytes, and other choices of starlark-go (docs/language.md, rows G).
    """

    top_level_control: bool = False
    global_reassign: bool = False
    recursion: bool = False
    set: bool = False
    while_loops: bool = False
    late_names: bool = False
    load_binds_globally: bool = False
    old_dialect: bool = False
    like_go: bool = False


STANDARD = LanguageOptions(set=True)
"""The specification of Starlark, as `oxl starlark FILE` runs it."""

CONFIG = LanguageOptions(
    top_level_control=True, global_reassign=True, recursion=False, set=True, late_names=True, old_dialect=True
)
"""`pyoxidizer.bzl`: what PyOxidizer accepted, and modern Starlark besides."""

STDLIB = LanguageOptions(set=True)
"""The modules of `@stdlib`."""
