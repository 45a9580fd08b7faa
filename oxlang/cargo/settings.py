"""What the caller has told cargo about a platform: its linker, and what runs its programs.

Cargo reads `target.<triple>.linker` and `.runner` from `.cargo/config.toml` of the folder and those above it, then from
CARGO_HOME; a variable `CARGO_TARGET_<TRIPLE>_LINKER` or `…_RUNNER` comes before all files. Tables of `cfg(…)` are not
worked out here: that there is one is all that is said of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from oxlang.records import dataclass

Name = Literal["linker", "runner"]

CROSS_LINKERS = {
    "aarch64-unknown-linux-gnu": "aarch64-linux-gnu-gcc",
    "armv7-unknown-linux-gnueabihf": "arm-linux-gnueabihf-gcc",
    "i686-unknown-linux-gnu": "i686-linux-gnu-gcc",
    "powerpc64le-unknown-linux-gnu": "powerpc64le-linux-gnu-gcc",
    "riscv64gc-unknown-linux-gnu": "riscv64-linux-gnu-gcc",
    "s390x-unknown-linux-gnu": "s390x-linux-gnu-gcc",
    "x86_64-unknown-linux-gnu": "x86_64-linux-gnu-gcc",
}
"""C compilers as Debian and its relatives call them; rustc knows the names for Windows itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSetting:
    """A linker or runner.

    Attributes:
        words: program and arguments; empty when only a table of `cfg(…)` has one.
        source: the variable or file that says so.
    """

    words: tuple[str, ...]
    source: str


def variable(triple: str, name: Name) -> str:
    """Gives the variable by which cargo is told: `CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER`."""
    return f"CARGO_TARGET_{triple.upper().replace('-', '_').replace('.', '_')}_{name.upper()}"


def target_setting(
    name: Name, triple: str, env: Mapping[str, str], folder: Path | None = None
) -> TargetSetting | None:
    """Gives what cargo would take as linker or runner of a platform; None when nothing is said.

    Args:
        name: which of the two.
        triple: the platform.
        env: the caller's environment.
        folder: where cargo is started; None looks into CARGO_HOME only.
    """
    given = env.get(variable(triple, name))
    if given:
        return TargetSetting(words=_words(given, name), source=variable(triple, name))
    by_cfg: TargetSetting | None = None
    for file in config_files(env, folder):
        targets = _read(file).get("target")
        if not isinstance(targets, dict):
            continue
        own = targets.get(triple)
        if isinstance(own, dict) and own.get(name):
            return TargetSetting(words=_located(own[name], name, file), source=str(file))
        if by_cfg is None and any(isinstance(one, dict) and one.get(name) for one in _cfg_tables(targets)):
            by_cfg = TargetSetting(words=(), source=str(file))
    return by_cfg


def default_target(env: Mapping[str, str], folder: Path | None = None) -> str:
    """Gives the platform that cargo builds for when it is not told: `build.target`; empty for the machine's own."""
    given = env.get("CARGO_BUILD_TARGET")
    if given:
        return given
    for file in config_files(env, folder):
        build = _read(file).get("build")
        named = build.get("target") if isinstance(build, dict) else None
        if named:
            return str(named[0] if isinstance(named, list) else named)
    return ""


def cross_linker(triple: str, env: Mapping[str, str], folder: Path | None = None) -> str:
    """Gives the usual C compiler for a platform if it is installed and cargo was told of no other; else empty."""
    from oxlang.cargo.toolchain import which

    usual = CROSS_LINKERS.get(triple, "")
    return usual if usual and target_setting("linker", triple, env, folder) is None and which(usual, env) else ""


def missing_linker(triple: str, env: Mapping[str, str], folder: Path | None = None) -> str:
    """Says that nothing links programs for a platform, in words for a help text; empty when something does."""
    from oxlang.cargo.toolchain import which

    usual = CROSS_LINKERS.get(triple, "")
    if not usual or which(usual, env) or target_setting("linker", triple, env, folder) is not None:
        return ""
    return f"install `{usual}`, which links programs for `{triple}`, or name a linker by {variable(triple, 'linker')}"


def config_files(env: Mapping[str, str], folder: Path | None) -> Iterator[Path]:
    """Gives cargo's configuration files that exist, those that come first in front; of two in a folder the old name."""
    home = env.get("CARGO_HOME") or os.path.join(env.get("HOME") or env.get("USERPROFILE") or "", ".cargo")
    above = [] if folder is None else [one / ".cargo" for one in (folder.absolute(), *folder.absolute().parents)]
    for place in dict.fromkeys([*above, Path(home)]):
        for name in ("config", "config.toml"):
            if (place / name).is_file():
                yield place / name
                break


def _read(file: Path) -> dict[str, Any]:
    """Gives the content of a file; cargo says what is wrong with one that cannot be read."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        found: dict[str, Any] = tomlkit.parse(file.read_text(encoding="utf-8")).unwrap()
    except (OSError, ValueError, TOMLKitError):
        return {}
    return found


def _cfg_tables(targets: Mapping[str, Any]) -> Iterator[Any]:
    return (table for key, table in targets.items() if key.startswith("cfg("))


def _words(value: object, name: Name) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(map(str, value))
    return tuple(str(value).split()) if name == "runner" else (str(value),)


def _located(value: object, name: Name, file: Path) -> tuple[str, ...]:
    """Gives the words of a file's value; a path with a slash counts from the folder that `.cargo` lies in."""
    first, *rest = _words(value, name) or ("",)
    if os.sep in first or "/" in first:
        first = os.path.join(file.parent.parent, first)
    return (first, *rest)
