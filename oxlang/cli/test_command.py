"""`oxl test [PATH…]`: tests written in Starlark."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from oxlang.cli.invocation import Invocation
from oxlang.cli.limits import LIMITS, limits
from oxlang.cli.lint import files
from oxlang.cli.options import FORMAT_JSON
from oxlang.cli.spec import Argument, Command, Option
from oxlang.diagnostics.model import OxError
from oxlang.records import dataclass

if TYPE_CHECKING:
    from oxlang.interp.module import Module

_MODULES = ("json", "math", "struct", "time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """One test that ran.

    Attributes:
        file: its file.
        name: its function; empty when the file itself could not be run.
        seconds: how long it took.
        failure: what went wrong.
    """

    file: str
    name: str
    seconds: float
    failure: OxError | None = None


def _run(call: Invocation) -> int:
    wanted = call.values.maybe("filter")
    results: list[Tested] = []
    for path in files(call.values.many("path") or (".",), _is_test):
        for one in run_file(call, path, wanted):
            results.append(one)
            if call.values.text("format") == "text":
                _show(call, one)
    _summary(call, results)
    return 1 if any(one.failure for one in results) else 0


def _is_test(name: str) -> bool:
    return name.endswith("_test.star") or (name.startswith("test_") and name.endswith(".star"))


def run_file(call: Invocation, path: Path, wanted: str | None = None) -> Iterator[Tested]:
    """Runs the functions `test_*` of a file, each in an evaluation of its own."""
    from oxlang import interp

    began = time.monotonic()
    try:
        names = [name for name in _load(call, path).global_names if name.startswith("test_")]
    except OxError as failure:
        yield Tested(file=str(path), name="", seconds=time.monotonic() - began, failure=failure)
        return
    for name in names:
        if wanted is not None and wanted not in name:
            continue
        began = time.monotonic()
        failed: OxError | None = None
        try:
            module = _load(call, path)
            interp.call(module.thread, module.get(name))
        except OxError as failure:
            failed = failure
        yield Tested(file=str(path), name=name, seconds=time.monotonic() - began, failure=failed)


def _load(call: Invocation, path: Path) -> Module:
    from oxlang.interp.command import run_path

    return run_path(
        path, call.terminal.info, modules=_MODULES, limits=limits(call.values), cache_dir=call.cache_dir
    )


def _show(call: Invocation, one: Tested) -> None:
    label = f"{one.file}: {one.name}" if one.name else one.file
    call.terminal.write(f"{'FAILED' if one.failure else 'ok    '}  {label} ({one.seconds:.2f} s)")
    if one.failure is not None:
        call.terminal.out.flush()
        call.terminal.failure(one.failure)


def _summary(call: Invocation, results: list[Tested]) -> None:
    failed = sum(one.failure is not None for one in results)
    if call.values.text("format") == "json":
        from oxlang.cli.output import write_json

        write_json(
            call.terminal,
            {
                "passed": len(results) - failed,
                "failed": failed,
                "tests": [
                    {
                        "file": one.file,
                        "name": one.name,
                        "seconds": round(one.seconds, 3),
                        "error": None if one.failure is None else one.failure.diagnostic.message,
                    }
                    for one in results
                ],
            },
        )
        return
    call.terminal.warn(f"{len(results) - failed} passed" + (f", {failed} failed" if failed else ""))


COMMAND = Command(
    name="test",
    summary="Run tests written in Starlark.",
    run=_run,
    params=(
        Argument("PATH", "Files, or folders that are searched for `test_*.star` and `*_test.star`. Default: here.", "many"),
        Option(("--filter",), "Run only tests whose name contains this.", "TEXT"),
        *LIMITS,
        FORMAT_JSON,
    ),
    details="""
    A test is a function whose name begins with `test_`; it fails when it ends with an error. `@stdlib//asserts.star`
    has functions that compare values. Each test gets a fresh evaluation of its file.
    """,
    examples=(("oxl test", "all tests below this folder"), ("oxl test --filter paths stdlib_test.star", "some of a file")),
)
