"""The action cache: what is known about an action's result, `ac/<aa>/<hash>.json`.

An entry names the output by the digest of its stored tree. An entry whose tree or blobs are gone is a miss.
"""

from __future__ import annotations

from oxlang.engine.notes import loads
from oxlang.graph.action import ActionResult, Remark
from oxlang.graph.digest import Digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from oxlang.engine.disk import Disk
    from oxlang.engine.store import BlobStore


class ActionCache:
    """Results by key. Keys are hexadecimal digests."""

    def __init__(self, disk: Disk, store: BlobStore) -> None:
        self._disk = disk
        self._store = store

    def get(self, key: str) -> ActionResult | None:
        """Gives the result of a key if it is known and all its content can be read."""
        data = self._disk.read(_name(key))
        if data is None:
            return None
        try:
            plain = loads(data)
            output = self._store.read_tree(Digest(*plain["output"]))
            if output is None or not self._store.has_tree(output):
                return None
            self._disk.size(_name(key))
            return ActionResult(
                output=output,
                exit_code=plain.get("exit_code", 0),
                stdout=_digest(plain.get("stdout")),
                stderr=_digest(plain.get("stderr")),
                seconds=plain.get("seconds", 0.0),
                warnings=tuple(Remark(*one) for one in plain.get("warnings", ())),
            )
        except (ValueError, TypeError, LookupError, AttributeError):
            return None

    def output(self, key: str) -> str | None:
        """Gives the digest of a result's output if the key is known; whether its content is there is not looked at."""
        data = self._disk.read(_name(key))
        try:
            return None if data is None else str(loads(data)["output"][0])
        except (ValueError, TypeError, LookupError):
            return None

    def put(self, key: str, result: ActionResult) -> None:
        """Notes a result. Its blobs are in the store already, so that no reader sees an entry without them."""
        import json

        output = self._store.put_tree(result.output)
        plain: dict[str, Any] = {"output": [output.hash, output.size], "seconds": round(result.seconds, 3)}
        if result.exit_code:
            plain["exit_code"] = result.exit_code
        for name, digest in (("stdout", result.stdout), ("stderr", result.stderr)):
            if digest is not None:
                plain[name] = [digest.hash, digest.size]
        if result.warnings:
            plain["warnings"] = [[one.code, one.message, one.help, one.node] for one in result.warnings]
        self._disk.write(_name(key), json.dumps(plain, separators=(",", ":"), sort_keys=True).encode())


def _digest(plain: list[Any] | None) -> Digest | None:
    return Digest(plain[0], plain[1]) if plain else None


def _name(key: str) -> str:
    return f"ac/{key[:2]}/{key}.json"
