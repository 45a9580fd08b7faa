"""`oxl lsp`: the language server."""

from __future__ import annotations

from oxlang.cli.invocation import Invocation
from oxlang.cli.spec import Command, Option
from oxlang.diagnostics.model import error


def _run(call: Invocation) -> int:
    try:
        from oxlang.lsp.server import serve
    except ModuleNotFoundError as missing:
        if (missing.name or "").split(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise error(
            "OX0906", "the language server needs the package `pygls`", help="install it: `pip install 'oxlang[lsp]'`"
        ) from missing
    serve()
    return 0


COMMAND = Command(
    name="lsp",
    summary="Run the language server for editors, on standard input and output.",
    run=_run,
    params=(Option(("--stdio",), "Accepted, because some editors pass it; there is no other way of talking."),),
    details="""
    Diagnostics, hover, completion, signature help, definition, references, rename, outline, folding, semantic tokens,
    lenses, formatting and code actions for `pyoxidizer.bzl` and other Starlark files. Nothing of a config is executed.
    """,
    examples=(("oxl lsp", "an editor starts it; see the folder `editors` for how"),),
)
