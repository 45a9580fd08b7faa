"""From resources to a program: the whole graph of packaging over a tiny standard library."""

from __future__ import annotations

import json
import marshal
import os
from pathlib import Path
from types import CodeType, MappingProxyType

import pytest

from oxlang.diagnostics import OxError
from oxlang.engine.engine import Engine
from oxlang.engine.events import Event
from oxlang.graph.digest import digest_bytes
from oxlang.graph.nodes import Artifact, Source
from oxlang.graph.platform import BuildSettings
from oxlang.graph.tree import FileEntry, Tree
from oxlang.packaging.attach import read_payload
from oxlang.packaging.collector import Collector
from oxlang.packaging.compute import COMPUTE
from oxlang.packaging.distribution import Distribution, ExtensionVariant, LinkEntry
from oxlang.packaging.embedded import EmbeddedPython
from oxlang.packaging.interpreter_config import InterpreterConfig
from oxlang.packaging.packed import PackedResource, read
from oxlang.packaging.placement import Rules
from oxlang.packaging.policy import PackagingPolicy
from oxlang.packaging.resource import AddOptions, Resource
from oxlang.packaging.scan import read_root
from oxlang.packaging.stdlib import distribution_scan
from oxlang.records import replace
from tests.packaging.conftest import write_files


class App:
    """An executable in the making."""

    def __init__(self, distribution: Distribution, policy: PackagingPolicy | None = None) -> None:
        self.distribution = distribution
        self.policy = policy or PackagingPolicy.for_distribution(distribution)
        self.collector = Collector(Rules.of(self.policy, distribution))

    def with_stdlib(self) -> App:
        self.collector.add_distribution(distribution_scan(self.distribution), self.policy)
        return self

    def with_root(self, root: Path, *packages: str) -> App:
        self.collector.add_lazy(
            read_root(self.distribution, str(root), packages=packages, policy=self.policy), self.policy
        )
        return self

    def with_module(self, name: str, text: str, options: AddOptions | None = None) -> App:
        data = text.encode()
        one = Resource("module", name, "", digest_bytes(data), source=data)
        self.collector.add(one, options or self.policy.options_for(one))
        return self

    def embedded(self, **changes: object) -> EmbeddedPython:
        whole = EmbeddedPython(
            name="app",
            distribution=self.distribution,
            policy=self.policy,
            config=InterpreterConfig(),
            collector=self.collector.snapshot(),
        )
        return replace(whole, **changes, _memo={})  # type: ignore[arg-type]  # names are fields


def packed(engine: Engine, app: App, settings: BuildSettings) -> tuple[dict[str, PackedResource], Tree]:
    [tree] = engine.build([app.embedded().packed(settings)])
    blob = engine.store.read(tree.file("packed-resources").digest)
    extra = tree.subtree("extra-files").filter(lambda path, _: not _is_libpython(path))
    return {one.name: one for one in read(blob)}, extra


def _is_libpython(path: str) -> bool:
    """Whether a file is the shared libpython, which lies beside programs of a Python without a static one."""
    return path.startswith("libpython")


def code_of(data: object) -> CodeType:
    code = marshal.loads(bytes(data))  # type: ignore[call-overload]  # bytes or a view
    assert isinstance(code, CodeType)
    return code


def test_standard_library_and_package(
    tiny: Distribution, tmp_path: Path, engine: Engine, settings: BuildSettings
) -> None:
    root = write_files(
        tmp_path / "src", {"pkg/__init__.py": "x = 1\n", "pkg/sub/m.py": "y = 2\n", "pkg/a.txt": "hi"}
    )
    found, extra = packed(
        engine, App(tiny).with_stdlib().with_root(root, "pkg").with_module("made.m", "z = 3\n"), settings
    )
    assert sorted(found) == ["_json", "_ssl", "json", "json.decoder", "made", "made.m", "os", "pkg", "pkg.sub",
                             "pkg.sub.m", "sys", "zlib"]  # fmt: skip
    assert found["sys"] == PackedResource(name="sys", is_builtin_extension_module=True)
    assert found["pkg"].in_memory_source == b"x = 1\n"
    assert found["pkg"].in_memory_package_resources == {"a.txt": b"hi"}
    assert found["json"].is_package and found["json"].in_memory_package_resources is None
    # Parents that have no file of their own get empty code of the kinds of the child.
    assert found["pkg.sub"].is_package and found["pkg.sub"].in_memory_source == b""
    assert code_of(found["pkg.sub.m"].in_memory_bytecode).co_filename == "pkg.sub.m"
    namespace: dict[str, object] = {}
    exec(code_of(found["made.m"].in_memory_bytecode), namespace)
    assert namespace["z"] == 3
    extensions = [path for path, _ in extra.walk()]
    assert extensions and all(path.startswith(("lib/_", "lib/zlib")) for path in extensions)
    assert found["_ssl"].relative_path_extension_module_shared_library in extensions


