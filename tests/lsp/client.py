"""A small LSP client: JSON-RPC over the standard streams of a real server process."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from typing import Any

MARK = "¦"
"""Stands for the cursor in texts of tests."""


class Client:
    """Talks to `oxl lsp`."""

    def __init__(
        self, capabilities: dict[str, Any] | None = None, folders: list[str] | None = None, **more: object
    ) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "oxlang", "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._published: queue.Queue[dict[str, Any]] = queue.Queue()
        self.asked: queue.Queue[dict[str, Any]] = queue.Queue()
        self._id = 0
        self.told = "diagnostic" not in (capabilities or {}).get("textDocument", {})
        threading.Thread(target=self._listen, daemon=True).start()
        roots = [{"uri": f"file://{one}", "name": one} for one in folders or ()]
        self.capabilities = self.ask(
            "initialize",
            {"processId": None, "rootUri": None, "capabilities": capabilities or {}, "workspaceFolders": roots, **more},
        )["capabilities"]
        self.tell("initialized", {})

    def _listen(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while True:
            length = 0
            while line := stream.readline().strip():
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if not length:
                return
            message = json.loads(stream.read(length))
            if message.get("method") == "textDocument/publishDiagnostics":
                self._published.put(message["params"])
            elif "id" in message and "method" not in message:
                self._answers.put(message)
            elif "id" in message:
                self._send({"id": message["id"], "result": None})
                self.asked.put(message)

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        self.process.stdin.flush()

    def tell(self, method: str, params: object) -> None:
        """Sends a notification."""
        self._send({"method": method, "params": params})

    def ask(self, method: str, params: object) -> Any:
        """Sends a request; gives the result."""
        answer = self._answer(method, params)
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def refused(self, method: str, params: object) -> str:
        """Sends a request that must fail; gives the reason."""
        return str(self._answer(method, params)["error"]["message"])

    def _answer(self, method: str, params: object) -> dict[str, Any]:
        self._id += 1
        self._send({"id": self._id, "method": method, "params": params})
        answer = self._answers.get(timeout=30)
        assert answer["id"] == self._id
        return answer

    def close(self) -> None:
        """Ends the server; it must end with status 0."""
        self.ask("shutdown", None)
        self.tell("exit", None)
        assert self.process.wait(timeout=30) == 0


class Opened:
    """An open document of a client, with the cursor at the mark of its text."""

    _count = 0

    def __init__(self, client: Client, text: str, name: str | None = None, folder: str = "/nonexistent") -> None:
        Opened._count += 1
        self.client = client
        self.text = text.replace(MARK, "")
        self.uri = f"file://{folder}/{name or f'd{Opened._count}.bzl'}"
        self.version = 1
        before = text.partition(MARK)[0]
        last = before.rsplit("\n", 1)[-1]
        self.position = {"line": before.count("\n"), "character": len(last.encode("utf-16-le")) // 2}
        client.tell(
            "textDocument/didOpen",
            {"textDocument": {"uri": self.uri, "languageId": "starlark", "version": 1, "text": self.text}},
        )
        self.diagnostics = self._await() if client.told else []

    def _await(self) -> list[dict[str, Any]]:
        while True:
            published = self.client._published.get(timeout=30)
            if published["uri"] == self.uri and published.get("version") in (self.version, None):
                return list(published["diagnostics"])

    def change(self, text: str) -> None:
        """Replaces the whole text."""
        self._change({"text": text})
        self.text = text
        self.diagnostics = self._await() if self.client.told else []

    def edit(self, start: tuple[int, int], end: tuple[int, int], text: str) -> None:
        """Replaces what is between two positions, and does not wait."""
        first, last = ({"line": line, "character": character} for line, character in (start, end))
        self._change({"range": {"start": first, "end": last}, "text": text})

    def _change(self, change: dict[str, Any]) -> None:
        self.version += 1
        self.client.tell(
            "textDocument/didChange",
            {"textDocument": {"uri": self.uri, "version": self.version}, "contentChanges": [change]},
        )

    def ask(self, method: str, **more: object) -> Any:
        """Asks about the cursor's place."""
        return self.client.ask(
            f"textDocument/{method}", {"textDocument": {"uri": self.uri}, "position": self.position, **more}
        )

    def edited(self, edits: list[dict[str, Any]]) -> str:
        """Gives the text with edits applied."""
        def offset(at: dict[str, int]) -> int:
            lines = self.text.split("\n")
            units = lines[at["line"]].encode("utf-16-le")[: at["character"] * 2].decode("utf-16-le")
            return sum(len(line) + 1 for line in lines[: at["line"]]) + len(units)

        text = self.text
        for one in sorted(edits, key=lambda e: offset(e["range"]["start"]), reverse=True):
            text = text[: offset(one["range"]["start"])] + one["newText"] + text[offset(one["range"]["end"]) :]
        return text

    def between(self, place: dict[str, Any]) -> str:
        """Gives the text of a range of one line."""
        line = self.text.split("\n")[place["start"]["line"]].encode("utf-16-le")
        return line[place["start"]["character"] * 2 : place["end"]["character"] * 2].decode("utf-16-le")
