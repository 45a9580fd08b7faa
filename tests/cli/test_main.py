"""The frame of all commands: help, versions, usage errors, exit statuses."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import oxlang
from oxlang.__main__ import main
from oxlang.cli import dispatch
from oxlang.cli.commands import COMMANDS, GROUPS, all_names, find
from oxlang.cli.spec import Option
from oxlang.diagnostics import error
from tests.cli.support import oxl, process

Capture = pytest.CaptureFixture[str]


def test_no_arguments_is_wrong_usage(capsys: Capture) -> None:
    ended = oxl(capsys)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("usage: oxl ")


def test_version_has_four_lines(capsys: Capture) -> None:
    ended = oxl(capsys, "--version")
    assert [line.split(" ")[0] for line in ended.out.splitlines()] == ["oxl", "commit:", "source:", "pyembed"]
    assert oxl(capsys, "-V").out == ended.out.splitlines()[0] + "\n"
    assert oxl(capsys, "--verbose", "-V").out == ended.out.splitlines()[0] + "\n"


def test_interrupted_outside_of_a_command(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """Ctrl-C while modules are still being loaded is worded like any other."""

    def interrupted(words: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("oxlang.cli.main.run", interrupted)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert capsys.readouterr().err == "error: interrupted\n"


def test_the_commit_in_a_worktree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There `.git` is a file, and branches are those of the repository."""
    from oxlang.cli import version

    own = tmp_path / "repository" / "worktrees" / "x"
    own.mkdir(parents=True)
    (tmp_path / "top").mkdir()
    (tmp_path / "top" / ".git").write_text(f"gitdir: {own}\n")
    (own / "HEAD").write_text("ref: refs/heads/x\n")
    (own / "commondir").write_text("../..\n")
    monkeypatch.setattr(version, "_checkout", lambda: str(tmp_path / "top"))
    assert "commit: unknown\n" in version.version_text(long=True)
    (tmp_path / "repository" / "packed-refs").write_text("# pack-refs\n" + "a" * 40 + " refs/heads/x\n")
    assert f"commit: {'a' * 40}\n" in version.version_text(long=True)
    (tmp_path / "repository" / "refs" / "heads").mkdir(parents=True)
    (tmp_path / "repository" / "refs" / "heads" / "x").write_text("b" * 40 + "\n")
    assert f"commit: {'b' * 40}\n" in version.version_text(long=True)


def test_interrupted_within_a_lock(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """Python's own locks may answer an interruption with an error of theirs."""

    def interrupted(words: list[str]) -> int:
        try:
            raise KeyboardInterrupt
        finally:
            raise RuntimeError("release unlocked lock")

    monkeypatch.setattr(dispatch, "_dispatch", interrupted)
    assert dispatch.dispatch(["doctor"]) == 130
    assert capsys.readouterr().err == "error: interrupted\n"


def test_unknown_command(capsys: Capture) -> None:
    ended = oxl(capsys, "explan")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.splitlines()[:2] == ["error: unknown command `explan`", "   = help: did you mean `explain`?"]


def test_unknown_option(capsys: Capture) -> None:
    ended = oxl(capsys, "explain", "--fomat", "json")
    assert ended.status == 2
    assert ended.err == (
        "error: unknown option `--fomat`\n   = help: did you mean `--format`?\n"
        "usage: oxl explain [OPTIONS] [CODE]\nfor help: oxl explain --help\n"
    )


def test_wrong_choice(capsys: Capture) -> None:
    ended = oxl(capsys, "explain", "--format", "xml")
    assert ended.status == 2
    assert ended.err.startswith("error: `--format` takes `text` or `json`\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["explain", "OX0900", "OX0901"], "unexpected argument `OX0901`"),
        (["build", "--release=1"], "`--release` takes no value"),
        (["build", "--verbose=3"], "`--verbose` takes no value"),
        (["--verbose=3", "build"], "`--verbose` takes no value"),
        (["build", "--target-triple"], "`--target-triple` needs TRIPLE"),
        (["build", "--var", "a"], "`--var` needs NAME VALUE"),
        (["build", "-j", "0"], "`--jobs` takes a whole number of at least 1, not `0`"),
        (["size", "--depth", "x"], "`--depth` takes a whole number of at least 1, not `x`"),
        (["build", "--path", ""], "`--path` is empty\n   = help: write `.` for the current folder"),
        (["init-config-file", ""], "`PATH` is empty"),
        (["-v"], "unknown option `-v`\n   = help: did you mean `--verbose`?"),
        (["build", "-v"], "unknown option `-v`\n   = help: did you mean `--verbose`?"),
    ],
)
def test_wrong_usage_in_our_words(capsys: Capture, words: list[str], told: str) -> None:
    ended = oxl(capsys, *words)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith(f"error: {told}\n")


