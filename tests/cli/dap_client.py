"""A client of the Debug Adapter Protocol, over the standard streams of a real `oxl debug`."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Client:
    """Talks to `oxl debug`."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "oxlang", "debug"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self.events: queue.Queue[dict[str, Any]] = queue.Queue()
        self.output: list[str] = []
        self.sequence = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while line := stream.readline():
            length = int(line.partition(b":")[2])
            stream.readline()
            message = json.loads(stream.read(length))
            if message["type"] == "response":
                self.answers.put(message)
            elif message["event"] == "output":
                self.output.append(message["body"]["output"])
            else:
                self.events.put(message)

    def ask(self, command: str, **arguments: object) -> Any:
        answer = self.try_(command, **arguments)
        assert answer["success"], answer
        return answer.get("body")

    def try_(self, command: str, **arguments: object) -> dict[str, Any]:
        self.sequence += 1
        data = json.dumps({"seq": self.sequence, "type": "request", "command": command, "arguments": arguments}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        self.process.stdin.flush()
        answer = self.answers.get(timeout=30)
        assert answer["request_seq"] == self.sequence
        return answer

    def wait(self, event: str) -> dict[str, Any]:
        while True:
            found = self.events.get(timeout=30)
            if found["event"] == event:
                return dict(found.get("body") or {})

    def begin(self, path: Path, breakpoints: list[dict[str, Any]], **launch: object) -> None:
        self.ask("initialize", adapterID="oxl")
        self.wait("initialized")
        self.ask("launch", program=str(path), **launch)
        self.ask("setBreakpoints", source={"path": str(path)}, breakpoints=breakpoints)
        self.ask("setExceptionBreakpoints", filters=["errors"])
        self.ask("configurationDone")

    def where(self) -> tuple[str, int]:
        top = self.ask("stackTrace", threadId=1)["stackFrames"][0]
        return top["name"], top["line"]

    def variables(self, scope: str = "Locals", frame: int = 1) -> dict[str, str]:
        scopes = {one["name"]: one for one in self.ask("scopes", frameId=frame)["scopes"]}
        found = self.ask("variables", variablesReference=scopes[scope]["variablesReference"])["variables"]
        return {one["name"]: one["value"] for one in found}


@contextmanager
def debugging() -> Iterator[Client]:
    """Gives a client; its server has to end with status 0."""
    made = Client()
    yield made
    if made.process.poll() is None:
        made.ask("disconnect")
        assert made.process.wait(timeout=30) == 0
