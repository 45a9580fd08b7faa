"""Actions: what caches know a result by, in the shapes of the Remote Execution API.

The key of a node is the digest of an `Action` message over its command and the *actual* tree of its inputs. So when a
changed source gives the same intermediate tree, everything after it is found in the cache. A `Compute` node takes
the same shape, with the function's name and version as its command.
"""

from __future__ import annotations

from oxlang.graph.digest import Digest, digest_bytes
from oxlang.graph.tree import EMPTY_TREE, Tree, merge
from oxlang.graph.wire import encode_action, encode_command
from oxlang.records import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from oxlang.graph.nodes import Compute, Run

SALT = b"oxlang-1"
"""Raised when the meaning of cached results changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to run; fields as in the message of the same name."""

    arguments: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()
    output_paths: tuple[str, ...] = ()
    platform: tuple[tuple[str, str], ...] = ()
    working_directory: str = ""

    @property
    def message(self) -> bytes:
        """The encoded `Command`."""
        return encode_command(
            self.arguments, self.environment, self.output_paths, self.platform, self.working_directory
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A command on an input root."""

    command: Command
    input_root: Tree

    @property
    def message(self) -> bytes:
        """The encoded `Action`."""
        command = digest_bytes(self.command.message)
        return encode_action(command, self.input_root.digest, SALT, self.command.platform)

    @property
    def key(self) -> Digest:
        """Digest of the message: the name of the result in every cache."""
        return digest_bytes(self.message)


@dataclass(frozen=True, slots=True)
class Remark:
    """A warning of a step.

    Attributes:
        code: id of a code of diagnostics.
        message: one sentence.
        help: what to do; empty when there is nothing to say.
        node: id of the node that warned; empty for the one whose result this is.
    """

    code: str
    message: str
    help: str = ""
    node: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionResult:
    """What an action gave.

    Attributes:
        output: its output tree.
        exit_code: status of the process; computed results have 0.
        stdout: digest of the standard output.
        stderr: digest of the standard error.
        seconds: how long it took when it ran.
        warnings: what it warned about, said again whenever the result is used.
    """

    output: Tree
    exit_code: int = 0
    stdout: Digest | None = None
    stderr: Digest | None = None
    seconds: float = 0.0
    warnings: tuple[Remark, ...] = ()


def run_action(node: Run, inputs: Sequence[Tree]) -> Action:
    """Gives the action of a `Run`; `inputs` are the trees of `node.inputs`, in order.

    Raises OX0703 when two inputs put a file and a folder at the same path.
    """
    root = merge(EMPTY_TREE, *(tree.under(path) for (path, _), tree in zip(node.inputs, inputs, strict=True)))
    command = Command(
        arguments=node.argv,
        environment=tuple(sorted(node.env)),
        output_paths=tuple(sorted(node.outputs)),
        platform=node.key_platform(),
        working_directory=node.working_directory,
    )
    return Action(command=command, input_root=root)


def compute_action(node: Compute, inputs: Mapping[str, Tree]) -> Action:
    """Gives the action of a `Compute`: each input is a folder of the input root under its name."""
    root = Tree({name.replace("/", "\x1f"): tree for name, tree in inputs.items()})
    command = Command(arguments=("oxlang-compute", node.function, str(node.version), node.params))
    return Action(command=command, input_root=root)
