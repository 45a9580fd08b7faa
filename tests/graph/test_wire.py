"""The messages, compared with bytes that the generated Protocol Buffers classes of the Remote Execution API give."""

from __future__ import annotations

from oxlang.graph.action import Action, Command, run_action
from oxlang.graph.digest import Digest, digest_bytes
from oxlang.graph.nodes import Artifact, Run, Tool, Write
from oxlang.graph.tree import EMPTY_TREE, FileEntry, SymlinkEntry, Tree
from oxlang.graph.wire import encode_command, encode_digest, encode_directory


def fields(data: bytes) -> list[tuple[int, bytes | int]]:
    """Decodes a message into field numbers and values, as any Protocol Buffers reader does."""
    found: list[tuple[int, bytes | int]] = []
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            found.append((key >> 3, varint()))
        else:
            size = varint()
            found.append((key >> 3, data[at : at + size]))
            at += size
    return found


def test_digest() -> None:
    assert encode_digest(Digest("ab", 300)) == b"\x0a\x02ab\x10\xac\x02"
    assert encode_digest(Digest("ab", 0)) == b"\x0a\x02ab"


def test_directory() -> None:
    data = encode_directory([("f", Digest("h", 1), True)], [("d", Digest("i", 2))], [("l", "t")])
    assert data == (
        b"\x0a\x0c\x0a\x01f\x12\x05\x0a\x01h\x10\x01\x20\x01"
        b"\x12\x0a\x0a\x01d\x12\x05\x0a\x01i\x10\x02"
        b"\x1a\x06\x0a\x01l\x12\x01t"
    )


def test_command_is_sorted_where_the_api_says_so() -> None:
    data = encode_command(["z", ""], [("B", "2"), ("A", "")], ["q", "p"], [("k", "v")], "w")
    assert fields(data) == [
        (1, b"z"), (1, b""), (2, b"\x0a\x01A"), (2, b"\x0a\x01B\x12\x012"), (5, b"\x0a\x06\x0a\x01k\x12\x01v"),
        (6, b"w"), (7, b"p"), (7, b"q"),
    ]  # fmt: skip


def test_empty_tree_is_the_empty_message() -> None:
    assert EMPTY_TREE.digest == digest_bytes(b"")


def test_tree_refers_to_children_by_their_messages() -> None:
    inner = Tree({"x": FileEntry(Digest("h", 1))})
    tree = Tree({"b": SymlinkEntry("x"), "a": inner})
    assert fields(tree.message)[0] == (
        2,
        b"\x0a\x01a\x12" + bytes([len(encode_digest(inner.digest))]) + encode_digest(inner.digest),
    )


def test_action_holds_command_root_salt_and_platform() -> None:
    action = Action(command=Command(arguments=("x",), platform=(("k", "v"),)), input_root=EMPTY_TREE)
    decoded = dict(fields(action.message))
    assert decoded[1] == encode_digest(digest_bytes(action.command.message))
    assert decoded[2] == encode_digest(EMPTY_TREE.digest)
    assert decoded[9] == b"oxlang-1"
    assert decoded[10] == b"\x0a\x06\x0a\x01k\x12\x01v"


def test_key_of_a_process_does_not_change() -> None:
    # A change of this digest makes every cache worthless: raise the salt instead, knowingly.
    source = Artifact(Write(entries=(("a.txt", b"x", False),)))
    node = Run(
        argv=("{tool:cc}", "-o", "out", "in/a.txt"),
        env=(("B", "2"), ("A", "1")),
        inputs=(("in", source),),
        outputs=("out",),
        tools=(Tool(name="cc", path="/usr/bin/cc", fingerprint="12"),),
    )
    tree = Tree.of({"a.txt": FileEntry(digest_bytes(b"x"))})
    assert run_action(node, [tree]).key.hash == KEY


KEY = "08d34d6bffd351e97a3b8a2552a49a4c993468a2a49e26ba4b0a10513ac83bf1"
