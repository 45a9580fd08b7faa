"""`oxl doctor`: what oxl needs, what is found, and how to get what is missing."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from oxlang.cli.invocation import Invocation
from oxlang.cli.limits import LIMITS
from oxlang.cli.options import FORMAT_JSON, TRIPLE, VAR, VAR_ENV
from oxlang.cli.spec import Argument, Command
from oxlang.diagnostics.model import OxError
from oxlang.records import dataclass

if TYPE_CHECKING:
    from pathlib import Path

    from oxlang.packaging.evidence import Evidence

_MARKS = {"ok": "ok      ", "missing": "MISSING ", "optional": "optional", "warning": "warning "}
_ROOM_BYTES = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked for.

    Attributes:
        subject: what it is.
        state: `ok`, `missing` (needed), `optional` (only some things need it) or `warning` (there, but it may not do).
        found: what there is.
        help: how to get it.
    """

    subject: str
    state: str
    found: str
    help: str = ""


def _run(call: Invocation) -> int:
    findings = [check(call) for check in _CHECKS]
    packages = _packages(call)
    if call.values.text("format") == "json":
        from oxlang.cli.output import write_json

        rows: list[dict[str, object]] = [
            {"subject": f.subject, "state": f.state, "found": f.found, "help": f.help} for f in findings
        ]
        document: dict[str, object] = {"findings": rows}
        if packages is not None:
            document["packages"] = [
                {"package": one.package, "needs_files": one.needs_files, "reasons": list(one.reasons)} for one in packages
            ]
        write_json(call.terminal, document)
    else:
        _show(call, findings, packages)
    return 1 if any(one.state == "missing" for one in findings) else 0


def _show(call: Invocation, findings: Sequence[Finding], packages: Sequence[Evidence] | None) -> None:
    for one in findings:
        call.terminal.write(f"{_MARKS[one.state]}  {one.subject}: {one.found}")
        if one.help:
            call.terminal.write(f"          {one.help}")
    if packages is not None:
        from oxlang.packaging.evidence import evidence_lines

        for line in evidence_lines(packages) or ["the config adds no packages"]:
            call.terminal.write(line)
    missing = [one.subject for one in findings if one.state == "missing"]
    call.terminal.write("")
    call.terminal.write(f"missing: {', '.join(missing)}" if missing else "everything that builds need is there")


def _packages(call: Invocation) -> list[Evidence] | None:
    """Gives the evidence for the packages of the named config; None when none is named."""
    path = call.values.maybe("config")
    if path is None:
        return None
    from oxlang.cli.session import find_config, load
    from oxlang.packaging.evidence import evidence_of
    from oxlang.workspace.session import EngineDemand

    session = load(call, find_config(call, path, explicit=True))
    wanted = [plan.artifact for plan in session.plans(()) if plan.artifact is not None]
    return evidence_of(wanted, EngineDemand(session.engine))


def _tool(call: Invocation) -> Finding:
    from oxlang import __version__

    python = ".".join(map(str, sys.version_info[:3]))
    return Finding(subject="oxl", state="ok", found=f"{__version__} on Python {python} ({sys.executable})")


def _rust(call: Invocation) -> Finding:
    from oxlang.cargo.toolchain import find_toolchain

    try:
        found = find_toolchain(call.environment, cache_dir=None)
    except OxError as failure:
        return Finding(
            subject="Rust", state="missing", found=failure.diagnostic.message,
            help=failure.diagnostic.help or "install it from https://rustup.rs or your system's packages",
        )
    return Finding(subject="Rust", state="ok", found=f"rustc {found.version} for {found.host} ({found.rustc})")


def _compiler(call: Invocation) -> Finding:
    subject = "C compiler (links programs)"
    path = call.environment.get("PATH", os.defpath)
    named = next((name for name in call.environment if name.startswith("CARGO_TARGET_") and name.endswith("_LINKER")), None)
    if named is not None:
        return Finding(subject=subject, state="ok", found=f"{call.environment[named]}, which {named} names")
    # What rustc calls unless it is told otherwise; elsewhere than on POSIX it looks for Microsoft's linker itself.
    wanted = ("cc",) if os.name == "posix" else ("cl", "cc", "gcc", "clang")
    found = next((place for name in wanted if (place := _which(name, path))), None)
    if found:
        return Finding(subject=subject, state="ok", found=found)
    other = next((name for name in ("gcc", "clang") if _which(name, path)), None)
    if other is not None:
        return Finding(
            subject=subject, state="missing", found=f"no cc on PATH, which rustc links with; {other} is there",
            help=f"install the package that makes it `cc`, or set CARGO_TARGET_<TRIPLE>_LINKER={other}",
        )
    return Finding(
        subject=subject, state="missing", found="no cc, gcc or clang on PATH",
        help="install your system's compiler: `apt install gcc`, `dnf install gcc`, `xcode-select --install`",
    )


