"""One real server for all tests of the editor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.lsp.client import Client, Opened

Open = Callable[..., Opened]
Connect = Callable[..., Client]


@pytest.fixture(scope="session")
def client() -> Iterator[Client]:
    pytest.importorskip("pygls", reason="the extra `lsp` is not installed")
    made = Client()
    yield made
    made.close()


@pytest.fixture
def connect() -> Iterator[Callable[..., Client]]:
    """Starts servers for clients of other kinds."""
    pytest.importorskip("pygls", reason="the extra `lsp` is not installed")
    made: list[Client] = []

    def start(*given: Any, **more: Any) -> Client:
        made.append(Client(*given, **more))
        return made[-1]

    yield start
    for one in made:
        one.close()


@pytest.fixture
def document(client: Client) -> Open:
    def open_one(text: str, name: str | None = None, folder: str = "/nonexistent") -> Opened:
        return Opened(client, text, name, folder)

    return open_one
