"""What packing warns about: each code once, with the place in the config; the rendered texts are a golden file."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from oxlang.diagnostics.model import diagnostic
from oxlang.diagnostics.render import render
from oxlang.engine.engine import Engine
from oxlang.engine.events import Event
from oxlang.graph.nodes import Artifact, Compute, Source, Write
from oxlang.graph.platform import BuildSettings
from oxlang.packaging.bundle import BUNDLE, BUNDLE_VERSION
from oxlang.packaging.compute import COMPUTE
from oxlang.packaging.distribution import Distribution
from oxlang.packaging.elf import PT_LOAD, Elf
from oxlang.packaging.interpreter_config import InterpreterConfig
from oxlang.packaging.policy import PackagingPolicy
from oxlang.packaging.scan import ScanOptions, scan
from oxlang.source import SourceFile, Span
from tests.packaging.conftest import write_files
from tests.packaging.test_embedded import App
from tests.support.golden import assert_golden

GOLDEN = Path(__file__).parent / "golden" / "warnings.txt"
TEXT = 'exe = dist.to_python_executable(name = "app")\n'
PLACE = Span(SourceFile("pyoxidizer.bzl", TEXT), 6, len(TEXT) - 1)


class Listening:
    """An engine that keeps what it is warned about."""

    def __init__(self, cache: Path) -> None:
        self.told: list[tuple[str, str, str]] = []
        self.engine = Engine(cache, COMPUTE, host_env=dict(os.environ), on_event=self._listen)

    def _listen(self, event: Event) -> None:
        if event.remark is not None:
            assert event.node is not None and event.node.origin == PLACE
            self.told.append((event.remark.code, event.remark.message, event.remark.help))


def crowded(data: bytes) -> bytes:
    """Gives a program whose segments leave no free byte behind them."""
    full = bytearray(data)
    for kind, offset, _, size in Elf(data).segments():
        if kind == PT_LOAD:
            full[offset + size] = 0xFF
    return bytes(full)


def test_texts_of_warnings(tiny: Distribution, tmp_path: Path, settings: BuildSettings) -> None:
    shown: list[str] = []

    def say(*artifacts: Artifact) -> None:
        # What is found in the cache warns as well.
        first, again = Listening(tmp_path / "cache"), Listening(tmp_path / "cache")
        first.engine.build(list(artifacts))
        again.engine.build(list(artifacts))
        assert first.told == again.told != []
        for code, message, help in first.told:
            found = diagnostic(code, message, span=PLACE, help=help)
            assert found.code.severity == "warning"
            shown.append(render(found))

    config = InterpreterConfig()
    config.run_module = "gone"
    say(App(tiny).embedded(config=config, origin=PLACE).collected.plan)

    policy = PackagingPolicy.for_distribution(tiny)
    policy.module_file = "absent"
    names = [f"m{number}" for number in range(7)]
    root = write_files(tmp_path / "one", {"m.py": "print(__file__)\n"})
    say(App(tiny, policy).with_root(root, "m").embedded(origin=PLACE).packed(settings))
    root = write_files(tmp_path / "seven", {f"{name}.py": "print(__file__)\n" for name in names})
    say(App(tiny, policy).with_root(root, *names).embedded(origin=PLACE).packed(settings))

    root = write_files(tmp_path / "two", {"p/__init__.py": "", "p/a.py": "print 1\n", "p/b.py": "\nx = (\n"})
    app = App(tiny)
    app.collector.add_lazy(scan(Artifact(Source(path=str(root))), ScanOptions.of(tiny), label="p"), app.policy)
    say(app.embedded(origin=PLACE).packed(settings))

    program = shutil.which("true")
    assert program is not None
    data = Path(program).read_bytes()
    library = next(name for name in Elf(data).facts().needed if name.startswith("libc."))
    inputs = (
        ("beside", Artifact(Write(entries=(("lib/tool.so", crowded(data), True),)))),
        ("libraries", Artifact(Write(entries=((library, b"", True),)))),
    )
    say(Artifact(Compute(function=BUNDLE, version=BUNDLE_VERSION, inputs=inputs, origin=PLACE)))

    assert_golden(GOLDEN, "\n\n".join(shown) + "\n")
