"""`oxl docs [NAME…]`: the reference, from the declarations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oxlang.cli.invocation import Invocation
from oxlang.cli.spec import Argument, Command, Option
from oxlang.diagnostics.model import error
from oxlang.diagnostics.spelling import did_you_mean

if TYPE_CHECKING:
    from oxlang.declare.environment import Environment
    from oxlang.docgen.markdown import Member


def _run(call: Invocation) -> int:
    from oxlang.docgen.pages import reference_environment

    known = reference_environment()
    form = call.values.text("format")
    names = call.values.many("name")
    if form == "stub":
        from oxlang.docgen.export import to_stub

        call.terminal.out.write(to_stub(known))
        return 0
    if not names:
        _everything(call, known, form)
        return 0
    members = [_find(known, name) for name in names]
    if form == "json":
        from oxlang.cli.output import write_json
        from oxlang.docgen.export import member_json

        write_json(call.terminal, [member_json(one) for one in members])
        return 0
    from oxlang.docgen.markdown import member

    text = "\n\n".join(member(one, known) for one in members) + "\n"
    if form == "text":
        from oxlang.cli.output import write_markdown

        write_markdown(call.terminal, text)
    else:
        call.terminal.out.write(text)
    return 0


def _find(known: Environment, name: str) -> Member:
    from oxlang.docgen.markdown import find, names

    found = find(known, name)
    if found is not None:
        return found
    everything = names(known)
    members = [one for one in everything if one.rpartition(".")[2] == name]
    if len(members) == 1:
        one = find(known, members[0])
        assert one is not None
        return one
    if members:
        raise error("OX0903", f"`{name}` is a member of several types", help=f"say which: {', '.join(members)}")
    last = [one.rpartition(".")[2] for one in everything]
    raise error(
        "OX0903", f"there is no `{name}`",
        help=did_you_mean(name, everything) or did_you_mean(name, last) or "`oxl docs` lists every name",
    )


def _everything(call: Invocation, known: Environment, form: str) -> None:
    if form == "json":
        from oxlang.cli.output import write_json
        from oxlang.docgen.export import to_json

        write_json(call.terminal, to_json(known))
        return
    from oxlang.docgen.markdown import find

    for title, names in (
        ("Functions", sorted(name for name in known.functions if name not in known.types)),
        ("Types", sorted(known.types)),
        ("Constants", sorted(known.constants)),
    ):
        call.terminal.write(f"{title}:")
        for name in names:
            found = find(known, name)
            doc = found.doc if found is not None else ""
            call.terminal.write(f"  {name:<32} {doc}".rstrip())
        call.terminal.write("")
    call.terminal.write("`oxl docs NAME` shows one of them, `oxl docs Type.member` a member of a type.")


COMMAND = Command(
    name="docs",
    summary="Show the reference of a name of the dialect.",
    run=_run,
    params=(
        Argument("NAME", "A function, type, constant or `Type.member`; without it everything is listed.", "many"),
        Option(("--format",), "How to print; `stub` is a Python stub of everything, for editors.", "FORMAT",
               default="text", choices=("text", "markdown", "json", "stub")),
    ),
    details="The text comes from the declarations that evaluation itself uses, so it is always that of this version.",
    examples=(
        ("oxl docs PythonExecutable", "a type with all its members"),
        ("oxl docs pip_install", "a member; the type may be left out when only one has it"),
        ("oxl docs --format json > dialect.json", "everything, for programs"),
    ),
)
