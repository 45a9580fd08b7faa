"""Runs the public conformance suites and writes docs/conformance.md.

    python scripts/conformance.py --suites FOLDER [--judge conform.py] [--command "oxl starlark {}"] [--write]

FOLDER holds checkouts (or unpacked archives) of the suites; they are not part of this project:

    bazelbuild+starlark   https://github.com/bazelbuild/starlark    (test_suite/testdata/{go,java,rust})
    google+starlark-go    https://github.com/google/starlark-go     (starlark/testdata)
    facebook+starlark-rust https://github.com/facebook/starlark-rust (starlark/testcases/eval, whose helpers' module is called
                           `asserts` and is renamed; starlark_syntax/testcases/parse and starlark_syntax/src, read by our parser)

The judge is any program with the interface of `conform.py SUITE OUT.json -- COMMAND`; it treats the interpreter as a black
box. The two chunks that differ are judged a second time with `assert.fails` as their only assertions, and starlark-go's suite a
second time with `--like-go`.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from conformance_front import front_end

ROOT = Path(__file__).resolve().parent.parent
GO = "google+starlark-go/starlark/testdata"
RUST = "facebook+starlark-rust/starlark/testcases/eval"
SUITES = [
    ("bazelbuild/starlark go", "bazelbuild+starlark/test_suite/testdata/go"),
    ("bazelbuild/starlark java", "bazelbuild+starlark/test_suite/testdata/java"),
    ("bazelbuild/starlark rust", "bazelbuild+starlark/test_suite/testdata/rust"),
    ("starlark-go testdata", GO),
    ("starlark-rust testcases", RUST),
]
PEERS = {
    "bazelbuild/starlark go": (259, 258, 258, 245),
    "bazelbuild/starlark java": (145, 145, 145, 143),
    "bazelbuild/starlark rust": (23, 23, 23, 21),
    "starlark-go testdata": (64, 59, 59, 56),
    "starlark-rust testcases": (54, 53, 53, 48),
}
# Texts of chunks that must fail, and points of `assert.fails`, of all suites: starlark-go, starlark-rust, starlark-pyo3, pure.
PEERS_TEXTS = (300, 229, 229, 220)
PEERS_POINTS = (283, 65, 51, 69)
REASONS = {
    ("starlark-go testdata", "string.star", 1): (
        "17 of its 266 assertions, counted one by one. 14 want strings to be sequences of UTF-8 bytes; here they are sequences "
        "of code points, as in starlark-rust, and the specification leaves the choice to the implementation (\"Strings\": the "
        "number K of bits in an element). Three want `strip(\"\")` to strip blanks; the specification says that it "
        "removes the code points contained in the argument, of which there are none. All hold with `--like-go`"
    ),
    ("starlark-go testdata", "bytes.star", 1): (
        "4 of its 66 assertions. Two cut a string within a code point (see `string.star`); two want `b\"good\"[0]` to be `b\"g\"`, "
        "where the specification has the element, a number. All hold with `--like-go`"
    ),
}
TEXTS = {
    ("starlark-go testdata", "builtins.star"): "`fail()` without arguments: the pattern `fail: $` wants nothing after the text, and ours goes on with the code and the place",
    ("starlark-rust testcases", "builtin.star"): "`fail()` without arguments, as in starlark-go's `builtins.star`",
}
# Figures of runs of `python -m tests.interp.differential PEER --seed 40000`, five minutes of CPU each: programs, and how many differ.
FUZZED = {"rust": ("starlark-rust (`starlark-pyo3` 2026.1.3)", 100251, 2315), "pure": ("`starlark` 0.6.0 (pure Python)", 7500, 561), "go": ("starlark-go (`starlark-go` 1.0.1)", 91750, 2593), "like-go": ("starlark-go again, text beyond ASCII, `--like-go`", 95600, 1800)}


def judge(judge_path: Path, suite: Path, command: list[str]) -> dict[str, Any]:
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        subprocess.run([sys.executable, str(judge_path), str(suite), out.name, "--", *command], check=True, stdout=subprocess.DEVNULL)
        found: dict[str, Any] = json.loads(Path(out.name).read_text())
        return found


def adapted(suite: Path, folder: Path) -> Path:
    """Copies the first chunks of the two files with `assert.fails` as their only assertions."""
    target = folder / "adapted"
    target.mkdir()
    for name in ("string.star", "bytes.star"):
        first = (suite / name).read_text(encoding="utf-8", errors="surrogateescape").partition("\n---\n")[0]
        statements = re.split(r"\n(?=[^\s)\]}])", first)
        other = re.compile(r"assert\.(?!fails)|for |[a-z_]+\(\)$")
        kept = [one for one in statements if not other.match(one)]
        (target / name).write_text("\n".join(kept) + "\n", encoding="utf-8", errors="surrogateescape")
    return target


def renamed(suite: Path, folder: Path) -> Path:
    """Copies starlark-rust's chunks with the helpers' module under the name that the judge knows."""
    target = folder / "renamed"
    target.mkdir()
    for path in suite.rglob("*.star"):
        text = path.read_text(encoding="utf-8").replace('"asserts.star", "asserts"', '"assert.star", "assert"')
        (target / path.name).write_text(re.sub(r"\basserts\.", "assert.", text), encoding="utf-8")
    return target


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--suites", type=Path, required=True)
    options.add_argument("--judge", type=Path, required=True)
    options.add_argument("--command", default=f"{sys.executable} -m oxlang.interp.command {{}}")
    options.add_argument("--write", action="store_true")
    chosen = options.parse_args()
    results: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for label, path in SUITES:
            suite = renamed(chosen.suites / path, Path(folder)) if path == RUST else chosen.suites / path
            results[label] = judge(chosen.judge, suite, chosen.command.split())
            print(label, json.dumps(results[label]["summary"]), flush=True)
        more = judge(chosen.judge, adapted(chosen.suites / GO, Path(folder)), chosen.command.split())
        print("adapted", json.dumps(more["summary"]), flush=True)
        like_go = judge(chosen.judge, chosen.suites / GO, [part for word in chosen.command.split() for part in (["--like-go", word] if word == "{}" else [word])])
        print("--like-go", json.dumps(like_go["summary"]), flush=True)
    sys.path.insert(0, str(ROOT))
    front = front_end(chosen.suites)
    text = page(results, more, like_go, front)
    if chosen.write:
        (ROOT / "docs" / "conformance.md").write_text(text, encoding="utf-8")
    else:
        print(text)
    results["--like-go"] = like_go
    unexplained = [one for label, found in results.items() for one in found["failed"] if (label, one["file"], one["line"]) not in REASONS]
    for one in unexplained:
        print(f"no reason given: {one['file']}:{one['line']} {one.get('output', '')[-200:]}")
    return 1 if unexplained else 0


def of_peers(figures: tuple[int, int, int, int]) -> str:
    names = ("starlark-go", "starlark-rust", "starlark-pyo3", "`starlark`")
    return ", ".join(f"{name} {figure}" for name, figure in zip(names, figures, strict=True))


def page(results: dict[str, dict[str, Any]], more: dict[str, Any], like_go: dict[str, Any], front: list[str]) -> str:
    from tests.interp.differential import KNOWN

    lines = [
        "<!-- generated by scripts/conformance.py --write -->",
        "# Conformance",
        "",
        "The public test suites of the language, chunk by chunk, judged as a black box through `oxl starlark FILE`. The suites are",
        "not part of this project; `python scripts/conformance.py --help` says where they come from and how this page is made.",
        "",
        "| suite | chunks | oxlang | starlark-go | starlark-rust | starlark-pyo3 | `starlark` (pure Python) |",
        "|---|---|---|---|---|---|---|",
    ]
    totals = [0] * 6
    for label, found in results.items():
        row = [found["summary"]["chunks"], found["summary"]["passed"], *PEERS[label]]
        totals = [a + b for a, b in zip(totals, row, strict=True)]
        lines.append(f"| {label} | " + " | ".join(map(str, row)) + " |")
    lines.append("| **all** | " + " | ".join(f"**{one}**" for one in totals) + " |")
    lines += ["", "In the last suite starlark-rust was run as starlark-pyo3."]
    must = sum(found["summary"]["must_fail"] for found in results.values())
    matched = sum(found["summary"]["must_fail_matched"] for found in results.values())
    raised = sum(found["summary"]["must_fail_raised"] for found in results.values())
    points = sum(found["summary"]["fails_points"] for found in results.values())
    hit = sum(found["summary"]["fails_matched"] for found in results.values())
    unreached = sum(found["summary"]["fails_unreached"] for found in results.values())
    again, own = more["summary"], like_go["summary"]
    lines += [
        "",
        "Chunks that must fail: the error is raised in "
        f"{raised} of {must}; its text matches the suite's pattern in **{matched} of {must}** ({of_peers(PEERS_TEXTS)} of {must}).",
        "",
        f"`assert.fails` points: **{hit} of {points}** are raised with matching text; {unreached} stand behind one of the assertions",
        f"that differ (below) and are not reached. With `assert.fails` as the only assertions of those chunks {again['fails_matched']} of their {again['fails_points']} points match",
        f"({of_peers(PEERS_POINTS)} of {points}).",
        "",
        "### With `--like-go`",
        "",
        "The figures above are those of the language of the specification. `oxl starlark --like-go FILE` makes starlark-go's choices",
        "(docs/language.md, rows G), for files that are written for a host in Go. Of starlark-go testdata then pass "
        f"**{own['passed']} of {own['chunks']}** chunks; of {own['must_fail']}",
        f"that must fail the texts of {own['must_fail_matched']} match, and those of {own['fails_matched']} of {own['fails_points']} `assert.fails` points.",
        "",
        "## Chunks that differ",
        "",
    ]
    differ = [(label, one) for label, found in results.items() for one in found["failed"]]
    for label, one in differ:
        reason = REASONS.get((label, one["file"], one["line"]), "no reason known: a bug")
        lines.append(f"- {label}, `{one['file']}`, chunk at line {one['line']}: {reason}.")
    if not differ:
        lines.append("None.")
    lines += ["", "## Texts that differ", ""]
    lines += [f"- {label}, `{name}`: {reason}." for (label, name), reason in TEXTS.items()]
    lines += [
        "",
        "## Findings before anything runs",
        "",
        *front,
        "",
        "## Random programs",
        "",
        "Programs made at random run here and in the implementations that install from PyPI; outputs must be the same, and an error",
        "must come in both or in none. `python -m tests.interp.differential PEER --seconds N --seed N` shows what is not explained;",
        "the slow tests run a part of it (`tests/interp/test_fuzz.py`).",
        "",
        "| implementation | programs | the same | explained | not explained |",
        "|---|---|---|---|---|",
        *(f"| {label} | {count:,} | {count - differ:,} | {differ:,} | 0 |" for label, count, differ in FUZZED.values() if count),
        "",
        "What is explained (\"there\" is the other implementation):",
        "",
        *(f"- {FUZZED[peer][0]}: {name}." for peer, names in KNOWN.items() for name in names),
        "",
        "## Not judged",
        "",
        "Chunks that use values only the suites' own harness binds (`hasfields`, `fibonacci`, `struct` of the harness, other modules)",
        "and chunks that ask for options that are not standard (`recursion`, `while`, `globalreassign`, `loadbindsglobally`) need a",
        "host of their own: "
        + ", ".join(f"{found['summary']['host_chunks']} and {found['summary']['ext_chunks']} in {label}" for label, found in results.items() if found["summary"]["host_chunks"] or found["summary"]["ext_chunks"])
        + ". The options exist (`LanguageOptions`) and are tested in `tests/interp`.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