def test_libraries_that_come_with_modules_of_a_distribution(
    tiny: Distribution, engine: Engine, settings: BuildSettings
) -> None:
    """Python for Windows has DLLs beside its modules; they go where the module goes."""
    folder = tiny.variants("_ssl")[0].shared_lib.rpartition("/")[0]
    links = tuple(LinkEntry(name=name, path_dynamic=f"{folder}/{name}.dll") for name in ("libssl-3", "gone"))
    (tiny.path(folder) / "libssl-3.dll").write_bytes(b"MZ")
    (tiny.path(folder) / "other.dll").write_bytes(b"MZ")
    changed = {**tiny.extensions, "_ssl": (replace(tiny.variants("_ssl")[0], links=links),)}
    _, extra = packed(engine, App(replace(tiny, extensions=MappingProxyType(changed))).with_stdlib(), settings)
    assert [path for path, _ in extra.walk() if path.endswith(".dll")] == ["lib/libssl-3.dll"]


def test_packing_is_deterministic(tiny: Distribution, tmp_path: Path, settings: BuildSettings) -> None:
    from oxlang.packaging.compute import COMPUTE

    hashes = set()
    for number in range(2):
        engine = Engine(tmp_path / f"cache{number}", COMPUTE)
        app = App(tiny).with_stdlib().with_module("m", "s = {'a', 'b', 'c', 'd'}\nt = x in {'p', 'q', 'r'}\n")
        [tree] = engine.build([app.embedded().packed(settings)])
        hashes.add(tree.file("packed-resources").digest)
    assert len(hashes) == 1


def test_second_build_runs_nothing_and_a_change_little(
    tiny: Distribution, tmp_path: Path, settings: BuildSettings
) -> None:
    from oxlang.packaging.compute import COMPUTE

    root = write_files(tmp_path / "src", {"pkg/__init__.py": "x = 1\n"})
    launcher = Artifact(Source(path="/bin/true"))

    def build() -> Engine:
        engine = Engine(tmp_path / "cache", COMPUTE)
        app = App(tiny).with_stdlib().with_root(root, "pkg")
        engine.build([app.embedded().executable_tree(launcher, settings)])
        return engine

    first = build().executed
    assert build().executed == 0
    write_files(root, {"pkg/__init__.py": "x = 22\n"})
    second = build().executed
    assert 0 < second < first


def test_files_beside_the_program(
    tiny: Distribution, engine: Engine, settings: BuildSettings, tmp_path: Path
) -> None:
    policy = PackagingPolicy.for_distribution(tiny)
    policy.resources_location = "filesystem-relative:lib"
    policy.bytecode_optimize_level_two = True
    root = write_files(tmp_path / "src", {"pkg/__init__.py": "", "pkg/m.py": "x = 1\n", "pkg/a.txt": "hi"})
    found, extra = packed(engine, App(tiny, policy).with_root(root, "pkg"), settings)
    tag = tiny.cache_tag
    assert sorted(path for path, _ in extra.walk()) == [
        "lib/pkg/__init__.py",
        f"lib/pkg/__pycache__/__init__.{tag}.opt-2.pyc",
        f"lib/pkg/__pycache__/__init__.{tag}.pyc",
        f"lib/pkg/__pycache__/m.{tag}.opt-2.pyc",
        f"lib/pkg/__pycache__/m.{tag}.pyc",
        "lib/pkg/a.txt",
        "lib/pkg/m.py",
    ]
    assert found["pkg.m"].relative_path_module_source == "lib/pkg/m.py"
    assert found["pkg"].relative_path_package_resources == {"a.txt": "lib/pkg/a.txt"}
    pyc = engine.store.read(extra.file(f"lib/pkg/__pycache__/m.{tag}.pyc").digest)
    assert pyc[:4].hex() == tiny.bytecode_magic and pyc[4:8] == b"\1\0\0\0"
    assert code_of(pyc[16:]).co_filename == "pkg.m"


