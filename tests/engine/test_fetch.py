"""Downloads from a server of this process."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.engine import fetch as fetching
from oxlang.graph.nodes import Artifact, Fetch
from tests.engine.conftest import Bench

DATA = bytes(range(256)) * 4000
HASH = hashlib.sha256(DATA).hexdigest()


class Server:
    """Serves `DATA`; `cut` answers break off in the middle, `busy` answers say 503."""

    def __init__(self) -> None:
        self.requests: list[str | None] = []
        self.cut = 0
        self.busy = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.answer(self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/file.bin"
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        wanted = handler.headers["Range"]
        self.requests.append(wanted)
        if self.busy:
            self.busy -= 1
            handler.send_error(503)
            return
        if handler.path != "/file.bin":
            handler.send_error(404)
            return
        begin = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        body = DATA[begin:]
        handler.send_response(206 if wanted else 200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if self.cut:
            self.cut -= 1
            body = body[: len(body) // 2]
        handler.wfile.write(body)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(fetching, "_FIRST_PAUSE_S", 0.01)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = Server()
    yield server
    server.http.shutdown()
    server.http.server_close()


def test_download_is_checked_and_found_the_next_time(bench: Bench, server: Server) -> None:
    wanted = [Artifact(Fetch(url=server.url, digest=HASH, filename="f.bin"))]
    engine = bench.engine()
    (tree,) = engine.build(wanted)
    assert engine.read(tree.file("f.bin").digest) == DATA
    assert [event.count for event in bench.events if event.phase == "progress"][-1] == len(DATA)
    bench.engine().build(wanted)
    assert server.requests == [None]


def test_broken_download_is_resumed(bench: Bench, server: Server) -> None:
    server.cut = 2
    (tree,) = bench.engine().build([Artifact(Fetch(url=server.url, digest=HASH, filename="f.bin"))])
    assert tree.file("f.bin").digest.hash == HASH
    assert server.requests[0] is None
    assert all(one is not None for one in server.requests[1:])


def test_busy_server_is_asked_again(bench: Bench, server: Server) -> None:
    server.busy = 2
    bench.engine().build([Artifact(Fetch(url=server.url, digest=HASH, filename="f.bin"))])
    assert len(server.requests) == 3


def test_other_content_than_expected(bench: Bench, server: Server) -> None:
    with pytest.raises(OxError) as caught:
        bench.engine().build([Artifact(Fetch(url=server.url, digest="0" * 64, filename="f.bin"))])
    assert caught.value.diagnostic.code.id == "OX0707"
    assert list((bench.folder / "cache" / "partial").iterdir()) == []


def test_missing_page_names_the_address_without_password(bench: Bench, server: Server) -> None:
    url = server.url.replace("http://", "http://user:secret@").replace("file.bin", "other")
    with pytest.raises(OxError) as caught:
        bench.engine().build([Artifact(Fetch(url=url, filename="f.bin"))])
    message = caught.value.diagnostic.message
    assert caught.value.diagnostic.code.id == "OX0706"
    assert "404" in message and "secret" not in message


@pytest.mark.parametrize("url", ["mirror/file.bin", "https://[::1/file.bin", ""])
def test_what_is_no_address(bench: Bench, url: str) -> None:
    with pytest.raises(OxError, match="cannot be downloaded: it is no address") as caught:
        bench.engine().build([Artifact(Fetch(url=url, filename="f.bin"))])
    assert caught.value.diagnostic.code.id == "OX0706"


def test_unpinned_download_is_fetched_once_a_session(bench: Bench, server: Server) -> None:
    wanted = [Artifact(Fetch(url=server.url, filename="f.bin"))]
    for expected in (1, 2):
        engine = bench.engine()
        engine.build(wanted)
        engine.build(wanted)
        assert len(server.requests) == expected


def test_file_address(bench: Bench, tmp_path: Path) -> None:
    place = tmp_path / "with space"
    place.write_text("x")
    engine = bench.engine()
    (tree,) = engine.build([Artifact(Fetch(url=place.as_uri(), filename="f"))])
    assert bench.text(engine, tree, "f") == "x"
    with pytest.raises(OxError):
        engine.build([Artifact(Fetch(url=(tmp_path / "none").as_uri(), filename="f"))])
