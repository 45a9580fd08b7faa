"""`oxl starlark FILE`: runs a file of plain Starlark, without the dialect.

`python -m oxlang.interp.command FILE` does the same.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from oxlang.diagnostics.model import OxError, error
from oxlang.interp.compiled import compile_source
from oxlang.interp.loader import Loader
from oxlang.interp.module import Module, run
from oxlang.interp.thread import DEFAULT_LIMITS, Limits, Thread
from oxlang.records import replace
from oxlang.source import SourceFile
from oxlang.syntax.options import STANDARD, LanguageOptions


def run_file(
    path: str | Path,
    out: Callable[[str], None],
    err: Callable[[str], None],
    *,
    options: LanguageOptions = STANDARD,
    modules: tuple[str, ...] = ("json", "math", "struct", "time"),
    limits: Limits = DEFAULT_LIMITS,
    cache_dir: Path | None = None,
    colour: bool = False,
) -> int:
    """Runs a file; gives the exit status, 0 or 1.

    Args:
        path: the file, `-` for standard input.
        out: gets the lines of `print`.
        err: gets rendered errors.
        options: the language.
        modules: optional modules that are predeclared.
        limits: how much it may take.
        cache_dir: where compiled programs are kept.
        colour: whether errors are coloured.
    """
    try:
        run_path(path, out, options, modules, limits, cache_dir)
    except OxError as problem:
        from oxlang.diagnostics.render import render_error

        err(render_error(problem, colour=colour))
        return 70 if problem.diagnostic.code.failure == "bug" else 1
    return 0


def run_path(
    path: str | Path,
    out: Callable[[str], None],
    options: LanguageOptions = STANDARD,
    modules: tuple[str, ...] = (),
    limits: Limits = DEFAULT_LIMITS,
    cache_dir: Path | None = None,
) -> Module:
    """Runs a file and gives its module. Raises OxError."""
    from oxlang.interp.builtins.modules import optional_modules

    source = read(path)
    thread = Thread(out=out, limits=limits)
    predeclared: dict[str, Any] = optional_modules(modules)
    Loader(thread, predeclared, options, cache_dir=cache_dir)
    compiled = compile_source(source, options, predeclared, cache_dir)
    return run(compiled, source, thread, predeclared, options)


def read(path: str | Path) -> SourceFile:
    """Reads a file of Starlark; `-` is standard input. Raises OX0210."""
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else Path(path).read_bytes()
    except OSError as problem:
        raise error("OX0210", f"cannot read `{path}`: {(problem.strerror or str(problem)).lower()}") from None
    try:
        return SourceFile(str(path), data.decode("utf-8-sig"))
    except UnicodeDecodeError as problem:
        raise error("OX0210", f"cannot read `{path}`: it is not UTF-8 text (byte {problem.start})") from None


_FLAGS = {
    "--recursion": "recursion",
    "--while": "while_loops",
    "--globalreassign": "global_reassign",
    "--toplevelcontrol": "top_level_control",
    "--loadbindsglobally": "load_binds_globally",
    "--like-go": "like_go",
}


def main(arguments: list[str]) -> int:
    """Runs the files named by the arguments; language options are flags."""
    options = STANDARD
    files: list[str] = []
    for one in arguments:
        if one in _FLAGS:
            options = replace(options, **{_FLAGS[one]: True})
        else:
            files.append(one)

    def out(text: str) -> None:
        sys.stdout.write(text + "\n")

    def err(text: str) -> None:
        sys.stdout.flush()
        sys.stderr.write(text + "\n")

    return max((run_file(path, out, err, options=options) for path in files), default=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
