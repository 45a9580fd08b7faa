"""Describing an installed interpreter: asking it, and completing the answer from the files of its installation.

Nothing is known about particular Python versions here: the interpreter runs `probe.py` and tells; `config.c`, the static
library and `lib-dynload` tell the rest. Facts are cached by the stat signature of the files they were read from, because
asking takes 0.2 s and every evaluation wants them.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from oxlang.diagnostics import OxError, error
from oxlang.graph.hashing import sha256
from oxlang.packaging.distribution import Distribution, ExtensionVariant, LinkEntry

OLDEST = (3, 9)
OLDEST_FREE_THREADED = (3, 14)
"""PyO3, on which the runtime is built, supports builds without the global lock from this one on."""
_FACTS_VERSION = 10

# The C library's own parts and GCC's runtime: every system has its own, so no extension module "links" them.
BASE_LIBRARY = re.compile(
    r"^(ld-linux.*|ld-musl.*|linux-vdso.*|libc|libm|libmvec|libdl|libpthread|librt|libutil|libresolv|libanl|libnss_\w+"
    r"|libgcc_s|libpython3.*)\.so"
)


def describe(interpreter: Path | str, *, cache_dir: Path | None = None) -> Distribution:
    """Gives the facts of the base installation of an interpreter.

    Args:
        interpreter: a Python, also one of a virtual environment.
        cache_dir: folder of the cache; facts are kept beside unpacked archives, in `python.<12 digits>` of their own.

    Raises OX0602 when it cannot be asked, is no CPython, or is too old.
    """
    path = resolve_shim(Path(os.path.abspath(interpreter)))
    store = None
    if cache_dir is not None:
        digest = sha256(os.fsencode(path)).hexdigest()
        store = cache_dir / "python_distributions" / f"python.{digest[:12]}" / "interpreter.json"
        if (known := _load(store, path)) is not None:
            return known
    answer = _ask(path)
    distribution = _complete(answer)
    if store is not None:
        _save(store, path, distribution, answer)
    return distribution


def is_shim(path: Path) -> bool:
    """Whether a program is a script of pyenv, whose answer depends on the working directory."""
    if path.parent.name != "shims":
        return False
    try:
        with open(path, "rb") as stream:
            return stream.read(2) == b"#!"
    except OSError:
        return False


def resolve_shim(path: Path) -> Path:
    """Gives the interpreter behind a script of pyenv; any other path is given as it is.

    A name with a version (`python3.12`) stands for the newest installed one of it, another for the version that
    pyenv's own `version` file names.
    """
    if not is_shim(path):
        return path
    root = path.parent.parent
    wanted = path.name.removeprefix("python")
    names: list[str] = []
    if "." in wanted:
        names = [
            one.name for one in (root / "versions").glob(f"{wanted}*") if one.name.startswith(f"{wanted}.")
        ]
        names.sort(key=lambda name: [int(part) for part in re.findall(r"\d+", name)], reverse=True)
    else:
        try:
            names = (root / "version").read_text(encoding="utf-8").split()
        except OSError:
            names = []
    for name in names:
        program = root / "versions" / name / "bin" / path.name
        if program.is_file():
            return program
    return path


def _signature(path: str) -> list[int] | None:
    try:
        facts = os.stat(path)
    except OSError:
        return None
    return [facts.st_size if not os.path.isdir(path) else 0, facts.st_mtime_ns, facts.st_ino]


def _load(store: Path, path: Path) -> Distribution | None:
    try:
        saved = json.loads(store.read_bytes())
    except (OSError, ValueError):
        return None
    if saved.get("facts_version") != _FACTS_VERSION:
        return None
    watched = saved["watched"]
    if str(path) not in watched or any(_signature(file) != seen for file, seen in watched.items()):
        return None
    return Distribution.from_json(
        saved["python_json"], saved["root"], kind="local", identity=saved["identity"]
    )


def _save(store: Path, path: Path, distribution: Distribution, answer: Mapping[str, Any]) -> None:
    watched = [
        str(path),
        os.path.realpath(path),
        str(distribution.interpreter),
        str(distribution.path(distribution.stdlib)),
    ]
    watched += [
        str(distribution.path(one)) for one in (distribution.static_lib, distribution.shared_lib) if one
    ]
    watched += [str(answer["variables"].get(name)) for name in ("DESTSHARED", "LIBPL")]
    if answer["in_venv"]:
        watched.append(str(path.parent.parent / "pyvenv.cfg"))
    payload = {
        "facts_version": _FACTS_VERSION,
        "watched": {file: _signature(file) for file in watched},
        "identity": distribution.identity,
        "root": distribution.root,
        "python_json": distribution.to_json(),
    }
    try:
        store.parent.mkdir(parents=True, exist_ok=True)
        aside = store.with_suffix(f".{os.getpid()}.tmp")
        aside.write_text(json.dumps(payload, sort_keys=True), encoding="utf-8")
        os.replace(aside, store)
    except OSError:
        return


def probe(interpreter: Path) -> dict[str, Any]:
    """Gives the raw answer of `probe.py`, with all configuration variables. Raises OX0602."""
    return _ask(interpreter)


def _ask(interpreter: Path) -> dict[str, Any]:
    """Gives the answer of `probe.py`, or of the files of an interpreter that is for another machine."""
    from oxlang.packaging.foreign import answer_from_files, is_foreign

    foreign = is_foreign(interpreter)
    answer = answer_from_files(interpreter) if foreign else None
    if answer is None:
        answer = _run_probe(interpreter, foreign=foreign)
    return _checked(interpreter, answer)


def _run_probe(interpreter: Path, *, foreign: bool) -> dict[str, Any]:
    import subprocess

    script = Path(__file__).with_name("probe.py")
    try:
        done = subprocess.run(
            [str(interpreter), "-I", "-S", str(script)],
            capture_output=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
        )
        answer: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {}
    except OSError as failure:
        raise _unasked(interpreter, ((failure.strerror or str(failure)).lower(),), foreign=foreign) from None
    except subprocess.SubprocessError as failure:
        raise _unasked(interpreter, (str(failure),), foreign=foreign) from None
    except ValueError:
        raise _unasked(interpreter, ("it does not answer as a Python does",), foreign=foreign) from None
    if not answer:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-3:]
        if any("-I" in line for line in last):
            last = ["it does not know the option `-I`, as Python 3 does"]
        raise _unasked(interpreter, tuple(last), foreign=foreign)
    return answer


def _unasked(interpreter: Path, notes: tuple[str, ...], *, foreign: bool) -> OxError:
    if not foreign:
        return error(
            "OX0602", f"`{interpreter}` does not run as a Python does", notes=notes,
            help="name the interpreter of a Python 3, such as `/usr/bin/python3`",
        )  # fmt: skip
    return error(
        "OX0602",
        f"`{interpreter}` is for another machine, and the files beside it do not describe it",
        help="a Linux installation needs `lib/pythonX.Y/_sysconfigdata_….py` and the headers, of which distributions make "
        "a package of their own (-dev, -devel); or take an archive with a `PYTHON.json`",
        notes=notes,
    )


def _checked(interpreter: Path, answer: dict[str, Any]) -> dict[str, Any]:
    """Gives the answer of an interpreter that can be embedded. Raises OX0602 for another one."""
    major, minor = (int(part) for part in answer["version"].split(".")[:2])
    if answer["implementation"] != "cpython":
        raise error("OX0602", f"`{interpreter}` is {answer['implementation']}, not CPython")
    if (major, minor) < OLDEST:
        raise error(
            "OX0602",
            f"`{interpreter}` is Python {answer['version']}; 3.9 is the oldest that can be embedded",
            help="use Python 3.10 or newer (3.9 works, but is not promised)",
        )
    if answer["free_threaded"] and (major, minor) < OLDEST_FREE_THREADED:
        raise error(
            "OX0602",
            f"`{interpreter}` is the free-threaded build of Python {answer['version']}; of these, 3.14 is the oldest "
            "that can be embedded",
            help=f"use the free-threaded build of 3.14 or newer, or the ordinary Python {major}.{minor}",
        )
    return answer


def _relative(path: str, root: str) -> str:
    return os.path.relpath(path, root) if path == root or path.startswith(root.rstrip("/") + "/") else path


def _complete(answer: Mapping[str, Any]) -> Distribution:
    """Makes the record from the interpreter's answer and the files it names (distribution.md, section 8.2)."""
    from oxlang.packaging.libpython import find_libpython

    root: str = answer["base_prefix"]
    variables: dict[str, str] = answer["variables"]
    major, minor = answer["version"].split(".")[:2]
    tag = f"cp{major}{minor}"
    config = variables.get("LIBPL") or ""
    libraries = find_libpython(variables)
    extensions = _builtin_extensions(answer, Path(config, "config.c"))
    suffixes: list[str] = answer["suffixes"]["extension"]
    for name, file in _dynload_files(Path(variables.get("DESTSHARED", "/nonexistent")), suffixes):
        extensions[name] = (_file_extension(name, file, root),)
    files = [str(one.shared_lib) for variants in extensions.values() for one in variants if one.shared_lib]
    glibc = _newest_glibc([*files, *([libraries.shared_lib] if libraries.shared_lib else [])], root)
    triple = _rust_triple(answer)
    options = _build_options(variables, answer["free_threaded"])
    license_file = os.path.join(answer["paths"]["stdlib"], "LICENSE.txt")
    return Distribution(
        kind="local",
        identity=_identity(answer, libraries.static_lib or libraries.shared_lib, files, root),
        root=root,
        flavor="local",
        version=answer["full_version"].rstrip("+"),
        implementation_name=answer["implementation"],
        implementation_version=tuple(answer["implementation_version"]),
        hex_version=answer["hex_version"],
        target_triple=triple,
        python_tag=tag,
        abi_tag=tag + answer["abiflags"] if "t" not in answer["abiflags"] else tag + "t",
        platform_tag=answer["platform"],
        cache_tag=answer["cache_tag"],
        bytecode_magic=answer["magic"],
        python_exe=_relative(answer["executable"], root),
        stdlib=_relative(answer["paths"]["stdlib"], root),
        include=_relative(answer["paths"]["include"], root),
        platform_config=_relative(config, root) if config else "",
        paths=MappingProxyType(
            {name: _relative(path, root) for name, path in sorted(answer["paths"].items())}
        ),
        paths_abstract=MappingProxyType(dict(answer["paths_abstract"])),
        config_vars=MappingProxyType(_wanted_variables(variables)),
        suffixes=MappingProxyType({name: tuple(values) for name, values in answer["suffixes"].items()}),
        stdlib_test_packages=tuple(answer["test_packages"]),
        libpython_link_mode="shared" if libraries.shared_lib else "static",
        symbol_visibility="dllexport" if answer["sys_platform"] == "win32" else "global-default",
        # Programs for musl are static, whatever the interpreter itself is.
        extension_module_loading=("builtin",) if triple.endswith("-musl") else ("builtin", "shared-library"),
        crt_features=("glibc-dynamic", f"glibc-max-symbol-version:{glibc}") if glibc else _windows_runtime(libraries.shared_lib),
        build_options=options,
        licenses=("Python-2.0",),
        license_path=_relative(license_file, root) if os.path.isfile(license_file) else "",
        static_lib=_relative(libraries.static_lib, root),
        shared_lib=_relative(libraries.shared_lib, root),
        soname=libraries.soname,
        static_lib_pic=libraries.static_pic,
        bitcode=libraries.bitcode,
        core_links=tuple(LinkEntry(name=name, system=True) for name in libraries.links),
        inittab_object="config.o" if libraries.static_lib else "",
        inittab_source=_relative(os.path.join(config, "config.c"), root) if config else "",
        inittab_cflags=(f"-I{variables.get('INCLUDEPY', '')}",),
        object_file_format="elf" if answer["sys_platform"].startswith("linux") else "",
        extensions=MappingProxyType(dict(sorted(extensions.items()))),
        free_threaded=answer["free_threaded"],
    )


