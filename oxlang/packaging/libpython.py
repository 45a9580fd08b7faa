"""libpython: which files there are, and how a program is linked against them.

Static: the installed archive as it is, whole, with exported symbols, so that prebuilt extension modules find the C API
in the program; its table of built-in modules must not be shortened (CPython does not start without the frozen
importer's needs). Dynamic: the shared library lies beside the program, found by RUNPATH `$ORIGIN`. The choice of the
default follows the measurements in distribution.md, section 8.3.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Literal

from oxlang.diagnostics import error
from oxlang.packaging.distribution import Distribution, LinkEntry, LinkMode
from oxlang.records import dataclass

# How names of CPython's own functions begin, those of the libraries that it contains among them.
_OWN_NAMES = ("Py", "_Py", "python_")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLibraries:
    """What an installation offers; absolute paths, empty when there is none.

    Attributes:
        links: names of the libraries that a program with the static archive needs.
        static_pic: whether the archive is position independent; None when unknown.
    """

    static_lib: str = ""
    shared_lib: str = ""
    soname: str = ""
    static_pic: bool | None = None
    bitcode: bool = False
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFacts:
    """How a program gets its libpython.

    Attributes:
        mode: `static` or `dynamic`.
        library: absolute path of the archive or the shared library that is linked.
        name: name for `-l`, such as `python3.11`.
        search_dir: folder of `library`.
        extra_file: absolute path of the shared library that lies beside the program, under `extra_name`.
        extra_name: its SONAME file name.
        relocation_model: `static` when the archive does not fit a position-independent program, else `pic`.
        system_libraries: names for `-l`.
        frameworks: Apple frameworks.
        static_libraries: further archives (absolute paths) of the distribution.
        core_objs: object files (absolute paths) when libpython has to be put together from objects.
    """

    mode: LinkMode
    library: str
    name: str
    search_dir: str
    extra_file: str = ""
    extra_name: str = ""
    relocation_model: Literal["pic", "static"] = "pic"
    system_libraries: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    static_libraries: tuple[str, ...] = ()
    core_objs: tuple[str, ...] = ()


def find_libpython(variables: Mapping[str, str]) -> FoundLibraries:
    """Finds the libraries that an interpreter's configuration variables name.

    Debian installs a second, position-independent archive beside the plain one; it is preferred when the plain one
    is not position independent. An archive that lacks functions which its own objects call (Debian's of 3.12 and
    newer: the hash functions behind its built-in `_sha2`) cannot be linked and does not count.
    """
    from oxlang.packaging.elf import (
        ElfError,
        is_bitcode_archive,
        is_position_independent,
        missing_symbols,
        read_elf_facts,
    )

    config, library = variables.get("LIBPL", ""), variables.get("LIBRARY", "")
    folder = variables.get("LIBDIR", "")
    static, pic, bitcode = "", None, False
    for name in (library, library.removesuffix(".a") + "-pic.a"):
        for place in (config, folder):
            path = os.path.join(place, name)
            if not library or not place or not os.path.isfile(path):
                continue
            try:
                fits, is_bitcode = is_position_independent(path), is_bitcode_archive(path)
                if not is_bitcode and missing_symbols(path, _OWN_NAMES):
                    continue
            except (ElfError, OSError, ValueError):
                continue
            if not static or (pic is False and fits):
                static, pic, bitcode = path, fits, is_bitcode
            break
    shared, soname = "", ""
    if variables.get("Py_ENABLE_SHARED") == "1":
        for name in (variables.get("INSTSONAME", ""), variables.get("LDLIBRARY", "")):
            path = os.path.join(folder, name)
            if name and os.path.isfile(path):
                shared = path
                try:
                    soname = read_elf_facts(path).soname or os.path.basename(path)
                except (ElfError, OSError):
                    soname = os.path.basename(path)
                break
    words = " ".join(
        variables.get(name, "") for name in ("LIBS", "SYSLIBS", "MODLIBS", "LOCALMODLIBS")
    ).split()
    links = tuple(dict.fromkeys(word[2:] for word in words if re.fullmatch(r"-l[\w.+-]+", word)))
    return FoundLibraries(
        static_lib=static, shared_lib=shared, soname=soname, static_pic=pic, bitcode=bitcode, links=links
    )


def link_facts(distribution: Distribution, mode: LinkMode | Literal["default"] = "default") -> LinkFacts:
    """Gives how to link, in the wanted mode or the distribution's default.

    Raises OX0614 when the distribution cannot be linked so.
    """
    chosen: LinkMode = distribution.default_link_mode if mode == "default" else mode
    if chosen == "static" and not distribution.supports_static:
        raise _unsupported(distribution, "statically", "dynamically" if distribution.supports_dynamic else "")
    if chosen == "dynamic" and not distribution.supports_dynamic:
        raise _unsupported(distribution, "dynamically", "statically" if distribution.supports_static else "")
    entries = list(distribution.core_links)
    if chosen == "static":
        for variants in distribution.extensions.values():
            entries += [link for one in variants if one.in_core for link in one.links]
    if chosen == "dynamic":
        library = str(distribution.path(distribution.shared_lib))
        return LinkFacts(
            mode="dynamic",
            library=library,
            name=_library_name(os.path.basename(library)),
            search_dir=os.path.dirname(library),
            extra_file=library,
            extra_name=distribution.soname or os.path.basename(library),
        )
    library = str(distribution.path(distribution.static_lib)) if distribution.static_lib else ""
    return LinkFacts(
        mode="static",
        library=library,
        name=_library_name(os.path.basename(library)) if library else f"python{distribution.major_minor}",
        search_dir=os.path.dirname(library),
        relocation_model="static" if distribution.static_lib_pic is False else "pic",
        system_libraries=_names(entries, distribution),
        frameworks=tuple(dict.fromkeys(one.name for one in entries if one.framework)),
        static_libraries=tuple(
            dict.fromkeys(str(distribution.path(one.path_static)) for one in entries if one.path_static)
        ),
        core_objs=tuple(str(distribution.path(one)) for one in distribution.core_objs) if not library else (),
    )


def _names(entries: list[LinkEntry], distribution: Distribution) -> tuple[str, ...]:
    names = [one.name for one in entries if not one.framework and not one.path_static]
    if distribution.platform.is_musl:
        # All in musl's libc. Named, they are found where the linker's own C library, glibc, has them.
        names = [name for name in names if name not in ("crypt", "dl", "m", "pthread", "resolv", "rt", "util")]
    elif distribution.platform.is_linux:
        # The archive's own code needs these; naming one twice is harmless.
        names += ["dl", "m", "pthread", "util"]
    if distribution.platform.is_windows:
        names.append("msvcrt")
    return tuple(dict.fromkeys(names))


def _library_name(file_name: str) -> str:
    """Name for `-l`: `python3.11` of `libpython3.11.so.1.0` and of `libpython3.11.a`."""
    stem = file_name.removeprefix("lib")
    for end in (".so", ".dylib", ".dll", ".a", ".lib"):
        at = stem.find(end)
        if at > 0 and (end == ".so" or stem.endswith(end)):
            return stem[:at]
    return stem


def _unsupported(distribution: Distribution, how: str, other: str) -> Exception:
    if distribution.bitcode and how == "statically":
        return error(
            "OX0614",
            "this Python distribution does not support statically linking libpython",
            help="link it dynamically",
            notes=("its objects are LLVM bitcode, which the installed Rust and C tools cannot relink",),
        )
    if not other:
        return error(
            "OX0614",
            f"Python {distribution.version} has no libpython that programs can be linked with",
            help="install a Python with a libpython (`--enable-shared`, or the -dev package), or name one by OXL_PYTHON",
        )
    return error(
        "OX0614", f"this Python distribution does not support {how} linking libpython", help=f"link it {other}"
    )
