"""The Debug Adapter Protocol: messages of an editor to the debugger and back.

Requests are read in the main thread; the program runs in a second one and stands still in `_stopped` until a request
lets it go on. What has to be done with the program's values (variables, expressions) is done in the program's own
thread, which takes such work from a queue while it stands still.
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from oxlang.diagnostics.model import OxError

if TYPE_CHECKING:
    from oxlang.interp.debug import Breakpoint, Command, Debugger, StackFrame, Stop

Json = dict[str, Any]
Launch = Callable[[Json, Callable[[str], None]], None]
"""Runs the program that a launch request names; the second argument takes the lines of `print`."""

_THREAD = 1
_STDLIB = "@stdlib//"
_GO_ON: dict[str, Command] = {
    "continue": "continue", "next": "step-over", "stepIn": "step-in", "stepOut": "step-out",
}  # fmt: skip


class Server:
    """One session of debugging. *Mutable*.

    Args:
        reader, writer: the streams to the editor.
        launch: runs the program.
    """

    def __init__(self, reader: BinaryIO, writer: BinaryIO, launch: Launch) -> None:
        self._reader = reader
        self._writer = writer
        self._launch = launch
        self._lock = threading.Lock()
        self._sequence = 0
        self._arguments: Json | None = None
        self._configured = False
        self._debugger: Debugger | None = None
        self._worker: threading.Thread | None = None
        self._work: queue.Queue[Callable[[], Command | None]] = queue.Queue()
        self._standing = threading.Event()
        self._frames: list[StackFrame] = []
        self._containers: list[Any] = []
        self._error: BaseException | None = None
        self._stop_on_errors = True
        self._pending: dict[str, list[Breakpoint]] = {}
        self._over = False

    def serve(self) -> None:
        """Answers requests until the editor leaves."""
        while not self._over:
            message = self._read()
            if message is None:
                break
            if message.get("type") == "request":
                self._answer(message)
        self._end()

    # ---- messages

    def _read(self) -> Json | None:
        length = 0
        while True:
            line = self._reader.readline()
            if not line:
                return None
            line = line.strip()
            if not line:
                break
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length" and value.strip().isdigit():
                length = int(value)
        data = self._reader.read(length)
        try:
            found = json.loads(data)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def _send(self, message: Json) -> None:
        with self._lock:
            self._sequence += 1
            data = json.dumps({"seq": self._sequence, **message}, ensure_ascii=False).encode()
            try:
                self._writer.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
                self._writer.flush()
            except (OSError, ValueError):
                self._over = True

    def _event(self, name: str, **body: object) -> None:
        self._send({"type": "event", "event": name, "body": body})

    def _answer(self, request: Json) -> None:
        name = str(request.get("command", ""))
        reply: Json = {"type": "response", "request_seq": request.get("seq", 0), "command": name, "success": True}
        handler = getattr(self, f"_on_{name}", None)
        after: Callable[[], None] | None = None
        try:
            if handler is None:
                raise Refused(f"the request `{name}` is not known")
            arguments = request.get("arguments")
            made = handler(arguments if isinstance(arguments, dict) else {})
            if isinstance(made, tuple):
                reply["body"], after = made
            elif made is not None:
                reply["body"] = made
        except Refused as why:
            reply.update(success=False, message=str(why))
        except OxError as failure:
            reply.update(success=False, message=failure.diagnostic.message)
        self._send(reply)
        if after is not None:
            after()

    # ---- beginning

    def _on_initialize(self, arguments: Json) -> tuple[Json, Callable[[], None]]:
        body: Json = {
            "supportsConfigurationDoneRequest": True,
            "supportsConditionalBreakpoints": True,
            "supportsHitConditionalBreakpoints": True,
            "supportsLogPoints": True,
            "supportsEvaluateForHovers": True,
            "supportsExceptionInfoRequest": True,
            "supportsTerminateRequest": True,
            "supportTerminateDebuggee": True,
            "supportsDelayedStackTraceLoading": False,
            "exceptionBreakpointFilters": [{"filter": "errors", "label": "Errors", "default": True}],
        }
        return body, lambda: self._event("initialized")

    def _on_launch(self, arguments: Json) -> None:
        program = arguments.get("program")
        if not isinstance(program, str) or not program:
            raise Refused("`program` has to name the file to run")
        if not Path(program).exists():
            raise Refused(f"`{program}` does not exist")
        self._arguments = arguments
        self._start()

    def _on_configurationDone(self, arguments: Json) -> tuple[None, Callable[[], None]]:  # DAP's name
        self._configured = True
        return None, self._start

    def _start(self) -> None:
        """Starts the program when it is known and the breakpoints are set."""
        if self._arguments is None or not self._configured or self._worker is not None:
            return
        self._worker = threading.Thread(target=self._run, args=(self._arguments,), daemon=True)
        self._worker.start()

    def _run(self, arguments: Json) -> None:
        from oxlang.interp.debug import Debugger, Stopping

        def tell(text: str) -> None:
            self._event("output", category="console", output=text + "\n")

        def out(text: str) -> None:
            self._event("output", category="stdout", output=text + "\n")

        debugger = Debugger(
            self._stopped, tell, stop_on_entry=bool(arguments.get("stopOnEntry")), stop_on_errors=self._stop_on_errors
        )
        for path, breakpoints in self._pending.items():
            debugger.set_breakpoints(path, breakpoints)
        self._debugger = debugger
        status = 0
        try:
            if arguments.get("noDebug"):
                self._launch(arguments, out)
            else:
                with debugger:
                    self._launch(arguments, out)
        except Stopping:
            status = 130
        except OxError as failure:
            from oxlang.diagnostics.render import render_error

            status = 1
            self._event("output", category="stderr", output=render_error(failure) + "\n")
        except Exception as problem:
            status = 70
            self._event("output", category="stderr", output=f"error: oxl failed on the inside: {problem!r} [OX0900]\n")
        self._event("exited", exitCode=status)
        self._event("terminated")

    # ---- standing still

    def _stopped(self, stop: Stop) -> Command:
        """Called in the program's thread: tells the editor, and does what it asks until it lets the program go on."""
        self._frames = stop.frames
        self._containers = []
        self._error = stop.error
        body: Json = {"reason": stop.reason, "threadId": _THREAD, "allThreadsStopped": True}
        if stop.reason == "exception" and stop.error is not None:
            body["text"] = _message(stop.error)
        self._standing.set()
        self._event("stopped", **body)
        while True:
            command = self._work.get()()
            if command is not None:
                self._standing.clear()
                return command

    def _while_standing(self, work: Callable[[], Any]) -> Any:
        """Runs a function in the program's thread while that stands still; gives its result."""
        if not self._standing.is_set():
            raise Refused("the program is running")
        answer: queue.Queue[tuple[bool, Any]] = queue.Queue()

        def do() -> None:
            try:
                answer.put((True, work()))
            except (OxError, Refused) as problem:
                answer.put((False, problem))
            except Exception as problem:
                answer.put((False, Refused(repr(problem))))

        self._work.put(do)
        good, value = answer.get(timeout=30)
        if not good:
            raise value
        return value

    def _go_on(self, command: Command) -> None:
        if self._standing.is_set():
            self._work.put(lambda: command)

    def _on_continue(self, arguments: Json) -> Json:
        self._go_on("continue")
        return {"allThreadsContinued": True}

    def _on_next(self, arguments: Json) -> None:
        self._go_on(_GO_ON["next"])

    def _on_stepIn(self, arguments: Json) -> None:  # DAP's name
        self._go_on(_GO_ON["stepIn"])

    def _on_stepOut(self, arguments: Json) -> None:  # DAP's name
        self._go_on(_GO_ON["stepOut"])

    def _on_pause(self, arguments: Json) -> None:
        if self._debugger is not None:
            self._debugger.pause()

    # ---- breakpoints

    def _on_setBreakpoints(self, arguments: Json) -> Json:  # DAP's name
        from oxlang.interp.debug import Breakpoint

        given = Path(str(arguments.get("source", {}).get("path", "")))
        path = module_path(given)
        lines = code_lines(given)
        made: list[Breakpoint] = []
        answers: list[Json] = []
        for one in arguments.get("breakpoints", []):
            asked = int(one.get("line", 1)) - 1
            line = next((known for known in lines if known >= asked), None)
            if line is None:
                answers.append({"verified": False, "message": "there is no code on this line or after it"})
                continue
            condition = str(one.get("condition") or "")
            mistake = _mistake(condition)
            if mistake is not None:
                answers.append({"verified": False, "line": line + 1, "message": f"the condition cannot be read: {mistake}"})
                continue
            hits = str(one.get("hitCondition") or "1").strip().lstrip(">=").strip()
            made.append(
                Breakpoint(
                    line=line, condition=condition, hits=int(hits) if hits.isdigit() else 1,
                    message=str(one.get("logMessage") or ""),
                )
            )
            answers.append({"verified": True, "line": line + 1})
        self._pending[path] = made
        if self._debugger is not None:
            self._debugger.set_breakpoints(path, made)
        return {"breakpoints": answers}

    def _on_setExceptionBreakpoints(self, arguments: Json) -> Json:  # DAP's name
        self._stop_on_errors = "errors" in arguments.get("filters", [])
        if self._debugger is not None:
            self._debugger.stop_on_errors = self._stop_on_errors
        return {}

    # ---- looking

    def _on_threads(self, arguments: Json) -> Json:
        return {"threads": [{"id": _THREAD, "name": "evaluation"}]}

    def _on_stackTrace(self, arguments: Json) -> Json:  # DAP's name
        start = int(arguments.get("startFrame") or 0)
        levels = int(arguments.get("levels") or 0) or len(self._frames)
        frames = [self._frame(at, one) for at, one in enumerate(self._frames)] if self._standing.is_set() else []
        return {"stackFrames": frames[start : start + levels], "totalFrames": len(frames)}

    def _frame(self, at: int, one: StackFrame) -> Json:
        begin, finish = one.span.begin, one.span.finish
        path = file_of(one.span.file.path)
        return {
            "id": at + 1,
            "name": one.function,
            "source": {"name": path.name, "path": str(path)},
            "line": begin.line + 1,
            "column": begin.column + 1,
            "endLine": finish.line + 1,
            "endColumn": finish.column + 1,
        }

    def _on_scopes(self, arguments: Json) -> Json:
        frame = self._frame_of(arguments.get("frameId"))
        from oxlang.interp.debug import module_variables

        scopes = []
        if frame.function != "<toplevel>":
            scopes.append({"name": "Locals", "expensive": False, "variablesReference": self._kept(frame.variables)})
        scopes.append({"name": "Globals", "expensive": False, "variablesReference": self._kept(module_variables(frame.python))})
        return {"scopes": scopes}

    def _frame_of(self, ident: object) -> StackFrame:
        if not isinstance(ident, int) or not 1 <= ident <= len(self._frames) or not self._standing.is_set():
            raise Refused("the frame is gone")
        return self._frames[ident - 1]

    def _kept(self, content: Any) -> int:
        self._containers.append(content)
        return len(self._containers)

    def _on_variables(self, arguments: Json) -> Json:
        from oxlang.interp.debug import children

        reference = int(arguments.get("variablesReference") or 0)
        if not 1 <= reference <= len(self._containers):
            raise Refused("the values are gone")
        content = self._containers[reference - 1]

        def look() -> list[Json]:
            found = content if isinstance(content, list) and _are_variables(content) else children(content.value)
            return [self._variable(one) for one in found]

        return {"variables": self._while_standing(look)}

    def _variable(self, one: Any) -> Json:
        from oxlang.interp.debug import children

        inside = one.has_children or bool(children(one.value, 1))
        return {
            "name": one.name, "value": one.text, "type": one.type,
            "variablesReference": self._kept(one) if inside else 0,
        }

    def _on_evaluate(self, arguments: Json) -> Json:
        frame = self._frame_of(arguments.get("frameId") or 1)
        expression = str(arguments.get("expression", ""))

        def work() -> Json:
            from oxlang.interp.debug import Variable, evaluate

            found = self._variable(Variable("", evaluate(expression, frame.python)))
            return {"result": found["value"], "type": found["type"], "variablesReference": found["variablesReference"]}

        return self._while_standing(work)  # type: ignore[no-any-return]  # `work` gives Json

    def _on_exceptionInfo(self, arguments: Json) -> Json:  # DAP's name
        error = self._error
        if error is None:
            raise Refused("the program did not stop at an error")
        code = error.diagnostic.code.id if isinstance(error, OxError) else type(error).__name__
        return {"exceptionId": code, "description": _message(error), "breakMode": "always"}

    # ---- the end

    def _on_terminate(self, arguments: Json) -> None:
        self._end()

    def _on_disconnect(self, arguments: Json) -> None:
        self._over = True

    def _end(self) -> None:
        """Ends the program: at once when it stands still, else at its next statement."""
        if self._worker is None or not self._worker.is_alive():
            return
        if self._standing.is_set():
            self._go_on("stop")
        elif self._debugger is not None:
            self._debugger.on_stop = lambda stop: "stop"
            self._debugger.pause()
        self._worker.join(timeout=5)


