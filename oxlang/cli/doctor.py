"""`oxl doctor`: what oxl needs, what is found, and how to get what is missing."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from oxlang.cli.invocation import Invocation
from oxlang.cli.limits import LIMITS
from oxlang.cli.options import FORMAT_JSON, TRIPLE, VAR, VAR_ENV
from oxlang.cli.spec import Argument, Command
from oxlang.diagnostics.model import OxError
from oxlang.records import dataclass

if TYPE_CHECKING:
    from oxlang.engine.engine import Engine
    from oxlang.graph.digest import Digest
    from oxlang.graph.nodes import Artifact
    from oxlang.graph.tree import Tree
    from oxlang.packaging.evidence import Evidence
    from oxlang.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked for.

    Attributes:
        subject: what it is.
        state: `ok`, `missing` (needed) or `optional` (only some things need it).
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
        for one in findings:
            mark = {"ok": "ok      ", "missing": "MISSING ", "optional": "optional"}[one.state]
            call.terminal.write(f"{mark}  {one.subject}: {one.found}")
            if one.help:
                call.terminal.write(f"          {one.help}")
        if packages is not None:
            from oxlang.packaging.evidence import evidence_lines

            for line in evidence_lines(packages):
                call.terminal.write(line)
    return 1 if any(one.state == "missing" for one in findings) else 0


def _packages(call: Invocation) -> list[Evidence] | None:
    """Gives the evidence for the packages of the named config; None when none is named."""
    path = call.values.maybe("config")
    if path is None:
        return None
    from oxlang.cli.session import find_config, load
    from oxlang.packaging.evidence import evidence_of

    session = load(call, find_config(call, path, explicit=True))
    wanted = [plan.artifact for plan in session.plans(()) if plan.artifact is not None]
    return evidence_of(wanted, _EngineDemand(session.engine))


class _EngineDemand:
    """Answers demands by building."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def demand(self, artifact: Artifact, because: Span | None) -> Tree:
        return self._engine.demand(artifact, because)

    def read(self, digest: Digest) -> bytes:
        return self._engine.store.read(digest)


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
    path = call.environment.get("PATH", os.defpath)
    for name in (call.environment.get("CC", ""), "cc", "gcc", "clang"):
        found = _which(name, path) if name else None
        if found:
            return Finding(subject="C compiler (links programs)", state="ok", found=found)
    return Finding(
        subject="C compiler (links programs)", state="missing", found="no cc, gcc or clang on PATH",
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
            help=failure.diagnostic.help or "install Python 3.10 or newer with its libpython, or name one by PYTHON",
        )
    return Finding(subject="Python to embed", state="ok", found=f"{found.version} ({interpreter})")


def _pip(call: Invocation) -> Finding:
    import importlib.util

    if importlib.util.find_spec("uv") is not None or _which("uv", call.environment.get("PATH", os.defpath)):
        return Finding(subject="uv (installs packages)", state="ok", found="found")
    return Finding(
        subject="uv (installs packages)", state="optional", found="not found",
        help="pip of the embedded Python is used instead; `pip install uv` makes installing faster",
    )


def _cache(call: Invocation) -> Finding:
    folder = call.cache_dir
    probe = folder
    while not probe.exists() and probe != probe.parent:
        probe = probe.parent
    if not os.access(probe, os.W_OK):
        return Finding(
            subject="cache folder", state="missing", found=f"{folder} cannot be written",
            help="set PYOXIDIZER_CACHE_DIR to a folder that you can write",
        )
    import shutil

    free = shutil.disk_usage(probe).free
    help = "builds need about 1 GB" if free < 2**30 else ""
    return Finding(subject="cache folder", state="ok", found=f"{folder} ({free / 1e9:.1f} GB free)", help=help)


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
