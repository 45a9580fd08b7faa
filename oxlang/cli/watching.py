"""`--profile FILE` and `--trace-steps`: watching an evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from oxlang.cli.invocation import Invocation
from oxlang.cli.spec import Option

if TYPE_CHECKING:
    from oxlang.interp.observe import Profile
    from oxlang.source import Span

PROFILE = Option(
    ("--profile",), "Write how long each Starlark function took: a flame graph (`.html`), or for speedscope (`.json`).",
    "FILE",
)
TRACE_STEPS = Option(("--trace-steps",), "Show each line of Starlark on stderr before it runs.")


@contextmanager
def watched(call: Invocation) -> Iterator[None]:
    """Watches what runs inside as the options ask; the profile is written also when the evaluation fails."""
    path = call.values.maybe("profile")
    profile: Profile | None = None
    with ExitStack() as stack:
        if call.values.flag("trace_steps"):
            from oxlang.interp.observe import StepTrace

            stack.enter_context(StepTrace(_teller(call)))
        if path is not None:
            from oxlang.interp.observe import Profile

            profile = stack.enter_context(Profile())
        try:
            yield
        finally:
            stack.close()
            if profile is not None and path is not None:
                _write(call, profile, Path(path))


def _teller(call: Invocation) -> Callable[[Span, str], None]:
    from oxlang.diagnostics.render import display_path

    def tell(span: Span, text: str) -> None:
        call.terminal.err.write(f"{display_path(span.file.path, call.terminal.base)}:{span.begin.line + 1}: {text}\n")

    return tell


def _write(call: Invocation, profile: Profile, path: Path) -> None:
    from oxlang.cli.writing import replace_text

    if path.suffix == ".html":
        from oxlang.cli.flame import page

        replace_text(path, page(profile.events, list(profile.frames), profile.ended - profile.began))
    else:
        replace_text(path, profile.speedscope(path.stem))
    for function, file, calls, own, whole in profile.totals()[:10]:
        call.terminal.info(f"{own / 1e6:9.2f} ms own {whole / 1e6:9.2f} ms in all {calls:7} calls  {function} ({file})")
    call.terminal.warn(f"written {path}")
