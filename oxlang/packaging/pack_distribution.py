"""Makes a full archive of an installed interpreter, in the shape of python-build-standalone's.

For machines without a Python of their own, for closed networks, and as test material: the archive has `PYTHON.json`
version 8, libpython as static and shared library where the installation has them, no object files.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

from oxlang.packaging.distribution import Distribution, LinkEntry
from oxlang.records import replace

INSTALL = "install"
_IGNORED = shutil.ignore_patterns(
    "__pycache__", "*.pyc", "site-packages", "dist-packages", "EXTERNALLY-MANAGED"
)


def pack_distribution(
    interpreter: Path,
    archive: Path,
    *,
    with_tests: bool = False,
    shared_only: bool = False,
    say: Callable[[str], None] | None = None,
) -> Distribution:
    """Writes the archive of an interpreter's base installation; the name's end says the compression.

    Args:
        interpreter: a Python, also of a virtual environment.
        archive: `.tar.zst`, `.tar.gz` or `.tar`.
        with_tests: whether the tests of the standard library are in it.
        shared_only: leaves out the static libpython, so that programs get the shared one beside them.
        say: takes a line for each step.

    Returns:
        The description in the archive, with the unpacked folder gone.

    An interpreter for another machine is described by its files. Raises OX0602 when the interpreter cannot be asked,
    OX0614 when there is no shared libpython and nothing else is wanted, OX0618 for an unknown format.
    """
    import tempfile

    from oxlang.diagnostics import error
    from oxlang.packaging.local import describe, probe
    from oxlang.packaging.unpack import pack_tar

    if not archive.name.endswith((".tar.zst", ".tar.gz", ".tgz", ".tar")):
        raise error(
            "OX0618",
            f"unhandled distribution format: {archive.name}",
            help="name it NAME.tar.zst or NAME.tar.gz",
        )
    say = say or (lambda line: None)
    found = describe(interpreter)
    say(f"describing Python {found.version} of {found.root}")
    if shared_only:
        if not found.shared_lib:
            raise error("OX0614", f"Python {found.version} of `{found.root}` has no shared libpython")
        found = replace(found, static_lib="", static_lib_pic=None, inittab_object="")
    with tempfile.TemporaryDirectory(prefix="oxl-pack-") as folder:
        root = Path(folder, "python")
        described = lay_out(found, root, with_tests=with_tests)
        if shared_only:
            for library in (root / described.stdlib).glob("config-*/*.a"):
                library.unlink()
        variables = probe(found.interpreter)["variables"]
        data = described.to_json() | {"python_config_vars": variables}
        (root / "PYTHON.json").write_text(json.dumps(data, indent=4, sort_keys=True), encoding="utf-8")
        say(f"writing {archive}")
        archive.parent.mkdir(parents=True, exist_ok=True)
        aside = archive.with_name(f".{os.getpid()}.{archive.name}")
        try:
            pack_tar(root, aside, prefix="python")
            os.replace(aside, archive)
        finally:
            aside.unlink(missing_ok=True)
    return described


def lay_out(found: Distribution, root: Path, *, with_tests: bool = False) -> Distribution:
    """Copies an installation below `root/install` and gives its description relative to `root`."""

    def moved(path: str) -> str:
        if not path:
            return ""
        return f"{INSTALL}/{path}" if not os.path.isabs(path) else f"{INSTALL}/lib/{os.path.basename(path)}"

    def copied(path: str) -> str:
        if not path:
            return ""
        target = root / moved(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(found.path(path), target)
        return moved(path)

    def moved_link(link: LinkEntry) -> LinkEntry:
        if link.path_dynamic and not (root / moved(link.path_dynamic)).exists():
            copied(link.path_dynamic)
        return replace(link, path_dynamic=moved(link.path_dynamic))

    stdlib = found.path(found.stdlib)
    ignore = _IGNORED if with_tests else _without_tests(found, stdlib)
    shutil.copytree(stdlib, root / moved(found.stdlib), ignore=ignore, symlinks=False)
    include = found.path(found.include)
    if include.is_dir():
        shutil.copytree(include, root / moved(found.include), symlinks=False)
    for entry in list((root / moved(found.stdlib)).glob("config-*/python.o")):
        entry.unlink()
    exe = copied(found.python_exe)
    shared = _shared(found, root, copied)
    _find_libraries_beside(root / exe)
    extensions = {
        name: tuple(
            replace(one, shared_lib=moved(one.shared_lib), links=tuple(map(moved_link, one.links))) for one in variants
        )
        for name, variants in found.extensions.items()
    }
    text = root / "licenses" / "LICENSE.cpython.txt"
    if found.license_path:
        text.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(found.path(found.license_path), text)
    for one in (value for variants in found.extensions.values() for value in variants):
        if one.shared_lib and not (root / moved(one.shared_lib)).exists():
            copied(one.shared_lib)
    return replace(
        found,
        kind="archive",
        root=str(root),
        python_exe=exe,
        stdlib=moved(found.stdlib),
        include=moved(found.include),
        platform_config=moved(found.platform_config),
        paths=MappingProxyType({name: moved(path) for name, path in found.paths.items()}),
        static_lib=moved(found.static_lib)
        if not found.static_lib or (root / moved(found.static_lib)).exists()
        else copied(found.static_lib),
        shared_lib=shared,
        inittab_source=moved(found.inittab_source),
        inittab_cflags=(),
        license_path="licenses/LICENSE.cpython.txt" if found.license_path else "",
        extensions=MappingProxyType(extensions),
    )


def _shared(found: Distribution, root: Path, copied: Callable[[str], str]) -> str:
    """Copies the shared libpython to `install/lib` under its SONAME."""
    if not found.shared_lib:
        return ""
    if found.platform.is_windows:
        beside = ("libs/*.lib", "python3.dll", "vcruntime*.dll")
        for file in (one for pattern in beside for one in sorted(Path(found.root).glob(pattern))):
            copied(file.relative_to(found.root).as_posix())
        return copied(found.shared_lib)
    place = f"{INSTALL}/lib/{found.soname or os.path.basename(found.shared_lib)}"
    (root / place).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(found.path(found.shared_lib), root / place)
    return place


def _find_libraries_beside(program: Path) -> None:
    """Lets the interpreter find libpython in `../lib` instead of where it was installed."""
    from oxlang.packaging.elf_write import with_runpath

    new = with_runpath(program.read_bytes(), "$ORIGIN/../lib")
    if new is not None:
        program.write_bytes(new)


def _without_tests(found: Distribution, stdlib: Path) -> Callable[[str, list[str]], set[str]]:
    tests = {str(stdlib.joinpath(*name.split("."))) for name in found.stdlib_test_packages}

    def ignore(folder: str, names: list[str]) -> set[str]:
        skipped = set(_IGNORED(folder, names))
        return skipped | {name for name in names if os.path.join(folder, name) in tests}

    return ignore
