"""How fast the parser is: `python benchmarks/parse.py [--repeat N]`.

Parses generated files, no caches: 20,000 lines like those of real configs, 20,000 lines of dense code, and lists and
dicts of 10,000 literal entries. Prints CPU time, lines and tokens per second, best of N.
"""

from __future__ import annotations

import argparse
import time

from oxlang.source import SourceFile
from oxlang.syntax.layout import tokenise
from oxlang.syntax.options import CONFIG
from oxlang.syntax.parse import parse

_CONFIG = """\
# Makes executable number {n}.
def make_exe_{n}():
    dist = default_python_distribution(flavor = "standalone", python_version = "3.10")
    policy = dist.make_python_packaging_policy()
    policy.extension_module_filter = "all"
    policy.include_distribution_sources = True
    policy.resources_location = "in-memory"

    config = dist.make_python_interpreter_config()
    config.run_module = "app_{n}"  # the entry point
    config.optimization_level = {n}
    if VARS.get("DEBUG", "") == "1" and BUILD_TARGET_TRIPLE != "x86_64-pc-windows-msvc":
        config.verbose = 1
    exe = dist.to_python_executable(
        name = "app_{n}",
        packaging_policy = policy,
        config = config,
    )
    for resource in exe.pip_install(["app=={n}.0"]):
        resource.add_location = "filesystem-relative:lib"
        exe.add_python_resource(resource)
    return exe

"""

_DENSE = """\
def compute_{n}(values, scale = {n}, *args, **kwargs):
    total = 0
    result = {{"count": len(values), "first": values[0] if values else None}}
    for i, (key, value) in enumerate(values):
        if i % 2 == 0 and not value in result or key.startswith("x_{n}"):
            total += (value * scale + i) // 3 - len(key[1:-1])
        elif value == None:
            continue
        else:
            result[key] = [x * y + {n} for x in range(i) for y in args if x != y]
    return total | scale << 2, result, "%s-%d" % (total, scale)
"""


def config_lines(count: int) -> str:
    """Text like real configs, of at least `count` lines."""
    size = _CONFIG.count("\n")
    return "".join(_CONFIG.format(n=n) for n in range(count // size + 1))


def dense_lines(count: int) -> str:
    """Text full of operators and calls."""
    size = _DENSE.count("\n")
    return "".join(_DENSE.format(n=n) for n in range(count // size + 1))


def literal_entries(count: int) -> str:
    """A dict of dicts with `count` entries of literals."""
    entries = "".join(
        f'    "key_{n}": {{"id": {n}, "name": "entry {n}", "tags": ["a{n % 7}", "b"], "on": True}},\n'
        for n in range(count)
    )
    return f"TABLE = {{\n{entries}}}\n"


def flat_entries(count: int) -> str:
    """A list of `count` strings."""
    return "NAMES = [\n" + "".join(f'    "name_{n}",\n' for n in range(count)) + "]\n"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--repeat", type=int, default=5)
    repeat = options.parse_args().repeat
    files = {
        "config, 20,000 lines": config_lines(20_000),
        "dense, 20,000 lines": dense_lines(20_000),
        "dict, 10,000 entries": literal_entries(10_000),
        "list, 10,000 strings": flat_entries(10_000),
    }
    print(f"{'':24}{'lines/s':>10}{'tokens/s':>12}{'parse ms':>10}{'tokens ms':>11}")
    for name, text in files.items():
        best = best_tokens = float("inf")
        for _ in range(repeat):
            source = SourceFile("bench.star", text)
            begin = time.process_time()
            tokens = tokenise(source, CONFIG)
            best_tokens = min(best_tokens, time.process_time() - begin)
            begin = time.process_time()
            parsed = parse(source, CONFIG)
            best = min(best, time.process_time() - begin)
            assert not parsed.diagnostics, parsed.diagnostics[0]
        lines, count = text.count("\n"), len(tokens.kinds)
        print(
            f"{name:24}{lines / best:10,.0f}{count / best:12,.0f}{best * 1000:10.1f}{best_tokens * 1000:11.1f}"
        )


if __name__ == "__main__":
    main()
