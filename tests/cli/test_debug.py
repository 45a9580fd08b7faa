"""The debug adapter, with a real client."""

from __future__ import annotations

from pathlib import Path

import pytest

from oxlang.bundled import bundled_path
from tests.cli.dap_client import Client

PROGRAM = """\
def inner(a, b = 2):
    "Adds."
    total = 0
    for x in [a, b]:
        total += x
    return total

def outer(values):
    result = []
    for v in values:
        result.append(inner(v))
    return result

data = {"k": [1, 2]}
found = outer([1, 2, 3])
print("found", found)
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program.star"
    path.write_text(PROGRAM)
    return path


def test_breakpoint_stack_and_variables(client: Client, program: Path) -> None:
    client.begin(program, [{"line": 5}])
    assert client.wait("stopped")["reason"] == "breakpoint"
    frames = client.ask("stackTrace", threadId=1)["stackFrames"]
    assert [(one["name"], one["line"]) for one in frames] == [("inner", 5), ("outer", 11), ("<toplevel>", 15)]
    assert client.variables() == {"a": "1", "b": "2", "total": "0", "x": "1"}
    assert client.variables(frame=2)["values"] == "[1, 2, 3]"
    assert client.variables("Globals", frame=3)["data"] == '{"k": [1, 2]}'
    client.ask("setBreakpoints", source={"path": str(program)}, breakpoints=[])
    client.ask("continue", threadId=1)
    assert client.wait("exited")["exitCode"] == 0
    client.wait("terminated")
    assert client.output == ["found [3, 4, 5]\n"]


def test_breakpoints_move_to_code(client: Client, program: Path) -> None:
    client.ask("initialize", adapterID="oxl")
    found = client.ask("setBreakpoints", source={"path": str(program)}, breakpoints=[{"line": 2}, {"line": 7}, {"line": 99}])
    assert [(one["verified"], one.get("line")) for one in found["breakpoints"]] == [(True, 3), (True, 8), (False, None)]


def test_condition_that_cannot_be_read(client: Client, program: Path) -> None:
    client.ask("initialize", adapterID="oxl")
    wanted = [{"line": 3, "condition": "a == ("}, {"line": 3, "condition": "a == 1"}]
    wrong, right = client.ask("setBreakpoints", source={"path": str(program)}, breakpoints=wanted)["breakpoints"]
    assert right["verified"] and not wrong["verified"]
    assert "`(` is never closed" in wrong["message"]


def test_conditions_hits_and_messages(client: Client, program: Path) -> None:
    client.begin(program, [{"line": 3, "condition": "a == 2"}, {"line": 11, "logMessage": "v is {v}"}])
    client.wait("stopped")
    assert client.variables()["a"] == "2"
    client.ask("setBreakpoints", source={"path": str(program)}, breakpoints=[{"line": 12, "hitCondition": "1"}])
    client.ask("continue", threadId=1)
    client.wait("stopped")
    assert client.where() == ("outer", 12)
    assert client.output == ["v is 1\n", "v is 2\n"]


def test_steps(client: Client, program: Path) -> None:
    client.begin(program, [], stopOnEntry=True)
    assert client.wait("stopped")["reason"] == "entry"
    assert client.where() == ("<toplevel>", 1)
    seen = []
    for command in ("next", "next", "next", "stepIn", "next", "next", "stepIn", "stepOut"):
        client.ask(command, threadId=1)
        assert client.wait("stopped")["reason"] == "step"
        seen.append(client.where())
    assert seen == [
        ("<toplevel>", 8), ("<toplevel>", 14), ("<toplevel>", 15), ("outer", 9), ("outer", 10), ("outer", 11),
        ("inner", 3), ("outer", 11),
    ]


def test_evaluate(client: Client, program: Path) -> None:
    client.begin(program, [{"line": 11}])
    client.wait("stopped")
    assert client.ask("evaluate", expression="v * 10 + len(values)", frameId=1)["result"] == "13"
    found = client.ask("evaluate", expression="data", frameId=1, context="hover")
    assert found["type"] == "dict"
    inside = client.ask("variables", variablesReference=found["variablesReference"])["variables"]
    assert [(one["name"], one["value"]) for one in inside] == [('["k"]', "[1, 2]")]
    wrong = client.try_("evaluate", expression="nothing", frameId=1)
    assert not wrong["success"] and "nothing" in wrong["message"]


def test_errors_stop_the_program(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "bad.star"
    path.write_text("def f(x):\n    y = [1]\n    return y[x]\n\nf(7)\n")
    client.begin(path, [])
    assert client.wait("stopped")["reason"] == "exception"
    assert client.where() == ("f", 3)
    assert client.variables() == {"x": "7", "y": "[1]"}
    assert "description" in client.ask("exceptionInfo", threadId=1)
    client.ask("continue", threadId=1)
    assert client.wait("exited")["exitCode"] == 1
    assert any("[OX0403]" in text for text in client.output)


def test_config(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "pyoxidizer.bzl"
    path.write_text(
        "def make():\n    m = FileManifest()\n    return m\n\nregister_target('a', make)\nprint(VARS)\nresolve_targets()\n"
    )
    client.begin(path, [{"line": 3}], variables={"k": "v"})
    client.wait("stopped")
    assert client.where() == ("make", 3)
    assert "FileManifest" in client.variables()["m"]
    assert client.variables("Globals")["make"] == "<function make>"
    client.ask("continue", threadId=1)
    client.wait("terminated")
    assert client.output == ['{"k": "v"}\n']


def test_loaded_files_and_the_standard_library(client: Client, tmp_path: Path) -> None:
    (tmp_path / "lib.star").write_text("def helper(x):\n    y = x + 1\n    return y\n")
    path = tmp_path / "main.star"
    path.write_text('load("lib.star", "helper")\nload("@stdlib//lists.star", "unique")\nfound = unique([helper(1)])\n')
    lists = bundled_path("stdlib", "lists.star")
    line = next(at for at, text in enumerate(lists.read_text().splitlines(), 1) if "return list" in text)
    client.ask("initialize", adapterID="oxl")
    for file, wanted in ((tmp_path / "lib.star", 2), (lists, line)):
        found = client.ask("setBreakpoints", source={"path": str(file)}, breakpoints=[{"line": wanted}])
        assert found["breakpoints"] == [{"verified": True, "line": wanted}]
    client.ask("launch", program=str(path))
    client.ask("configurationDone")
    for file, wanted, function in ((tmp_path / "lib.star", 2, "helper"), (lists, line, "unique")):
        assert client.wait("stopped")["reason"] == "breakpoint"
        top = client.ask("stackTrace", threadId=1)["stackFrames"][0]
        assert (top["name"], top["line"], top["source"]["path"]) == (function, wanted, str(file))
        client.ask("continue", threadId=1)
    assert client.wait("exited")["exitCode"] == 0


def test_terminate_and_bad_requests(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "long.star"
    path.write_text("def f():\n    for x in range(100000000):\n        y = x\n\nf()\n")
    assert not client.try_("nonsense")["success"]
    assert not client.try_("launch", program=str(tmp_path / "missing.star"))["success"]
    client.begin(path, [])
    assert not client.try_("evaluate", expression="1", frameId=1)["success"]
    client.ask("pause", threadId=1)
    assert client.wait("stopped")["reason"] == "pause"
    client.ask("terminate")
    assert client.wait("exited")["exitCode"] == 130
