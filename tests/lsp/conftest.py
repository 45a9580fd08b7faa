"""One real server for all tests of the editor."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.lsp.client import Client, Opened

Open = Callable[..., Opened]


@pytest.fixture(scope="session")
def client() -> Iterator[Client]:
    pytest.importorskip("pygls", reason="the extra `lsp` is not installed")
    made = Client()
    yield made
    made.close()


@pytest.fixture
def document(client: Client) -> Open:
    def open_one(text: str, name: str | None = None, folder: str = "/nonexistent") -> Opened:
        return Opened(client, text, name, folder)

    return open_one
