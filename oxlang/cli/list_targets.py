"""`oxl list-targets [PATH]`."""

from __future__ import annotations

from oxlang.cli.invocation import Invocation
from oxlang.cli.limits import LIMITS
from oxlang.cli.options import FORMAT_JSON, VAR, VAR_ENV
from oxlang.cli.session import find_config, load
from oxlang.cli.spec import Argument, Command, Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from oxlang.dialect.targets import TargetTable


def _run(call: Invocation) -> int:
    session = load(call, find_config(call, call.values.text("path")), mode="list")
    table = session.targets
    if call.values.text("format") == "json":
        from oxlang.cli.output import write_json

        write_json(call.terminal, {"config": str(session.config), "targets": _plain(table), "alias": _alias(table)})
        return 0
    everything = call.values.flag("all")
    lines = [_line(table, one.name, everything) for one in sorted(table, key=lambda target: target.name)]
    alias = table.alias
    if everything and alias is not None:
        lines.append(f"build-artifacts (another name of {alias})")
    for line in lines or ["(no targets defined)"]:
        call.terminal.write(line)
    return 0


def _line(table: TargetTable, name: str, everything: bool) -> str:
    target = table.get(name)
    marked = f"*{name}" if table.default == name else name
    if not everything or target is None:
        return marked
    facts = []
    if target.depends:
        facts.append(f"depends on {', '.join(target.depends)}")
    if table.default_build_script == name:
        facts.append("default of build scripts")
    return f"{marked} ({'; '.join(facts)})" if facts else marked


def _plain(table: TargetTable) -> list[dict[str, object]]:
    return [
        {
            "name": one.name,
            "depends": list(one.depends),
            "default": table.default == one.name,
            "default_build_script": table.default_build_script == one.name,
            "place": None if one.span is None else str(one.span),
        }
        for one in sorted(table, key=lambda target: target.name)
    ]


def _alias(table: TargetTable) -> dict[str, str] | None:
    return None if table.alias is None else {"build-artifacts": table.alias}


COMMAND = Command(
    name="list-targets",
    summary="List the targets of a config.",
    run=_run,
    params=(
        Argument("PATH", "Where to look for the config: a folder (its parents follow), or the file.", "optional", "."),
        VAR,
        VAR_ENV,
        Option(("--all",), "Show also dependencies, the default of build scripts, and the name `build-artifacts`."),
        *LIMITS,
        FORMAT_JSON,
    ),
    details="One target a line, sorted by name; the default one has a `*` before its name. No target's function is run.",
    examples=(("oxl list-targets", "the config here or above"), ("oxl list-targets app --all", "with what they depend on")),
)
