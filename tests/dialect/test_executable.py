"""Executables: laziness, callbacks, pictures of the policy, and what lowering them says."""

from __future__ import annotations

from pathlib import Path

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.dialect.targets import BUILD_ARTIFACTS
from tests.dialect.harness import Run

TEMPLATE = """
def make_exe():
    dist = default_python_distribution()
    policy = dist.make_python_packaging_policy()
    config = dist.make_python_interpreter_config()
    exe = dist.to_python_executable(name="app", packaging_policy=policy, config=config)
    exe.add_python_resources(exe.read_package_root(CWD, ["pkg"]))
    return exe

def make_embedded_resources(exe):
    return exe.to_embedded_resources()

def make_install(exe):
    files = FileManifest()
    files.add_python_resource(".", exe)
    return files

def make_msi(exe):
    return exe.to_wix_msi_builder("app", "App", "1.0", "me")

register_target("exe", make_exe)
register_target("resources", make_embedded_resources, depends=["exe"], default_build_script=True)
register_target("install", make_install, depends=["exe"], default=True)
register_target("msi_installer", make_msi, depends=["exe"])
resolve_targets()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "__init__.py").write_text("VALUE = 1\n", encoding="utf-8")
    return tmp_path


def test_evaluating_the_template_demands_nothing(folder: Path, cache: Path) -> None:
    run = Run(folder, TEMPLATE, cache=cache, requested=("resources",))
    assert run.engine.demands == 0
    assert run.lower("resources") is not None
    assert run.engine.demands == 0


def test_print_writes_starlark_texts(folder: Path, cache: Path) -> None:
    run = Run(folder, 'print("a", 1, None, True, [1, "a"], {"k": "v"})\nprint(FileManifest())\nprint()\n', cache=cache)
    assert run.out == ['a 1 None True [1, "a"] {"k": "v"}', "<FileManifest>", ""]


def test_build_path_is_read_late(folder: Path, cache: Path) -> None:
    text = "def f():\n    return FileManifest()\nregister_target('f', f)\nset_build_path('out/../o2')\n"
    context = Run(folder, text, cache=cache, triple="wasm32-foo").context
    assert context.target_directory("x/y") == f"{folder}/o2/wasm32-foo/debug/x/y"


def test_files_that_pip_reads_are_noted(folder: Path, cache: Path) -> None:
    (folder / "r.txt").write_text("", encoding="utf-8")
    (folder / "c.txt").write_text("", encoding="utf-8")
    run = Run(
        folder,
        "exe = default_python_distribution().to_python_executable('app')\n"
        "exe.pip_install(['-r', 'r.txt', '--constraint=c.txt', 'requests'])\n"
        "exe.read_package_root('.', ['pkg'])\n",
        cache=cache,
    )
    assert {str(folder / "r.txt"), str(folder / "c.txt"), str(folder)} <= set(run.context.reads.files)


def test_list_mode_calls_no_target(folder: Path, cache: Path) -> None:
    run = Run(folder, TEMPLATE.replace("dist = default", "fail('called') or default"), cache=cache, mode="list")
    table = run.context.targets
    assert [one.name for one in table] == ["exe", "resources", "install", "msi_installer"]
    assert table.default == "install" and table.default_build_script == "resources"


def test_build_artifacts_is_another_name(folder: Path, cache: Path) -> None:
    run = Run(folder, TEMPLATE, cache=cache, requested=(BUILD_ARTIFACTS,))
    table = run.context.targets
    assert table.alias == "resources" and table.resolve_name(BUILD_ARTIFACTS) == "resources"
    assert table.is_resolved("resources") and not table.is_resolved("install")
    own = TEMPLATE.replace('register_target("exe"', 'register_target("build-artifacts", make_exe)\nregister_target("exe"')
    table = Run(folder, own, cache=cache, mode="list").context.targets
    assert table.alias is None and table.resolve_name(BUILD_ARTIFACTS) == BUILD_ARTIFACTS


def test_build_script_mode_takes_the_other_default(folder: Path, cache: Path) -> None:
    table = Run(folder, TEMPLATE, cache=cache, mode="build-script").context.targets
    assert table.is_resolved("resources") and not table.is_resolved("install")


def test_plans_of_what_cannot_be_built(folder: Path, cache: Path) -> None:
    run = Run(
        folder,
        "def f():\n    return None\ndef g():\n    return FileContent(filename='a', content='')\n"
        "register_target('f', f)\nregister_target('g', g)\nregister_target('h', g)\nresolve_target('f')\nresolve_target('g')\n",
        cache=cache,
    )
    table = run.context.targets
    for name, words in (("f", "gives None"), ("g", "gives a `FileContent`")):
        with pytest.raises(OxError, match=words) as caught:
            table.plan(run.context, name)
        assert caught.value.diagnostic.code.id == "OX0503"
        assert caught.value.diagnostic.span is not None
    with pytest.raises(OxError) as caught:
        table.plan(run.context, "h")
    assert caught.value.diagnostic.code.id == "OX0504"


def test_a_module_that_does_not_compile_is_named(folder: Path, cache: Path) -> None:
    run = Run(
        folder,
        "def make():\n"
        "    exe = default_python_distribution().to_python_executable('app')\n"
        "    exe.add_python_resource(exe.make_python_module_source('bad.one', 'def ('))\n"
        "    return exe.to_embedded_resources()\n"
        "register_target('r', make)\nresolve_targets()\n",
        cache=cache,
    )
    with pytest.raises(OxError, match="cannot be compiled") as caught:
        run.built("r")
    diagnostic = caught.value.diagnostic
    assert "bad.one" in "\n".join((diagnostic.message, *diagnostic.notes))


def test_callbacks_see_builtin_extensions_twice(folder: Path, cache: Path) -> None:
    run = Run(
        folder,
        "seen = {}\n"
        "def callback(policy, resource):\n"
        "    if type(resource) == 'PythonExtensionModule':\n"
        "        seen[resource.name] = seen.get(resource.name, 0) + 1\n"
        "def make():\n"
        "    dist = default_python_distribution()\n"
        "    policy = dist.make_python_packaging_policy()\n"
        "    policy.extension_module_filter = 'all'\n"
        "    policy.register_resource_callback(callback)\n"
        "    return dist.to_python_executable('app', policy)\n"
        "register_target('exe', make)\nresolve_targets()\n"
        "assert_eq(seen['_thread'], 2)\n"
        "assert_eq(sorted(seen.values())[0], 1)\n",
        cache=cache,
    )
    facts = run.context.targets.value("exe").distribution.facts(run.context)
    assert facts.extensions["_thread"][0].in_core


def test_errors_in_callbacks_end_the_operation(folder: Path, cache: Path) -> None:
    with pytest.raises(OxError) as caught:
        Run(
            folder,
            "def callback(policy, resource):\n"
            "    if not resource.is_stdlib:\n"
            "        resource.add_locations = 'x'\n"
            "dist = default_python_distribution()\n"
            "exe = dist.to_python_executable('app')\n"
            "policy = dist.make_python_packaging_policy()\n"
            "policy.register_resource_callback(callback)\n"
            "exe = dist.to_python_executable('app', policy)\n"
            "exe.make_python_module_source('a', '')\n",
            cache=cache,
        )
    diagnostic = caught.value.diagnostic
    assert diagnostic.code.id == "OX0310" and diagnostic.span is not None and diagnostic.span.begin.line == 2
    assert [frame.function for frame in caught.value.frames][-1] == "callback"


def test_callbacks_may_touch_the_executable(folder: Path, cache: Path) -> None:
    Run(
        folder,
        "made = []\n"
        "def callback(policy, resource):\n"
        "    if made and not resource.is_stdlib and resource.name == 'pkg':\n"
        "        made[0].licenses_filename = 'L.txt'\n"
        "        made[0].add_python_resource(resource)\n"
        "dist = default_python_distribution()\n"
        "policy = dist.make_python_packaging_policy()\n"
        "policy.register_resource_callback(callback)\n"
        "exe = dist.to_python_executable('app', policy)\n"
        "made.append(exe)\n"
        "exe.add_python_resources(exe.read_package_root(CWD, ['pkg']))\n",
        cache=cache,
    )


def test_snapshots(folder: Path, cache: Path) -> None:
    run = Run(
        folder,
        "def make():\n"
        "    exe = default_python_distribution().to_python_executable('app')\n"
        "    before = exe.to_embedded_resources()\n"
        "    exe.add_python_resource(exe.make_python_module_source('later', ''))\n"
        "    exe.licenses_filename = None\n"
        "    return before\n"
        "register_target('r', make)\nresolve_targets()\n",
        cache=cache,
    )
    kept = run.context.targets.value("r").executable
    assert len(kept.collector) == 1 and kept.licenses_filename == "COPYING.txt"


def test_dropping_all_modules_warns(folder: Path, cache: Path) -> None:
    run = Run(
        folder,
        "dist = default_python_distribution()\npolicy = dist.make_python_packaging_policy()\n"
        "policy.include_distribution_sources = False\ndist.to_python_executable('app', policy)\n",
        cache=cache,
    )
    assert [one.code.id for one in run.warnings] == ["OX0527"]


def test_wix_bundle(folder: Path, cache: Path) -> None:
    run = Run(
        folder,
        "def tune(msi):\n    msi.msi_filename = 'other.msi'\n"
        "exe = default_python_distribution().to_python_executable('app')\n"
        "b = exe.to_wix_bundle_builder('app', 'App', '1.0', 'me', msi_builder_callback=tune)\n"
        "assert_eq(type(b), 'WiXBundleBuilder')\n"
        "register_target('b', lambda: b)\nresolve_target('b')\n",
        cache=cache,
    )
    chain = run.context.targets.value("b").chain
    assert [kind for kind, _ in chain] == ["msi"] and chain[0][1][0].product() == "other.msi"


def test_two_thousand_targets(folder: Path, cache: Path) -> None:
    text = "def f(*values):\n    return len(values)\n" + "".join(
        f'register_target("t{n}", f, depends={[f"t{n - 1}"] if n else []})\n' for n in range(2000)
    )
    run = Run(folder, text + 'resolve_target("t1999")\n', cache=cache)
    assert len(run.context.targets) == 2000 and run.context.targets.value("t1999") == 1


def test_old_pythons_are_replaced(tmp_path: Path, cache: Path) -> None:
    """PyOxidizer had Python 3.8: configs that ask for it still build."""
    text = """
