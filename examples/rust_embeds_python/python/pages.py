"""Makes the pages; the Rust side calls `page` for every request."""

import html
import string

import server  # The module that src/pages.rs makes of Rust functions.

PAGE = string.Template("<!doctype html><title>$title</title><style>$style</style><p>$text</p>\n")


def page(path: str) -> str:
    """Gives the page of a path. Raises LookupError for one that does not exist."""
    name = path.strip("/") or "world"
    if name.startswith("."):
        raise LookupError(path)
    return PAGE.substitute(
        title=html.escape(name),
        style=server.asset("style.css").strip(),
        text=f"Hello {html.escape(name)}, request {server.count()}",
    )
