"""Encodes the five messages of the Remote Execution API that keys are made of.

Protocol Buffers, version 3: a field is its number and wire type as a varint, then the value; fields that hold their
default are left out; fields are written in the order of their numbers, which makes the encoding canonical. Field
numbers are those of `build/bazel/remote/execution/v2/remote_execution.proto`.
"""

from __future__ import annotations

from oxlang.graph.digest import Digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def encode_digest(digest: Digest) -> bytes:
    """Gives a `Digest` message: hash = 1, size_bytes = 2."""
    text = digest.hash.encode()
    size = b"\x10" + _varint(digest.size) if digest.size else b""
    return b"\x0a%b%b%b" % (_varint(len(text)), text, size)


def encode_directory(
    files: Iterable[tuple[str, Digest, bool]],
    directories: Iterable[tuple[str, Digest]],
    symlinks: Iterable[tuple[str, str]],
) -> bytes:
    """Gives a `Directory` message; each of the three lists is sorted by name already.

    Args:
        files: name, digest, whether executable.
        directories: name, digest of the child's `Directory` message.
        symlinks: name, target.
    """
    out = bytearray()
    for name, digest, executable in files:
        # Written out, because trees of thousands of files go through here on every build.
        text = name.encode("utf-8", "surrogateescape")
        inner = encode_digest(digest)
        node = b"\x0a%b%b\x12%b%b" % (_varint(len(text)), text, _varint(len(inner)), inner)
        if executable:
            node += b"\x20\x01"
        out += b"\x0a%b%b" % (_varint(len(node)), node)
    for name, digest in directories:
        out += _message(2, _text(1, name) + _message(2, encode_digest(digest)))
    for name, target in symlinks:
        out += _message(3, _text(1, name) + _text(2, target))
    return bytes(out)


def encode_platform(properties: Iterable[tuple[str, str]]) -> bytes:
    """Gives a `Platform` message; properties are sorted by name, then value, as the API demands."""
    return b"".join(_message(1, _text(1, name) + _text(2, value)) for name, value in sorted(properties))


def encode_command(
    arguments: Iterable[str],
    environment: Iterable[tuple[str, str]],
    output_paths: Iterable[str],
    platform: Iterable[tuple[str, str]],
    working_directory: str,
) -> bytes:
    """Gives a `Command` message: arguments = 1, environment = 2, platform = 5, working_directory = 6, outputs = 7."""
    properties = encode_platform(platform)
    return b"".join(
        (
            *(_message(1, _utf8(one)) for one in arguments),
            *(_message(2, _text(1, name) + _text(2, value)) for name, value in sorted(environment)),
            _message(5, properties) if properties else b"",
            _text(6, working_directory),
            *(_message(7, _utf8(path)) for path in sorted(output_paths)),
        )
    )


def encode_action(
    command: Digest, input_root: Digest, salt: bytes, platform: Iterable[tuple[str, str]] = ()
) -> bytes:
    """Gives an `Action` message: command_digest = 1, input_root_digest = 2, salt = 9, platform = 10."""
    properties = encode_platform(platform)
    return (
        _message(1, encode_digest(command))
        + _message(2, encode_digest(input_root))
        + (_message(9, salt) if salt else b"")
        + (_message(10, properties) if properties else b"")
    )


_SMALL = [bytes([value]) for value in range(0x80)]


def _varint(value: int) -> bytes:
    if value < 0x80:
        return _SMALL[value]
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value) if value else b""


def _message(field: int, data: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _text(field: int, value: str) -> bytes:
    return _message(field, _utf8(value)) if value else b""


def _utf8(value: str) -> bytes:
    # File names that are no UTF-8 reach Python as surrogates; they keep their bytes.
    return value.encode("utf-8", "surrogateescape")
