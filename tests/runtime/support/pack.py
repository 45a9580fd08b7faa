"""Packs the standard library and source folders of the running interpreter into one application.

Run by the Python that will be embedded: `python pack.py OUTPUT SPEC.json`. It needs nothing but the packed-resources
writer, so that the runtime can be tested before, and apart from, the build flow. SPEC:

    {"location": "memory" | "files",     where modules of `sources` go
     "sources": [folder, …],             every module, package and data file below is taken
     "wheels": [folder, …],              the same for installed packages; *.dist-info become metadata
     "extensions": "memory" | "files",   where lib-dynload goes
     "name": "app",                      file name of the program
     "levels": [0],                      bytecode levels of the standard library
     "config": {…}, "interpreter": {…}}  settings over the defaults below

It writes `OUTPUT/<name>` (launcher and payload), with `OUTPUT/lib` for files beside the program.
"""

from __future__ import annotations

import importlib.machinery
import json
import marshal
import os
import shutil
import struct
import subprocess
import sys
import sysconfig
from pathlib import Path

SUFFIXES = tuple(importlib.machinery.EXTENSION_SUFFIXES)
SKIPPED = {
    "__pycache__",
    "site-packages",
    "dist-packages",
    "lib-dynload",
    "test",
    "tests",
    "idlelib",
    "turtledemo",
}


