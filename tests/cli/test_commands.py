"""The other commands."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from oxlang.cli.cache import _bytes, size
from oxlang.cli.completion import SHELLS
from oxlang.cli.spec import WrongUsage
from tests.cli.support import oxl, process

Capture = pytest.CaptureFixture[str]


def test_explain(capsys: Capture) -> None:
    for word in ("OX0302", "ox0302", "0302", "unknown-argument"):
        assert oxl(capsys, "explain", word).out.startswith("# OX0302 unknown-argument\n")
    assert json.loads(oxl(capsys, "explain", "OX0302", "--format", "json").out)["severity"] == "error"
    assert len(json.loads(oxl(capsys, "explain", "--format", "json").out)["codes"]) > 100


def test_explain_unknown(capsys: Capture) -> None:
    ended = oxl(capsys, "explain", "OX03022")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err == "error: there is no diagnostic code `OX03022` [OX0902]\n   = help: did you mean `OX0302`?\n"


def test_docs(capsys: Capture) -> None:
    assert oxl(capsys, "docs", "PythonExecutable").out.startswith("# `PythonExecutable`\n")
    assert oxl(capsys, "docs", "pip_install").out.startswith("# `PythonExecutable.pip_install`\n")
    assert oxl(capsys, "docs", "string.split").out.startswith("# `string.split`\n")
    assert "register_target" in oxl(capsys, "docs").out
    everything = json.loads(oxl(capsys, "docs", "--format", "json").out)
    assert {"types", "functions", "constants"} <= set(everything)
    (one,) = json.loads(oxl(capsys, "docs", "CWD", "--format", "json").out)
    assert one["kind"] == "constant"


def test_docs_of_modules(capsys: Capture) -> None:
    assert "  @stdlib//lists.star " in oxl(capsys, "docs").out
    whole = oxl(capsys, "docs", "@stdlib//lists.star").out
    assert whole.startswith("# `@stdlib//lists.star`\n\nLists: ") and "## `flatten`\n" in whole
    one = oxl(capsys, "docs", "@stdlib//lists.star", "flatten").out
    assert one.startswith('# `flatten`\n\n```starlark\nload("@stdlib//lists.star", "flatten")\n```\n')
    several = oxl(capsys, "docs", "CWD", "@stdlib//dicts.star", "merge", "omit", "@stdlib//paths.star").out
    assert re.findall("^# `(.+)`$", several, re.M) == ["CWD", "merge", "omit", "@stdlib//paths.star"]
    everything = json.loads(oxl(capsys, "docs", "--format", "json").out)["modules"]
    (module,) = json.loads(oxl(capsys, "docs", "@stdlib//lists.star", "--format", "json").out)
    assert module in everything and module["kind"] == "module"


def test_docs_of_unknown_modules(capsys: Capture) -> None:
    def told(*names: str) -> str:
        ended = oxl(capsys, "docs", *names)
        assert (ended.status, ended.out) == (1, "")
        return ended.err

    assert told("@stdlib//list.star") == (
        "error: there is no module `@stdlib//list.star` [OX0903]\n   = help: did you mean `@stdlib//lists.star`?\n"
    )
    assert told("@stdlib//lists.star", "flaten") == (
        "error: `@stdlib//lists.star` has no function `flaten` [OX0903]\n   = help: did you mean `flatten`?\n"
    )
    assert "has no function `_suffix`" in told("@stdlib//asserts.star", "_suffix")
    assert "the modules are `@stdlib//asserts.star`, " in told("@somewhere//else.star")
    assert "there is no module `@stdlib//../README.md`" in told("@stdlib//../README.md")
    assert "help: `oxl docs @stdlib//lists.star` shows" in told("lists")
    assert "help: a module has it: `oxl docs @stdlib//lists.star flatten`" in told("flatten")


def test_docs_stub_is_python(capsys: Capture) -> None:
    compile(oxl(capsys, "docs", "--format", "stub").out, "stub", "exec")


def test_docs_unknown(capsys: Capture) -> None:
    ended = oxl(capsys, "docs", "PythonExecutible")
    assert ended.status == 1
    assert ended.err == "error: there is no `PythonExecutible` [OX0903]\n   = help: did you mean `PythonExecutable`?\n"
    assert "is a member of several types" in oxl(capsys, "docs", "name").err


def test_lint(capsys: Capture, clean: Path) -> None:
    (clean / "pyoxidizer.bzl").write_text("x == 1\n")
    (clean / "lib.star").write_text("def f():\n    pass\n    return 1\n")
    (clean / "build").mkdir()
    (clean / "build" / "generated.bzl").write_text("((\n")
    ended = oxl(capsys, "lint")
    assert ended.status == 1
    assert "[OX0201]" in ended.out and "lib.star:2:5" in ended.out
    assert ended.err == "1 error and 2 warnings in 2 files; `--fix` mends 1\n"
    assert oxl(capsys, "lint", "lib.star").status == 0
    assert oxl(capsys, "lint", "lib.star", "--strict").status == 1
    assert oxl(capsys, "lint", "lib.star", "--strict", "--ignore", "OX1036").status == 0
    assert json.loads(oxl(capsys, "lint", "--format", "json").out)["diagnostics"]
    assert json.loads(oxl(capsys, "lint", "--format", "sarif").out)["version"] == "2.1.0"
    assert oxl(capsys, "lint", "--format", "github").out.startswith("::")


def test_lint_fix(capsys: Capture, clean: Path) -> None:
    path = clean / "lib.star"
    path.write_bytes(b"def f():\r\n    pass\r\n    return 1\r\n")
    ended = oxl(capsys, "lint", "--fix", "--strict")
    assert ended.status == 0
    assert path.read_bytes() == b"def f():\r\n    return 1\r\n"
    assert "remove the line" in ended.err


def test_lint_missing_file(capsys: Capture, clean: Path) -> None:
    ended = oxl(capsys, "lint", "nothing.bzl")
    assert ended.status == 1
    assert ended.err == "error: no such file or directory: `nothing.bzl` [OX0901]\n"
    (clean / "bad.bzl").write_bytes(b"\xff")
    assert "is not UTF-8 [OX0901]" in oxl(capsys, "lint", "bad.bzl").err


def test_init_config_file(capsys: Capture, clean: Path) -> None:
    ended = oxl(capsys, "init-config-file", "--python-code", "print(42)", "--pip-install", "a", "--pip-install", "b==1", "n1/n2")
    assert ended.status == 0
    assert ended.out.startswith("writing n1/n2/pyoxidizer.bzl\n")
    text = (clean / "n1" / "n2" / "pyoxidizer.bzl").read_text()
    assert "print(42)" in text
    assert 'pip_install("b==1")' in text or 'pip_install(["b==1"])' in text
    assert oxl(capsys, "list-targets", "n1/n2").out == "exe\n*install\nmsi_installer\nresources\n"
    assert oxl(capsys, "init-config-file", "n1/n2").status == 1
    assert oxl(capsys, "init-config-file", "n1/n2", "--force").status == 0


def test_a_config_that_is_not_written_leaves_no_folder(
    capsys: Capture, clean: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*words: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("oxlang.workspace.create._write", full)
    ended = oxl(capsys, "init-config-file", "n1/n2")
    assert ended.status == 1 and "cannot be written: no space left on device [OX0824]\n" in ended.err
    assert os.listdir(clean) == []


def test_template_has_no_findings(capsys: Capture, clean: Path) -> None:
    oxl(capsys, "init-config-file", "app")
    ended = oxl(capsys, "lint", "--strict", "app")
    assert (ended.status, ended.out) == (0, "")


def test_starlark(capsys: Capture, clean: Path) -> None:
    (clean / "a.star").write_text("print('hello', 1 + 2)\n")
    assert oxl(capsys, "starlark", "a.star").out == "hello 3\n"
    (clean / "b.star").write_text("def f(n):\n    return f(n - 1) if n else 0\nprint(f(3))\n")
    assert oxl(capsys, "starlark", "b.star").status == 1
    assert oxl(capsys, "starlark", "--recursion", "b.star").out == "0\n"
    ended = oxl(capsys, "starlark", "missing.star")
    assert ended.status == 1 and ended.err.startswith("error: ")


def test_starlark_does_not_know_the_dialect(capsys: Capture, clean: Path) -> None:
    (clean / "a.star").write_text("register_target('a', print)\n")
    assert "[OX0201]" in oxl(capsys, "starlark", "a.star").err


def test_cache(capsys: Capture, app: Path) -> None:
    folder = app.parent / "cache"
    oxl(capsys, "build")
    found = json.loads(oxl(capsys, "cache", "status", "--format", "json").out)
    assert found["blobs"] >= 1 and found["folder"] == str(folder)
    assert oxl(capsys, "cache", "status").out.startswith("folder:  ")
    assert oxl(capsys, "cache", "gc", "--limit", "1M").out.startswith("removed 0 files")
    assert oxl(capsys, "cache", "gc", "--limit", "much").status == 2
    assert oxl(capsys, "cache-clear").out == f"removing {folder}\n"
    assert not folder.exists()
    assert oxl(capsys, "cache", "clear").status == 0


@pytest.mark.parametrize(
    ("folder", "reason"),
    [("home", "it is your home folder"), ("above", "the current folder lies in it"), ("app", "it holds `pyoxidizer.bzl`"),
     ("/", "it is the root of the file system")],
)
def test_cache_clear_spares_what_is_no_cache(
    capsys: Capture, clean: Path, monkeypatch: pytest.MonkeyPatch, folder: str, reason: str
) -> None:
    """A variable that names the wrong folder must not cost a project."""
    for name in ("home", "above/here", "app"):
        (clean / name).mkdir(parents=True)
    (clean / "app" / "pyoxidizer.bzl").write_text("")
    monkeypatch.chdir(clean / "above" / "here")
    monkeypatch.setenv("HOME", str(clean / "home"))
    monkeypatch.setenv("PYOXIDIZER_CACHE_DIR", str(clean / folder))
    ended = oxl(capsys, "cache-clear")
    assert (ended.status, ended.out) == (1, "") and reason in ended.err and "[OX0908]" in ended.err
    assert (clean / folder).is_dir()


def test_sizes() -> None:
    assert [_bytes(text) for text in ("5", "2k", "1.5 MB", "20G", "1GiB")] == [5, 2000, 1500000, 20 * 10**9, 10**9]
    with pytest.raises(WrongUsage):
        _bytes("x")
    assert [size(count) for count in (0, 999, 1000, 2_500_000, 10**13)] == ["0 B", "999 B", "1.0 kB", "2.5 MB", "10.0 TB"]


def test_groups(capsys: Capture) -> None:
    assert oxl(capsys, "cache").status == 2
    ended = oxl(capsys, "cache", "statu")
    assert ended.status == 2 and "did you mean `status`?" in ended.err
    assert "cache gc" in oxl(capsys, "cache", "--help").out
    assert oxl(capsys, "help", "cache").out == oxl(capsys, "cache", "-h").out


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_script(capsys: Capture, clean: Path, monkeypatch: pytest.MonkeyPatch, shell: str) -> None:
    assert "_OXL_COMPLETE" in oxl(capsys, "completion", "show", shell).out
    monkeypatch.setenv("HOME", str(clean))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SHELL", f"/bin/{shell}")
    ended = oxl(capsys, "completion", "install")
    path = Path(ended.out.splitlines()[0].removeprefix("written "))
    assert path.is_file() and clean in path.parents


def test_completion_unknown_shell(capsys: Capture) -> None:
    assert oxl(capsys, "completion", "show", "tcsh").status == 2


def test_completion_answers() -> None:
    def ask(words: str) -> set[str]:
        env = {"_OXL_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
        return set(process(env=env).out.split())

    assert ask("oxl bui") == {"plain,build"}
    assert "plain,--release" in ask("oxl build --r")
    assert ask("oxl cache s") == {"plain,status"}
    assert ask("oxl lint --format s") == {"plain,sarif"}


def test_completion_of_targets(app: Path) -> None:
    """Names stand in the config, which is not evaluated for them."""

    def ask(words: str) -> set[str]:
        env = {"_OXL_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
        return set(process(env=env, cwd=app.parent).out.split())

    assert ask(f"oxl build --path {app} ") == {"plain,files", "plain,again"}
    assert ask(f"oxl run --path {app} --target f") == {"plain,files"}
    assert ask(f"oxl eval {app} --target a") == {"plain,again"}
    assert ask(f"oxl why --path {app} files a") == {"plain,again"}
    assert ask(f"oxl build --path {app} ./scr") == {"file,./scr"}
    assert ask("oxl build --path /nowhere f") == {"file,f"}


def test_bash_reads_the_script(capsys: Capture, clean: Path) -> None:
    (clean / "script").write_text(oxl(capsys, "completion", "show", "bash").out)
    done = subprocess.run(["bash", "-n", str(clean / "script")], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_extract_wants_one_archive(capsys: Capture, clean: Path) -> None:
    ended = oxl(capsys, "python-distribution-extract", "out")
    assert ended.status == 1
    assert ended.err == "error: must specify --download-default or --archive-path [OX0907]\n"
    ended = oxl(capsys, "python-distribution-extract", "--download-default", "--archive-path", "a", "out")
    assert ended.err == "error: must only specify one of --download-default or --archive-path [OX0907]\n"
    assert oxl(capsys, "python-distribution-extract", "--archive-path", "a.tar.zst", "out").status == 1
    assert not (clean / "out").exists()


def test_find_resources(capsys: Capture, clean: Path) -> None:
    (clean / "pkg").mkdir()
    (clean / "pkg" / "__init__.py").write_text("")
    (clean / "pkg" / "data.txt").write_text("x")
    ended = oxl(capsys, "find-resources", clean)
    assert ended.out.splitlines() == [
        f"scanning directory {clean}",
        "File { path: pkg/__init__.py, is_executable: false }",
        "PythonModuleSource { name: pkg, is_package: true, is_stdlib: false, is_test: false }",
        "File { path: pkg/data.txt, is_executable: false }",
        "PythonPackageResource { package: pkg, name: data.txt, is_stdlib: false, is_test: false }",
    ]
    found = json.loads(oxl(capsys, "find-resources", "--no-emit-files", "--format", "json", clean).out)
    assert [one["kind"] for one in found["resources"]] == ["module", "resource"]
    assert oxl(capsys, "find-resources").status == 2


def test_find_resources_for_another_platform(capsys: Capture, clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its distribution is downloaded; where that is not possible, the rules are those of this machine's Python."""
    (clean / "src").mkdir()
    (clean / "src" / "a.py").write_text("")
    monkeypatch.setenv("OXL_PYTHON_MIRROR", (clean / "nothing").as_uri())
    triple = ("--target-triple", "aarch64-apple-darwin")
    ended = oxl(capsys, "find-resources", "--no-emit-files", *triple, "src")
    assert ended.status == 0 and ended.out.splitlines()[1].startswith("PythonModuleSource { name: a,")
    assert "the rules of this machine's Python are used instead" in ended.err
    assert oxl(capsys, "find-resources", "--target-triple", "nowhere", "src").status == 1


