"""Runs pieces of configs: a context in a temporary folder, a real engine, and `assert_eq` for checks in the piece."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oxlang.declare import Environment, function, function_def
from oxlang.dialect.context import DialectContext
from oxlang.dialect.environment import constant_values, environment
from oxlang.graph.build_graph import BuildGraph
from oxlang.graph.platform import BuildSettings, Platform, default_settings
from oxlang.source import SourceFile

_EXPECTED = re.compile(r'###\s+(OX\d{4})\s*(?:"(.*)")?\s*$')


@dataclass(frozen=True)
class Chunk:
    """One program of a chunked file.

    Attributes:
        name: first comment line.
        line: its first line in the file.
        expected: line (in the chunk), code and pattern of the error, or None.
    """

    name: str
    text: str
    line: int
    expected: tuple[int, str, str] | None


def chunks(path: Path) -> Iterator[Chunk]:
    """Cuts a file at lines `---`."""
    line = 1
    for text in re.split(r"^---\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE):
        expected = None
        for number, one in enumerate(text.splitlines(), 1):
            found = _EXPECTED.search(one)
            if found:
                expected = (number, found[1], (found[2] or "").replace('\\"', '"'))
        first = text.strip().splitlines()[0] if text.strip() else ""
        yield Chunk(first.lstrip("# "), text, line, expected)
        line += text.count("\n") + 1


@function("assert_eq", extension=True)
def assert_eq(got: Any, want: Any) -> None:
    """Fails unless two values are equal and of one type."""
    from oxlang.interp.formatting import repr_of
    from oxlang.interp.values import type_name

    assert type_name(got) == type_name(want) and got == want, f"got {repr_of(got)}, want {repr_of(want)}"


@function("assert_contains", extension=True)
def assert_contains(values: Any, value: Any) -> None:
    """Fails unless a value is among others."""
    from oxlang.interp.formatting import repr_of

    assert value in values, f"{repr_of(value)} is not in {repr_of(values)}"


TEST_NAMES = Environment(functions=[function_def(assert_eq), function_def(assert_contains)])


class _LazyEngine:
    """An engine that is made by the first demand."""

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        self.engine: Any = None
        self.demands = 0

    def _get(self) -> Any:
        if self.engine is None:
            from oxlang.workspace.session import open_engine

            self.engine = open_engine(os.environ, cache=self.cache)
        return self.engine

    def demand(self, artifact: Any, because: Any) -> Any:
        self.demands += 1
        return self._get().demand(artifact, because)

    def read(self, digest: Any) -> bytes:
        data: bytes = self._get().read(digest)
        return data

    def build(self, artifact: Any) -> Any:
        output = self._get().build([artifact])[0]
        return getattr(output, "tree", output)


class Run:
    """One evaluated config.

    Attributes:
        context: its context.
        out: the lines it printed.
        warnings: diagnostics it gave.
        engine: counts demands.
    """

    def __init__(
        self,
        folder: Path,
        text: str,
        *,
        cache: Path,
        triple: str | None = None,
        name: str = "pyoxidizer.bzl",
        **options: Any,
    ) -> None:
        self.out: list[str] = []
        self.warnings: list[Any] = []
        self.engine = _LazyEngine(cache)
        host = default_settings()
        build = BuildSettings(host=host.host, target=Platform(triple), profile="debug") if triple else host
        self.context = DialectContext(
            build=options.pop("build", build),
            graph=BuildGraph(),
            demand=self.engine,
            cwd=str(folder),
            config_path=str(folder / name),
            environment=options.pop("environment", dict(os.environ)),
            cache_dir=cache,
            out=self.out.append,
            warn=self.warnings.append,
            working_directory=str(folder),
            **options,
        )
        self.source = SourceFile(name, text)
        self._evaluate()

    def _evaluate(self) -> None:
        from oxlang import interp
        from oxlang.syntax.options import CONFIG

        thread = interp.Thread(out=self.out.append, extra=self.context)
        self.context.thread = thread
        interp.load_source(self.source, CONFIG, environment() | TEST_NAMES, thread, constant_values(self.context))

    def lower(self, target: str) -> Any:
        """Gives the artifact of a target."""
        return self.context.targets.plan(self.context, target).artifact

    def built(self, target: str) -> Any:
        """Builds a target and gives its tree."""
        return self.engine.build(self.lower(target))
