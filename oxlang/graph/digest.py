"""Digests: the SHA-256 of a text with its length, as the Remote Execution API names content."""

from __future__ import annotations

from oxlang.graph.hashing import sha256
from oxlang.records import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

_CHUNK_BYTES = 1 << 20
_SMALL_BYTES = 1 << 17


@dataclass(frozen=True, slots=True)
class Digest:
    """Names a blob by its content.

    Attributes:
        hash: SHA-256 in lower-case hexadecimal.
        size: length in bytes.
    """

    hash: str
    size: int

    def __str__(self) -> str:
        return f"{self.hash}/{self.size}"


def digest_bytes(data: bytes | memoryview) -> Digest:
    """Gives the digest of bytes in memory."""
    if len(data) > _SMALL_BYTES:
        # OpenSSL is faster at it, once it is loaded.
        from hashlib import sha256 as fast

        return Digest(fast(data).hexdigest(), len(data))
    return Digest(sha256(data).hexdigest(), len(data))


def digest_file(path: Path | str) -> Digest:
    """Gives the digest of a file's content, read in pieces of 1 MiB."""
    import hashlib

    running = hashlib.sha256()
    size = 0
    with open(path, "rb", buffering=0) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            running.update(chunk)
            size += len(chunk)
    return Digest(running.hexdigest(), size)


EMPTY_DIGEST = digest_bytes(b"")
