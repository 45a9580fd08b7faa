"""A Python distribution: what a build has to know about one CPython, wherever it comes from.

The facts have the shape of `PYTHON.json` version 8 of python-build-standalone, whose paths are relative to a root
folder (`docs/formats/python-json.md` lists the keys). A distribution made from an installed interpreter fills the
same record, with that installation's prefix as root; nothing behind this module asks which of the two it is, apart
from three capabilities (`extensions_have_objects`, `can_load_extension_files`, `can_load_extensions_from_memory`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from oxlang.graph.platform import Platform
from oxlang.records import dataclass, field

LinkMode = Literal["static", "dynamic"]
Kind = Literal["local", "archive"]

# Configuration variables that generated files name; the others are read from the interpreter when asked for.
BUILD_FLAG_VARIABLES = ("Py_DEBUG", "Py_REF_DEBUG", "Py_TRACE_REFS", "COUNT_ALLOCS", "Py_GIL_DISABLED")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkEntry:
    """A library that an extension module or libpython needs.

    Attributes:
        name: name as given to a linker, `ssl` for `libssl.so.3`.
        path_static: static library relative to the distribution's root, or empty.
        path_dynamic: shared library likewise.
        framework: an Apple framework.
        system: a library of the operating system.
    """

    name: str
    path_static: str = ""
    path_dynamic: str = ""
    framework: bool = False
    system: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionVariant:
    """One way in which a distribution offers an extension module.

    Attributes:
        name: dotted module name.
        variant: name of the variant, `default` when there is only one.
        init_fn: the C function that makes the module; empty for `NULL` (modules that CPython sets up itself).
        in_core: part of libpython.
        required: the interpreter cannot start without it.
        shared_lib: the file, relative to the root; empty when there is none.
        static_lib: a static library with its objects.
        objs: object files.
        links: libraries it needs.
        licenses: SPDX names; None when unknown.
        license_paths: licence texts relative to the root.
        license_public_domain: whether it is in the public domain; None when unknown.
    """

    name: str
    variant: str = "default"
    init_fn: str = ""
    in_core: bool = False
    required: bool = False
    shared_lib: str = ""
    static_lib: str = ""
    objs: tuple[str, ...] = ()
    links: tuple[LinkEntry, ...] = ()
    licenses: tuple[str, ...] | None = None
    license_paths: tuple[str, ...] = ()
    license_public_domain: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Facts about one Python. Paths are relative to `root` unless absolute; `path` joins them.

    Attributes:
        kind: `local` for an installed interpreter, `archive` for an unpacked archive.
        identity: SHA-256 over what makes it this distribution; part of every key that depends on it.
        root: host folder.
        version: `3.11.7`.
        target_triple: where it runs.
        python_exe: the interpreter.
        stdlib: folder of the standard library.
        include: folder of `Python.h`.
        platform_config: folder with `Makefile` and `config.c`, or empty.
        suffixes: `source`, `bytecode`, `debug_bytecode`, `optimized_bytecode`, `extension`.
        bytecode_magic: four bytes in hexadecimal.
        static_lib, shared_lib: libpython, or empty.
        soname: file name under which programs look for the shared libpython.
        static_lib_pic: whether the static libpython fits position-independent programs; None when unknown.
        bitcode: objects are LLVM bitcode, so nothing can be relinked here.
        core_objs: object files of libpython.
        core_links: libraries of libpython.
        free_threaded: built without the global lock.
        flavor: which flavor was asked for (`standalone`, `local`, …).
    """

    kind: Kind
    identity: str
    root: str
    flavor: str = "standalone"
    version: str
    implementation_name: str = "cpython"
    implementation_version: tuple[str, ...] = ()
    hex_version: int = 0
    target_triple: str
    python_tag: str
    abi_tag: str = ""
    platform_tag: str
    cache_tag: str
    bytecode_magic: str
    python_exe: str
    stdlib: str
    include: str
    platform_config: str = ""
    paths: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    paths_abstract: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    config_vars: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    suffixes: Mapping[str, tuple[str, ...]]
    stdlib_test_packages: tuple[str, ...] = ()
    libpython_link_mode: Literal["static", "shared"] = "static"
    symbol_visibility: str = "global-default"
    extension_module_loading: tuple[str, ...] = ("builtin",)
    crt_features: tuple[str, ...] = ()
    build_options: str = ""
    licenses: tuple[str, ...] | None = None
    license_path: str = ""
    tcl_library_path: str = ""
    tcl_library_paths: tuple[str, ...] = ()
    static_lib: str = ""
    shared_lib: str = ""
    soname: str = ""
    static_lib_pic: bool | None = None
    bitcode: bool = False
    core_objs: tuple[str, ...] = ()
    core_links: tuple[LinkEntry, ...] = ()
    inittab_object: str = ""
    inittab_source: str = ""
    inittab_cflags: tuple[str, ...] = ()
    object_file_format: str = "elf"
    extensions: Mapping[str, tuple[ExtensionVariant, ...]]
    free_threaded: bool = False
    apple_sdk: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    run_tests: str = ""

    @property
    def major_minor(self) -> str:
        """`3.11` of `3.11.7`."""
        return ".".join(self.version.split(".")[:2])

    @property
    def version_info(self) -> tuple[int, int]:
        """Major and minor version as numbers."""
        major, minor = self.major_minor.split(".")
        return int(major), int(minor)

    @property
    def platform(self) -> Platform:
        """Where it runs."""
        return Platform(self.target_triple)

    def path(self, relative: str) -> Path:
        """Gives the host path of one of the record's paths."""
        return Path(self.root, relative)

    @property
    def interpreter(self) -> Path:
        """Host path of the interpreter."""
        return self.path(self.python_exe)

    @property
    def source_suffixes(self) -> tuple[str, ...]:
        return self.suffixes["source"]

    @property
    def extension_suffixes(self) -> tuple[str, ...]:
        return self.suffixes["extension"]

    @property
    def supports_static(self) -> bool:
        """Whether libpython can be linked into the program."""
        if self.platform.is_windows:
            return not self.shared_lib
        return bool(self.static_lib or self.core_objs) and not self.bitcode

    @property
    def supports_dynamic(self) -> bool:
        """Whether the program can load a libpython that lies beside it."""
        return bool(self.shared_lib) and not self.platform.is_musl

    @property
    def default_link_mode(self) -> LinkMode:
        """Static where the archive fits a position-independent program, else dynamic, else static."""
        if self.supports_static and self.static_lib_pic is not False:
            return "static"
        return "dynamic" if self.supports_dynamic else "static"

    @property
    def extensions_have_objects(self) -> bool:
        """Whether extension modules that are files could be linked into libpython instead."""
        return any(one.objs for variants in self.extensions.values() for one in variants)

    @property
    def can_load_extension_files(self) -> bool:
        """Whether extension modules in files of their own can be loaded."""
        return "shared-library" in self.extension_module_loading

    @property
    def can_load_extensions_from_memory(self) -> bool:
        """Whether the runtime can load extension modules from memory: dynamic Windows builds, and glibc Linux."""
        if self.platform.is_windows:
            return self.can_load_extension_files and self.symbol_visibility == "dllexport"
        return self.can_load_extension_files and self.platform.is_linux

    @property
    def build_flags(self) -> tuple[str, ...]:
        """The variables among `BUILD_FLAG_VARIABLES` that are set."""
        return tuple(name for name in BUILD_FLAG_VARIABLES if self.config_vars.get(name) == "1")

    @property
    def pip_platform_tag(self) -> str:
        """Platform tag for `pip download`; `none` when extension modules cannot be loaded from files."""
        if not self.can_load_extension_files:
            return "none"
        tag = self.platform_tag
        system, _, rest = tag.partition("-")
        if system == "linux":
            return f"manylinux2014_{rest.replace('-', '_')}"
        return tag.replace("-", "_").replace(".", "_")

    def runs_on(self, host: Platform) -> bool:
        """Whether its interpreter can be started on a machine (distribution.md, section 6)."""
        own = self.platform
        if own.triple == host.triple:
            return True
        if own.os != host.os:
            return False
        if own.is_windows:
            return own.arch == host.arch or (own.arch == "i686" and host.arch == "x86_64")
        plain = own.arch.removesuffix("_v2").removesuffix("_v3").removesuffix("_v4")
        return plain == host.arch and (own.is_musl or own.environment == host.environment)

    def is_test_module(self, name: str) -> bool:
        """Whether a module of the standard library belongs to one of its test packages."""
        parts = name.split(".")
        return any(".".join(parts[:end]) in self._tests for end in range(1, len(parts) + 1))

    @property
    def _tests(self) -> frozenset[str]:
        return frozenset(self.stdlib_test_packages)

    def variants(self, name: str) -> tuple[ExtensionVariant, ...]:
        """Gives the variants of an extension module; empty when it is not known."""
        return self.extensions.get(name, ())

    @staticmethod
    def from_json(data: Mapping[str, Any], root: Path | str, *, kind: Kind, identity: str) -> Distribution:
        """Reads the shape of `PYTHON.json`; see `python_json.read_python_json`."""
        from oxlang.packaging.python_json import read_python_json

        return read_python_json(data, root, kind=kind, identity=identity)

    def to_json(self) -> dict[str, Any]:
        """Gives the shape of `PYTHON.json` version 8, with our further facts under `oxlang`."""
        from oxlang.packaging.python_json import write_python_json

        return write_python_json(self)
