"""Finds a command, parses its words, runs it and words its failures."""

from __future__ import annotations

import os
import sys

from oxlang.cli import quick
from oxlang.cli.commands import COMMANDS, GROUPS, find
from oxlang.cli.invocation import Invocation
from oxlang.cli.main import USAGE
from oxlang.cli.quick import HelpAsked
from oxlang.cli.spec import Command, Option, Value, Values, WrongUsage, nearest_option
from oxlang.cli.terminal import Terminal
from oxlang.diagnostics.model import OxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

BUG_STATUS = 70
INTERRUPTED_STATUS = 130
_REPORT = "this is a bug of oxl, not of your config; `--verbose` three times shows the traceback for a report"


def dispatch(words: list[str]) -> int:
    """Runs a command line; gives the exit status. Raises nothing."""
    verbose = words.count("--verbose")
    try:
        status = _dispatch(words)
        try:
            sys.stdout.flush()
        except (BrokenPipeError, ValueError):
            _close_stdout()  # Nobody reads, or somebody has closed it: the command has done its work.
        return status
    except KeyboardInterrupt:
        _say("error: interrupted")
        return INTERRUPTED_STATUS
    except BrokenPipeError:
        _close_stdout()
        return 1
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    except OxError as failure:
        return _failed(failure, verbose)
    except OSError as failure:
        return _system_failed(failure, verbose)
    except MemoryError:
        _say("error: out of memory")
        return 1
    except Exception as failure:
        if _comes_of_interruption(failure):
            _say("error: interrupted")
            return INTERRUPTED_STATUS
        _trace(verbose)
        told = f"{type(failure).__name__}: {failure}".splitlines()[0]
        _say(f"error: oxl failed on the inside: {told} [OX0900]\n   = help: {_REPORT}")
        return BUG_STATUS
    finally:
        _flush()


def _comes_of_interruption(failure: BaseException) -> bool:
    """Whether an exception arose while an interruption was on its way: one within Python's own locks ends as another one."""
    context = failure.__context__
    while context is not None and not isinstance(context, KeyboardInterrupt):
        context = context.__context__
    return context is not None


def _dispatch(words: list[str]) -> int:
    verbose, system_rust, rest = _before(words)
    if not rest:
        sys.stderr.write(f"{USAGE}\nfor help: oxl --help\n")
        return 2
    if rest[0] in ("-h", "--help"):
        from oxlang.cli.help_command import overview

        sys.stdout.write(overview(short=rest[0] == "-h"))
        return 0
    if rest[0] in ("-V", "--version"):
        from oxlang.cli.version import version_text

        sys.stdout.write(version_text(long=rest[0] == "--version"))
        return 0
    try:
        command, own = _find(rest)
    except WrongUsage as wrong:
        return _wrong(wrong, USAGE, "oxl --help")
    if command is None:
        return 0
    try:
        return _call(command, own, verbose, system_rust)
    except HelpAsked as asked:
        from oxlang.cli.help import page

        sys.stdout.write(page(command, short=asked.short))
        return 0
    except WrongUsage as wrong:
        return _wrong(wrong, f"usage: {command.usage}", f"oxl {command.name} --help")


def _before(words: list[str]) -> tuple[int, bool, list[str]]:
    """Takes the global options that stand before the command."""
    verbose, system_rust, at = 0, False, 0
    while at < len(words) and words[at] in ("--verbose", "--system-rust"):
        verbose += words[at] == "--verbose"
        system_rust |= words[at] == "--system-rust"
        at += 1
    return verbose, system_rust, words[at:]


def _find(words: list[str]) -> tuple[Command | None, list[str]]:
    """Gives the command and its own words; None when the page of a group was shown instead. Raises WrongUsage."""
    name, own = words[0], words[1:]
    if name.startswith("-"):
        options, plain = ("--verbose", "--version", "--help", "--system-rust"), name.partition("=")[0]
        if plain in options:
            raise WrongUsage(f"`{plain}` takes no value")
        raise WrongUsage(f"unknown option `{name}`", nearest_option(name, options))
    if name not in COMMANDS:
        raise _unknown(name, name, COMMANDS)
    if name in GROUPS:
        if own and own[0] in ("-h", "--help"):
            from oxlang.cli.help_command import group_page

            sys.stdout.write(group_page(name))
            return None, []
        if not own:
            raise WrongUsage(f"`oxl {name}` needs a command: {', '.join(GROUPS[name])}")
        if own[0] not in GROUPS[name]:
            raise _unknown(f"{name} {own[0]}", own[0], GROUPS[name], f"known are {', '.join(GROUPS[name])}")
        name, own = f"{name} {own[0]}", own[1:]
    command = find(name)
    assert command is not None, name
    return command, own


