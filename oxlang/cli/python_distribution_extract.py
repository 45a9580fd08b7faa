"""`oxl python-distribution-extract DESTINATION_PATH`."""

from __future__ import annotations

from pathlib import Path

from oxlang.cli.invocation import Invocation
from oxlang.cli.spec import Argument, Command, Option
from oxlang.diagnostics.model import error


def _run(call: Invocation) -> int:
    from oxlang.packaging.unpack import unpack_whole

    named = call.values.maybe("archive_path")
    default = call.values.flag("download_default")
    if named is None and not default:
        raise error("OX0907", "must specify --download-default or --archive-path")
    if named is not None and default:
        raise error("OX0907", "must only specify one of --download-default or --archive-path")
    destination = Path(call.values.text("destination_path"))
    archive = Path(named) if named is not None else _download(call, destination)
    if not archive.is_file():
        reason = "is a directory" if archive.is_dir() else "no such file or directory"
        raise error("OX0901", f"{reason}: `{archive}`")
    call.terminal.write(f"extracting archive to {destination}")
    call.terminal.out.flush()
    unpack_whole(archive, destination)
    return 0


def _download(call: Invocation, destination: Path) -> Path:
    """Fetches the default archive of a platform into the destination, checked by its hash."""
    from oxlang.cli.progress import Progress
    from oxlang.graph.nodes import Artifact, Fetch
    from oxlang.graph.platform import host_triple
    from oxlang.packaging.catalog import find_distribution, mirrored
    from oxlang.workspace.session import open_engine

    triple = call.values.maybe("target_triple") or host_triple()
    known = find_distribution(triple, None, "standalone", call.environment)
    if known is None:
        raise error("OX0907", f"there is no default Python distribution for `{triple}`")
    if call.environment.get("OXL_OFFLINE") == "1":
        raise error(
            "OX0618", f"the archive `{known.file_name}` has to be downloaded, and `OXL_OFFLINE=1` forbids it",
            help="unset it, or name an archive on this machine with `--archive-path`",
        )  # fmt: skip
    node = Fetch(
        url=mirrored(known.url, call.environment), digest=known.sha256, filename=known.file_name,
        description=f"download {known.file_name}",
    )
    with Progress(call.terminal) as progress:
        engine = open_engine(call.environment, cache=call.cache_dir, on_event=progress.on_event)
        [tree] = engine.build([Artifact(node)])
    destination.mkdir(parents=True, exist_ok=True)
    place = destination / known.file_name
    place.write_bytes(engine.read(tree.file(known.file_name).digest))
    return place


COMMAND = Command(
    name="python-distribution-extract",
    summary="Unpack an archive of a Python distribution.",
    run=_run,
    params=(
        Argument("DESTINATION_PATH", "Folder to unpack to; the archive's top folder is `python`."),
        Option(("--download-default",), "Download the default distribution for the platform first."),
        Option(("--archive-path",), "An archive on this machine.", "FILE"),
        Option(("--target-triple",), "Platform of the default distribution. Default: this machine's.", "TRIPLE"),
    ),
    details="Exactly one of `--download-default` and `--archive-path` is needed.",
    examples=(("oxl python-distribution-extract --archive-path cpython.tar.zst out", "look into an archive"),),
)