_KEPT_VARIABLES = (
    "Py_DEBUG",
    "Py_REF_DEBUG",
    "Py_TRACE_REFS",
    "COUNT_ALLOCS",
    "Py_GIL_DISABLED",
    "SOABI",
    "EXT_SUFFIX",
)


def _wanted_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """The variables that builds read; all thousand would cost a millisecond at every start."""
    return {name: variables[name] for name in _KEPT_VARIABLES if name in variables}


def _builtin_extensions(answer: Mapping[str, Any], config_c: Path) -> dict[str, tuple[ExtensionVariant, ...]]:
    """Extension modules inside libpython, with the C functions that `config.c` lists."""
    try:
        source = config_c.read_text(encoding="utf-8", errors="replace")
    except OSError:
        source = ""
    rows = dict(re.findall(r'^\s*\{"(\w[\w.]*)",\s*(\w+)\}', source, re.MULTILINE))
    required = set(answer["required"])
    return {
        name: (
            ExtensionVariant(
                name=name,
                in_core=True,
                required=name in required,
                init_fn="" if rows.get(name) == "NULL" else rows.get(name, f"PyInit_{name}"),
                licenses=("Python-2.0",),
                license_public_domain=False,
            ),
        )
        for name in answer["builtins"]
    }


def _dynload_files(folder: Path, suffixes: list[str]) -> list[tuple[str, Path]]:
    if not folder.is_dir():
        return []
    found = []
    for file in sorted(folder.iterdir()):
        for suffix in suffixes:
            if file.name.endswith(suffix):
                found.append((file.name[: -len(suffix)], file))
                break
    return found


