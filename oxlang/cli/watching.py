"""`--profile FILE` and `--trace-steps`: watching an evaluation."""

from __future__ import annotations

from oxlang.cli.invocation import Invocation
from oxlang.cli.spec import Option, WrongUsage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from oxlang.interp.observe import Profile, StepTrace
    from oxlang.source import Span

PROFILE = Option(
    ("--profile",), "Write how long each Starlark function took: a flame graph (`.html`), or for speedscope (`.json`).",
    "FILE",
)
_FORMATS = (".html", ".json")
TRACE_STEPS = Option(("--trace-steps",), "Show each line of Starlark on stderr before it runs.")


class watched:
    """Watches what runs inside as the options ask; the profile is written also when the evaluation fails.

    Raises WrongUsage, before anything runs, when the name of the profile says no format.
    """

    __slots__ = ("_call", "_path", "_profile", "_steps")

    def __init__(self, call: Invocation) -> None:
        self._call = call
        self._path = _profile_path(call)
        self._profile: Profile | None = None
        self._steps: StepTrace | None = None

    def __enter__(self) -> None:
        if self._call.values.flag("trace_steps"):
            from oxlang.interp.observe import StepTrace

            self._steps = StepTrace(_teller(self._call))
            self._steps.__enter__()
        if self._path is not None:
            from oxlang.interp.observe import Profile

            self._profile = Profile()
            self._profile.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._profile is not None:
            self._profile.__exit__(kind, value, trace)
        if self._steps is not None:
            self._steps.__exit__(kind, value, trace)
        if self._profile is not None and self._path is not None:
            from pathlib import Path

            _write(self._call, self._profile, Path(self._path))


def _profile_path(call: Invocation) -> str | None:
    path = call.values.maybe("profile")
    if path is None or path.lower().endswith(_FORMATS):
        return path
    raise WrongUsage(f"`--profile` takes a file that ends in `.html` (a flame graph) or `.json` (for speedscope), not `{path}`")


def _teller(call: Invocation) -> Callable[[Span, str], None]:
    from oxlang.diagnostics.paths import display_path

    def tell(span: Span, text: str) -> None:
        call.terminal.err.write(f"{display_path(span.file.path, call.terminal.base)}:{span.begin.line + 1}: {text}\n")

    return tell


def _write(call: Invocation, profile: Profile, path: Path) -> None:
    from oxlang.cli.writing import replace_text

    if path.name.lower().endswith(".html"):
        from oxlang.cli.flame import page

        replace_text(path, page(profile.events, list(profile.frames), profile.ended - profile.began))
    else:
        replace_text(path, profile.speedscope(path.stem))
    for function, file, calls, own, whole in profile.totals()[:10]:
        call.terminal.info(f"{own / 1e6:9.2f} ms own {whole / 1e6:9.2f} ms in all {calls:7} calls  {function} ({file})")
    call.terminal.warn(f"written {path}")