def _python(call: Invocation) -> Finding:
    from oxlang.packaging.local import describe, find_interpreter

    try:
        interpreter = find_interpreter(None, call.environment)
        found = describe(interpreter)
    except OxError as failure:
        return Finding(
            subject="Python to embed", state="missing", found=failure.diagnostic.message,
            help=failure.diagnostic.help or "install Python 3.10 or newer with its libpython, or name one by OXL_PYTHON",
        )
    ways = [name for name, can in (("statically", found.supports_static), ("dynamically", found.supports_dynamic)) if can]
    if not ways:
        return Finding(
            subject="Python to embed", state="missing", found=f"{found.version} ({interpreter}) has no libpython",
            help="install its development package (`apt install python3-dev`), or name another Python by OXL_PYTHON",
        )
    linked = " or ".join(ways)
    return Finding(subject="Python to embed", state="ok", found=f"{found.version}, linked {linked} ({interpreter})")


def _pip(call: Invocation) -> Finding:
    import importlib.util

    found = _which("uv", call.environment.get("PATH", os.defpath))
    if found is None and importlib.util.find_spec("uv") is not None:
        found = "a package of the Python that runs oxl"
    if found is not None:
        return Finding(subject="uv (installs packages)", state="ok", found=found)
    return Finding(
        subject="uv (installs packages)", state="optional", found="not found",
        help="pip of the embedded Python is used instead; `pip install uv` makes installing faster",
    )


def _cache(call: Invocation) -> Finding:
    subject, folder = "cache folder", call.cache_dir
    probe = folder
    while not os.path.exists(probe) and probe != probe.parent:
        probe = probe.parent
    try:
        free = _free_bytes(probe)
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        return Finding(
            subject=subject, state="missing", found=f"{folder} cannot be written: {reason}",
            help="set PYOXIDIZER_CACHE_DIR to a folder that you can write",
        )
    found = f"{folder} ({free / 1e9:.1f} GB free)"
    if free < _ROOM_BYTES:
        help = "a first build takes about 1 GB: make room, or set PYOXIDIZER_CACHE_DIR to a folder elsewhere"
        return Finding(subject=subject, state="warning", found=found, help=help)
    return Finding(subject=subject, state="ok", found=found)


def _free_bytes(folder: Path) -> int:
    """Gives the room in a folder that a file can be made in. Raises OSError when none can."""
    import shutil
    import tempfile

    with tempfile.TemporaryFile(dir=folder):
        return shutil.disk_usage(folder).free


def _editor(call: Invocation) -> Finding:
    import importlib.util

    if importlib.util.find_spec("pygls") is not None:
        return Finding(subject="language server (oxl lsp)", state="ok", found="pygls is installed")
    return Finding(
        subject="language server (oxl lsp)", state="optional", found="pygls is not installed",
        help="`pip install 'oxlang[lsp]'`",
    )


def _which(name: str, path: str) -> str | None:
    import shutil

    return shutil.which(name, path=path)


_CHECKS: tuple[Callable[[Invocation], Finding], ...] = (_tool, _python, _rust, _compiler, _pip, _cache, _editor)

COMMAND = Command(
    name="doctor",
    summary="Say what is found on this machine, what is missing, and how to get it.",
    run=_run,
    params=(
        Argument(
            "CONFIG",
            "A config or its folder: its packages are installed into the cache, and which of them need files beside the "
            "program is shown, with the reasons.",
            "optional",
        ),
        TRIPLE,
        VAR,
        VAR_ENV,
        *LIMITS,
        FORMAT_JSON,
    ),
    details="The exit status is 1 when something that builds need is missing.",
    examples=(
        ("oxl doctor", "before the first build"),
        ("oxl doctor pyoxidizer.bzl", "which packages can live in memory, and why others cannot"),
    ),
)