def load_writer(path: str):
    """The module `oxlang.packaging.packed`, without importing the package `oxlang.packaging` around it."""
    sys.path.insert(0, str(Path(path).resolve().parents[2]))
    spec = importlib.util.spec_from_file_location("packed", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["packed"] = module
    spec.loader.exec_module(module)
    return module


class Collector:
    def __init__(self, output: Path, levels: list[int]) -> None:
        self.output = output
        self.levels = levels
        self.entries: dict[str, dict] = {}

    def entry(self, name: str) -> dict:
        return self.entries.setdefault(name, {"name": name})

    def file(self, relative: str, data: bytes) -> str:
        target = self.output / "lib" / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        return f"lib/{relative}"

    def module(self, name: str, path: Path, package: bool, location: str, relative: str) -> None:
        source = path.read_bytes()
        entry = self.entry(name)
        entry["is_module"] = True
        if package:
            entry["is_package"] = True
        codes = {}
        for level in self.levels:
            try:
                codes[level] = marshal.dumps(compile(source, name, "exec", dont_inherit=True, optimize=level))
            except SyntaxError:
                return
        suffix = {0: "", 1: "_opt1", 2: "_opt2"}
        if location == "memory":
            entry["in_memory_source"] = source
            for level, code in codes.items():
                entry["in_memory_bytecode" + suffix[level]] = code
            return
        entry["relative_path_module_source"] = self.file(relative, source)
        header = importlib.util.MAGIC_NUMBER + struct.pack("<I", 1) + importlib.util.source_hash(source)
        for level, code in codes.items():
            cached = importlib.util.cache_from_source(relative, optimization=level or "")
            entry["relative_path_module_bytecode" + suffix[level]] = self.file(cached, header + code)

    def extension(
        self, name: str, path: Path, location: str, relative: str, libraries: tuple[str, ...] = ()
    ) -> None:
        entry = self.entry(name)
        entry["is_extension_module"] = True
        entry["shared_library_dependency_names"] = libraries
        if location == "memory":
            entry["in_memory_extension_module_shared_library"] = path.read_bytes()
        else:
            entry["relative_path_extension_module_shared_library"] = self.file(relative, path.read_bytes())

    def library(self, path: Path) -> None:
        entry = self.entry(path.name)
        entry.update(is_shared_library=True, in_memory_shared_library=path.read_bytes())

    def resource(self, package: str, name: str, path: Path, location: str, relative: str) -> None:
        entry = self.entry(package)
        if location == "memory":
            entry.setdefault("in_memory_package_resources", {})[name] = path.read_bytes()
        else:
            stored = self.file(relative, path.read_bytes())
            entry.setdefault("relative_path_package_resources", {})[name] = stored

    def metadata(self, folder: Path) -> None:
        name = folder.name.rsplit(".", 1)[0].rsplit("-", 1)[0]
        for line in (folder / "METADATA").read_text(encoding="utf-8").splitlines():
            if line.startswith("Name:"):
                name = line[5:].strip()
                break
        entry = self.entry(name)
        entry.update(is_package=True, is_module=True)
        files = {
            p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
        }
        entry["in_memory_distribution_resources"] = files

    def folder(self, root: Path, location: str, extensions: str, skipped: set[str]) -> None:
        bundled = []
        for libs in sorted(root.glob("*.libs")):
            for library in sorted(libs.iterdir()):
                self.library(library)
                bundled.append(library.name)
        packages = {path.parent.relative_to(root) for path in root.rglob("__init__.py")}
        packages |= {path.parent.relative_to(root) for path in root.rglob("*.py")} - {Path()}
        for current, folders, files in os.walk(root):
            here = Path(current)
            # Debian links libpython into the folder `config-…`.
            folders[:] = sorted(d for d in folders if d not in skipped and not d.startswith("config-") and not d.endswith(".libs"))
            for found in [d for d in folders if d.endswith(".dist-info")]:
                folders.remove(found)
                self.metadata(here / found)
            where = here.relative_to(root)
            dotted = ".".join(where.parts)
            if where in packages and "__init__.py" not in files:
                self.entry(dotted)["is_namespace_package"] = True
            for file in sorted(files):
                path = here / file
                relative = (where / file).as_posix()
                prefix = f"{dotted}." if dotted else ""
                suffix = next((s for s in SUFFIXES if file.endswith(s)), None)
                if file.endswith(".py"):
                    package = file == "__init__.py"
                    name = dotted if package else prefix + file[:-3]
                    if name:
                        self.module(name, path, package, location, relative)
                elif suffix:
                    self.extension(prefix + file[: -len(suffix)], path, extensions, relative, tuple(bundled))
                elif not file.endswith((".pyc", ".pyi")):
                    owner = where
                    while owner.parts and owner not in packages:
                        owner = owner.parent
                    if owner.parts:
                        name = (where / file).relative_to(owner).as_posix()
                        self.resource(".".join(owner.parts), name, path, location, relative)


def attach(launcher: Path, output: Path, config: dict, blob: bytes) -> None:
    """The launcher with a payload in front of a footer."""
    parts = [("config", json.dumps(config).encode()), ("packed-resources", blob)]
    head = 12 + sum(18 + len(name) for name, _ in parts)
    table = b"oxlpay01" + struct.pack("<I", len(parts))
    data, at = b"", -(-head // 16) * 16
    data = b"\0" * (at - head)
    for name, content in parts:
        table += struct.pack("<H", len(name)) + name.encode() + struct.pack("<QQ", at, len(content))
        padding = -len(content) % 16
        data += content + b"\0" * padding
        at += len(content) + padding
    payload = table + data
    program = launcher.read_bytes()
    program += b"\0" * (-len(program) % 4096)
    footer = struct.pack("<QQ", len(program), len(payload)) + b"oxlfoot1"
    output.write_bytes(program + payload + footer)
    output.chmod(0o755)


def main() -> None:
    output, spec = Path(sys.argv[1]), json.loads(sys.argv[2])
    packed = load_writer(spec["writer"])
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    collector = Collector(output, spec.get("levels", [0]))
    stdlib = Path(sysconfig.get_paths()["stdlib"])
    location = spec.get("location", "memory")
    extensions = spec.get("extensions", "files")
    collector.folder(stdlib, spec.get("stdlib", "memory"), extensions, SKIPPED)
    dynload = Path(sysconfig.get_config_var("DESTSHARED") or stdlib / "lib-dynload")
    for path in sorted(dynload.iterdir()):
        suffix = next((s for s in SUFFIXES if path.name.endswith(s)), None)
        if suffix and not path.name.startswith(("_test", "xx", "_xx")):
            collector.extension(path.name[: -len(suffix)], path, extensions, path.name)
    for folder in spec.get("sources", ()):
        collector.folder(Path(folder), location, extensions, {"__pycache__"})
    for folder in spec.get("wheels", ()):
        collector.folder(Path(folder), location, extensions, {"__pycache__", "bin"})
    blob = packed.write([packed.PackedResource(**entry) for entry in collector.entries.values()])
    config = {
        "interpreter_config": {"profile": "python", "configure_locale": True, **spec.get("interpreter", {})},
        "oxidized_importer": True,
        "filesystem_importer": False,
        "sys_frozen": True,
        "packed_resources": [{"payload": "packed-resources"}],
        **spec.get("config", {}),
    }
    attach(Path(spec["launcher"]), output / spec.get("name", "app"), config, blob)
    (output / "packed-resources").write_bytes(blob)
    if spec.get("strip"):
        subprocess.run(["strip", str(output / spec.get("name", "app"))], check=True)


if __name__ == "__main__":
    import importlib.util

    main()
