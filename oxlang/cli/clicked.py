"""The same commands as click sees them: for the words of usage errors and for shell completion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
from click.shell_completion import CompletionItem

from oxlang.cli.spec import GLOBAL, Command, Option, Value, WrongUsage, nearest_option


def parse(command: Command, words: Sequence[str]) -> dict[str, Value]:
    """Gives the values of a command's parameters. Raises WrongUsage."""
    made = make(command)
    try:
        with made.make_context(command.name, list(words)) as context:
            if context.args:
                raise WrongUsage(f"unexpected argument `{context.args[0]}`")
            return {key: _value(one) for key, one in context.params.items()}
    except click.UsageError as wrong:
        raise _reworded(wrong, command) from None


def make(command: Command) -> click.Command:
    """Makes the click command of a declaration."""
    params: list[click.Parameter] = []
    for one in command.options:
        params.append(_option(one))
    for argument in command.arguments:
        many = argument.arity in ("many", "rest")
        # A default of None counts as given since click 8.3: nothing would be missing any more.
        given: dict[str, Any] = {} if many or argument.default is None else {"default": argument.default}
        params.append(
            click.Argument(
                [argument.key],
                nargs=-1 if many else 1,
                required=argument.arity == "one",
                metavar=argument.metavar,
                type=_File() if argument.is_path else _Target() if argument.metavar in ("TARGET", "WHAT") else str,
                **given,
            )
        )
    interspersed = all(one.arity != "rest" for one in command.arguments)
    settings = {"allow_interspersed_args": interspersed, "allow_extra_args": True}
    return click.Command(
        command.name.split()[-1], params=params, short_help=command.summary, context_settings=settings,
        add_help_option=False,
    )


class _File(click.ParamType[str]):
    """A path: not looked at here, completed by the shell."""

    name = "path"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return value

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return [CompletionItem(incomplete, type="file")]


class _Target(click.ParamType[str]):
    """The name of a target, or a path: completed with the names that the config of the command registers."""

    name = "target"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return value

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from oxlang.cli.completion import target_names

        start = ctx.params.get("config") or ctx.params.get("path")
        if start is None and ctx.args and any(one.name == "config" for one in ctx.command.params):
            # Behind an option whose value is not there yet click leaves the free words where they are.
            start = ctx.args[0]
        found = [name for name in target_names(start) if name.startswith(incomplete)]
        return [CompletionItem(name) for name in found] or [CompletionItem(incomplete, type="file")]


def _option(one: Option) -> click.Option:
    names = [one.key, *one.names]
    if one.words == 0:
        return click.Option(names, is_flag=not one.multiple, count=one.multiple, help=one.help, hidden=one.hidden)
    kind: click.ParamType[str] | type[str] = str
    if one.choices:
        kind = click.Choice(one.choices)
    elif one.is_path:
        kind = _File()
    elif one.names[0] == "--target":
        kind = _Target()
    given: dict[str, Any] = {} if one.multiple or one.default is None else {"default": one.default}
    return click.Option(
        names, type=kind, nargs=one.words, multiple=one.multiple, required=one.required, metavar=one.metavar,
        help=one.help, hidden=one.hidden, **given,
    )


def _value(one: object) -> Value:
    if isinstance(one, list):
        return tuple(one)
    assert one is None or isinstance(one, bool | int | str | tuple)
    return one


def _reworded(wrong: click.UsageError, command: Command) -> WrongUsage:
    if isinstance(wrong, click.NoSuchOption):
        known = [name for one in (*GLOBAL, *command.options) for name in one.names if not one.hidden]
        return WrongUsage(f"unknown option `{wrong.option_name}`", nearest_option(wrong.option_name, [*known, "--help"]))
    if isinstance(wrong, click.MissingParameter) and wrong.param is not None:
        if isinstance(wrong.param, click.Option):
            return WrongUsage(f"missing option `{wrong.param.opts[-1]}`")
        return WrongUsage(f"missing argument `{wrong.param.metavar or wrong.param.name}`")
    if isinstance(wrong, click.BadOptionUsage):
        found = next((one for one in command.options if wrong.option_name in one.names), None)
        if found is not None:
            needs = "takes no value" if found.words == 0 else f"needs {found.metavar}"
            return WrongUsage(f"`{wrong.option_name}` {needs}")
    if isinstance(wrong, click.BadParameter) and isinstance(wrong.param, click.Option):
        option = next(one for one in command.options if one.key == wrong.param.name)
        if option.choices:
            return WrongUsage(f"`{option.names[0]}` takes {' or '.join(f'`{one}`' for one in option.choices)}")
    text = wrong.format_message().rstrip(".")
    return WrongUsage(text[:1].lower() + text[1:])