def test_filter_removes_by_name(tiny: Distribution, engine: Engine, settings: BuildSettings) -> None:
    app = App(tiny).with_stdlib()
    app.collector.filter(["os", "zlib"])
    app.with_module("after", "")
    found, extra = packed(engine, app, settings)
    assert set(found) <= {"os", "zlib", "after"} and {"os", "after"} <= set(found)
    assert all("zlib" in path for path, _ in extra.walk())


def test_later_additions_replace(tiny: Distribution, engine: Engine, settings: BuildSettings) -> None:
    found, _ = packed(engine, App(tiny).with_module("m", "x = 1\n").with_module("m", "x = 2\n"), settings)
    assert found["m"].in_memory_source == b"x = 2\n"


def test_snapshot_is_independent(tiny: Distribution, engine: Engine, settings: BuildSettings) -> None:
    app = App(tiny).with_module("one", "")
    whole = app.embedded()
    app.with_module("two", "")
    [tree] = engine.build([whole.packed(settings)])
    names = [one.name for one in read(engine.store.read(tree.file("packed-resources").digest))]
    assert names == ["one"]


def test_own_module_that_does_not_compile_is_an_error(
    tiny: Distribution, engine: Engine, settings: BuildSettings
) -> None:
    app = App(tiny).with_module("m", "def f(:\n")
    with pytest.raises(OxError) as caught:
        engine.build([app.embedded().packed(settings)])
    assert caught.value.diagnostic.code.id == "OX0608"
    assert any("m, line 1" in note for note in caught.value.diagnostic.notes)


def test_attached_program_has_its_payload(
    tiny: Distribution, tmp_path: Path, engine: Engine, settings: BuildSettings
) -> None:
    app = App(tiny).with_module("m", "x = 1\n")
    config = InterpreterConfig()
    config.run_module = "m"
    launcher = Artifact(Source(path="/bin/true"))
    [tree] = engine.build([app.embedded(config=config).executable_tree(launcher, settings)])
    assert tree.file("app").executable and "COPYING.txt" in tree
    engine.store.materialise(tree, tmp_path / "out")
    payload = read_payload(tmp_path / "out" / "app")
    values = json.loads(bytes(payload["config"]))
    assert values["interpreter_config"]["run_module"] == "m"
    assert values["packed_resources"] == [{"payload": "packed-resources"}]
    assert values["module_file"] == "emulated"
    assert [one.name for one in read(payload["packed-resources"])] == ["m"]


@pytest.mark.parametrize("mode", ["binary-relative-memory-mapped:data/packed.bin", "none"])
def test_other_load_modes(
    tiny: Distribution, tmp_path: Path, engine: Engine, settings: BuildSettings, mode: str
) -> None:
    app = App(tiny).with_module("m", "x = 1\n")
    launcher = Artifact(Source(path="/bin/true"))
    whole = app.embedded(packed_resources_load_mode=mode, licenses_filename=None)
    [tree] = engine.build([whole.executable_tree(launcher, settings)])
    engine.store.materialise(tree, tmp_path / "out")
    payload = read_payload(tmp_path / "out" / "app")
    assert list(payload) == ["config"]
    packed_sources = json.loads(bytes(payload["config"]))["packed_resources"]
    if mode == "none":
        assert packed_sources == []
        assert [path for path, _ in tree.walk() if not _is_libpython(path)] == ["app"]
    else:
        assert packed_sources == [{"path": "$ORIGIN/data/packed.bin"}]
        assert isinstance(tree.get("data/packed.bin"), FileEntry)


def test_names_of_the_artifacts(tiny: Distribution, engine: Engine, settings: BuildSettings) -> None:
    app = App(tiny).with_module("m", "x = 1\n")
    named = app.embedded(packed_resources_load_mode="embedded:in/side.bin", licenses_filename="doc/THIRD.txt")
    [tree] = engine.build([named.packed(settings)])
    names = [path for path, _ in tree.walk() if not path.startswith("extra-files/")]
    assert names == ["config.json", "doc/THIRD.txt", "in/side.bin"]
    values = json.loads(engine.store.read(tree.file("config.json").digest))
    assert values["packed_resources"] == [{"payload": "in/side.bin"}]


@pytest.mark.parametrize(
    ("name", "licenses"),
    [("config.json", None), ("default_python_config.rs", None), ("extra-files/a", None), ("THIRD.txt", "THIRD.txt")],
)
def test_packed_resources_take_no_other_files_place(
    tiny: Distribution, settings: BuildSettings, name: str, licenses: str | None
) -> None:
    program = App(tiny).embedded(packed_resources_load_mode=f"embedded:{name}", licenses_filename=licenses)
    with pytest.raises(OxError, match="another file of this name") as caught:
        program.packed(settings)
    assert caught.value.diagnostic.code.id == "OX0609"


