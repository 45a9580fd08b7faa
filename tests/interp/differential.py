"""Random programs here and in the implementations that install from PyPI: the same output, and an error in both or in none.

    python -m tests.interp.differential pure --seconds 1200 --seed 1

runs one for a time and shows what nobody has explained yet. `starlark-pyo3` (starlark-rust) and `starlark` (pure Python) are
imported by the same name, so each wants an environment of its own. Every kind of difference that is known has a name here
and a line in docs/conformance.md.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from random import Random

from oxlang.diagnostics.model import OxError
from oxlang.interp import Limits, Thread, load_source
from oxlang.records import replace
from oxlang.source import SourceFile
from oxlang.syntax.options import STANDARD, LanguageOptions
from tests.interp.programs import Maker

LIMITS = Limits(steps=100_000, memory_bytes=8 << 20, value_bytes=1 << 20)
Outcome = tuple[str, str]
"""What a program printed, and the text of its error."""


def ours(text: str, options: LanguageOptions = STANDARD) -> Outcome:
    """Runs a program here."""
    out: list[str] = []
    try:
        load_source(SourceFile("fuzz.star", _show(options) + text), options, None, Thread(out=out.append, limits=LIMITS))
    except OxError as problem:
        assert problem.diagnostic.code.failure == "user", text
        return "\n".join(out), problem.diagnostic.message
    return "\n".join(out), ""


def _show(options: LanguageOptions) -> str:
    # A terminal may not show bytes that are no text.
    return "show = lambda x: print(repr(x))\n" if options.like_go else "show = print\n"


def rust() -> Callable[[str], Outcome] | None:
    """Gives starlark-rust, if `starlark-pyo3` is installed."""
    try:
        import starlark  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return None
    if not hasattr(starlark, "Globals"):
        return None

    def run(text: str) -> Outcome:
        shown: list[str] = []
        module = starlark.Module()
        module.add_callable("show_text", shown.append)
        try:
            tree = starlark.parse("fuzz.star", "def show(x):\n    show_text(str(x))\n\n" + text)
            starlark.eval(module, tree, starlark.Globals.standard())
        except starlark.StarlarkError as problem:
            return "\n".join(shown), str(problem)
        except BaseException as problem:  # a panic there is no Exception
            return "\n".join(shown), f"panic: {problem}"
        return "\n".join(shown), ""

    return run


def pure() -> Callable[[str], Outcome] | None:
    """Gives the pure-Python implementation, if `starlark` is installed."""
    try:
        import starlark  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return None
    if not hasattr(starlark, "exec_file"):
        return None

    def run(text: str) -> Outcome:
        out = io.StringIO()
        failed = ""
        with contextlib.redirect_stderr(out):
            try:
                starlark.exec_file("show = print\n" + text, max_steps=200_000, max_allocs=16 << 20)
            except (starlark.EvalError, starlark.StarlarkSyntaxException) as problem:
                failed = str(problem) or "error"
            except Exception as problem:
                failed = f"crash: {type(problem).__name__}: {problem}"
        return out.getvalue().removesuffix("\n"), failed

    return run


def go(options: LanguageOptions = STANDARD) -> Callable[[str], Outcome] | None:
    """Gives starlark-go, if `starlark-go` is installed."""
    try:
        import starlark_go  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return None
    starlark_go.configure_starlark(allow_set=True)

    def run(text: str) -> Outcome:
        shown: list[str] = []
        try:
            starlark_go.Starlark(print=shown.append).exec(_show(options) + text)
        except starlark_go.StarlarkError as problem:
            return "\n".join(shown), str(problem) or "error"
        except TypeError as problem:
            # It makes no error whose text is not UTF-8.
            return "\n".join(shown), str(problem)
        return "\n".join(shown), ""

    return run


LIKE_GO = replace(STANDARD, like_go=True)
PEERS: dict[str, Callable[[], Callable[[str], Outcome] | None]] = {"rust": rust, "pure": pure, "go": go, "like-go": lambda: go(LIKE_GO)}
"""`like-go` is starlark-go again, with programs full of text beyond ASCII, and our option of this name."""

_LIMIT = re.compile(r"limit|steps|excessive|too large|repeat count", re.I)
_FLOAT = re.compile(r"\d\.\d|\de[+-]\d|inf|nan")
# What sets a peer apart: name, what of (program, our output, theirs, our error, theirs) shows it.
Check = Callable[[str, str, str, str, str], bool]
_BOOLEAN_KEY = re.compile(r"(with\(.*\)|is[a-z]+\(\)|bool\(.*\)|True|False|not .*) in \{")
KNOWN: dict[str, dict[str, Check]] = {
    "rust": {
        "limits of this test": lambda text, a, b, e, f: _LIMIT.search(e + f) is not None,
        "floats have fewer digits there": lambda text, a, b, e, f: _FLOAT.search(a + b) is not None,
        "indices are 32-bit integers there": lambda text, a, b, e, f: "too big to fit in i32" in f or "type `int" in f,
        "panic": lambda text, a, b, e, f: "panic" in f,
        "an empty separator is accepted there": lambda text, a, b, e, f: "empty separator" in e,
        "`reverse = 1` is refused there": lambda text, a, b, e, f: "expected `bool`, actual" in f,
        "None for a bound that is left out is refused there": lambda text, a, b, e, f: "but got `NoneType" in f,
        "`strip(None)` is refused there": lambda text, a, b, e, f: "strip" in text and "actual `NoneType" in f,
        "shifts of some large numbers are wrong there": lambda text, a, b, e, f: "<<" in text,
        "equal elements are compared for order there": lambda text, a, b, e, f: "Operation `compare` not supported" in f,
        "a loop over an empty string is allowed there": lambda text, a, b, e, f: "string value is not iterable" in e,
        "`None | None` is a type there": lambda text, a, b, e, f: "NoneType | NoneType" in e,
        "`%d` refuses large floats there": lambda text, a, b, e, f: "format(%d)" in f,
        "recursion": lambda text, a, b, e, f: "recursion" in f.lower(),
    },
    "pure": {
        "limits of this test": lambda text, a, b, e, f: _LIMIT.search(e + f) is not None,
        "lists and dicts may change under a loop there": lambda text, a, b, e, f: "during iteration" in e,
        "texts that hold double quotes are shown in single ones there": lambda text, a, b, e, f: '\\"' in a and "'" in b,
        "values that hold themselves are cut elsewhere": lambda text, a, b, e, f: bool(e) == bool(f) and "..." in a,
        "large floats are written out there": lambda text, a, b, e, f: "e+" in a and not f,
        "lists have a method `count` there": lambda text, a, b, e, f: "list has no .count" in e,
        "`join` takes a string there": lambda text, a, b, e, f: "join: for parameter elements: got string" in e,
        "memory": lambda text, a, b, e, f: "MemoryError" in f,
        "False is the key 0 there, and True is 1": lambda text, a, b, e, f: _BOOLEAN_KEY.search(text) is not None,
        "every value is taken for `reverse` there": lambda text, a, b, e, f: "parameter reverse" in e,
        "recursion": lambda text, a, b, e, f: "recursion" in f.lower(),
    },
    "go": {
        "limits of this test": lambda text, a, b, e, f: _LIMIT.search(e + f) is not None,
        "indices are 32-bit integers there": lambda text, a, b, e, f: re.search(r"invalid (start|end) index|out of range \(want|int out of range|32-bit", f) is not None,
        "a value that cannot be a key is in no dict there": lambda text, a, b, e, f: "unhashable" in e,
        "`strip(\"\")` strips blanks there": lambda text, a, b, e, f: "strip(" in text and bool(e) == bool(f),
        "values that hold themselves are cut elsewhere": lambda text, a, b, e, f: bool(e) == bool(f) and "..." in a,
        "only a boolean is taken for `reverse`": lambda text, a, b, e, f: "want bool" in f,
        "`strip(None)` is refused there": lambda text, a, b, e, f: "strip: for parameter 1: got NoneType" in f,
        "setdefault and update are no change there when they insert nothing": lambda text, a, b, e, f: "insert into hash table during iteration" in e and re.search("setdefault|update", text) is not None,
        "rsplit without a limit looks from the left there": lambda text, a, b, e, f: "rsplit(" in text and bool(e) == bool(f),
        "recursion": lambda text, a, b, e, f: "recursive" in f,
    },
}
_NOT_FOLLOWED = (
    "limits of this test", "indices are 32-bit integers there", "a value that cannot be a key is in no dict there",
    "values that hold themselves are cut elsewhere", "setdefault and update are no change there when they insert nothing", "recursion",
)  # fmt: skip
KNOWN["like-go"] = {name: KNOWN["go"][name] for name in _NOT_FOLLOWED}


def maker(peer: str, seed: int) -> Maker:
    """Gives the source of programs for a peer."""
    return Maker(Random(seed), wide=peer == "like-go")


def known(peer: str, text: str, mine: Outcome, theirs: Outcome) -> str | None:
    """Gives the name of a difference that is known."""
    for name, check in KNOWN[peer].items():
        if check(text, mine[0], theirs[0], mine[1], theirs[1]):
            return name
    return None


def compare(peer: str, run: Callable[[str], Outcome], text: str) -> tuple[str | None, str]:
    """Gives (None, "") for a program on which both agree, else the known name of the difference, and what differs."""
    mine = ours(text, LIKE_GO if peer == "like-go" else STANDARD)
    if _LIMIT.search(mine[1]):
        # The others have no limits: what is too much here could take all of the machine there.
        return "limits of this test", ""
    theirs = run(text)
    if (mine[0], bool(mine[1])) == (theirs[0], bool(theirs[1])):
        return None, ""
    shown = f"{text}\n--- ours\n{mine[0]}\n{mine[1]}\n--- theirs\n{theirs[0]}\n{theirs[1]}\n"
    return known(peer, text, mine, theirs) or "unexplained", shown


def _bound_memory() -> None:
    """Lets the process have 4 GiB of addresses, where the system can bound that."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))


def main() -> int:
    """Runs a comparison for some time."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("peer", choices=PEERS)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--show", type=int, default=10, help="how many unexplained programs are shown")
    chosen = options.parse_args()
    run = PEERS[chosen.peer]()
    if run is None:
        print("not installed")
        return 2
    if not chosen.peer.endswith("go"):  # Go reserves far more addresses than it uses
        _bound_memory()
    seen: Counter[str] = Counter()
    seed, left = chosen.seed, chosen.show
    end = time.process_time() + chosen.seconds
    said = time.process_time()
    while time.process_time() < end:
        programs = maker(chosen.peer, seed)
        for _ in range(50):
            name, shown = compare(chosen.peer, run, programs.program())
            seen[name or "agree"] += 1
            if name == "unexplained" and left > 0:
                left -= 1
                print(f"=== seed {seed}\n{shown}", flush=True)
        seed += 1
        if time.process_time() > said + 60:
            said = time.process_time()
            print(f"{said:.0f} s, seed {seed}: {dict(seen.most_common())}", file=sys.stderr, flush=True)
    for name, count in seen.most_common():
        print(f"{count:8} {name}")
    return 1 if seen["unexplained"] else 0


if __name__ == "__main__":
    sys.exit(main())
