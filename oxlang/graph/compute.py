"""What a `Compute` function gets and gives."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import Any, Protocol

    from oxlang.graph.digest import Digest
    from oxlang.graph.tree import Tree
else:
    Protocol = object


class ComputeContext(Protocol):
    """Access to content while a function computes. Trees name content by digest; this reads and stores it."""

    def read(self, digest: Digest) -> bytes:
        """Gives the content of a file."""

    def path(self, digest: Digest) -> Path:
        """Gives a path at which the content can be read (mapped, parsed by other libraries); never write to it."""

    def put(self, data: bytes) -> Digest:
        """Stores content and gives its digest."""

    def put_file(self, path: Path) -> Digest:
        """Stores the content of a file and gives its digest; a file in a folder of `temporary` is given away."""

    def temporary(self) -> Path:
        """Gives an empty folder that lives until the function returns."""

    def warn(self, code: str, message: str, *, help: str = "") -> None:
        """Warns the user, also whenever the result is later found in the cache; the place is that of the node."""


if TYPE_CHECKING:
    ComputeFunction = Callable[[dict[str, Any], Mapping[str, Tree], ComputeContext], Tree]
    """Takes the parameters (decoded), the inputs by name and the context; gives the output tree."""


def canonical(params: Mapping[str, Any]) -> str:
    """Gives parameters as canonical JSON: sorted keys, no spaces, text as it is."""
    import json

    return json.dumps(params, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
