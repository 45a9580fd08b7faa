"""Sessions of the prompt, profiles, traces, and the core of the debugger."""

from __future__ import annotations

import json

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.interp import Thread, load_source
from oxlang.interp.debug import Breakpoint, Command, Debugger, Hits, Stop, Stopping
from oxlang.interp.debug_values import children, evaluate
from oxlang.interp.observe import Profile, StepTrace
from oxlang.interp.repl import Session
from oxlang.source import SourceFile
from oxlang.syntax.options import STANDARD

PROGRAM = """\
def inner(x):
    y = x + 1
    return y * 2

def outer(n):
    total = 0
    for i in range(n):
        total += inner(i)
    return total

result = outer(3)
"""


def run(text: str = PROGRAM) -> None:
    load_source(SourceFile("config.bzl", text), STANDARD, None, Thread(out=lambda text: None))


# ---- sessions


def test_session_keeps_variables_and_functions_see_new_ones() -> None:
    session = Session(Thread())
    assert session.evaluate("x = 1") is None
    assert session.evaluate("x + 1") == "2"
    assert session.evaluate("_ * 10") == "20"
    session.evaluate("def f():\n    return x\n")
    session.evaluate("x = 5")
    assert session.evaluate("f()") == "5"
    assert session.evaluate("None") is None
    assert session.evaluate("for i in [1]:\n    y = i\n") is None
    assert session.evaluate("y") == "1"


def test_errors_of_a_session_point_to_their_entries() -> None:
    session = Session(Thread())
    session.evaluate("def f(a):\n    return a + 1\n")
    with pytest.raises(OxError) as caught:
        session.evaluate("f('x')")
    assert [(frame.function, str(frame.span)) for frame in caught.value.frames] == [
        ("<toplevel>", "<prompt 2>:1:1"),
        ("f", "<prompt 1>:2:12"),
    ]
    assert session.evaluate("f(1)") == "2"


def test_guards_of_entries_do_not_meet() -> None:
    session = Session(Thread())
    session.evaluate("def f(g):\n    return g(1)\n")
    session.evaluate("def h(x):\n    return [].append and x\n")
    assert session.evaluate("f(lambda x: f(lambda y: 1) if False else x)") == "1"
    assert session.evaluate("f(h)") == "1"