def test_every_command_has_its_pages(capsys: Capture) -> None:
    for name in all_names():
        command = find(name)
        assert command is not None and command.name == name
        group = name.split()[0]
        listed = GROUPS[group][name.split()[1]] if group in GROUPS else COMMANDS[name][1]
        assert command.summary == listed, name
        long = oxl(capsys, *name.split(), "--help")
        assert long.status == 0 and long.out.startswith(command.summary)
        for one in command.options:
            assert one.hidden or one.names[0] in long.out, f"{name} {one.names[0]}"
        assert oxl(capsys, "help", *name.split()).out == long.out
        assert oxl(capsys, *name.split(), "-h").status == 0
        assert len({one.key for one in (*command.options, *command.arguments)}) == len(
            (*command.options, *command.arguments)
        )


def test_options_are_named_alike(capsys: Capture) -> None:
    """An option that two commands have takes as many words in both."""
    words: dict[str, int] = {}
    for name in all_names():
        command = find(name)
        assert command is not None
        for one in command.options:
            assert isinstance(one, Option)
            assert words.setdefault(one.names[0], one.words) == one.words, f"{name} {one.names[0]}"


def test_list_of_commands_is_sorted() -> None:
    names = list(COMMANDS)
    expected = sorted(names, key=lambda n: "ru" + "\0" if n == "run-build-script" else n)
    assert names == expected


def test_internal_error_is_our_bug(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(words: list[str]) -> int:
        raise KeyError("x")

    monkeypatch.setattr(dispatch, "_dispatch", broken)
    ended = oxl(capsys, "explain")
    assert ended.status == 70
    assert ended.err.startswith("error: oxl failed on the inside: KeyError: 'x' [OX0900]\n")
    assert "Traceback" not in ended.err
    assert "Traceback" in oxl(capsys, "explain", "--verbose", "--verbose", "--verbose").err


@pytest.mark.parametrize(
    ("raised", "status"),
    [
        (error("OX0902", "wrong"), 1),
        (error("OX0900", "wrong"), 70),
        (PermissionError(13, "Permission denied", "/x"), 1),
        (MemoryError(), 1),
        (KeyboardInterrupt(), 130),
        (SystemExit(5), 5),
    ],
)
def test_status(capsys: Capture, monkeypatch: pytest.MonkeyPatch, raised: BaseException, status: int) -> None:
    def failing(words: list[str]) -> int:
        raise raised

    monkeypatch.setattr(dispatch, "_dispatch", failing)
    ended = oxl(capsys, "explain")
    assert (ended.status, ended.out) == (status, "")
    assert ended.err.startswith("error: ") or isinstance(raised, SystemExit)


def test_process_without_reader() -> None:
    import subprocess
    import sys

    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; '{sys.executable}' -m oxlang explain | head -1"], capture_output=True, text=True,
    )
    assert done.stderr == ""


def test_module_entry() -> None:
    assert process("-V").status == 0


def test_a_version_needs_few_modules() -> None:
    import subprocess
    import sys

    script = "import sys; from oxlang.cli.main import run; run(['--version']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {script}"],
                          capture_output=True, text=True)
    assert not {"click", "rich", "lark", "json", "re", "dataclasses", "typing"} & set(done.stderr.split())


@pytest.mark.parametrize(
    ("words", "told"),
    [(["eval"], "(unchanged, 0 actions run)"), (["eval", "--dry-run"], "to do"), (["list-targets"], "*a")],
)
def test_an_unchanged_config_needs_few_modules(tmp_path: Path, words: list[str], told: str) -> None:
    """Each of these takes a tenth of the time that evaluating a small config may take."""
    import subprocess
    import sys

    (tmp_path / "pyoxidizer.bzl").write_text(
        "def make():\n    files = FileManifest()\n"
        f"    files.add_file(FileContent(filename = 'a', content = 'of {tmp_path.name}'))\n    return files\n\nregister_target('a', make)\nresolve_targets()\n"
    )
    script = f"import sys; from oxlang.cli.main import run; run({words!r}); print(*sys.modules, file=sys.stderr)"
    command = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {script}"]
    for _ in range(2):
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert told in done.stdout
    heavy = {"ast", "collections", "contextlib", "dataclasses", "enum", "functools", "hashlib", "inspect", "json", "pathlib"}
    heavy |= {"bisect", "encodings.utf_8_sig", "fnmatch", "operator", "re", "shutil", "signal", "subprocess", "tempfile", "threading", "types", "typing", "urllib.parse"}
    assert not heavy & set(done.stderr.split())