def _file_extension(name: str, file: Path, root: str) -> ExtensionVariant:
    from oxlang.packaging.elf import ElfError, read_elf_facts
    from oxlang.packaging.licensing import known_library_licenses

    try:
        needed = read_elf_facts(file).needed
    except (ElfError, OSError):
        needed = ()
    links = tuple(
        LinkEntry(name=_library_name(library), system=True)
        for library in needed
        if not BASE_LIBRARY.match(library)
    )
    if file.suffix == ".pyd":
        links = _libraries_beside(file, root)
    return ExtensionVariant(
        name=name,
        init_fn=f"PyInit_{name.rsplit('.', 1)[-1]}",
        shared_lib=_relative(str(file), root),
        links=links,
        licenses=known_library_licenses(tuple(link.name for link in links)),
        license_public_domain=False,
    )


def _libraries_beside(file: Path, root: str) -> tuple[LinkEntry, ...]:
    """Gives the DLLs of its own folder that a module of Windows needs, also those that these need in turn."""
    from oxlang.packaging.foreign_binaries import pe_libraries

    found: dict[str, Path] = {}
    waiting = [file]
    while waiting:
        for library in pe_libraries(waiting.pop().read_bytes()) or []:
            place = file.with_name(library)
            if library not in found and place.is_file():
                found[library] = place
                waiting.append(place)
    return tuple(LinkEntry(name=one.stem, path_dynamic=_relative(str(one), root)) for _, one in sorted(found.items()))


