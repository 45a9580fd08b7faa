"""`oxl docs [NAME…]`: the reference, from the declarations and from the docstrings of `@stdlib`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oxlang.cli.invocation import Invocation
from oxlang.cli.spec import Argument, Command, Option
from oxlang.diagnostics.model import error
from oxlang.diagnostics.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oxlang.declare.environment import Environment
    from oxlang.docgen.markdown import Member
    from oxlang.docgen.modules import Described


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
    if form == "json":
        from oxlang.cli.output import write_json
        from oxlang.docgen.export import member_json, module_json
        from oxlang.docgen.modules import Function, Module

        write_json(
            call.terminal,
            [module_json(one) if isinstance(one, Module | Function) else member_json(one) for one in _found(known, names)],
        )
        return 0
    text = text_of(known, names) + "\n"
    if form == "text":
        from oxlang.cli.output import write_markdown

        write_markdown(call.terminal, text)
    else:
        call.terminal.out.write(text)
    return 0


def text_of(known: Environment, names: Sequence[str]) -> str:
    """Gives the reference of names, Markdown. Raises OX0903 for one that nothing has."""
    from oxlang.docgen.markdown import member
    from oxlang.docgen.modules import Function, Module, to_markdown

    found = _found(known, names)
    return "\n\n".join(to_markdown(one) if isinstance(one, Module | Function) else member(one, known) for one in found)


def _found(known: Environment, names: Sequence[str]) -> list[Member | Described]:
    """Gives what the words mean: behind a module stand functions of it, as in `load`; a module alone is shown whole."""
    found: list[Member | Described] = []
    at = 0
    while at < len(names):
        end = at + 1
        if names[at].startswith("@"):
            while end < len(names) and not names[end].startswith("@"):
                end += 1
            found += _of_module(names[at], names[at + 1 : end])
        else:
            found.append(_find(known, names[at]))
        at = end
    return found


def _of_module(name: str, functions: Sequence[str]) -> list[Described]:
    from oxlang.docgen.modules import module_names, read_module

    module = read_module(name)
    if module is None:
        known = module_names()
        raise error("OX0903", f"there is no module `{name}`",
                    help=did_you_mean(name, known) or f"the modules are {', '.join(f'`{one}`' for one in known)}")
    found: list[Described] = []
    for function in functions:
        one = module.function(function)
        if one is None:
            names = [each.name for each in module.functions]
            raise error("OX0903", f"`{name}` has no function `{function}`",
                        help=did_you_mean(function, names) or f"it has {', '.join(f'`{each}`' for each in names)}")
        found.append(one)
    return found or [module]


def _in_modules(name: str) -> str | None:
    """Gives the help for a name that a module of `@stdlib` has, or is called by."""
    from oxlang.docgen.modules import PREFIX, every_module

    modules = every_module()
    for module in modules:
        file = module.name.removeprefix(PREFIX)
        if name in (file, file.removesuffix(".star")):
            return f"`oxl docs {module.name}` shows the module of that name"
    having = [f"`oxl docs {module.name} {name}`" for module in modules if module.function(name) is not None]
    return f"a module has it: {', '.join(having)}" if having else None


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
        help=_in_modules(name) or did_you_mean(name, everything) or did_you_mean(name, last) or "`oxl docs` lists every name",
    )


def _everything(call: Invocation, known: Environment, form: str) -> None:
    if form == "json":
        from oxlang.cli.output import write_json
        from oxlang.docgen.export import to_json

        write_json(call.terminal, to_json(known))
        return
    from oxlang.docgen.markdown import find
    from oxlang.docgen.modules import every_module

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
    call.terminal.write("Modules, for `load`:")
    for module in every_module():
        call.terminal.write(f"  {module.name:<32} {module.doc}".rstrip())
    call.terminal.write("")
    call.terminal.write(
        "`oxl docs NAME` shows one of them, `oxl docs Type.member` a member of a type, `oxl docs MODULE NAME` a function."
    )


COMMAND = Command(
    name="docs",
    summary="Show the reference of a name of the dialect or of a module of @stdlib.",
    run=_run,
    params=(
        Argument("NAME", "A function, type, constant or `Type.member`; or `@stdlib//FILE.star`, and behind it functions of "
                 "that module. Without it everything is listed.", "many"),
        Option(("--format",), "How to print; `stub` is a Python stub of everything, for editors.", "FORMAT",
               default="text", choices=("text", "markdown", "json", "stub")),
    ),
    details="""
    The text comes from the declarations that evaluation itself uses, and for modules from their docstrings, so it is
    always that of this version. Nothing is executed.
    """,
    examples=(
        ("oxl docs PythonExecutable", "a type with all its members"),
        ("oxl docs pip_install", "a member; the type may be left out when only one has it"),
        ("oxl docs @stdlib//lists.star", "a module with all its functions"),
        ("oxl docs @stdlib//lists.star flatten", "one of them"),
        ("oxl docs --format json > dialect.json", "everything, for programs"),
    ),
)