def test_bad_load_mode(tiny: Distribution, settings: BuildSettings) -> None:
    with pytest.raises(OxError, match="is not a load mode"):
        App(tiny).embedded(packed_resources_load_mode="file").packed(settings)


def test_dynamic_mode_carries_libpython(tiny: Distribution, engine: Engine, settings: BuildSettings) -> None:
    if not tiny.supports_dynamic:
        pytest.skip("this Python has no shared libpython")
    [tree] = engine.build(
        [App(tiny).with_module("m", "").embedded(link_mode="dynamic").extra_files(settings)]
    )
    assert isinstance(tree.get(tiny.soname), FileEntry)


def test_placing_error_names_the_resource(tiny: Distribution) -> None:
    with pytest.raises(OxError, match="`m` cannot be added at `filesystem-relative:x`"):
        policy = PackagingPolicy()
        App(tiny, policy).with_module("m", "", AddOptions(location="filesystem-relative:x"))


@pytest.mark.parametrize("location", ["in-memory", "filesystem-relative:lib"])
def test_metadata_of_its_name_makes_no_package_of_a_module(
    tiny: Distribution, engine: Engine, settings: BuildSettings, location: str
) -> None:
    """A project of one module (`six.py`, `six-1.dist-info`): the module can be run by its name, and has no `__path__`."""
    policy = PackagingPolicy.for_distribution(tiny)
    policy.resources_location = location
    app = App(tiny, policy).with_stdlib().with_module("six", "x = 1")
    metadata = b"Metadata-Version: 2.1\nName: six\nVersion: 1\n"
    engine.store.put(metadata)
    one = Resource("distribution", "six", "METADATA", digest_bytes(metadata), detail="1 dist-info", source=metadata)
    app.collector.add(one, policy.options_for(one))
    found, extra = packed(engine, app, settings)
    assert not found["six"].is_package
    assert ("lib/six.py" in dict(extra.walk())) == (location != "in-memory")


def test_ten_thousand_additions_are_one_node(tiny: Distribution) -> None:
    app = App(tiny)
    digest = digest_bytes(b"")
    for number in range(10_000):
        one = Resource("module", f"pkg.m{number}", "", digest, source=b"")
        app.collector.add(one, app.policy.options_for(one))
    collected = app.collector.lower(tiny)
    assert len(collected.batches) == 1 and not collected.plan.node.dependencies()


@pytest.mark.parametrize(
    ("chosen", "wanted"),
    [("all", ["readline", "ssl"]), ("no-copyleft", ["ssl"]), ("no-libraries", []), ("minimal", [])],
)
def test_the_licence_report_has_what_the_filter_leaves(
    tiny: Distribution, engine: Engine, chosen: str, wanted: list[str]
) -> None:
    linked = {
        name: (ExtensionVariant(name=f"_{name}", shared_lib="x", links=(LinkEntry(name=name),), licenses=(spdx,)),)
        for name, spdx in (("ssl", "Apache-2.0"), ("readline", "GPL-3.0-or-later"))
    }
    found = replace(tiny, extensions={f"_{name}": variants for name, variants in linked.items()})
    policy = PackagingPolicy.for_distribution(found)
    policy.extension_module_filter = chosen
    [tree] = engine.build([App(found, policy).embedded().license_report()])
    text = engine.store.read(tree.file("COPYING.txt").digest).decode()
    assert [line.split()[1] for line in text.splitlines() if line.startswith("Library ")] == wanted


def test_a_program_that_runs_what_it_does_not_have(tiny: Distribution, tmp_path: Path) -> None:
    root = write_files(tmp_path / "src", {"pkg/__init__.py": "", "pkg/__main__.py": ""})

    def warnings(module: str) -> list[str]:
        told: list[str] = []
        config = InterpreterConfig()
        config.run_module = module

        def listen(event: Event) -> None:
            if event.remark is not None:
                told.append(event.remark.message)

        engine = Engine(tmp_path / module, COMPUTE, host_env=dict(os.environ), on_event=listen)
        engine.build([App(tiny).with_root(root, "pkg").embedded(config=config).collected.plan])
        return told

    assert warnings("pkg") == []
    [text] = warnings("pgk")
    assert text.startswith("the program `app` runs the module `pgk`, which nothing packs")