def test_an_unchanged_config_is_evaluated_by_modules_of_the_cache(tmp_path: Path) -> None:
    """And says the same."""
    (tmp_path / "pyoxidizer.bzl").write_text("register_target('a', lambda: FileManifest())\nresolve_targets()\n")
    (tmp_path / "sitecustomize.py").write_text(
        "import atexit, sys\n"
        "def count():\n"
        "    loaders = [type(m.__loader__).__name__ for n, m in sys.modules.items() if n.startswith('oxlang.')]\n"
        "    print(*map(loaders.count, ('Loader', 'SourceFileLoader')), file=sys.stderr)\n"
        "atexit.register(count)\n"
    )
    env = {"PYOXIDIZER_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""}
    # In a new checkout Python makes its folders for bytecode now, and what has just changed is not stored.
    process("eval", "--dry-run", cwd=tmp_path, env={**env, "PYOXIDIZER_CACHE_DIR": str(tmp_path / "another")})
    package = Path(oxlang.__file__).parent
    folders = [package, *(one for one in package.rglob("*") if one.is_dir() and one.name != "__pycache__")]
    while time.time() - max(one.stat().st_ctime for one in folders) < 2.1:
        time.sleep(0.1)
    first, second, third = (process("eval", "--dry-run", cwd=tmp_path, env=env) for _ in range(3))
    assert first.out == second.out == third.out != ""
    assert first.err.splitlines()[-1].startswith("0 ")
    cached, plain = map(int, third.err.splitlines()[-1].split())
    assert cached > 60 and plain == 1, "only `code_cache` itself is loaded before there is a cache"


def test_no_cache_is_made_after_it_was_cleared(tmp_path: Path) -> None:
    env = {"PYOXIDIZER_CACHE_DIR": str(tmp_path / "cache"), "PYTHONDONTWRITEBYTECODE": ""}
    (tmp_path / "cache").mkdir()
    assert process("explain", "OX0900", env=env).status == 0
    assert (tmp_path / "cache" / "modules").is_dir()
    assert process("cache-clear", cwd=tmp_path.parent, env=env).status == 0
    assert not (tmp_path / "cache").exists()


def test_page_of_the_commands_is_current() -> None:
    from oxlang.bundled import bundled_path
    from oxlang.cli.pages import page

    assert bundled_path("docs", "reference", "commands.md").read_text(encoding="utf-8") == page()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["init-config-file"], "missing argument `PATH`"),
        (["generate-python-embedding-artifacts"], "missing argument `DESTINATION_PATH`"),
        (["python-distribution-info"], "missing argument"),
        (["python", "foo"], "known are list, find, info"),
        (["lint", "--select", "OX99"], "`OX99` is no code"),
        (["lint", "--ignore", "unused-lod"], "`unused-lod` is no code"),
    ],
)
def test_what_is_missing_or_unknown(capsys: Capture, words: list[str], told: str) -> None:
    ended = oxl(capsys, *words)
    assert ended.status == 2
    assert told in ended.err


@pytest.mark.parametrize("columns", [60, 100])
def test_help_fits_the_terminal(capsys: Capture, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """Only what is to be copied, examples and usage lines, may be wider."""
    monkeypatch.setattr("oxlang.cli.help._width", lambda: columns)
    pages = [["--help"], *([group, "--help"] for group in GROUPS), *([*name.split(), "--help"] for name in all_names())]
    for words in pages:
        out = oxl(capsys, *words).out
        told, _, examples = out.partition("\nExamples:\n")
        notes = [line for line in examples.splitlines() if line.startswith("      ")]
        first = out.partition("\nFirst steps:\n")[0]
        for line in [*(first if first != out else told).splitlines(), *notes]:
            assert len(line) <= columns or line.startswith(("usage: ", "    ")), line


def test_shared_options_stand_in_one_order() -> None:
    """Somebody who knows one help page finds an option in another one."""
    before: dict[tuple[str, str], str] = {}
    for name in all_names():
        command = find(name)
        assert command is not None
        names = [one.names[0] for one in command.params if isinstance(one, Option)]
        # The two that are called `--profile` are different things: cargo's profile, and a profile of an evaluation.
        names = [one for one in names if one != "--profile"]
        assert "--format" not in names[:-1], name
        for at, first in enumerate(names):
            for second in names[at + 1 :]:
                before.setdefault((first, second), name)
                assert (second, first) not in before, f"{first} and {second}: {name}, {before[second, first]}"


def test_help_names_the_triple_of_this_machine(capsys: Capture) -> None:
    from oxlang.graph.platform import host_triple

    for name in ("build", "find-resources", "generate-python-embedding-artifacts", "python-distribution-extract"):
        assert host_triple() in oxl(capsys, name, "--help").out, name
