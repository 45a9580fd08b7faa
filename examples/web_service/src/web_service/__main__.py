"""Serves the page; with --check asks for it once and ends."""

import argparse
import threading
import urllib.request

from werkzeug.serving import make_server

from web_service import app


def main() -> None:
    parser = argparse.ArgumentParser(prog="web_service")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--check", action="store_true", help="serve one request to yourself and print the answer")
    options = parser.parse_args()
    server = make_server("127.0.0.1", 0 if options.check else options.port, app, threaded=True)
    if not options.check:
        print(f"serving on http://127.0.0.1:{server.port}/")
        server.serve_forever()
        return
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/", timeout=30) as answer:
        print(answer.status, answer.read().decode().splitlines()[-1])
    server.shutdown()


main()
