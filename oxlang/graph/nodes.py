"""Nodes: what a build does, as data.

A node names its inputs as artifacts of other nodes, so a graph cannot have a cycle. Two nodes are equal when their
*structural ids* are: the SHA-256 of kind, parameters and the ids of the inputs. Text for people (`description`,
`origin`, `failure`) is no part of it. Ids are made when a node is made: its inputs exist already, so long chains
need no recursion.
"""

from __future__ import annotations

from oxlang.graph.hashing import sha256
from oxlang.records import dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import ClassVar, Literal

    from oxlang.source import Span

    CacheScope = Literal["always", "resolved", "session", "never"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureHint:
    """What to say instead of `OX0701` when the process of a node fails.

    Attributes:
        code: a registered code.
        message: the sentence.
        help: what to do.
        at_once: whether the process is not even started, because what it needs is known to be missing.
        places: paths in the sandbox, each with the path on the host that it stands for; notes name the latter.
    """

    code: str
    message: str
    help: str | None = None
    at_once: bool = False
    places: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Node:
    """What all kinds share.

    Attributes:
        description: a few words for progress and graphs, such as `pip install requests`.
        origin: the place in the config that asked for it.
        failure: what to say when it fails.
        id: structural id, 64 hexadecimal digits.
    """

    kind: ClassVar[str] = ""

    description: str = ""
    origin: Span | None = None
    failure: FailureHint | None = None
    id: str = field(init=False, default="", repr=False)

    def __post_init__(self) -> None:
        running = sha256()
        for part in (self.kind, *self._identity()):
            data = part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogateescape")
            running.update(b"%d:" % len(data))
            running.update(data)
        object.__setattr__(self, "id", running.hexdigest())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Node) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    def dependencies(self) -> tuple[Artifact, ...]:
        """The artifacts that must exist before this node can run."""
        return ()

    def _identity(self) -> Iterator[str | bytes | int]:
        """Parameters and input ids, in an order that does not change."""
        yield from ()


