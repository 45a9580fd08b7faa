"""Global functions and constants that belong to no type: printing, prompts, the build path, facts about the build."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any, TypeVar

from oxlang.declare import constant, function
from oxlang.diagnostics.model import error
from oxlang.dialect.opaque import EnvironmentContext, TuggerContext

if TYPE_CHECKING:
    from oxlang.dialect.context import DialectContext

T = TypeVar("T")


CONSTANTS = (
    constant("VARS", "dict[str, str | None]", origin="pyoxidizer",
             doc="Variables given with `--var NAME VALUE` and `--var-env NAME ENV`; None for an unset `ENV`."),
    constant("CWD", "str", origin="pyoxidizer", doc="Folder of the config."),
    constant("CONFIG_PATH", "str", origin="pyoxidizer", doc="Path of the config as it was found."),
    constant("BUILD_TARGET_TRIPLE", "str", origin="pyoxidizer", doc="Triple of the platform that is built for."),
    constant("CONTEXT", "EnvironmentContext", origin="pyoxidizer", doc="Opaque."),
    constant("BUILD_CONTEXT", "EnvironmentContext", origin="build-targets", doc="Opaque."),
    constant("TUGGER_CONTEXT", "TuggerContext", origin="tugger", doc="Opaque."),
    constant("json", "any", origin="oxlang", extension=True,
             doc="Functions `encode`, `encode_indent`, `decode` and `indent` for JSON."),
)  # fmt: skip


@function("print")
def print_(ctx: DialectContext, *args: Any) -> None:
    """Prints values on one line of the standard error, separated by blanks.

    Args:
        args: any values.

    Example:
        print("building for", BUILD_TARGET_TRIPLE)
    """
    from oxlang.interp.formatting import text_of

    ctx.out(" ".join(text_of(one) for one in args))


@function("set_build_path", effect="mutates")
def set_build_path(ctx: DialectContext, path: str) -> None:
    """Moves the folder that outputs are written below, `build` beside the config unless this is called.

    Args:
        path: the folder; a relative one counts from the config's folder.

    Example:
        set_build_path("target/oxl")
    """
    if not path:
        raise error("OX0506", "the build path cannot be empty", argument="path")
    ctx.build_path = posixpath.normpath(posixpath.join(posixpath.abspath(ctx.cwd), path))


@function("can_prompt")
def can_prompt(ctx: DialectContext) -> bool:
    """Says whether somebody sits at the terminal and can answer questions.

    Example:
        name = prompt_input("name") if can_prompt() else "app"
    """
    return ctx.prompts is not None and ctx.prompts.available()


@function("prompt_confirm", effect="demands")
def prompt_confirm(ctx: DialectContext, prompt: str, default: bool | None = None) -> bool:
    """Asks a yes-or-no question on the terminal.

    Args:
        prompt: the question.
        default: the answer when nobody can be asked; without it that is an error.
    """
    if not can_prompt(ctx):
        return _default(ctx, prompt, default, "prompt_confirm")
    assert ctx.prompts is not None
    answer = ctx.prompts.confirm(prompt, default)
    if answer is None:
        raise error("OX0518", f"the question `{prompt}` was left without an answer")
    return answer


@function("prompt_input", effect="demands")
def prompt_input(ctx: DialectContext, prompt: str, default: str | None = None) -> str:
    """Asks for a line of text on the terminal.

    Args:
        prompt: the question.
        default: the answer when nobody can be asked, or nothing is typed.
    """
    if not can_prompt(ctx):
        return _default(ctx, prompt, default, "prompt_input")
    assert ctx.prompts is not None
    answer = ctx.prompts.line(prompt, default)
    if answer is None:
        raise error("OX0518", f"the question `{prompt}` was left without an answer")
    return answer


@function("prompt_password", effect="demands")
def prompt_password(ctx: DialectContext, prompt: str, confirm: bool = False, default: str | None = None) -> str:
    """Asks for a password on the terminal without showing it.

    Args:
        prompt: the question.
        confirm: asks twice until both answers agree.
        default: the answer when nobody can be asked.
    """
    if not can_prompt(ctx):
        return _default(ctx, prompt, default, "prompt_password")
    assert ctx.prompts is not None
    while True:
        answer = ctx.prompts.password(prompt)
        if answer is None:
            raise error("OX0518", f"the question `{prompt}` was left without an answer")
        if not confirm or ctx.prompts.password(f"{prompt} (again)") == answer:
            return answer
        ctx.out("the two answers differ")


def _default(ctx: DialectContext, prompt: str, default: T | None, function_name: str) -> T:
    if default is None:
        raise error(
            "OX0518",
            f"the question `{prompt}` cannot be asked, because the standard input is not a terminal",
            help=f"give `{function_name}` a `default`",
        )
    ctx.out(f"{prompt}: taking the default, because the standard input is not a terminal")
    return default


FUNCTIONS = (print_, set_build_path, can_prompt, prompt_confirm, prompt_input, prompt_password)
TYPES = (EnvironmentContext, TuggerContext)