def _library_name(soname: str) -> str:
    """`ssl` of `libssl.so.3`."""
    return soname.removeprefix("lib").split(".so", 1)[0]


def _newest_glibc(files: list[str], root: str) -> str:
    from oxlang.packaging.elf import ElfError, read_elf_facts

    newest: tuple[int, ...] = ()
    for file in files:
        try:
            versions = read_elf_facts(os.path.join(root, file)).versions
        except (ElfError, OSError):
            continue
        for _, version in versions:
            if version.startswith("GLIBC_") and version[6:7].isdigit():
                newest = max(newest, tuple(int(part) for part in version[6:].split(".")))
    return ".".join(map(str, newest))


def _rust_triple(answer: Mapping[str, Any]) -> str:
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(
        answer["machine"].lower(), answer["machine"].lower()
    )
    if machine == "x86_64" and not answer["is_64bit"]:
        machine = "i686"
    if answer["sys_platform"] == "darwin":
        return f"{machine}-apple-darwin"
    if answer["sys_platform"] == "win32":
        return f"{machine}-pc-windows-msvc"
    names = " ".join(answer["variables"].get(name, "") for name in ("SOABI", "MULTIARCH", "HOST_GNU_TYPE"))
    return f"{machine}-unknown-linux-{'musl' if 'musl' in names else 'gnu'}"


def _windows_runtime(library: str) -> tuple[str, ...]:
    """Gives the Visual C++ runtime that a DLL needs, as full archives name it: `vcruntime:140`."""
    from oxlang.packaging.foreign_binaries import pe_libraries

    if not library.lower().endswith(".dll"):
        return ()
    names = " ".join(pe_libraries(Path(library).read_bytes()) or ())
    return tuple(f"vcruntime:{number}" for number in re.findall(r"\bvcruntime(\d+)\.dll", names, re.IGNORECASE))


def _build_options(variables: Mapping[str, str], free_threaded: bool) -> str:
    arguments = variables.get("CONFIG_ARGS", "")
    parts = ["freethreaded"] if free_threaded else []
    if variables.get("Py_DEBUG") == "1":
        return "+".join([*parts, "debug"])
    tuned = ["pgo"] if "--enable-optimizations" in arguments else []
    tuned += ["lto"] if "--with-lto" in arguments else []
    return "+".join([*parts, *(tuned or ["noopt"])])


def _identity(answer: Mapping[str, Any], library: str, files: list[str], root: str) -> str:
    """SHA-256 over version, libpython's content and the list of extension files (distribution.md, section 8.4)."""
    import hashlib  # The fast one, which takes 3 ms to load.

    running = hashlib.sha256()
    stable = {
        name: answer[name]
        for name in ("full_version", "cache_tag", "hex_version", "magic", "platform", "builtins")
    }
    running.update(json.dumps(stable, sort_keys=True).encode())
    if library:
        with open(library, "rb") as stream:
            while chunk := stream.read(1 << 20):
                running.update(chunk)
    for file in files:
        size = os.path.getsize(os.path.join(root, file))
        running.update(os.fsencode(f"{os.path.basename(file)}:{size}\n"))
    return running.hexdigest()