def _unknown(shown: str, name: str, known: Iterable[str], otherwise: str | None = None) -> WrongUsage:
    from oxlang.diagnostics.spelling import did_you_mean

    return WrongUsage(f"unknown command `{shown}`", did_you_mean(name, known) or otherwise)


def _call(command: Command, words: list[str], verbose: int, system_rust: bool) -> int:
    parsed = quick.parse(command, words)
    if parsed is None:
        from oxlang.cli import clicked

        parsed = clicked.parse(command, words)
    _refuse_empty_paths(command, parsed)
    values = Values(parsed)
    for one in command.options:
        if one.metavar == "N":
            values.integer(one.key)
    more = parsed["verbose"]
    assert isinstance(more, int)
    verbose += more
    invocation = Invocation(
        values=values,
        terminal=Terminal.standard(verbose),
        verbose=verbose,
        system_rust=system_rust or values.flag("system_rust") or "PYOXIDIZER_SYSTEM_RUST" in os.environ,
    )
    _end_cleanly()
    return command.run(invocation)


def _end_cleanly() -> None:
    """Lets SIGTERM and SIGHUP end a command as Ctrl-C does: children are ended, temporary folders removed."""
    # What `signal` wraps into enumerations, which take a millisecond to make.
    import _signal as signal  # type: ignore[import-not-found]

    def end(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        known = getattr(signal, name, None)
        if known is not None and signal.getsignal(known) == signal.SIG_DFL:
            signal.signal(known, end)


def _refuse_empty_paths(command: Command, parsed: dict[str, Value]) -> None:
    """Raises WrongUsage for an empty path: a variable of a script that is not set, not the current folder."""
    for one in command.params:
        if one.is_path and parsed[one.key] in ("", ("",)):
            shown = one.names[0] if isinstance(one, Option) else one.metavar
            raise WrongUsage(f"`{shown}` is empty", "write `.` for the current folder")


def _wrong(wrong: WrongUsage, usage: str, help_command: str) -> int:
    lines = [f"error: {wrong.message}"]
    if wrong.hint:
        lines.append(f"   = help: {wrong.hint}")
    _say("\n".join([*lines, usage, f"for help: {help_command}"]))
    return 2


def _failed(failure: OxError, verbose: int) -> int:
    _trace(verbose)
    _flush()
    Terminal.standard(verbose).failure(failure)
    if failure.diagnostic.code.name == "interrupted":
        return INTERRUPTED_STATUS
    return BUG_STATUS if failure.diagnostic.code.failure == "bug" else 1


def _system_failed(failure: OSError, verbose: int) -> int:
    """An error of the operating system that no room has put into words of its own."""
    _trace(verbose)
    _flush()
    from oxlang.diagnostics.model import error

    told = (failure.strerror or str(failure) or type(failure).__name__).lower()
    where = f": `{failure.filename}`" if failure.filename else ""
    if isinstance(failure, FileNotFoundError) and not failure.filename and _is_nowhere():
        told = "the current folder does not exist any more"
    Terminal.standard(verbose).failure(error("OX0901", f"{told}{where}"))
    return 1


def _is_nowhere() -> bool:
    try:
        os.getcwd()
    except OSError:
        return True
    return False


def unwritable(failure: OSError) -> int:
    """Ends a command whose output has nowhere to go; gives its status."""
    _close_stdout()
    return 1 if isinstance(failure, BrokenPipeError) else _system_failed(failure, 0)


def _trace(verbose: int) -> None:
    if verbose >= 3:
        import traceback

        traceback.print_exc()


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


def _flush() -> None:
    """Writes what is buffered for stdout; if that fails, what comes later is written nowhere."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        _close_stdout()


def _close_stdout() -> None:
    """Sends what is still buffered nowhere, so that the interpreter's own flush at exit does not complain."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        pass
