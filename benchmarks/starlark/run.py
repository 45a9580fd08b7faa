"""Compares the interpreter with its peers; see README.md."""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAMS = [
    "calls", "comprehensions", "nested_comprehensions", "config", "dicts", "lists", "loops", "records", "sort_key",
    "string_methods", "string_building",
]  # fmt: skip


def literals(entries: int = 10_000) -> str:
    """Gives a file with one list of so many dicts."""
    lines = ["DATA = ["]
    for i in range(entries):
        lines.append(
            f'    {{"name": "entry{i}", "version": "1.{i}", "deps": ["a{i}", "b{i}"], "size": {i * 3}, "ok": True}},'
        )
    return "\n".join([*lines, "]", "print(len(DATA))", ""])


def long_program(lines: int = 20_000) -> str:
    """Gives a program of so many lines of usual code."""
    parts = []
    for i in range(lines // 10):
        parts.append(
            f'def rule_{i}(name, srcs = [], deps = None, **kwargs):\n    """Makes a rule."""\n    deps = deps or []\n'
            f'    if name.startswith("x"):\n        fail("bad name: %s" % name)\n    out = {{"name": name, "srcs": srcs}}\n'
            f'    for d in deps:\n        out[d] = [d + ".{i}", len(d) * {i}]\n    return out\n\n'
        )
    return "".join(parts) + 'print(len(rule_1("a", deps = ["b"])))\n'


def cpu(action: Callable[[], object]) -> float:
    """Gives the CPU seconds of a call."""
    gc.collect()
    before = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        action()
    return time.process_time() - before


def ours(text: str, compiling: bool) -> Callable[[], float]:
    from oxlang.interp.compiled import compile_source
    from oxlang.interp.module import run
    from oxlang.interp.thread import Thread
    from oxlang.source import SourceFile
    from oxlang.syntax.options import STANDARD

    def measure() -> float:
        source = SourceFile("benchmark.star", text)
        if compiling:
            return cpu(
                lambda: run(
                    compile_source(source, STANDARD, ()), source, Thread(out=lambda text: None), {}, STANDARD
                )
            )
        compiled = compile_source(source, STANDARD, ())
        return cpu(lambda: run(compiled, source, Thread(out=lambda text: None), {}, STANDARD))

    return measure


def cpython(text: str, compiling: bool) -> Callable[[], float]:
    def measure() -> float:
        scope = {"type": lambda x: type(x).__name__, "fail": print, "print": lambda *a: None}
        if compiling:
            return cpu(lambda: exec(compile(text, "benchmark", "exec"), scope))
        code = compile(text, "benchmark", "exec")
        return cpu(lambda: exec(code, scope))

    return measure


def rust(text: str, compiling: bool) -> Callable[[], float] | None:
    try:
        import starlark as sl  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ImportError:
        return None
    if not hasattr(sl, "Globals"):
        return None

    def measure() -> float:
        def whole() -> None:
            module = sl.Module()
            module.add_callable("print", lambda *a: None)
            module.add_callable("fail", lambda *a: None)
            sl.eval(module, tree or sl.parse("benchmark.star", text), sl.Globals.standard())

        tree = None if compiling else sl.parse("benchmark.star", text)
        return cpu(whole)

    return measure


def whole_process(command: list[str]) -> Callable[[], float]:
    def measure() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return measure


def table(rows: dict[str, dict[str, float]]) -> str:
    """Gives the figures as Markdown: CPU milliseconds, and geometric means of our share over the evaluation programs."""
    peers = ["oxlang", "cpython", "starlark-rust", "starlark-go", "pure-python"]
    lines = [f"| | {' | '.join(peers)} |", "|---|" + "---|" * len(peers)]
    for name, row in rows.items():
        cells = [f"{row[peer] * 1000:.0f} ms" if peer in row else "" for peer in peers]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    means = []
    for peer in peers:
        ratios = [rows[name]["oxlang"] / rows[name][peer] for name in PROGRAMS if peer in rows.get(name, {})]
        means.append(f"**{math.exp(sum(map(math.log, ratios)) / len(ratios)):.3g}**" if ratios else "")
    lines.append(f"| oxlang ÷ the peer, mean of the evaluation programs | {' | '.join(means)} |")
    return "\n".join(lines)


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--only", default="")
    options.add_argument("--json")
    options.add_argument("--go")
    options.add_argument("--pure", help="a Python that has the package `starlark`, measured once a program")
    options.add_argument("--pure-only", default="", help="the programs to measure it with; default: all")
    options.add_argument("--chart")
    options.add_argument("--show", help="print the table of a file made by --json")
    chosen = options.parse_args()
    if chosen.show:
        print(table(json.loads(Path(chosen.show).read_text())["seconds"]))
        return 0
    names = [*PROGRAMS, "literals", "long"]
    if chosen.only:
        names = chosen.only.split(",")
    wanted = list(filter(None, chosen.pure_only.split(",")))
    rows: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            made = {"literals": literals, "long": long_program}.get(name)
            text = made() if made else (HERE / f"{name}.star").read_text()
            path = Path(folder) / f"{name}.star"
            path.write_text(text)
            compiling = made is not None
            peers: dict[str, Callable[[], float] | None] = {
                "oxlang": ours(text, compiling),
                "cpython": cpython(text, compiling),
                "starlark-rust": rust(text, compiling),
                "starlark-go": whole_process([chosen.go, str(path)]) if chosen.go else None,
                "pure-python": whole_process([chosen.pure, "-m", "starlark", str(path)])
                if chosen.pure and (name in wanted or not wanted)
                else None,
            }
            rows[name] = {
                peer: min(measure() for _ in range(1 if peer == "pure-python" else chosen.rounds))
                for peer, measure in peers.items()
                if measure is not None
            }
            print(
                f"{name:22}"
                + "".join(f"{peer} {seconds * 1000:8.1f} ms   " for peer, seconds in rows[name].items()),
                flush=True,
            )
    for peer in ("cpython", "starlark-rust", "starlark-go", "pure-python"):
        for group, kinds in (("evaluation", PROGRAMS), ("parsing", ["literals", "long"])):
            ratios = [
                rows[name]["oxlang"] / rows[name][peer]
                for name in kinds
                if name in rows and peer in rows[name]
            ]
            if ratios:
                mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
                print(
                    f"{group}: geometric mean of oxlang / {peer}: {mean:.2f} (worst {max(ratios):.2f}, best {min(ratios):.2f})"
                )
    if chosen.json:
        Path(chosen.json).write_text(
            json.dumps({"python": sys.version.split()[0], "seconds": rows}, indent=1) + "\n"
        )
    if chosen.chart:
        from chart import draw

        Path(chosen.chart).write_text(draw(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
