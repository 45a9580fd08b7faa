"""The debug adapter: changing values, breakpoints of functions, restarting, completing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.dap_client import Client

PROGRAM = """\
load("lib.star", "shared")

def total(values, name = None):
    out = []
    found = 0
    add = lambda x: found + x
    for v in values:
        out.append(v * 2)
        found += v
    return found, out, name, add(0)

data = {"k": [1, 2], "n": None}
print(total(data["k"]))
print(data)
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program.star"
    path.write_text(PROGRAM)
    (tmp_path / "lib.star").write_text("shared = [1]\n")
    return path


@pytest.fixture
def standing(client: Client, program: Path) -> Client:
    """Stands in `total`, before the first sum; 1 is the reference of its locals, 2 that of the globals."""
    client.begin(program, [{"line": 9}])
    client.wait("stopped")
    client.ask("setBreakpoints", source={"path": str(program)}, breakpoints=[])
    client.ask("scopes", frameId=1)
    return client


def _finish(client: Client) -> list[str]:
    client.ask("continue", threadId=1)
    assert client.wait("exited")["exitCode"] == 0
    return client.output


def _set(client: Client, name: str, value: str, reference: int = 1) -> Any:
    return client.ask("setVariable", variablesReference=reference, name=name, value=value)["value"]


def _refused(client: Client, name: str, value: str, reference: int = 1) -> str:
    answer = client.try_("setVariable", variablesReference=reference, name=name, value=value)
    assert not answer["success"]
    return str(answer["message"])


def _inside(client: Client, name: str, reference: int = 1) -> int:
    found = client.ask("variables", variablesReference=reference)["variables"]
    return int(next(one["variablesReference"] for one in found if one["name"] == name))


def test_locals(standing: Client) -> None:
    assert _set(standing, "found", "v + 99") == "100"
    assert _set(standing, "name", "'now a text'") == '"now a text"'
    assert standing.variables()["found"] == "100"
    # What is 100 goes on counting, and the lambda sees it, too.
    assert _finish(standing) == ['(103, [2, 4], "now a text", 103)\n', '{"k": [1, 2], "n": None}\n']