def test_pythons(capsys: Capture, clean: Path) -> None:
    found = json.loads(oxl(capsys, "python", "list", "--format", "json").out)["pythons"]
    assert found and found[0]["default"]
    assert oxl(capsys, "python", "find").out.strip() == found[0]["path"]
    assert oxl(capsys, "python", "find", "3.1").status == 1
    assert oxl(capsys, "python", "info").out.startswith("High-Level Metadata\n")
    path = found[0]["path"]
    assert "Target triple: " in oxl(capsys, "python-distribution-info", path).out
    assert oxl(capsys, "python-distribution-licenses", path).out.startswith("Python Distribution Licenses: ")


def test_analyze(capsys: Capture, clean: Path) -> None:
    ended = oxl(capsys, "analyze", "/etc/hostname")
    assert ended.status == 1 and "[OX0625]" in ended.err
    assert oxl(capsys, "analyze", "missing").status == 1
    import sys

    if sys.platform == "linux":
        assert "Symbol Versioning" in oxl(capsys, "analyze", sys.executable).out
        found = json.loads(oxl(capsys, "analyze", "--format", "json", sys.executable).out)
        assert {"name": "libc.so.6", "everywhere": True} in found["libraries"]
        assert next(one for one in found["versions"] if one["name"] == "GLIBC")["oldest"]