class Refused(Exception):
    """A request cannot be met; the text says why."""


def _are_variables(content: list[Any]) -> bool:
    from oxlang.interp.debug import Variable

    return all(isinstance(one, Variable) for one in content)


def _message(error: BaseException) -> str:
    return error.diagnostic.message if isinstance(error, OxError) else str(error)


def file_of(path: str) -> Path:
    """Gives the file that an editor opens for the path of a module."""
    from oxlang.bundled import bundled_path

    if path.startswith(_STDLIB):
        return bundled_path("stdlib", path.removeprefix(_STDLIB))
    return Path(path).absolute()


def module_path(file: Path) -> str:
    """Gives the path of the module that a file is loaded as; turns `file_of` round."""
    from oxlang.bundled import bundled_path

    folder = bundled_path("stdlib")
    return f"{_STDLIB}{file.name}" if file.parent == folder else str(file)


def code_lines(path: Path) -> list[int]:
    """Gives the lines of a file, from zero, on which a statement begins."""
    from oxlang.lint.kinds import options_of
    from oxlang.source import SourceFile
    from oxlang.syntax import ast
    from oxlang.syntax.parse import parse
    from oxlang.syntax.visit import walk

    try:
        source = SourceFile(str(path), path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        return []
    tree = parse(source, options_of(path.name)).file
    docs = {
        one.body[0] for one in walk(tree) if isinstance(one, ast.Def) and one.body and _is_text(one.body[0])
    }
    return sorted(
        {
            source.position(one.start).line
            for one in walk(tree)
            if isinstance(one, ast.Statement) and one not in docs and not isinstance(one, ast.Pass | ast.ErrorStatement)
        }
    )


def _is_text(statement: object) -> bool:
    from oxlang.syntax import ast

    return isinstance(statement, ast.ExpressionStatement) and isinstance(statement.value, ast.Literal_)


def _mistake(expression: str) -> str | None:
    """What is wrong with the text of a condition; None for one that can be read."""
    if not expression.strip():
        return None
    from oxlang.source import SourceFile
    from oxlang.syntax.options import CONFIG
    from oxlang.syntax.parse import parse

    found = parse(SourceFile("condition", expression.strip() + "\n"), CONFIG).diagnostics
    return found[0].message if found else None