def test_locals_of_a_caller(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "callers.star"
    path.write_text("def inner():\n    return 1\n\ndef outer():\n    n = 1\n    m = inner()\n    return n + m\n\nprint(outer())\n")
    client.begin(path, [{"line": 2}])
    client.wait("stopped")
    (reference, _) = (one["variablesReference"] for one in client.ask("scopes", frameId=2)["scopes"])
    assert _set(client, "n", "41", reference) == "41"
    assert client.variables(frame=2)["n"] == "41"
    assert _finish(client) == ["42\n"]


def test_elements_of_lists_and_dicts(standing: Client) -> None:
    data = _inside(standing, "data", 2)
    assert _set(standing, '["n"]', "{'x': 1}", data) == '{"x": 1}'
    assert _set(standing, "[0]", "7", _inside(standing, "out")) == "7"
    assert _finish(standing)[1] == '{"k": [1, 2], "n": {"x": 1}}\n'
    assert standing.output[0].startswith("(3, [7, 4]")


def test_what_may_not_change(standing: Client) -> None:
    assert "one of type string cannot take its place" in _refused(standing, "found", "'text'")
    assert "more than 63 bits" in _refused(standing, "found", "1 << 80")
    assert "a function cannot be replaced" in _refused(standing, "add", "len")
    assert "one of type string cannot take its place" in _refused(standing, "[0]", "'text'", _inside(standing, "out"))
    assert "the elements" in _refused(standing, "out", "['text']")
    assert "there is no `nothing` here" in _refused(standing, "nothing", "1")
    assert "`(` is never closed" in _refused(standing, "found", "(")
    # A loop runs over `values`, and what another module made is frozen.
    assert "during iteration" in _refused(standing, "[0]", "1", _inside(standing, "values"))
    assert "frozen" in _refused(standing, "[0]", "1", _inside(standing, "shared", 2))
    assert _finish(standing) == ["(3, [2, 4], None, 3)\n", '{"k": [1, 2], "n": None}\n']


def test_globals(client: Client, program: Path) -> None:
    client.begin(program, [{"line": 13}])
    client.wait("stopped")
    client.ask("scopes", frameId=1)
    assert _set(client, "data", "{'k': [5]}") == '{"k": [5]}'
    assert _finish(client)[1] == '{"k": [5]}\n'


def test_globals_of_a_module_that_has_ended(client: Client, tmp_path: Path) -> None:
    (tmp_path / "lib.star").write_text("limit = 1\ndef f():\n    return limit\n")
    path = tmp_path / "main.star"
    path.write_text('load("lib.star", "f")\nf()\n')
    client.ask("initialize", adapterID="oxl")
    client.ask("setFunctionBreakpoints", breakpoints=[{"name": "f"}])
    client.ask("launch", program=str(path))
    client.ask("configurationDone")
    client.wait("stopped")
    client.ask("scopes", frameId=1)
    assert "`limit` is frozen" in _refused(client, "limit", "2", 2)


def test_assignments_in_the_console_and_of_watched_expressions(standing: Client) -> None:
    assert standing.ask("evaluate", expression="found = 10", frameId=1, context="repl")["result"] == "10"
    assert standing.ask("evaluate", expression='data["new"] = [v]', frameId=1, context="repl")["result"] == "[1]"
    assert standing.ask("setExpression", expression='data["k"]', value="[found]", frameId=1)["value"] == "[10]"
    assert not standing.try_("setExpression", expression="found + 1", value="2", frameId=1)["success"]
    assert not standing.try_("evaluate", expression="found = 11", frameId=1, context="watch")["success"]
    assert _finish(standing)[1] == '{"k": [10], "n": None, "new": [1]}\n'


def test_a_host_value(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "pyoxidizer.bzl"
    path.write_text(
        "def make():\n    dist = default_python_distribution()\n    policy = dist.make_python_packaging_policy()\n"
        "    print(policy.include_test)\n    return FileManifest()\n\nregister_target('a', make)\nresolve_targets()\n"
    )
    client.begin(path, [{"line": 4}])
    client.wait("stopped")
    client.ask("scopes", frameId=1)
    policy = _inside(client, "policy")
    assert _set(client, "include_test", "True", policy) == "True"
    assert '"nowhere" is not a value' in _refused(client, "resources_location", "'nowhere'", policy)
    assert _finish(client) == ["True\n"]


def test_function_breakpoints(client: Client, program: Path) -> None:
    client.ask("initialize", adapterID="oxl")
    wanted = [{"name": "total", "condition": "len(values) == 2"}, {"name": "x", "condition": "("}]
    found = client.ask("setFunctionBreakpoints", breakpoints=wanted)["breakpoints"]
    assert [one["verified"] for one in found] == [True, False]
    client.ask("launch", program=str(program))
    client.ask("configurationDone")
    assert client.wait("stopped")["reason"] == "function breakpoint"
    assert client.where() == ("total", 4)
    assert _finish(client)[0] == "(3, [2, 4], None, 3)\n"


@pytest.mark.parametrize(
    ("condition", "seen"),
    [("3", ["2", "3", "4"]), ("== 2", ["1"]), (">3", ["3", "4"]), ("% 2", ["1", "3"]), ("<=2", ["0", "1"])],
)
def test_hit_conditions(client: Client, tmp_path: Path, condition: str, seen: list[str]) -> None:
    path = tmp_path / "loop.star"
    path.write_text("def f():\n    for x in range(5):\n        y = x\n\nf()\n")
    client.begin(path, [{"line": 3, "hitCondition": condition, "logMessage": "{x}"}])
    assert client.wait("exited")["exitCode"] == 0
    assert client.output == [f"{one}\n" for one in seen]


def test_hit_condition_that_cannot_be_read(client: Client, program: Path) -> None:
    client.ask("initialize", adapterID="oxl")
    wanted = [{"line": 4, "hitCondition": one} for one in ("often", "=! 2", "% ", "-1")]
    found = client.ask("setBreakpoints", source={"path": str(program)}, breakpoints=wanted)["breakpoints"]
    assert all(not one["verified"] and "hit count" in one["message"] for one in found)


def test_restart(standing: Client, program: Path) -> None:
    standing.ask("setBreakpoints", source={"path": str(program)}, breakpoints=[{"line": 10}])
    standing.ask("restart", arguments={"program": str(program), "stopOnEntry": True})
    assert standing.wait("continued") == {"threadId": 1, "allThreadsContinued": True}
    assert standing.wait("stopped")["reason"] == "entry"
    assert standing.where() == ("<toplevel>", 1)
    standing.ask("continue", threadId=1)
    standing.wait("stopped")
    assert standing.where() == ("total", 10)
    standing.ask("restart")
    assert standing.wait("stopped")["reason"] == "entry"
    standing.ask("setBreakpoints", source={"path": str(program)}, breakpoints=[])
    assert _finish(standing)[-1] == '{"k": [1, 2], "n": None}\n'
    standing.wait("terminated")
    standing.ask("restart", arguments={"program": str(program)})
    assert standing.wait("exited")["exitCode"] == 0


def test_restart_while_it_runs(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "long.star"
    path.write_text("def f():\n    for x in range(100000000):\n        y = x\n\nf()\n")
    client.begin(path, [{"line": 3}])
    client.wait("stopped")
    client.ask("setBreakpoints", source={"path": str(path)}, breakpoints=[])
    client.ask("continue", threadId=1)
    path.write_text("print('short')\n")
    client.ask("restart")
    assert client.wait("exited")["exitCode"] == 0
    assert client.output == ["short\n"]


def test_completions(standing: Client) -> None:
    def offered(text: str, **more: object) -> list[str]:
        found = standing.ask("completions", frameId=1, text=text, column=len(text) + 1, **more)["targets"]
        assert all(text[one["start"] :] == text[one["start"] : one["start"] + one["length"]] for one in found)
        return [one["label"] for one in found]

    assert offered("len(fo") == ["found"]
    assert {"append", "clear", "extend"} <= set(offered("out."))
    assert offered('data["k"].app') == ["append"]
    assert "len" in offered("1 + ")
    assert offered("f(1).") == offered("nothing here either)") == []


def test_paging_clipboard_and_names_of_values(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "many.star"
    path.write_text("many = list(range(2500))\ndeep = {'a': [struct(b = 1)]}\nprint(1)\n")
    client.begin(path, [{"line": 3}])
    client.wait("stopped")
    scopes = client.ask("scopes", frameId=1)["scopes"]
    top = client.ask("variables", variablesReference=scopes[0]["variablesReference"])["variables"]
    many = next(one for one in top if one["name"] == "many")
    assert many["indexedVariables"] == 2500
    part = client.ask("variables", variablesReference=many["variablesReference"], filter="indexed", start=2400, count=100)
    assert [(one["name"], one["value"]) for one in (part["variables"][0], part["variables"][-1])] == [
        ("[2400]", "2400"), ("[2499]", "2499"),
    ]  # fmt: skip
    copied = client.ask("evaluate", expression=many["evaluateName"], frameId=1, context="clipboard")["result"]
    assert copied == str(list(range(2500)))
    deep = next(one for one in top if one["name"] == "deep")
    for _ in range(3):
        (deep,) = client.ask("variables", variablesReference=deep["variablesReference"])["variables"]
    assert client.ask("evaluate", expression=deep["evaluateName"], frameId=1, context="watch")["result"] == "1"


def test_loaded_sources_and_details_of_errors(client: Client, tmp_path: Path) -> None:
    (tmp_path / "lib.star").write_text("def at(x):\n    return [1][x]\n")
    path = tmp_path / "main.star"
    path.write_text('load("lib.star", "at")\nat(7)\n')
    client.begin(path, [])
    assert client.wait("stopped")["reason"] == "exception"
    details = client.ask("exceptionInfo", threadId=1)["details"]
    assert "lib.star:2" in details["stackTrace"] and details["typeName"] == "OX0403"
    names = [one["name"] for one in client.ask("loadedSources")["sources"]]
    assert sorted(names) == ["lib.star", "main.star"]


def test_an_error_stops_once(client: Client, tmp_path: Path) -> None:
    """The error of a target leaves `resolve_targets()` in another form."""
    path = tmp_path / "pyoxidizer.bzl"
    path.write_text(
        "NAMES = [1]\ndef make():\n    for x in NAMES:\n        y = [x][7]\n    return FileManifest()\n\n"
        "register_target('a', make)\nresolve_targets()\n"
    )
    client.begin(path, [])
    assert client.wait("stopped")["reason"] == "exception"
    assert client.where() == ("make", 4)
    client.ask("continue", threadId=1)
    found = client.events.get(timeout=30)
    assert (found["event"], found["body"]) == ("exited", {"exitCode": 1})