def test_lsp_without_its_packages(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.delitem(sys.modules, "oxlang.lsp.server", raising=False)
    monkeypatch.setitem(sys.modules, "pygls", None)
    monkeypatch.setitem(sys.modules, "pygls.lsp", None)
    monkeypatch.setitem(sys.modules, "pygls.lsp.server", None)
    ended = oxl(capsys, "lsp")
    assert ended.status == 1
    assert "error: the language server needs the package `pygls` [OX0906]" in ended.err


def test_doctor(capsys: Capture, clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = json.loads(oxl(capsys, "doctor", "--format", "json").out)["findings"]
    assert {one["state"] for one in found} <= {"ok", "missing", "optional"}
    monkeypatch.setenv("PATH", "/nonexistent")
    ended = oxl(capsys, "doctor")
    assert ended.status == 1
    assert "MISSING   Rust: cargo executable not found; is Rust installed and in PATH?" in ended.out
    assert ended.out.splitlines()[-1] == "missing: Rust, C compiler (links programs)"


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands in for a compiler")
def test_doctor_asks_for_what_rustc_links_with(capsys: Capture, clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def told() -> dict[str, str]:
        found = json.loads(oxl(capsys, "doctor", "--format", "json").out)["findings"]
        return next(one for one in found if one["subject"].startswith("C compiler"))

    (clean / "gcc").write_text("#!/bin/sh\n")
    (clean / "gcc").chmod(0o755)
    monkeypatch.setenv("PATH", str(clean))
    assert told()["state"] == "missing" and "rustc links with; gcc is there" in told()["found"]
    (clean / "gcc").rename(clean / "cc")
    assert told()["state"] == "ok"
    (clean / "cc").unlink()
    monkeypatch.setenv("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER", "clang")
    assert told()["state"] == "ok"


def test_doctor_tries_the_cache_folder(capsys: Capture, clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def told() -> dict[str, str]:
        found = json.loads(oxl(capsys, "doctor", "--format", "json").out)["findings"]
        return next(one for one in found if one["subject"] == "cache folder")

    monkeypatch.setenv("PYOXIDIZER_CACHE_DIR", str(clean / "deep" / "cache"))
    assert told()["state"] == "ok" and not (clean / "deep").exists()
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(free=10**8))
    assert told()["state"] == "warning" and "0.1 GB free" in told()["found"]
    (clean / "file").write_text("")
    monkeypatch.setenv("PYOXIDIZER_CACHE_DIR", str(clean / "file"))
    assert told()["state"] == "missing" and "not a directory" in told()["found"]


def test_rust_project_needs_cargo(capsys: Capture, clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    ended = oxl(capsys, "init-rust-project", "app")
    assert ended.status == 1
    assert "error: cargo executable not found" in ended.err
    assert not (clean / "app").exists()


def test_fmt(capsys: Capture, clean: Path) -> None:
    path = clean / "a.star"
    path.write_text("x = [1,2]\n")
    assert oxl(capsys, "fmt", "--check").status == 1
    ended = oxl(capsys, "fmt", "--diff")
    assert ended.status == 1 and "+x = [1, 2]" in ended.out
    assert path.read_text() == "x = [1,2]\n"
    ended = oxl(capsys, "fmt")
    assert (ended.status, ended.err) == (0, "1 of 1 file changed\n")
    assert path.read_text() == "x = [1, 2]\n"
    assert oxl(capsys, "fmt", "--check").status == 0
    path.write_text("x = (\n")
    ended = oxl(capsys, "fmt")
    assert ended.status == 1 and "[OX0110]" in ended.err
    assert path.read_text() == "x = (\n"


def test_fmt_stdin(capsys: Capture, clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("x = [1,2]\n"))
    assert oxl(capsys, "fmt", "-").out == "x = [1, 2]\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"x = '\xff'\n")))
    ended = oxl(capsys, "fmt", "-")
    assert (ended.status, ended.out) == (1, "") and "standard input is not UTF-8 [OX0901]" in ended.err


def test_nothing_to_look_at(capsys: Capture, clean: Path) -> None:
    for command in ("fmt", "lint"):
        ended = oxl(capsys, command)
        assert (ended.status, ended.err) == (0, "no Starlark files found\n")


def test_test(capsys: Capture, clean: Path) -> None:
    (clean / "a_test.star").write_text(
        'load("@stdlib//asserts.star", "eq")\nitems = []\ndef test_good():\n    eq(1 + 1, 2)\n'
        "def test_bad():\n    eq(1, 2)\ndef helper():\n    fail()\n"
    )
    (clean / "other.star").write_text("fail('not a test')\n")
    ended = oxl(capsys, "test")
    assert ended.status == 1
    assert [line.split(" (")[0] for line in ended.out.splitlines()] == [
        "ok      a_test.star: test_good", "FAILED  a_test.star: test_bad"
    ]
    assert "error: fail: expected 2, got 1" in ended.err and ended.err.endswith("1 passed, 1 failed\n")
    assert oxl(capsys, "test", "--filter", "good").status == 0
    assert json.loads(oxl(capsys, "test", "--format", "json").out)["failed"] == 1
    (clean / "test_broken.star").write_text("(\n")
    assert oxl(capsys, "test", "test_broken.star").status == 1


def test_migrate_sections(capsys: Capture, clean: Path) -> None:
    """Of a `pyoxidizer.toml` a config is made beside it; commands that want a config point at that."""
    (clean / "pyoxidizer.toml").write_text('[[build]]\napplication_name = "app"\n', encoding="utf-8")
    refused = oxl(capsys, "list-targets", clean)
    assert refused.status == 1 and "oxl migrate" in refused.err
    shown = oxl(capsys, "migrate", clean)
    assert shown.status == 0 and "+register_target" in shown.out and not (clean / "pyoxidizer.bzl").exists()
    assert oxl(capsys, "migrate", clean / "pyoxidizer.toml", "--write").status == 0
    assert oxl(capsys, "list-targets", clean).out.split() == ["exe", "*install"]
    again = oxl(capsys, "migrate", clean / "pyoxidizer.toml", "--write")
    assert again.status == 1 and "exists already" in again.err
