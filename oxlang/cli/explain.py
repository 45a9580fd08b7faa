"""`oxl explain CODE`: the page of a diagnostic code."""

from __future__ import annotations

from oxlang.bundled import bundled_path
from oxlang.cli.invocation import Invocation
from oxlang.cli.options import FORMAT_JSON
from oxlang.cli.spec import Argument, Command
from oxlang.diagnostics.codes import all_codes
from oxlang.diagnostics.model import Code, error
from oxlang.diagnostics.spelling import did_you_mean


def _run(call: Invocation) -> int:
    asked = call.values.maybe("code")
    json = call.values.text("format") == "json"
    if asked is None:
        _list(call, json)
        return 0
    found = _find(asked)
    text = page(found)
    if json:
        from oxlang.cli.output import write_json

        write_json(call.terminal, {**_facts(found), "page": text})
        return 0
    from oxlang.cli.output import write_markdown

    write_markdown(call.terminal, text)
    return 0


def page(code: Code) -> str:
    """Gives the Markdown page of a code."""
    return bundled_path("docs", "codes", f"{code.id}.md").read_text(encoding="utf-8")


def _find(asked: str) -> Code:
    folded = asked.strip().lower()
    codes = all_codes()
    for one in codes:
        if folded in (one.id.lower(), one.id.lower().removeprefix("ox"), one.name):
            return one
    known = [name for one in codes for name in (one.id, one.name)]
    raise error(
        "OX0902", f"there is no diagnostic code `{asked}`",
        help=did_you_mean(asked.upper() if asked[:2].lower() == "ox" else asked, known) or "`oxl explain` lists all",
    )


def _list(call: Invocation, json: bool) -> None:
    codes = all_codes()
    if json:
        from oxlang.cli.output import write_json

        write_json(call.terminal, {"codes": [_facts(one) for one in codes]})
        return
    for one in codes:
        call.terminal.write(f"{one.id}  {one.severity:<7}  {one.name:<32}  {one.summary}")


def _facts(one: Code) -> dict[str, object]:
    return {"id": one.id, "name": one.name, "severity": one.severity, "failure": one.failure, "summary": one.summary}


COMMAND = Command(
    name="explain",
    summary="Show what a diagnostic code means and what to do.",
    run=_run,
    params=(
        Argument("CODE", "A code such as OX0301, or its name; without it all codes are listed.", "optional"),
        FORMAT_JSON,
    ),
    examples=(("oxl explain OX0301", "the page of a code"), ("oxl explain", "all codes, one a line")),
)

