"""The commands: one works on packed data, one looks at itself, one talks HTTP."""

from __future__ import annotations

import http.server
import importlib.resources
import json
import threading

import click
import requests
from rich.console import Console
from rich.table import Table

from cli_app import __version__


@click.group()
@click.version_option(__version__)
def main() -> None:
    """Looks into the data that is packed into this program."""


@main.command()
@click.option("--kind", help="Only trees of this kind.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def trees(kind: str | None, as_json: bool) -> None:
    """Lists trees."""
    text = importlib.resources.files("cli_app").joinpath("data/trees.json").read_text(encoding="utf-8")
    found = [tree for tree in json.loads(text) if kind in (None, tree["kind"])]
    if as_json:
        click.echo(json.dumps(found))
        return
    table = Table("name", "kind", "height")
    for tree in found:
        table.add_row(tree["name"], tree["kind"], f"{tree['height_m']} m")
    Console(width=60).print(table)


@main.command()
@click.argument("url", required=False)
def fetch(url: str | None) -> None:
    """Gets a URL and prints status and size; without one, from a server inside this process."""
    if url is not None:
        _report(url)
        return
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Hello) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        _report(f"http://127.0.0.1:{server.server_address[1]}/")
        server.shutdown()


def _report(url: str) -> None:
    answer = requests.get(url, timeout=30)
    click.echo(f"{answer.status_code} {len(answer.content)} bytes")


class _Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: object) -> None:
        pass
