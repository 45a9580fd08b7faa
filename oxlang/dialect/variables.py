"""What to say when a config wants a variable of the command line that was not given.

`VARS["NAME"]` fails where it stands; `VARS.get("NAME")` gives None, which fails somewhere else. The texts of configs are
looked at only when an evaluation has failed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from oxlang.diagnostics.spelling import nearest
from oxlang.records import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oxlang.diagnostics.model import Diagnostic, OxError
    from oxlang.source import Span

_INDEXED = re.compile(r"""VARS\s*\[\s*(?:"([^"]*)"|'([^']*)')\s*\]""")
_ASKED = re.compile(r"""VARS\.get\(\s*(?:"([^"]*)"|'([^']*)')\s*(?:,\s*None\s*)?\)""")
_BOUND = re.compile(r"^\s*VARS\s*=", re.MULTILINE)
_IS_NONE = "the value is None"


def advise_variables(problem: OxError, given: Mapping[str, str | None]) -> OxError:
    """Says of an error that comes of a missing variable which one it is and how to give it; gives the error itself.

    Args:
        problem: the failure of an evaluation.
        given: the variables of the command line.
    """
    problem.diagnostic = _advised(problem.diagnostic, given)
    return problem


def _around(span: Span) -> re.Match[str] | None:
    """Gives the `VARS["…"]` that a key stands in."""
    for match in _INDEXED.finditer(span.file.text):
        if match.start() <= span.start and span.end <= match.end():
            return match
    return None


def _advised(found: Diagnostic, given: Mapping[str, str | None]) -> Diagnostic:
    span = found.span
    if span is None:
        return found
    text = span.file.text
    if _BOUND.search(text):  # The config has a VARS of its own.
        return found
    if found.code.id == "OX0404" and (match := _around(span)) is not None:
        name = match[1] if match[1] is not None else match[2]
        if name in given:
            return found
        near = nearest(name, given)
        give = f"give it: `--var {name} VALUE`"
        return replace(
            found,
            message=f"the variable `{name}` of the command line is not given",
            help=f"the command line gives `{near}`; `--var {name} VALUE` is what the config wants" if near else give,
            notes=(*found.notes, f'`VARS.get("{name}", default)` gives a default'),
        )
    if found.help is not None and found.help.startswith(_IS_NONE):
        asked = (one[1] if one[1] is not None else one[2] for one in _ASKED.finditer(text))
        missing = [name for name in dict.fromkeys(asked) if given.get(name) is None]
        if missing:
            names = ", ".join(f"`{name}`" for name in missing[:4])
            how = " ".join(f"--var {name} VALUE" for name in missing[:4])
            return replace(
                found,
                notes=(*found.notes, f"None is also what `VARS.get` gives for variables that are not given, here {names}: `{how}`"),
            )
    return found
