"""Unpacks archives of Python distributions, believing nothing in them.

`tar.zst`, `tar.gz`, `tar.xz` and plain `tar`. A member whose path is absolute, has `..`, or is a link that leads outside
is refused (OX0611), and so are devices. Files get the present time and are writable, unless all is to be as it was; links
become copies where the system has none. The caller unpacks beside the target and renames.
"""

from __future__ import annotations

import os
import posixpath
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any
from zlib import error as zlib_error

from oxlang.diagnostics import error

# More than any Python has: an archive that unpacks to more, and to that many times its size, is meant to fill the disk.
_PLENTY = 4 << 30
_MOST_RATIO = 100


def unpack_whole(archive: Path, folder: Path) -> None:
    """Unpacks an archive as it is, with its times and modes, into a folder that may have other things in it.

    Nothing is left behind when the archive turns out to be broken. Raises OX0611 and OX0618, see `unpack`.
    """
    aside = folder / f".oxl-extract.{os.getpid()}"
    made = not folder.exists()
    whole = False
    try:
        members = _unpack(archive, aside)
        _merge(aside, folder)
        # Folders after what lies in them, which may need them writable.
        for path, member in sorted(members, key=lambda one: one[0].count("/"), reverse=True):
            _restore(folder / path, member)
        whole = True
    except OSError as failure:
        raise _failed(archive, failure) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        if made and not whole:
            with suppress(OSError):
                folder.rmdir()


def _merge(source: Path, target: Path) -> None:
    """Moves what lies in a folder into another one; files of the same name are replaced, folders go together."""
    for entry in sorted(source.iterdir()):
        place = target / entry.name
        if entry.is_dir() and not entry.is_symlink() and place.is_dir() and not place.is_symlink():
            _merge(entry, place)
        else:
            os.replace(entry, place)


def unpack(archive: Path, folder: Path) -> None:
    """Unpacks an archive into a folder, which is made.

    Raises OX0611 for a hostile member, OX0618 when the archive cannot be read or the folder not be written.
    """
    _unpack(archive, folder)


def _unpack(archive: Path, folder: Path) -> list[tuple[str, tarfile.TarInfo]]:
    """Unpacks and gives the members with their paths, in order."""
    links: list[tuple[str, str]] = []
    members: list[tuple[str, tarfile.TarInfo]] = []
    seen: set[str] = set()
    total = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        most = max(_PLENTY, archive.stat().st_size * _MOST_RATIO)
        with _opened(archive) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
            for member in tar:
                total += member.size
                if total > most:
                    raise _hostile(archive, member.name, f"makes the content more than {most >> 30} GiB")
                path = _checked(member.name, archive)
                if path in ("", "."):
                    continue
                if path in seen and not member.isdir():
                    raise _hostile(archive, member.name, "is in it twice")
                seen.add(path)
                _member(tar, member, path, folder, links, archive)
                members.append((path, member))
        _make_links(folder, links, archive)
    except (tarfile.TarError, EOFError, ValueError, zlib_error) as failure:
        why = str(failure) if seen else f"it is no archive of the kind that its name says ({failure})"
        raise error("OX0618", f"`{archive.name}` cannot be unpacked: {why}") from None
    except OSError as failure:
        raise _failed(archive, failure) from None
    return members


def _failed(archive: Path, failure: OSError) -> Exception:
    reason = failure.strerror or str(failure)
    return error("OX0618", f"`{archive.name}` cannot be unpacked: {reason.lower()}")


def _restore(place: Path, member: tarfile.TarInfo) -> None:
    """Gives a file, folder or link the mode and time that the archive says."""
    if not place.is_symlink():
        os.chmod(place, member.mode & 0o777)
        os.utime(place, (member.mtime, member.mtime))
    elif os.utime in os.supports_follow_symlinks:
        os.utime(place, (member.mtime, member.mtime), follow_symlinks=False)


def _member(
    tar: tarfile.TarFile,
    member: tarfile.TarInfo,
    path: str,
    folder: Path,
    links: list[tuple[str, str]],
    archive: Path,
) -> None:
    target = folder / path
    if _crosses_link(path, {place for place, _ in links}):
        raise _hostile(archive, member.name, "goes through a symbolic link")
    if member.isdir():
        target.mkdir(parents=True, exist_ok=True)
    elif member.issym():
        inside = posixpath.normpath(posixpath.join(posixpath.dirname(path), member.linkname))
        if member.linkname.startswith("/") or inside.startswith("../") or inside == "..":
            raise _hostile(archive, member.name, f"is a link to `{member.linkname}`, outside of the archive")
        links.append((path, member.linkname))
    elif member.islnk():
        source = folder / _checked(member.linkname, archive)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_symlink() or not source.is_file():
            raise _hostile(
                archive, member.name, f"is a link to `{member.linkname}`, which is no file before it"
            )
        shutil.copyfile(source, target)
        shutil.copymode(source, target)
    elif member.isfile():
        content = tar.extractfile(member)
        assert content is not None
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(target, "wb") as out:
            shutil.copyfileobj(content, out, 1 << 20)
        os.chmod(target, 0o755 if member.mode & 0o100 else 0o644)
    else:
        raise _hostile(archive, member.name, "is neither file, folder nor link")


