"""How much an evaluation may take: options of every command that evaluates, and what they make of `Limits`."""

from __future__ import annotations

from oxlang.cli.spec import Option, Values, WrongUsage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from oxlang.interp.thread import Limits

LIMITS = (
    Option(("--max-steps",), "Stop the evaluation after this many steps. Default: 2,000,000,000.", "N"),
    Option(("--max-depth",), "Allow this many calls in calls, at most 100,000. Default: 1000.", "N"),
    Option(("--max-memory",), "Stop the evaluation when it takes more memory, in MiB. Default: 4096.", "MIB"),
    Option(("--max-time",), "Stop the evaluation after this many seconds; 0 for never. Default: 3600.", "SECONDS"),
)


def limits(values: Values) -> Limits:
    """Gives the limits that the options of a command ask for. Raises WrongUsage."""
    from oxlang.interp.stack import MAX_DEPTH
    from oxlang.interp.thread import DEFAULT_LIMITS, Limits

    if all(values[one.key] is None for one in LIMITS):
        return DEFAULT_LIMITS
    steps, depth = _number(values, "max_steps"), _number(values, "max_depth", MAX_DEPTH)
    memory, seconds = _number(values, "max_memory"), _seconds(values)
    memory_bytes = DEFAULT_LIMITS.memory_bytes if memory is None else memory << 20
    return Limits(
        steps=DEFAULT_LIMITS.steps if steps is None else steps,
        depth=DEFAULT_LIMITS.depth if depth is None else depth,
        memory_bytes=memory_bytes,
        value_bytes=memory_bytes >> 4,
        seconds=DEFAULT_LIMITS.seconds if seconds is None else seconds or None,
    )


def _number(values: Values, key: str, most: int | None = None) -> int | None:
    number = values.integer(key)
    if number is not None and most is not None and number > most:
        raise WrongUsage(f"`--{key.replace('_', '-')}` takes a whole number from 1 to {most:,}, not `{number}`")
    return number


def _seconds(values: Values) -> float | None:
    text = values.maybe("max_time")
    if text is None:
        return None
    whole, _, part = text.partition(".")
    if not (whole + part).isascii() or not (whole + part).isdigit():
        raise WrongUsage(f"`--max-time` takes a number of seconds, not `{text}`")
    return float(text)
