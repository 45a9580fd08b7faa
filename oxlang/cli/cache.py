"""`oxl cache status|gc|clear`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oxlang.cli.cache_clear import clear
from oxlang.cli.invocation import Invocation
from oxlang.cli.options import FORMAT_JSON
from oxlang.cli.output import counted
from oxlang.cli.spec import Command, Option, WrongUsage

if TYPE_CHECKING:
    from oxlang.engine.disk import Disk

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


def _disk(call: Invocation) -> Disk:
    from oxlang.engine.disk import FolderDisk

    return FolderDisk(call.cache_dir)


def _status(call: Invocation) -> int:
    from oxlang.engine.collect import usage

    found = usage(_disk(call))
    if call.values.text("format") == "json":
        from oxlang.cli.output import write_json

        write_json(
            call.terminal,
            {
                "folder": str(call.cache_dir),
                "blobs": found.blobs,
                "blob_bytes": found.blob_bytes,
                "results": found.results,
                "cache_bytes": found.cache_bytes,
                "total_bytes": found.total_bytes,
            },
        )
        return 0
    call.terminal.write(f"folder:  {call.cache_dir}")
    call.terminal.write(f"blobs:   {found.blobs} ({size(found.blob_bytes)})")
    call.terminal.write(f"results: {found.results}")
    call.terminal.write(f"caches of cargo and pip: {size(found.cache_bytes)}")
    call.terminal.write(f"total:   {size(found.total_bytes)}")
    return 0


def _gc(call: Invocation) -> int:
    from oxlang.engine.collect import DEFAULT_LIMIT_BYTES, collect

    asked = call.values.maybe("limit")
    limit = DEFAULT_LIMIT_BYTES if asked is None else _bytes(asked)
    found = collect(_disk(call), limit)
    if call.values.text("format") == "json":
        from oxlang.cli.output import write_json

        write_json(call.terminal, {"files": found.files, "bytes": found.size_bytes, "limit_bytes": limit})
    else:
        call.terminal.write(f"removed {counted(found.files, 'file')} ({size(found.size_bytes)})")
    return 0


def _bytes(text: str) -> int:
    """Reads `20G`, `500 MB`, `1000000`."""
    folded = text.lower().replace(" ", "").removesuffix("b").removesuffix("i")
    number, unit = (folded[:-1], folded[-1]) if folded[-1:] in _UNITS and folded else (folded, "")
    try:
        return int(float(number) * _UNITS[unit])
    except ValueError:
        raise WrongUsage(f"`--limit` takes a size such as `20G` or `500M`, not `{text}`") from None


def size(count: int) -> str:
    """Gives a number of bytes for people, in powers of ten."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


COMMANDS = {
    "cache status": Command(
        name="cache status",
        summary="Show where the cache is and what it holds.",
        run=_status,
        params=(FORMAT_JSON,),
        examples=(("oxl cache status", "how much space it takes"),),
    ),
    "cache gc": Command(
        name="cache gc",
        summary="Remove what was not used for the longest time.",
        run=_gc,
        params=(Option(("--limit",), "How much may stay, such as `5G`. Default: 10G.", "SIZE"), FORMAT_JSON),
        details="""
        Builds do this once an hour by themselves. Nothing that was used within the last two hours is removed, so a build
        that runs meanwhile loses nothing.
        """,
        examples=(("oxl cache gc --limit 2G", "make room"),),
    ),
    "cache clear": Command(
        name="cache clear",
        summary="Remove the cache folder (the same as `cache-clear`).",
        run=clear,
        examples=(("oxl cache clear", "start from nothing"),),
    ),
}