def _crosses_link(path: str, links: set[str]) -> bool:
    parts = path.split("/")
    return any("/".join(parts[:end]) in links for end in range(1, len(parts)))


def _checked(name: str, archive: Path) -> str:
    if name.startswith("/") or "\\" in name or ".." in name.split("/") or "\0" in name or name[1:2] == ":":
        raise _hostile(archive, name, "leaves the folder")
    return posixpath.normpath(name)


def _hostile(archive: Path, member: str, why: str) -> Exception:
    return error(
        "OX0611",
        f"`{archive.name}` is refused: its member `{member}` {why}",
        help="get the archive from a source that you trust",
    )


def _make_links(folder: Path, links: list[tuple[str, str]], archive: Path) -> None:
    """Makes symbolic links, or copies of what they name where the system refuses links.

    Each link alone stays inside; several together may not (one that goes through another), so all are looked at again.
    """
    _place_links(folder, links)
    root = os.path.realpath(folder)
    for path, target in links:
        real = os.path.realpath(folder / path)
        if real != root and not real.startswith(root + os.sep):
            raise _hostile(archive, path, f"is a link to `{target}`, outside of the archive")


def _place_links(folder: Path, links: list[tuple[str, str]]) -> None:
    waiting = links
    for _ in range(len(links) + 1):
        later: list[tuple[str, str]] = []
        for path, target in waiting:
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            if place.is_symlink() or place.exists():
                continue
            try:
                os.symlink(target, place)
            except OSError:
                source = place.parent / target
                if source.is_dir():
                    shutil.copytree(source, place)
                elif source.exists():
                    shutil.copy(source, place)
                else:
                    later.append((path, target))
        if not later or len(later) == len(waiting):
            return
        waiting = later


@contextmanager
def _opened(archive: Path) -> Iterator[IO[bytes]]:
    """Opens an archive for reading its tar stream, by its first bytes."""
    with open(archive, "rb") as raw:
        magic = raw.read(6)
        raw.seek(0)
        if magic.startswith(b"\x28\xb5\x2f\xfd"):
            with _zstd_reader(raw, archive) as stream:
                yield stream
        elif magic.startswith(b"\x1f\x8b"):
            import gzip

            with gzip.open(raw, "rb") as stream:
                yield stream  # type: ignore[misc]  # a binary stream in all but name
        elif magic.startswith(b"\xfd7zXZ"):
            import lzma

            with lzma.LZMAFile(raw) as stream:
                yield stream
        else:
            yield raw


@contextmanager
def _zstd_reader(raw: IO[bytes], archive: Path) -> Iterator[IO[bytes]]:
    """Decompresses zstd: the standard library (3.14), the package `zstandard`, or the program `zstd`."""
    import sys

    if sys.version_info >= (3, 14):
        from compression import zstd

        try:
            with zstd.ZstdFile(raw, options={zstd.DecompressionParameter.window_log_max: 31}) as stream:
                yield stream
        except zstd.ZstdError as failure:
            raise error("OX0618", f"`{archive.name}` cannot be unpacked: {failure}") from None
        return
    try:
        import zstandard
    except ImportError:
        import subprocess

        program = shutil.which("zstd")
        if program is None:
            raise error(
                "OX0618", f"`{archive.name}` is compressed with zstd, which is not installed",
                help="pip install zstandard",
            ) from None  # fmt: skip
        with subprocess.Popen([program, "-dcq"], stdin=raw, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            yield process.stdout
        return
    try:
        with zstandard.ZstdDecompressor(max_window_size=1 << 31).stream_reader(raw) as stream:
            yield stream
    except zstandard.ZstdError as failure:
        raise error("OX0618", f"`{archive.name}` cannot be unpacked: {failure}") from None


def pack_tar(folder: Path, archive: Path, *, prefix: str = "") -> None:
    """Writes the files of a folder as an archive whose name says the compression; equal folders give equal bytes."""
    paths = sorted(path for path in folder.rglob("*"))

    def write(stream: IO[bytes]) -> None:
        with tarfile.open(fileobj=stream, mode="w|", format=tarfile.GNU_FORMAT) as tar:
            for path in paths:
                name = path.relative_to(folder).as_posix()
                info = tar.gettarinfo(str(path), f"{prefix}/{name}" if prefix else name)
                info.uid = info.gid = 0
                info.uname = info.gname = ""
                info.mtime = 315532800
                if info.isfile():
                    info.mode = 0o755 if info.mode & 0o100 else 0o644
                    with open(path, "rb") as content:
                        tar.addfile(info, content)
                else:
                    tar.addfile(info)

    with open(archive, "wb") as raw, _compressor(raw, archive.name) as stream:
        write(stream)


@contextmanager
def _compressor(raw: IO[bytes], name: str) -> Iterator[Any]:
    if name.endswith((".tar.gz", ".tgz")):
        import gzip

        with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as stream:
            yield stream
    elif name.endswith(".tar.zst"):
        import sys

        if sys.version_info >= (3, 14):
            from compression import zstd

            with zstd.ZstdFile(raw, "w") as stream:
                yield stream
        else:
            import zstandard

            with zstandard.ZstdCompressor(level=10, threads=-1).stream_writer(raw, closefd=False) as writer:
                yield writer
    else:
        yield raw