def make():
    dist = default_python_distribution(python_version = "3.8")
    dist.make_python_interpreter_config()
    return dist.to_python_executable("app")

register_target("exe", make)
resolve_targets()
"""
    run = Run(tmp_path, text, cache=cache, requested=("exe",))
    assert [one.code.id for one in run.warnings] == ["OX0530"]
    assert "Python 3.8 is not maintained" in run.warnings[0].message


def reading(path: str, packages: str, before: str = "") -> str:
    return (
        "def make():\n"
        "    dist = default_python_distribution()\n"
        "    policy = dist.make_python_packaging_policy()\n"
        f"    {before or 'pass'}\n"
        "    exe = dist.to_python_executable('app', packaging_policy=policy)\n"
        f"    exe.add_python_resources(exe.read_package_root({path}, {packages}))\n"
        "    return exe\n"
        "register_target('exe', make)\nresolve_targets()\n"
    )


@pytest.mark.parametrize(
    ("text", "place", "help"),
    [
        (reading("CWD", "['pkg', 'pgk']"), "'pgk'", "did you mean `pkg`?"),
        (reading("CWD", "packages=['deep']"), "'deep'", "it lies in `src` there; name that folder as `path`"),
        (reading("CWD + '/pkg'", "['pkg']"), "'pkg'", "the folder is the package itself; name the folder above it as `path`"),
        (reading("CWD", "['numpy']"), "'numpy'", "it has `lone`, `pkg`"),
        (reading("CWD", "['pkg.data']"), "'pkg.data'", "it has `lone`, `pkg`"),
        (reading("CWD + '/empty'", "['pkg', '']"), "'pkg'", "no Python file lies in it"),
        (reading("CWD", "['pkg']", "policy.set_resource_handling_mode('files')"), None, "be followed by"),
    ],
)
def test_packages_that_a_folder_does_not_have(text: str, place: str | None, help: str, folder: Path, cache: Path) -> None:
    for path in ("pkg/data/table.csv", "src/deep/module.py", "empty/notes.txt", "lone.py"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("", encoding="utf-8")
    first, *_ = warnings = Run(folder, text, cache=cache).warnings
    assert {one.code.id for one in warnings} == {"OX0531"}
    assert help in (first.help or "")
    assert place is None or first.span.file.text[first.span.start : first.span.end] == place


def test_packages_that_a_folder_has(folder: Path, cache: Path) -> None:
    files = {
        "pkg/sub/module.py": "", "lone.py": "", "spaces/inner/one.py": "", "site-packages/inside.py": "",
        "Some_Project-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: Some.Project\nVersion: 1.0\n",
        "made-1.0-py3.egg/hatched/__init__.py": "",
    }  # fmt: skip
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, encoding="utf-8")
    names = ["pkg", "pkg.sub", "pkg.sub.module", "lone", "spaces", "spaces.inner", "inside", "Some.Project", "Some", "hatched"]
    run = Run(folder, reading("CWD", repr(names)), cache=cache)
    assert run.warnings == []


@pytest.mark.parametrize(("setting", "told"), [("pass", ["OX0532"]), ("config.module_search_paths = ['$ORIGIN/lib']", []), ("config.filesystem_importer = True", [])])
def test_a_program_that_cannot_start(setting: str, told: list[str], folder: Path, cache: Path) -> None:
    text = (
        f"dist = default_python_distribution()\nconfig = dist.make_python_interpreter_config()\ndef set():\n    {setting}\nset()\n"
        "exe = dist.to_python_executable('app', config=config)\nexe.packed_resources_load_mode = 'none'\n"
        "register_target('exe', lambda: exe)\nresolve_targets()\n"
    )
    run = Run(folder, text, cache=cache)
    run.lower("exe")
    run.lower("exe")
    assert [one.code.id for one in run.warnings] == told


def test_the_budget_is_blamed_on_its_line(folder: Path, cache: Path) -> None:
    text = reading("CWD", "['pkg']").replace("    return exe\n", "    exe.size_budget = 10\n    return exe\n")
    run = Run(folder, text, cache=cache)
    executable = run.context.targets.value("exe")
    assert executable.size_budget == 10 and executable.snapshot().budget_origin is not None
    span = executable.budget_origin
    assert span is not None and span.file.text[span.start : span.end] == "exe.size_budget"


def test_a_wrong_archive_is_blamed_on_its_argument(folder: Path, cache: Path) -> None:
    (folder / "text.tar.gz").write_text("no archive", encoding="utf-8")
    for arguments, code, place in (
        ("'0' * 64, 'gone.tar.gz'", "OX0618", "'gone.tar.gz'"),
        ("'0' * 64, local_path='pkg'", "OX0618", "local_path='pkg'"),
        ("sha256='0' * 64, local_path='text.tar.gz'", "OX0618", "sha256='0' * 64"),
        ("'0' * 64, url='file:///none/x.tar.gz'", "OX0706", "url='file:///none/x.tar.gz'"),
        ("'0' * 64, url='x.tar.gz'", "OX0512", "url='x.tar.gz'"),
    ):
        text = f"dist = PythonDistribution({arguments})\ndist.make_python_packaging_policy()\n"
        with pytest.raises(OxError) as caught:
            Run(folder, text, cache=cache)
        span = caught.value.diagnostic.span
        assert caught.value.diagnostic.code.id == code
        assert span is not None and span.file.text[span.start : span.end] == place


def test_a_variable_that_is_nearly_given() -> None:
    from oxlang.diagnostics.model import error
    from oxlang.dialect.variables import advise_variables
    from oxlang.source import SourceFile, Span

    text = "VARS['version']"
    problem = error("OX0404", 'key "version" not in dict', span=Span(SourceFile("x", text), 0, len(text)))
    told = advise_variables(problem, {"verson": "1"}).diagnostic
    assert told.message == "the variable `version` of the command line is not given"
    assert told.help == "the command line gives `verson`; `--var version VALUE` is what the config wants"


@pytest.mark.parametrize(
    ("line", "code", "words", "place"),
    [
        ("exe.windows_subsystem = 'gui'", "OX0314", '"gui" is not a value', "exe.windows_subsystem"),
        (
            "exe.add_python_resource(exe.make_python_module_source('broken', 'def ('))", "OX0608",
            "the module `broken` of the config cannot be compiled",
            "exe.add_python_resource(exe.make_python_module_source('broken', 'def ('))",
        ),
    ],
)  # fmt: skip
def test_what_shows_when_a_program_is_built(
    line: str, code: str, words: str, place: str, folder: Path, cache: Path
) -> None:
    text = reading("CWD", "['pkg']").replace("    return exe\n", f"    {line}\n    return exe\n")
    with pytest.raises(OxError, match=words) as caught:
        run = Run(folder, text, cache=cache)
        run.context.targets.value("exe").lower(run.context)
        embedded = run.context.targets.value("exe").to_embedded_resources(run.context)
        run.engine.build(embedded.lower(run.context))
    span = caught.value.diagnostic.span
    assert caught.value.diagnostic.code.id == code
    assert span is not None and span.file.text[span.start : span.end] == place


def test_a_config_with_variables_of_its_own() -> None:
    from oxlang.diagnostics.model import error
    from oxlang.dialect.variables import advise_variables
    from oxlang.source import SourceFile, Span

    text = "VARS = {}\nVARS['x']"
    problem = error("OX0404", 'key "x" not in dict', span=Span(SourceFile("x", text), 10, len(text)))
    assert advise_variables(problem, {}).diagnostic.message == 'key "x" not in dict'
