"""What the pages for readers show works: links, command lines, configs."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from oxlang.cli import quick
from oxlang.cli.commands import COMMANDS, GROUPS, find
from oxlang.lint.kinds import everything, options_of, read_module
from oxlang.lint.runner import lint
from oxlang.source import SourceFile

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted(
    [
        *ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "guide").glob("*.md"),
        *(ROOT / "docs" / "codes").glob("*.md"), *(ROOT / "docs" / "design").glob("*.md"),
        *(ROOT / "docs" / "formats").glob("*.md"), *(ROOT / "editors").glob("*.md"), *(ROOT / "editors" / "vscode").glob("*.md"),
        *(ROOT / "examples").glob("*.md"), *(ROOT / "examples").glob("*/README.md"), *(ROOT / "stdlib").glob("*.md"),
    ]
)  # fmt: skip
READ = [one for one in PAGES if one.parent.name != "codes" and one.name != "CHANGELOG.md"]
CONFIGS = [one for one in READ if one.name != "language.md"]  # it shows mistakes, and has a test of its own
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.M | re.S)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links(page: Path) -> None:
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    for target in _LINK.findall(text):
        if "://" in target or target.startswith(("#", "mailto:")):
            continue
        path, _, heading = target.partition("#")
        found = page.parent / path
        assert found.exists(), target
        if heading and found.suffix == ".md":
            headings = re.findall(r"^#+ (.*)$", found.read_text(encoding="utf-8"), re.M)
            assert heading in {_anchor(one) for one in headings}, target


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "")).strip().lower().replace(" ", "-")


def commands(page: Path) -> Iterator[str]:
    """The lines of a page that call `oxl`, those in fenced and in indented blocks."""
    text = page.read_text(encoding="utf-8")
    lines = [line for kind, block in _FENCE.findall(text) if kind in ("", "sh", "console", "shell") for line in block.splitlines()]
    lines += [line[4:] for line in _FENCE.sub("", text).splitlines() if line.startswith("    ")]
    for line in lines:
        line = line.strip().removeprefix("$ ")
        if line.startswith("oxl "):
            yield line


@pytest.mark.parametrize("page", READ, ids=name)
def test_command_lines(page: Path) -> None:
    for line in commands(page):
        if "…" in line or re.search(r"\b[A-Z]{2,}[ .]|\b[A-Z]{3,}$|\[", line.split("#")[0].replace("VARS", "")):
            continue  # a form with placeholders, not a line to type
        words = shlex.split(re.split(r"\s[|&>]|;", line)[0], comments=True)[1:]
        while words and words[0] in ("--verbose", "--system-rust"):
            words.pop(0)
        if not words or words[0] in ("-V", "--version", "--help", "-h"):
            continue
        assert words[0] in COMMANDS, line
        at = 1
        if words[0] in GROUPS:
            assert len(words) > 1 and words[1] in GROUPS[words[0]], line
            at = 2
        command = find(" ".join(words[:at]))
        assert command is not None, line
        try:
            assert quick.parse(command, words[at:]) is not None, line
        except quick.HelpAsked:
            pass


def configs(page: Path) -> Iterator[str]:
    """The blocks of a page that are configs or parts of them."""
    text = page.read_text(encoding="utf-8")
    yield from (block for kind, block in _FENCE.findall(text) if kind in ("starlark", "bzl", "python"))
    for block in re.findall(r"(?:^    .*\n|^\n(?=    ))+", _FENCE.sub("", text), re.M):
        if re.search(r"\b(exe|dist|policy|config|files)\.|register_target\(|_distribution\(|^    load\(", block):
            yield textwrap.dedent(block).lstrip("\n")


@pytest.mark.parametrize("page", CONFIGS, ids=name)
def test_configs(page: Path) -> None:
    for number, block in enumerate(configs(page)):
        path = str(page.parent / f"{page.stem}-{number}.bzl")
        found = lint(SourceFile(path, block), options_of(path), everything(), read_module=read_module).diagnostics
        wrong = [one for one in found if one.code.severity == "error" and one.code.id not in ("OX0201", "OX0210")]
        assert wrong == [], (block, wrong[0].message)


def test_there_is_something_to_check() -> None:
    assert sum(len(list(commands(page))) for page in READ) > 30
    assert sum(len(list(configs(page))) for page in CONFIGS) > 1
