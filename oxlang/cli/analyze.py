"""`oxl analyze PATH`."""

from __future__ import annotations

from pathlib import Path

from oxlang.cli.invocation import Invocation
from oxlang.cli.options import FORMAT_JSON
from oxlang.cli.spec import Argument, Command


def _run(call: Invocation) -> int:
    from oxlang.packaging.reports import analyze

    lines = analyze(Path(call.values.text("path")))
    if call.values.text("format") == "json":
        from oxlang.cli.output import write_json

        write_json(call.terminal, plain(lines))
        return 0
    for line in lines:
        call.terminal.write(line)
    return 0


def plain(lines: list[str]) -> dict[str, object]:
    """Gives the report as plain data: libraries with whether every Linux has them, and the versions required."""
    libraries: list[dict[str, object]] = []
    versions: list[dict[str, object]] = []
    in_versions = False
    for line in lines:
        if line == "Symbol Versioning":
            in_versions = True
        elif not line.strip() or set(line) == {"="} or line == "Shared Library Dependencies":
            continue
        elif not in_versions:
            if line.startswith(" "):
                libraries[-1]["everywhere"] = line.strip() == "OK"
            else:
                libraries.append({"name": line, "everywhere": None})
        elif not line.startswith(" "):
            name, _, version = line.partition(" ")
            versions.append({"name": name, "version": version, "oldest": []})
        elif not line.strip().startswith("Minimum Distro Versions"):
            oldest = versions[-1]["oldest"]
            assert isinstance(oldest, list)
            oldest.append(line.strip())
    return {"libraries": libraries, "versions": versions}


COMMAND = Command(
    name="analyze",
    summary="Show which libraries a program needs, and the oldest systems that have them.",
    run=_run,
    params=(Argument("PATH", "A program or shared library."), FORMAT_JSON),
    details="""
    Libraries of the Linux Standard Base are on every ordinary Linux (OK); a machine may lack others (PROBLEMATIC). The
    symbol versions tell how old a Debian, Fedora, openSUSE, RHEL or Ubuntu may be.
    """,
    examples=(("oxl analyze build/x86_64-unknown-linux-gnu/release/install/app", "where will it run?"),),
)
