"""Looks for unsoundness in the runtime crates: lints, dependencies, Miri, sanitizers, fuzzing. `docs/runtime-safety.md`.

Steps, all of them unless `--only NAME` chooses: `clippy`, `doc`, `deny`, `miri`, `address`, `programs`, `thread`, `fuzz`. A step whose tools are not
installed fails and says how to get them. `--seconds N` is the time for each fuzz target, `--python PATH` the Python that
is embedded (one with a shared library).
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CRATES = ROOT / "crates"
TRIPLE = f"{platform.machine()}-unknown-linux-gnu"
# CPython frees little of what it allocates once, so leaks are not looked for.
ADDRESS = {"ASAN_OPTIONS": "detect_leaks=0:detect_stack_use_after_return=1"}
FLAGS = "-Zsanitizer=address -Cforce-frame-pointers=yes"
FACTS = "import sysconfig as s; print(s.get_config_var('LIBDIR'))"
FUZZ_TARGETS = ("read", "merge")


@dataclass(frozen=True)
class Surroundings:
    """What the steps run with."""

    environment: dict[str, str]
    target: Path
    seconds: int

    def run(self, command: Sequence[str], *, where: Path = CRATES, target: str = "", **extra: str) -> bool:
        """Runs a command with a target folder of its own; tells whether it succeeded."""
        environment = {**self.environment, "CARGO_TARGET_DIR": str(self.target / target), **extra}
        return subprocess.run(command, cwd=where, env=environment).returncode == 0


def clippy(around: Surroundings) -> bool:
    """Warnings are errors; a block of unsafe code without its reason is one always (`crates/Cargo.toml`)."""
    lint = ["cargo", "clippy", "--quiet"]
    kinds = (["--all-targets", "--features", "pyembed/serialization"], ["--lib", "-ppyembed", "--features", "pyo3"])
    return all(around.run([*lint, *kind, "--", "-Dwarnings"], target="stable") for kind in kinds)


def doc(around: Surroundings) -> bool:
    """The reference pages without a broken link or a nameless item, and their examples."""
    pages = ["cargo", "doc", "--quiet", "--no-deps", "--features", "pyembed/serialization"]
    flags = "-Dwarnings -Dmissing_docs"
    return around.run(pages, target="stable", RUSTDOCFLAGS=flags) and around.run(
        ["cargo", "test", "--quiet", "--doc"], target="stable"
    )


def deny(around: Surroundings) -> bool:
    """Licences, duplicates and origins of all dependencies, those of features that nobody has built yet included."""
    if not _has("cargo-deny", "cargo install cargo-deny --locked"):
        return False
    return around.run(["cargo", "fetch", "--quiet", "--locked"]) and around.run(
        ["cargo", "deny", "--offline", "--all-features", "check", "licenses", "bans", "sources"]
    )


def miri(around: Surroundings) -> bool:
    """The tests that need no C: lifetimes of tables, blocks of the Rust allocator, readers of foreign bytes."""
    packages = [f"-p{name}" for name in ("packed-resources", "oxidized-importer", "pyembed")]
    command = ["cargo", "+nightly", "miri", "test", "--quiet", *packages, "--lib", "--test", "packed"]
    # Tests read files and leak blobs on purpose.
    flags = "-Zmiri-disable-isolation -Zmiri-strict-provenance -Zmiri-ignore-leaks"
    return _has_component("miri") and around.run(command, target="miri", MIRIFLAGS=flags)


def address(around: Surroundings) -> bool:
    """The crates' own tests with AddressSanitizer, each Python object in a block of its own."""
    command = ["cargo", "+nightly", "test", "--quiet", "--target", TRIPLE, "--lib", "--tests"]
    return _has_nightly() and around.run(
        command, target="address", RUSTFLAGS=FLAGS, PYEMBED_TEST_MALLOC="1", **ADDRESS
    )