def test_completion() -> None:
    session = Session(Thread())
    session.evaluate("value = 'text'\nvalues = {}\n")
    assert session.complete("print(val") == ["value", "values"]
    assert session.complete("value.starts") == ["startswith"]
    assert session.complete("values.") == ["clear", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values"]
    assert session.complete("nowhere.") == []
    assert session.complete("x = le", 5) == ["lambda", "len", "list", "load"]


@pytest.mark.parametrize(
    ("text", "complete"),
    [("1 + 2", True), ("f(", False), ("def f():", False), ("def f():\n    return 1", False),
     ("def f():\n    return 1\n", True), ("x = [1,", False), ("'''a", False), ("1 +", True), ("", True), ("x = \\", False)],
)  # fmt: skip
def test_unfinished_entries(text: str, complete: bool) -> None:
    assert Session(Thread()).is_complete(text) is complete


# ---- observing


def test_trace_tells_lines_in_order() -> None:
    lines: list[str] = []
    with StepTrace(lambda span, text: lines.append(text)):
        run("def f(x):\n    y = x\n    return y\na = f(1)\nb = a\n")
    assert [line for at, line in enumerate(lines) if line not in lines[:at]] == [
        "def f(x):", "a = f(1)", "y = x", "return y", "b = a",
    ]  # fmt: skip


def test_profile_nests_calls() -> None:
    ticks = iter(range(0, 10**6, 10))
    with Profile(lambda: next(ticks)) as profile:
        run()
    document = json.loads(profile.speedscope("config"))
    names = [frame["name"] for frame in document["shared"]["frames"]]
    assert names == ["<toplevel>", "outer", "inner"]
    assert document["shared"]["frames"][2]["line"] == 1
    events = document["profiles"][0]["events"]
    assert [event["type"] for event in events] == ["O", "O", "O", "C", "O", "C", "O", "C", "C", "C"]
    totals = {row[0]: row[2] for row in profile.totals()}
    assert totals == {"<toplevel>": 1, "outer": 1, "inner": 3}


# ---- debugging


def session_of(commands: list[Command], **options: bool) -> tuple[Debugger, list[Stop], list[tuple[str, str, int]]]:
    stops: list[Stop] = []
    places: list[tuple[str, str, int]] = []
    rest = iter(commands)

    def on_stop(stop: Stop) -> Command:
        stops.append(stop)
        top = stop.frames[0]
        places.append((stop.reason, top.function, top.span.begin.line))
        return next(rest, "continue")

    return Debugger(on_stop, **options), stops, places


def test_breakpoint_with_variables_and_stack() -> None:
    seen: list[dict[str, str]] = []
    debugger, stops, places = session_of([])
    original = debugger.on_stop

    def on_stop(stop: Stop) -> Command:
        seen.append({one.name: one.text for one in stop.frames[0].variables})
        return original(stop)

    debugger.on_stop = on_stop
    debugger.set_breakpoints("config.bzl", [Breakpoint(line=2)])
    with debugger:
        run()
    assert places == [("breakpoint", "inner", 2)] * 3
    assert seen[1] == {"x": "1", "y": "2"}
    assert [frame.function for frame in stops[0].frames] == ["inner", "outer", "<toplevel>"]


def test_conditions_hits_and_messages() -> None:
    told: list[str] = []
    debugger, _, places = session_of([])
    debugger.tell = told.append
    debugger.set_breakpoints(
        "/abs/config.bzl",
        [Breakpoint(line=1, condition="x == 1"), Breakpoint(line=2, message="y is {y} and {nothing}")],
    )
    with debugger:
        run()
    assert places == [("breakpoint", "inner", 1)]
    assert told[0].startswith("y is 1 and <undefined: nothing")
    assert len(told) == 3
    debugger, _, places = session_of([])
    debugger.set_breakpoints("config.bzl", [Breakpoint(line=1, hits=Hits(">=", 3))])
    with debugger:
        run()
    assert len(places) == 1


def test_stepping() -> None:
    debugger, _, places = session_of(["step-over", "step-over", "step-in", "step-in", "step-out", "continue"])
    debugger.set_breakpoints("config.bzl", [Breakpoint(line=5)])
    with debugger:
        run()
    assert [place[1:] for place in places][:5] == [("outer", 5), ("outer", 6), ("outer", 7), ("inner", 1), ("inner", 2)]
    assert places[5][1] == "outer"


def test_entry_pause_and_stop() -> None:
    debugger, _, places = session_of(["stop"], stop_on_entry=True)
    with pytest.raises(Stopping), debugger:
        run()
    assert places[0][0] == "entry"


def test_errors_stop_where_they_arise() -> None:
    debugger, stops, places = session_of([])
    with pytest.raises(OxError), debugger:
        run("def f(x):\n    return x[5]\nf([1])\n")
    assert places == [("exception", "f", 1)]
    assert stops[0].frames[0].variables[0].text == "[1]"


def test_evaluating_in_a_frame() -> None:
    found: list[object] = []

    def on_stop(stop: Stop) -> Command:
        found.append(evaluate("y * 10 + len('ab')", stop.frames[0].python))
        with pytest.raises(OxError):
            evaluate("nothing", stop.frames[0].python)
        return "continue"

    debugger = Debugger(on_stop)
    debugger.set_breakpoints("config.bzl", [Breakpoint(line=2)])
    with debugger:
        run()
    assert found == [12, 22, 32]


def test_children_of_values() -> None:
    module = load_source(SourceFile("a", "x = {'a': [1, (2,)], 'b': 3}\n"), STANDARD)
    inner = children(module.get("x"))
    assert [(one.name, one.type, one.has_children) for one in inner] == [('["a"]', "list", True), ('["b"]', "int", False)]
    assert [one.text for one in children(inner[0].value)] == ["1", "(2,)"]
