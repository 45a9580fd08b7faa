"""Walking over trees."""

from __future__ import annotations

from oxlang.syntax.ast import Attribute, Call, File, Name, Node
from oxlang.syntax.visit import children, node_at, parents, path_to, walk
from tests.syntax.test_lark import SAMPLES
from tests.syntax.trees import good

TEXT = "load('m', 'a')\nx = a.b(c, d = 1)\n"


def test_walk_is_in_order_and_complete() -> None:
    file = good(SAMPLES[0].read_text(encoding="utf-8"))
    nodes = list(walk(file))
    assert len(nodes) == len({id(node) for node in nodes})
    assert [node.start for node in nodes] == sorted(node.start for node in nodes)


def test_node_at() -> None:
    file = good(TEXT)

    def name(offset: int) -> str:
        node = node_at(file, offset)
        return node.id if isinstance(node, Name) else type(node).__name__

    assert name(TEXT.index("x =")) == "x"
    assert name(TEXT.index("a.b")) == "a"
    assert name(TEXT.index("b(c")) == "b"
    assert name(TEXT.index("b(c") + 1) == "b"
    assert name(TEXT.index("d =") + 1) == "d"
    assert name(TEXT.index("1)")) == "Literal_"
    assert name(len(TEXT)) == "File"
    assert [type(node) for node in path_to(file, TEXT.index("b(c"))[-3:]] == [Call, Attribute, Name]


def test_parents() -> None:
    file = good(TEXT)
    above = parents(file)
    for node in walk(file):
        if isinstance(node, File):
            assert id(node) not in above
        else:
            assert node in children(above[id(node)])


def test_children_of_a_leaf() -> None:
    leaf: Node = Name(0, 1, "x")
    assert children(leaf) == []
