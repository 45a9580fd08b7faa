"""What the public suites expect before anything runs, read by our parser and resolver; a part of `conformance.py`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from oxlang.records import replace
from oxlang.resolve import resolve
from oxlang.source import SourceFile
from oxlang.syntax.options import STANDARD
from oxlang.syntax.parse import parse

GO = {
    "resolve/testdata/resolve.star": (
        "a name that is read before its global is bound is an error when the line runs, also under `globalreassign` (1); three "
        "patterns want the path of the checkout"
    ),
    "syntax/testdata/errors.star": "an unclosed bracket is reported where it opened, not where the text ends (1)",
}
RUST_REASON = (
    "an unclosed bracket is reported where it opened, and a wrong unindent on its own line (2); four programs are refused there because "
    "the test forbids `def`, `lambda` or keyword-only parameters"
)
RUST_FILES_REASON = "`\\.` is no escape sequence"
_OPTIONS = {
    "toplevelcontrol": "top_level_control", "globalreassign": "global_reassign", "while": "while_loops",
    "recursion": "recursion", "loadbindsglobally": "load_binds_globally", "set": "set",
}  # fmt: skip


def front_end(suites: Path) -> list[str]:
    """Gives the lines of the page about starlark-go's and starlark-rust's tests of parser and resolver."""
    rows = []
    for name, reason in GO.items():
        hit, wanted = go_findings(suites / "google+starlark-go", name)
        rows.append((f"starlark-go {name}", wanted, hit, reason))
    rust = suites / "facebook+starlark-rust" / "starlark_syntax"
    hit, wanted = rust_findings(rust / "src")
    rows.append(("starlark-rust starlark_syntax/src, programs with an error", wanted, hit, RUST_REASON))
    hit, wanted = rust_files(rust / "testcases" / "parse")
    rows.append(("starlark-rust starlark_syntax/testcases/parse, whole files", wanted, hit, RUST_FILES_REASON))
    return [
        "The peers' tests of their parsers and resolvers, read by this package: of starlark-go, findings reported on the expected",
        "line with the expected text; of starlark-rust, findings on the expected line, and files that are to be read without any.",
        "",
        "| file | expected | as expected | the others |",
        "|---|---|---|---|",
        *(f"| {name} | {wanted} | {hit} | {reason} |" for name, wanted, hit, reason in rows),
    ]


def findings(text: str, options: Any, resolved: bool = True) -> list[tuple[int, str]]:
    """Gives line, counted from zero, and text of what the parser, and the resolver if asked, find in a program."""
    parsed = parse(SourceFile("program.star", text), options)
    found = list(parsed.diagnostics)
    if resolved:
        found += resolve(parsed.file, options, {"None", "True", "False", "U", "float"}, {"M"}).diagnostics
    return [(one.span.begin.line if one.span else -1, "\n".join([one.message, *one.notes])) for one in found]


def go_findings(folder: Path, name: str) -> tuple[int, int]:
    """Gives how many expected findings of a file of starlark-go are reported on their line, and how many there are."""
    hit = wanted = 0
    for chunk in (folder / name).read_text(encoding="utf-8").split("\n---\n"):
        asked = [_OPTIONS[option] for option in re.findall(r"option:(\w+)", chunk) if option in _OPTIONS]
        options = replace(STANDARD, **dict.fromkeys(asked, True))
        expected = []
        lines = []
        for number, line in enumerate(chunk.split("\n")):
            code, mark, pattern = line.partition("###")
            if mark and pattern.strip():
                quoted = pattern.strip()
                expected.append((number, quoted[1:-1].replace("\\\\", "\\") if quoted[0] == '"' else quoted[1:-1]))
            lines.append(code)
        texts = findings("\n".join(lines) + "\n", options, resolved=name.startswith("resolve"))
        for line, pattern in expected:
            wanted += 1
            hit += any(at == line and (pattern in text or re.search(pattern, text)) for at, text in texts)
    return hit, wanted


def rust_findings(folder: Path) -> tuple[int, int]:
    """Gives how many programs that starlark-rust refuses are refused here on the same line, and how many it refuses."""
    hit = wanted = 0
    for path in sorted(folder.rglob("*.golden")):
        for block in path.read_text(encoding="utf-8").split("\nProgram:\n")[1:]:
            program, _, told = block.partition("\nError:")
            line = re.search(r"--> [\w.]+:(\d+)", told)
            if line is None:
                continue
            wanted += 1
            found = findings(program.strip("\n") + "\n", STANDARD)
            same = any(at + 1 == int(line[1]) for at, _ in found)
            hit += same
            if not same:
                print("differs", path.name, repr(program.strip()[:80]), line[1], found[:2])
    return hit, wanted


def rust_files(folder: Path) -> tuple[int, int]:
    """Gives how many files that starlark-rust reads without an error are read so here, and how many there are."""
    paths = sorted(folder.glob("*.star"))
    read = [parse(SourceFile(path.name, path.read_text(encoding="utf-8")), STANDARD) for path in paths]
    return sum(not one.diagnostics for one in read), len(paths)
