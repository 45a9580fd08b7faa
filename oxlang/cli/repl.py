"""`oxl repl`: a prompt for Starlark, with history and completion."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from oxlang.cli.invocation import Invocation
from oxlang.cli.limits import LIMITS, limits
from oxlang.cli.options import RELEASE, TRIPLE, VAR, VAR_ENV
from oxlang.cli.prompt import config_prompt, plain_prompt
from oxlang.cli.session import find_config, load
from oxlang.cli.spec import Argument, Command, Option
from oxlang.diagnostics.model import OxError

if TYPE_CHECKING:
    from oxlang.interp.repl import Session as Prompt

_HELP = """\
Enter an expression to see its value, or a statement. A block ends with an empty line; `_` is the last value.
Tab completes. `:help` shows this, `:names` the variables, `:docs NAME` the reference, `:quit` (or Ctrl-D) ends.
"""


def _run(call: Invocation) -> int:
    config = call.values.maybe("config")
    prompt = _prompt(call, config)
    interactive = sys.stdin.isatty()
    history = _readline(call, prompt) if interactive else None
    if interactive:
        from oxlang import __version__

        call.terminal.write(f"oxl {__version__}; `:help` for help")
    status = 0
    try:
        status = _loop(call, prompt, interactive)
    finally:
        if history is not None:
            _save_history(history)
    return status


def _prompt(call: Invocation, config: str | None) -> Prompt:
    if config is not None or call.values.flag("dialect"):
        session = load(call, find_config(call, config, explicit=config is not None), mode="list")
        return config_prompt(session)
    from oxlang.interp.thread import Thread

    return plain_prompt(Thread(out=call.terminal.write, limits=limits(call.values)))


def _loop(call: Invocation, prompt: Prompt, interactive: bool) -> int:
    status = 0
    while True:
        try:
            text = _read(prompt, interactive)
        except KeyboardInterrupt:
            call.terminal.write("")
            continue
        if text is None:
            if interactive:
                call.terminal.write("")
            return status
        if not text.strip():
            continue
        if text.startswith(":"):
            if _command(call, prompt, text.strip()):
                return status
            continue
        try:
            for entry in prompt.entries_of(text):
                value = prompt.evaluate(entry)
                if value is not None:
                    call.terminal.write(value)
        except OxError as failure:
            call.terminal.failure(failure)
            status = 0 if interactive else 1
        except KeyboardInterrupt:
            call.terminal.err.write("interrupted\n")


def _read(prompt: Prompt, interactive: bool) -> str | None:
    """Gives the next whole text; None at the end of the input."""
    lines: list[str] = []
    while True:
        line = _line(">>> " if not lines else "... ", interactive)
        if line is None:
            return "\n".join(lines) + "\n" if lines else None
        lines.append(line)
        text = "\n".join(lines)
        if prompt.is_complete(text):
            return text


def _line(mark: str, interactive: bool) -> str | None:
    if not interactive:
        line = sys.stdin.readline()
        return line.rstrip("\n") if line else None
    try:
        return input(mark)
    except EOFError:
        return None


def _command(call: Invocation, prompt: Prompt, text: str) -> bool:
    """Runs a command of the prompt itself; gives whether it ends."""
    word, _, rest = text.partition(" ")
    if word in (":quit", ":q", ":exit"):
        return True
    if word == ":names":
        call.terminal.write(" ".join(one for one in prompt.names if one != "_") or "(no variables)")
    elif word == ":docs" and rest.strip():
        from oxlang.cli.docs import text_of
        from oxlang.docgen.pages import reference_environment

        try:
            call.terminal.write(text_of(reference_environment(), rest.split()))
        except OxError as problem:
            told = problem.diagnostic
            call.terminal.write(f"{told.message}; {told.help}" if told.help else told.message)
    else:
        call.terminal.out.write(_HELP)
    return False


def _readline(call: Invocation, prompt: Prompt) -> str | None:
    """Sets completion and history up; gives the file of the history. None where there is no readline."""
    try:
        import readline
    except ImportError:
        return None
    found: list[str] = []

    def complete(text: str, state: int) -> Any:
        nonlocal found
        if state == 0:
            line = readline.get_line_buffer()[: readline.get_endidx()]
            # What readline takes for the word may begin before or behind the word that is completed.
            behind = len(prompt.word(line)) - len(text)
            found = [one[behind:] if behind >= 0 else text[:-behind] + one for one in prompt.complete(line)]
        return found[state] if state < len(found) else None

    readline.set_completer(complete)
    readline.set_completer_delims(" \t\n()[]{},:=+-*/%<>!&|^~'\"")
    readline.parse_and_bind("tab: complete")
    # What is pasted comes as one text, with the empty lines inside of its functions.
    readline.parse_and_bind("set enable-bracketed-paste on")
    path = str(call.cache_dir / "repl_history")
    try:
        readline.read_history_file(path)
    except OSError:
        pass
    return path


def _save_history(path: str) -> None:
    import os
    import readline

    readline.set_history_length(1000)
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        readline.write_history_file(path)
    except OSError:
        pass


COMMAND = Command(
    name="repl",
    summary="A prompt for Starlark.",
    run=_run,
    params=(
        Argument("CONFIG", "With `-i`: the config to load.", "optional"),
        TRIPLE,
        RELEASE,
        VAR,
        VAR_ENV,
        Option(("--dialect", "-i"), "Load a config first, and know the names of the dialect; no target is resolved."),
        *LIMITS,
    ),
    details="""
    Texts of several lines end with an empty line; what is pasted is taken as it is. With a config its variables and functions are there, and
    `resolve_target("exe")` runs the function of a target; nothing is built before something asks for it.

    From a pipe every line is run, and the exit status is 1 when one failed.
    """,
    examples=(
        ("oxl repl", "plain Starlark"),
        ("oxl repl -i app", "with the config of a folder"),
        ("echo '1 + 2' | oxl repl", "3"),
    ),
)