def programs(around: Surroundings) -> bool:
    """Whole programs with AddressSanitizer: the import conformance suite, extension modules, starts and ends."""
    command = [sys.executable, "-m", "pytest", "-q", "-m", "e2e", "-p", "no:cacheprovider", "tests/runtime"]
    folder = str(around.target / "programs")
    return _has_nightly() and around.run(
        command, where=ROOT, OXL_TEST_SANITIZER="address", OXL_TEST_CACHE=folder
    )


def thread(around: Surroundings) -> bool:
    """Threads that import and look up at the same time, with ThreadSanitizer in Rust's standard library as well."""
    tests = ["tests/runtime/test_threads.py", "tests/runtime/test_conformance.py"]
    command = [sys.executable, "-m", "pytest", "-q", "-m", "e2e", "-p", "no:cacheprovider", *tests]
    folder = str(around.target / "thread")
    return _has_component("rust-src") and around.run(
        command, where=ROOT, OXL_TEST_SANITIZER="thread", OXL_TEST_CACHE=folder
    )


def fuzz(around: Surroundings) -> bool:
    """Damaged packed resources, guided by coverage."""
    if not _has_nightly() or not _has("cargo-fuzz", "cargo install cargo-fuzz --locked"):
        return False
    done = True
    for name in FUZZ_TARGETS:
        corpus = around.target / "corpus" / name
        corpus.mkdir(parents=True, exist_ok=True)
        limits = [f"-max_total_time={around.seconds}", "-max_len=2048", "-rss_limit_mb=2048", "-verbosity=0"]
        command = ["cargo", "+nightly", "fuzz", "run", "--fuzz-dir", ".", name, str(corpus), "--", *limits]
        done = around.run(command, where=CRATES / "fuzz", target="fuzz", **ADDRESS) and done
    return done


STEPS: dict[str, Callable[[Surroundings], bool]] = {
    "clippy": clippy,
    "doc": doc,
    "deny": deny,
    "miri": miri,
    "address": address,
    "programs": programs,
    "thread": thread,
    "fuzz": fuzz,
}


def _has(tool: str, install: str) -> bool:
    if shutil.which(tool) is None:
        print(f"   {tool} is not installed: {install}", flush=True)
        return False
    return True


def _has_nightly() -> bool:
    asked = subprocess.run(["cargo", "+nightly", "--version"], capture_output=True)
    if asked.returncode:
        print("   no nightly toolchain: rustup toolchain install nightly", flush=True)
    return asked.returncode == 0


def _has_component(name: str) -> bool:
    if not _has_nightly():
        return False
    listed = ["rustup", "component", "list", "--toolchain", "nightly", "--installed"]
    asked = subprocess.run(listed, capture_output=True, text=True)
    if not any(line == name or line.startswith(f"{name}-") for line in asked.stdout.splitlines()):
        print(f"   {name} is not installed: rustup component add {name} --toolchain nightly", flush=True)
        return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", action="append", choices=STEPS, metavar="NAME", help=f"one of {', '.join(STEPS)}")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--python", default=os.environ.get("PYO3_PYTHON", sys.executable))
    parser.add_argument("--target", type=Path, help="folder for what is built; the default is a temporary one")
    given = parser.parse_args()
    asked = subprocess.run([given.python, "-c", FACTS], text=True, capture_output=True, check=True)
    environment = {**os.environ, "PYO3_PYTHON": given.python}
    environment["LD_LIBRARY_PATH"] = ":".join(filter(None, [asked.stdout.strip(), os.environ.get("LD_LIBRARY_PATH")]))
    failed = []
    with tempfile.TemporaryDirectory(prefix="oxl-sanitize-") as folder:
        around = Surroundings(environment, given.target or Path(folder), given.seconds)
        for name in given.only or STEPS:
            print(f"== {name}", flush=True)
            began = time.monotonic()
            if not STEPS[name](around):
                failed.append(name)
            print(f"   {time.monotonic() - began:.0f} s", flush=True)
    print(f"failed: {', '.join(failed)}" if failed else "all held", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
