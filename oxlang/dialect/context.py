"""What dialect functions know of the world: the host's part of a Starlark thread.

Methods and functions that declare a first parameter `ctx` get the `DialectContext` of the running evaluation. It
changes during evaluation: targets are registered, reads are noted, the build path may be moved.
"""

from __future__ import annotations

import os
import posixpath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import Any, Literal, Protocol

    from oxlang.diagnostics.model import Diagnostic
    from oxlang.dialect.targets import TargetTable
    from oxlang.graph.build_graph import BuildGraph
    from oxlang.graph.demand import Demand
    from oxlang.graph.digest import Digest
    from oxlang.graph.nodes import Artifact, Node
    from oxlang.graph.platform import BuildSettings
    from oxlang.graph.tree import Tree
    from oxlang.source import Span

    Mode = Literal["list", "resolve", "build-script"]
else:
    Protocol = object


class Reads:
    """Files and folders that evaluation looked at, in order of the first look; grows only."""

    __slots__ = ("files",)

    def __init__(self) -> None:
        self.files: dict[str, None] = {}

    def add_file(self, path: str) -> None:
        """Notes a file or folder by its absolute path."""
        self.files[path] = None


class Prompts(Protocol):
    """How questions reach the user; without one (editor, no terminal) only defaults are given."""

    def available(self) -> bool:
        """Says whether somebody can answer."""

    def confirm(self, question: str, default: bool | None) -> bool | None:
        """Asks yes or no; None when the user leaves."""

    def line(self, question: str, default: str | None) -> str | None:
        """Asks for a line."""

    def password(self, question: str) -> str | None:
        """Asks for a line that is not shown."""


class DialectContext:
    """The state of one evaluation.

    Attributes:
        build: host, target and profile.
        targets: the registered targets.
        graph: nodes made so far.
        demand_from: gives outputs of nodes while evaluation runs.
        variables: `VARS`, text or None.
        cwd: folder of the config, absolute, as `CWD` shows it.
        config_path: path of the config as it was found.
        mode: what `resolve_targets()` resolves: nothing, the named or default target, or the build-script target.
        requested: names given from outside.
        reads: what evaluation looked at.
        environment: variables of the environment; the mapping notes what is looked at.
        cache_folder: folder for facts that are kept between runs.
        thread: the Starlark thread (`interp.Thread`), set by whoever starts it.
        out: takes the lines of `print`.
        notice: takes lines that say what evaluation does.
        warn: takes warnings.
        prompts: how questions reach the user.
        options: further settings of the command, such as `verbose`.
    """

    def __init__(
        self,
        *,
        build: BuildSettings,
        graph: BuildGraph,
        demand: Demand,
        cwd: str,
        config_path: str,
        variables: Mapping[str, str | None] | None = None,
        mode: Mode = "resolve",
        requested: tuple[str, ...] = (),
        environment: Mapping[str, str] | None = None,
        cache_dir: Path | str | None = None,
        out: Callable[[str], None] | None = None,
        notice: Callable[[str], None] | None = None,
        warn: Callable[[Diagnostic], None] | None = None,
        prompts: Prompts | None = None,
        working_directory: str | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        from oxlang.dialect.targets import TargetTable

        self.build = build
        self.targets: TargetTable = TargetTable()
        self.graph = graph
        self.demand_from = demand
        self.variables: dict[str, str | None] = dict(variables or {})
        self.cwd = cwd
        self.config_path = config_path
        self.mode: Mode = mode
        self.requested = requested
        self.reads = Reads()
        self.environment: Mapping[str, str] = {} if environment is None else environment
        self.cache_folder = None if cache_dir is None else str(cache_dir)
        self.thread: Any = None
        self.out: Callable[[str], None] = out or _print_to_stderr
        self.notice: Callable[[str], None] = notice or (lambda line: None)
        self.warn: Callable[[Diagnostic], None] = warn or (lambda diagnostic: None)
        self.prompts = prompts
        self.working_directory = working_directory or os.getcwd()
        self.build_path = posixpath.join(cwd, "build")
        self.options: dict[str, Any] = dict(options or {})
        self.signers: list[Any] = []
        self.memo: dict[object, Any] = {}

    @property
    def cache_dir(self) -> Path | None:
        """The folder for facts that are kept between runs."""
        from pathlib import Path

        return None if self.cache_folder is None else Path(self.cache_folder)

    def span(self) -> Span | None:
        """Gives the place of the running call in the user's code."""
        thread = self.thread
        return None if thread is None else thread.span()

    def call(self, function: Any, *args: object) -> Any:
        """Calls a Starlark function with Python or Starlark values."""
        from oxlang import interp
        from oxlang.interp.values import to_starlark

        return interp.call(self.thread, function, tuple(to_starlark(one) for one in args))

    def add(self, node: Node) -> Artifact:
        """Puts a node into the graph; gives its output."""
        from oxlang.graph.nodes import Artifact

        return Artifact(self.graph.add(node))

    def demand(self, artifact: Artifact) -> Tree:
        """Builds what an artifact needs and gives its tree."""
        return self.demand_from.demand(artifact, self.span())

    def read(self, digest: Digest) -> bytes:
        """Gives the content of a file of a demanded tree."""
        return self.demand_from.read(digest)

    def path_from_config(self, path: str) -> str:
        """Gives an absolute path; a relative one counts from the config's folder."""
        return os.path.normpath(os.path.join(self.cwd, path))

    def path_from_process(self, path: str) -> str:
        """Gives an absolute path; a relative one counts from the working directory, else from the config's folder.

        PyOxidizer knew only the first; the second makes a config independent of where it is called from.
        """
        first = os.path.normpath(os.path.join(self.working_directory, path))
        if os.path.isabs(path) or os.path.exists(first):
            return first
        second = self.path_from_config(path)
        return second if os.path.exists(second) else first

    def note(self, path: str) -> str:
        """Notes that a file or folder was looked at; gives the path."""
        self.reads.add_file(path)
        return path

    def target_directory(self, name: str) -> str:
        """Gives the folder that a target's outputs go to."""
        return posixpath.join(self.build_path, self.build.target.triple, self.build.profile, name)


def _print_to_stderr(text: str) -> None:
    import sys

    sys.stderr.write(text + "\n")
