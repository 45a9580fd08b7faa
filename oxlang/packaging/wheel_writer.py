"""Writing of wheels (PEP 427): a deterministic zip archive with generated `WHEEL`, `METADATA` and `RECORD`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oxlang.graph.compute import ComputeContext
    from oxlang.graph.tree import Tree

EARLIEST = 315532800
"""1980-01-01 UTC in seconds: zip archives cannot say anything earlier."""
_LATEST = 4354819198
_UNSAFE = re.compile(r"[^\w.]+", re.UNICODE)


def escape(part: str) -> str:
    """Gives a part of a wheel's file name: runs of characters that are neither of words nor `.` become `_`."""
    return _UNSAFE.sub("_", part)


def escape_version(version: str) -> str:
    """Gives a version as file names of wheels have it: epoch and local part are kept, `-` becomes `_`."""
    return re.sub(r"[^\w.+!]+", "_", version)


def normalized(name: str) -> str:
    """Gives the name of a project as wheels write it: lower case, `_` for `-`."""
    return escape(name.lower().replace("-", "_"))


def file_name(name: str, version: str, tags: Iterable[str], build_tag: str | None = None) -> str:
    """Gives `NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM.whl`."""
    parts = [
        normalized(name),
        escape_version(version),
        *([escape(build_tag)] if build_tag else []),
        *map(escape, tags),
    ]
    return "-".join(parts) + ".whl"


def info_folder(name: str, version: str) -> str:
    """Gives the folder of the metadata."""
    return f"{normalized(name)}-{escape_version(version)}.dist-info"


def data_folder(name: str, version: str) -> str:
    """Gives the folder whose subfolders are installed elsewhere (scripts, headers, data, …)."""
    return f"{normalized(name)}-{escape_version(version)}.data"


def wheel_text(params: Mapping[str, Any]) -> str:
    """Gives the file `WHEEL`."""
    lines = [
        "Wheel-Version: 1.0",
        f"Generator: {params['generator']}",
        f"Root-Is-Purelib: {'true' if params['root_is_purelib'] else 'false'}",
    ]
    pythons, abis, platforms = (part.split(".") for part in params["tags"])
    lines += [
        f"Tag: {python}-{abi}-{platform}" for python in pythons for abi in abis for platform in platforms
    ]
    if params.get("build_tag"):
        lines.append(f"Build: {params['build_tag']}")
    return "\n".join(lines) + "\n"


def metadata_text(name: str, version: str) -> str:
    """Gives the file `METADATA` with name and version."""
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"


def write_wheel(members: Mapping[str, tuple[bytes, bool]], params: Mapping[str, Any]) -> bytes:
    """Gives the archive.

    Args:
        members: path to content and executable bit.
        params: `name`, `version`, `tags` (three texts), `build_tag`, `generator`, `root_is_purelib`, `modified_time`.

    Raises ValueError for a time that zip archives cannot hold, or a newline in the metadata.
    """
    import io
    import time
    import zipfile

    moment = params["modified_time"]
    if not EARLIEST <= moment <= _LATEST:
        raise ValueError(
            f"the time {moment} cannot be written into a wheel; it holds times from 1980 to 2107"
        )
    for key in ("name", "version", "generator"):
        if "\n" in params[key]:
            raise ValueError(f"its {key} holds a line end")
    folder = info_folder(params["name"], params["version"])
    files = dict(members)
    files.setdefault(f"{folder}/METADATA", (metadata_text(params["name"], params["version"]).encode(), False))
    files.setdefault(f"{folder}/WHEEL", (wheel_text(params).encode(), False))
    record = f"{folder}/RECORD"
    files.pop(record, None)
    order = sorted(files, key=lambda path: (path.startswith(folder + "/"), path))
    lines = [_record_line(path, files[path][0]) for path in order]
    files[record] = (("".join(lines) + f"{_quoted(record)},,\n").encode(), False)
    stamp = time.gmtime(moment)[:6]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in [*order, record]:
            data, executable = files[path]
            info = zipfile.ZipInfo(path, stamp)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = (0o100755 if executable else 0o100644) << 16
            archive.writestr(info, data)
    return buffer.getvalue()


def _record_line(path: str, data: bytes) -> str:
    import base64
    import hashlib

    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{_quoted(path)},sha256={digest},{len(data)}\n"


def _quoted(path: str) -> str:
    return '"' + path.replace('"', '""') + '"' if any(one in path for one in ',"\n') else path


def build_wheel(params: dict[str, Any], inputs: Mapping[str, Tree], context: ComputeContext) -> Tree:
    """Makes `{FILE NAME: wheel}` of the tree `files`. Raises OX0521."""
    from oxlang.diagnostics.model import error
    from oxlang.graph.tree import FileEntry, Tree

    members = {
        path: (context.read(entry.digest), entry.executable)
        for path, entry in (inputs["files"].walk() if "files" in inputs else ())
        if isinstance(entry, FileEntry)
    }
    name = file_name(params["name"], params["version"], params["tags"], params["build_tag"])
    try:
        data = write_wheel(members, params)
    except ValueError as failure:
        raise error("OX0521", f"`{name}` cannot be written: {failure}") from None
    return Tree.of({name: FileEntry(context.put(data))})
