"""Diagnostics: what users see when something is wrong.

`OxError` is the one exception whose text reaches users. It carries a `Diagnostic`; the innermost place wins, so
attaching a span does nothing when there is one already.
"""

from __future__ import annotations

from oxlang.records import dataclass, replace
from oxlang.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    Severity = Literal["error", "warning", "info", "hint"]
    Failure = Literal["user", "environment", "bug"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One kind of diagnostic.

    Attributes:
        id: `OX` and four digits; never used again for something else.
        name: the id for people, in kebab case, such as `unknown-name`.
        severity: how bad it is unless settings say otherwise.
        summary: one sentence for lists.
        failure: whose failure it is; a bug of ours ends with status 70, the others with 1.
    """

    id: str
    name: str
    summary: str
    severity: Severity = "error"
    failure: Failure = "user"


@dataclass(frozen=True, slots=True)
class Label:
    """A place with what stands there. Exactly one label of a diagnostic is primary."""

    span: Span
    text: str = ""
    primary: bool = True


@dataclass(frozen=True, slots=True)
class Edit:
    """Replaces the text of a span."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that removes the cause; a safe one keeps the meaning of the program."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding: a sentence, the places it is about, why, and what to do."""

    code: Code
    message: str
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str | None = None
    fixes: tuple[Fix, ...] = ()

    @property
    def span(self) -> Span | None:
        """The span of the primary label."""
        return next((label.span for label in self.labels if label.primary), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One level of a Starlark call stack, for display.

    Attributes:
        function: name of the function, `<toplevel>` for a module.
        span: the call or expression that was being evaluated.
        arguments: `name = value` texts, shortened.
    """

    function: str
    span: Span | None
    arguments: tuple[str, ...] = ()


class OxError(Exception):
    """An error that users see.

    Attributes:
        diagnostic: the error. It changes only by gaining a place (`at`).
        frames: call stack, outermost first.
        others: further diagnostics of the same stage, shown after the first.
        argument: name or index of the argument that is wrong, for the interpreter, which knows its span.
    """

    def __init__(
        self,
        diagnostic: Diagnostic,
        frames: Sequence[Frame] = (),
        *,
        others: Sequence[Diagnostic] = (),
        argument: str | int | None = None,
    ) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic
        self.frames: tuple[Frame, ...] = tuple(frames)
        self.others: tuple[Diagnostic, ...] = tuple(others)
        self.argument = argument

    def at(self, span: Span | None, text: str = "") -> OxError:
        """Attaches the primary place unless there is one; gives the error itself."""
        if span is not None and self.diagnostic.span is None:
            label = Label(span, text, True)
            self.diagnostic = replace(self.diagnostic, labels=(label, *self.diagnostic.labels))
        return self

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The diagnostic and the others."""
        return (self.diagnostic, *self.others)


def error(
    code: str,
    message: str,
    *,
    span: Span | None = None,
    label: str = "",
    help: str | None = None,
    notes: Sequence[str] = (),
    labels: Sequence[Label] = (),
    fixes: Sequence[Fix] = (),
    argument: str | int | None = None,
) -> OxError:
    """Makes the error of a code; `raise error("OX0601", "…", help="…")`.

    Args:
        code: id of the registered code.
        message: one sentence, lower case, no final stop, names in backticks.
        span: the primary place.
        label: what stands there.
        help: what to do.
        notes: why, or where a value came from.
        labels: further (secondary) places.
        fixes: edits that would mend it.
        argument: name or index of the wrong argument of the running call.
    """
    return OxError(
        diagnostic(code, message, span=span, label=label, help=help, notes=notes, labels=labels, fixes=fixes),
        argument=argument,
    )


def diagnostic(
    code: str,
    message: str,
    *,
    span: Span | None = None,
    label: str = "",
    help: str | None = None,
    notes: Sequence[str] = (),
    labels: Sequence[Label] = (),
    fixes: Sequence[Fix] = (),
) -> Diagnostic:
    """Makes a diagnostic of a registered code; arguments as for `error`."""
    from oxlang.diagnostics.codes import code as registered

    primary = () if span is None else (Label(span, label, True),)
    return Diagnostic(
        code=registered(code),
        message=message,
        labels=(*primary, *labels),
        notes=tuple(notes),
        help=help,
        fixes=tuple(fixes),
    )
