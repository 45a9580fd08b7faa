"""Sessions of the prompt: plain Starlark, or with the names of the dialect and the variables of a config."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oxlang.interp.repl import Session as Prompt
    from oxlang.interp.thread import Thread
    from oxlang.workspace.evaluate import Session


def plain_prompt(thread: Thread) -> Prompt:
    """Makes a session of plain Starlark with its optional modules."""
    from oxlang.interp.builtins.modules import optional_modules
    from oxlang.interp.repl import Session
    from oxlang.syntax.options import CONFIG

    return Session(thread, constants=optional_modules(("json", "math", "struct", "time")), options=CONFIG)


def config_prompt(session: Session) -> Prompt:
    """Makes a session with the names of the dialect and the variables of an evaluated config."""
    from oxlang.dialect.environment import constant_values, environment
    from oxlang.interp import repl

    context = session.context
    return repl.Session(context.thread, environment(), constant_values(context), module=session.module)
