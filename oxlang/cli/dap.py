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
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from oxlang.cli.dap_places import code_lines, line_breakpoint, module_path, read_breakpoint, source_of
from oxlang.cli.dap_values import Refused, Values
from oxlang.diagnostics.model import OxError
from oxlang.interp.debug_values import Unchangeable

if TYPE_CHECKING:
    from oxlang.interp.debug import Breakpoint, Command, Debugger, Stop

Json = dict[str, Any]
Launch = Callable[[Json, Callable[[str], None]], None]
"""Runs the program that a launch request names; the second argument takes the lines of `print`."""

_Made = TypeVar("_Made")
_THREAD = 1
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
        self._values = Values()
        self._error: BaseException | None = None
        self._stop_on_errors = True
        self._pending: dict[str, list[Breakpoint]] = {}
        self._functions: dict[str, Breakpoint] = {}
        self._restarting = False
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
        except (Refused, Unchangeable) as why:
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
            "supportsRestartRequest": True,
            "supportsFunctionBreakpoints": True,
            "supportsSetVariable": True,
            "supportsSetExpression": True,
            "supportsCompletionsRequest": True,
            "completionTriggerCharacters": ["."],
            "supportsLoadedSourcesRequest": True,
            "supportsClipboardContext": True,
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

    def _on_restart(self, arguments: Json) -> tuple[None, Callable[[], None]]:
        again = arguments.get("arguments")
        if isinstance(again, dict) and again.get("program"):
            self._arguments = again
        if self._arguments is None:
            raise Refused("nothing was started yet")
        self._restarting = True
        self._end()
        if self._worker is not None and self._worker.is_alive():
            self._restarting = False
            raise Refused("the program does not come to a statement at which it could end")
        self._restarting = False
        self._worker = self._debugger = None
        self._work = queue.Queue()
        # Else the editor goes on showing what the old run stopped at.
        self._event("continued", threadId=_THREAD, allThreadsContinued=True)
        return None, self._start

    def _start(self) -> None:
        """Starts the program when it is known and the breakpoints are set."""
        if self._arguments is None or not self._configured or self._worker is not None:
            return
        # Made here, so that no request that follows comes before there is one.
        self._debugger = self._new_debugger(self._arguments)
        self._worker = threading.Thread(target=self._run, args=(self._arguments, self._debugger), daemon=True)
        self._worker.start()

    def _new_debugger(self, arguments: Json) -> Debugger:
        from oxlang.interp.debug import Debugger

        def tell(text: str) -> None:
            self._event("output", category="console", output=text + "\n")

        debugger = Debugger(
            self._stopped, tell, stop_on_entry=bool(arguments.get("stopOnEntry")), stop_on_errors=self._stop_on_errors
        )
        for path, breakpoints in self._pending.items():
            debugger.set_breakpoints(path, breakpoints)
        debugger.functions = self._functions
        return debugger

    def _run(self, arguments: Json, debugger: Debugger) -> None:
        from oxlang.interp.debug import Stopping

        def out(text: str) -> None:
            self._event("output", category="stdout", output=text + "\n")

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
        self._standing.clear()
        if not self._restarting:
            self._event("exited", exitCode=status)
            self._event("terminated")

    # ---- standing still

    def _stopped(self, stop: Stop) -> Command:
        """Called in the program's thread: tells the editor, and does what it asks until it lets the program go on."""
        self._values = Values(stop.frames)
        self._error = stop.error
        body: Json = {"reason": stop.reason, "threadId": _THREAD, "allThreadsStopped": True}
        if stop.reason == "exception" and stop.error is not None:
            body["text"] = _message(stop.error)
        self._standing.set()
        self._event("stopped", **body)
        while True:
            command = self._work.get()()
            if command is not None:
                return command

    def _while_standing(self, work: Callable[[], _Made]) -> _Made:
        """Runs a function in the program's thread while that stands still; gives its result."""
        if not self._standing.is_set():
            raise Refused("the program is running")
        answer: queue.Queue[_Made | Exception] = queue.Queue()

        def do() -> None:
            try:
                answer.put(work())
            except (OxError, Refused, Unchangeable) as problem:
                answer.put(problem)
            except Exception as problem:
                answer.put(Refused(repr(problem)))

        self._work.put(do)
        made = answer.get(timeout=30)
        if isinstance(made, Exception):
            raise made
        return made

    def _go_on(self, command: Command) -> None:
        if self._standing.is_set():
            # Said here, in the thread of requests, so that the next one does not find it standing still.
            self._standing.clear()
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
        given = Path(str(arguments.get("source", {}).get("path", "")))
        path = module_path(given)
        lines = code_lines(given)
        read = [line_breakpoint(one, lines) for one in arguments.get("breakpoints", [])]
        self._pending[path] = [one for one, _ in read if one is not None]
        if self._debugger is not None:
            self._debugger.set_breakpoints(path, self._pending[path])
        return {"breakpoints": [answer for _, answer in read]}

    def _on_setFunctionBreakpoints(self, arguments: Json) -> Json:  # DAP's name
        read = [(str(one.get("name", "")), *read_breakpoint(one)) for one in arguments.get("breakpoints", [])]
        self._functions = {name: made for name, made, _ in read if made is not None}
        if self._debugger is not None:
            self._debugger.functions = self._functions
        return {"breakpoints": [answer for _, _, answer in read]}

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
        levels = int(arguments.get("levels") or 0) or len(self._values.frames)
        frames = self._values.stack() if self._standing.is_set() else []
        return {"stackFrames": frames[start : start + levels], "totalFrames": len(frames)}

    def _on_scopes(self, arguments: Json) -> Json:
        return {"scopes": self._while_standing(lambda: self._values.scopes(arguments))}

    def _on_variables(self, arguments: Json) -> Json:
        return {"variables": self._while_standing(lambda: self._values.variables(arguments))}

    def _on_evaluate(self, arguments: Json) -> Json:
        return self._while_standing(lambda: self._values.evaluate(arguments))

    def _on_setVariable(self, arguments: Json) -> Json:  # DAP's name
        return self._while_standing(lambda: self._values.set_variable(arguments))

    def _on_setExpression(self, arguments: Json) -> Json:  # DAP's name
        return self._while_standing(lambda: self._values.set_expression(arguments))

    def _on_completions(self, arguments: Json) -> Json:
        return {"targets": self._while_standing(lambda: self._values.completions(arguments))}

    def _on_loadedSources(self, arguments: Json) -> Json:  # DAP's name
        return {"sources": [source_of(one) for one in (self._debugger.files if self._debugger is not None else ())]}

    def _on_exceptionInfo(self, arguments: Json) -> Json:  # DAP's name
        error = self._error
        if error is None:
            raise Refused("the program did not stop at an error")
        code = error.diagnostic.code.id if isinstance(error, OxError) else type(error).__name__
        details = {"message": _message(error), "typeName": code}
        if isinstance(error, OxError):
            from oxlang.diagnostics.render import render_error

            details["stackTrace"] = render_error(error)
        return {"exceptionId": code, "description": _message(error), "breakMode": "always", "details": details}

    # ---- the end

    def _on_terminate(self, arguments: Json) -> None:
        self._end()

    def _on_disconnect(self, arguments: Json) -> None:
        self._over = True

    def _end(self) -> None:
        """Ends the program: at once when it stands still, else at its next statement."""
        if self._worker is None or not self._worker.is_alive():
            return
        if self._debugger is not None:
            self._debugger.on_stop = lambda stop: "stop"
            self._debugger.pause()
        self._standing.clear()
        # For a program that stands still, or is about to.
        self._work.put(lambda: "stop")
        self._worker.join(timeout=5)


def _message(error: BaseException) -> str:
    return error.diagnostic.message if isinstance(error, OxError) else str(error)