@dataclass(frozen=True, slots=True)
class Artifact:
    """A node's output, or the part of it at a path.

    At a folder's path it is that folder; at a file's path the tree that holds only this file under its base name.
    """

    node: Node
    path: str = ""

    def at(self, path: str) -> Artifact:
        """Gives the part of this artifact at a further path."""
        return Artifact(self.node, f"{self.path}/{path}" if self.path and path else self.path or path)

    @property
    def id(self) -> str:
        """Structural id of the node with the path."""
        return f"{self.node.id}:{self.path}" if self.path else self.node.id


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Source(Node):
    """A file or folder of the user.

    The output of a folder is its tree; that of a file the tree with the file under its base name. Symbolic links are
    followed; only a broken or circular one stays a link.

    Attributes:
        path: absolute path on the host.
        exclude: patterns of `fnmatch` on `/`-separated relative paths; a pattern without `/` is tried on each name.
    """

    kind: ClassVar[str] = "source"

    path: str
    exclude: tuple[str, ...] = ()

    def _identity(self) -> Iterator[str | bytes | int]:
        yield self.path
        yield len(self.exclude)
        yield from self.exclude


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fetch(Node):
    """One download; the output is `{filename}`.

    Attributes:
        url: `https:`, `http:` or `file:`.
        digest: SHA-256 in hexadecimal; None means that whatever comes is believed, once a session.
        filename: name in the output tree.
    """

    kind: ClassVar[str] = "fetch"

    url: str
    digest: str | None = None
    filename: str

    def _identity(self) -> Iterator[str | bytes | int]:
        # With a digest the address does not matter: the same content may come from anywhere.
        yield f"sha256:{self.digest}" if self.digest else self.url
        yield self.filename


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Write(Node):
    """Constant files.

    Attributes:
        entries: path, content, whether executable.
    """

    kind: ClassVar[str] = "write"

    entries: tuple[tuple[str, bytes, bool], ...]

    def _identity(self) -> Iterator[str | bytes | int]:
        for path, content, executable in sorted(self.entries):
            yield path
            yield content
            yield int(executable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One input of `Assemble`.

    Attributes:
        artifact: where it comes from.
        prefix: folder of the output it is put in.
        include: patterns of `fnmatch` on relative paths; empty takes all.
        exclude: patterns of what is left out.
        rename: when not empty, the one file of the artifact gets this name.
        executable: when not None, what the files' executable bit becomes.
    """

    artifact: Artifact
    prefix: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    rename: str = ""
    executable: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Assemble(Node):
    """Rearranges trees by digest, copying nothing; of equal paths the later part wins."""

    kind: ClassVar[str] = "assemble"

    parts: tuple[Part, ...]

    def dependencies(self) -> tuple[Artifact, ...]:
        return tuple(part.artifact for part in self.parts)

    def _identity(self) -> Iterator[str | bytes | int]:
        for part in self.parts:
            yield part.artifact.id
            yield part.prefix
            yield len(part.include)
            yield from part.include
            yield len(part.exclude)
            yield from part.exclude
            yield part.rename
            yield "-" if part.executable is None else int(part.executable)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compute(Node):
    """A pure Python function in this process.

    Attributes:
        function: its registered name, such as `packaging.scan`.
        version: raised whenever the function's output changes for the same inputs.
        params: canonical JSON (`graph.compute.canonical`).
        inputs: name and artifact; the function gets each as a tree under its name.
    """

    kind: ClassVar[str] = "compute"

    function: str
    version: int
    params: str = "{}"
    inputs: tuple[tuple[str, Artifact], ...] = ()

    def dependencies(self) -> tuple[Artifact, ...]:
        return tuple(artifact for _, artifact in self.inputs)

    def _identity(self) -> Iterator[str | bytes | int]:
        yield self.function
        yield self.version
        yield self.params
        for name, artifact in self.inputs:
            yield name
            yield artifact.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A program of the host that a process calls; it is not copied into the sandbox.

    Attributes:
        name: what `{tool:NAME}` refers to.
        path: absolute path on the host; no part of any key.
        fingerprint: what tells its versions apart, such as the output of `rustc -vV`; part of the key.
    """

    name: str
    path: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run(Node):
    """A process in a sandbox: an own folder, an empty environment plus what is declared.

    In `argv` and the values of `env` these tokens are replaced at run time and stay tokens in the key:
    `{tool:NAME}` host path of a tool, `{sandbox}` absolute path of the sandbox, `{cache:NAME}` absolute folder of an
    append-only cache. Other braces stay.

    The output is the tree of the collected outputs at their relative paths.

    Attributes:
        argv: the command.
        env: names and values.
        inputs: sandbox path and artifact; the artifact's tree is laid out below that path (`""` is the root).
        outputs: relative paths to collect; a missing one is an error unless the path ends in `?`.
        tools: programs of the host.
        platform: further name and value pairs of the key.
        cache: `always`, `resolved` (kept until the engine is asked to renew it; what is behind it is known by its
            output), `session` (believed for one run of oxl) or `never`.
        append_only: names of caches that processes share, such as pip's downloads; no part of the key.
        pass_env: variables handed through from the host with their values if set; only the names are in the key.
        network: whether the process needs the network; it is then given the host's proxy settings.
        working_directory: relative to the sandbox.
        stdout_path: when not empty, the path in the output tree that gets the standard output.
        read_only_inputs: the tool promises not to write into its inputs, so they may be links into the store.
        stream: what the process says on standard output is for people: it is passed on as progress, as standard error is.
    """

    kind: ClassVar[str] = "run"

    argv: tuple[str, ...]
    env: tuple[tuple[str, str], ...] = ()
    inputs: tuple[tuple[str, Artifact], ...] = ()
    outputs: tuple[str, ...] = ()
    tools: tuple[Tool, ...] = ()
    platform: tuple[tuple[str, str], ...] = ()
    cache: CacheScope = "always"
    append_only: tuple[str, ...] = ()
    pass_env: tuple[str, ...] = ()
    network: bool = False
    working_directory: str = ""
    stdout_path: str = ""
    read_only_inputs: bool = False
    stream: bool = False

    def dependencies(self) -> tuple[Artifact, ...]:
        return tuple(artifact for _, artifact in self.inputs)

    def _identity(self) -> Iterator[str | bytes | int]:
        yield from self.argv
        yield "env"
        for name, value in sorted(self.env):
            yield name
            yield value
        yield "inputs"
        for path, artifact in self.inputs:
            yield path
            yield artifact.id
        yield "outputs"
        yield from sorted(self.outputs)
        yield "platform"
        for name, value in self.key_platform():
            yield name
            yield value
        yield self.cache
        yield self.working_directory
        yield self.stdout_path

    def key_platform(self) -> tuple[tuple[str, str], ...]:
        """The platform properties of the key: the declared ones, tools by fingerprint, names passed through."""
        return tuple(
            sorted(
                (
                    *self.platform,
                    *((f"tool:{tool.name}", tool.fingerprint) for tool in self.tools),
                    *(("pass-env", name) for name in self.pass_env),
                    *((("stdout", self.stdout_path),) if self.stdout_path else ()),
                )
            )
        )
