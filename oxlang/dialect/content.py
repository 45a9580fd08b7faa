"""Files that a value holds: by path on the host, as text, or as a part of a node's output; nothing is read early.

`lower_files` lays files out by one `Assemble` node; texts share one `Write` node.
"""

from __future__ import annotations

import os
import stat

from oxlang.diagnostics.model import Label, error
from oxlang.graph.nodes import Artifact, Assemble, Part, Source, Write
from oxlang.records import dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from oxlang.dialect.context import DialectContext
    from oxlang.graph.tree import Tree
    from oxlang.source import Span


@dataclass(frozen=True, slots=True)
class Content:
    """The content of one file; exactly one of the first three is set.

    Attributes:
        path: absolute path on the host.
        data: the bytes themselves.
        artifact: a tree that holds one file.
        executable: its mode.
        origin: the call that named it.
    """

    path: str = ""
    data: bytes | None = None
    artifact: Artifact | None = None
    executable: bool = False
    origin: Span | None = field(default=None, compare=False)

    def read(self, ctx: DialectContext) -> bytes:
        """Gives the bytes, by a demand where they are a node's output. Raises OX0519."""
        if self.data is not None:
            return self.data
        if self.artifact is not None:
            return ctx.read(only_file(ctx.demand(self.artifact)))
        try:
            with open(ctx.note(self.path), "rb") as stream:
                return stream.read()
        except OSError as failure:
            raise unreadable(self.path, failure) from None


def unreadable(path: str, failure: OSError) -> Exception:
    """Makes OX0519 from the system's failure."""
    return error("OX0519", f"`{path}` cannot be read: {failure.strerror or failure}")


def only_file(tree: Tree):  # type: ignore[no-untyped-def]  # the digest type is the graph's
    """Gives the digest of the one file of a tree."""
    from oxlang.graph.tree import FileEntry

    return next(entry.digest for _, entry in tree.walk() if isinstance(entry, FileEntry))


def host_file(ctx: DialectContext, path: str, shown: str, argument: str = "path") -> Content:
    """Gives the content of a file of the user. Raises OX0510 when nothing stands there.

    Args:
        path: absolute path.
        shown: the path as the config gave it.
        argument: the parameter it was given for.
    """
    try:
        found = os.stat(ctx.note(path))
    except OSError:
        raise missing(path, shown, argument) from None
    executable = os.name != "nt" and not stat.S_ISDIR(found.st_mode) and bool(found.st_mode & 0o111)
    return Content(path=path, executable=executable, origin=ctx.span())


_ESCAPES = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}


def missing(path: str, shown: str, argument: str | None = "path") -> Exception:
    """Makes OX0510: nothing stands at a path; names the nearest name in its folder."""
    from oxlang.diagnostics.spelling import did_you_mean

    folder = os.path.dirname(path)
    try:
        names = os.listdir(folder)
    except OSError:
        names = []
    hint = did_you_mean(os.path.basename(path), names)
    notes = [f"looked for `{path}`"] if shown != path else []
    escaped = shown.translate(_ESCAPES)
    if escaped != shown:
        hint = "`\\` begins an escape in a string: write `\\\\`, `/`, or `r` before the string"
        notes = []
    return error("OX0510", f"`{escaped}` does not exist", help=hint, notes=notes, argument=argument)


def check_program_name(name: str) -> None:
    """Raises OX0513 for what cannot be the name of a file."""
    if not name:
        raise error("OX0513", "a program needs a name", argument="name")
    if "/" in name or "\\" in name or "\0" in name or name in (".", ".."):
        raise error(
            "OX0513", f"`{name}` cannot be the name of a program", argument="name",
            help="give the name of a file, without folders; a target that is a `FileManifest` places it in folders",
        )


def lower_files(
    ctx: DialectContext, files: Mapping[str, Content], *, origin: Span | None, description: str
) -> Artifact:
    """Gives the artifact that holds files at their paths."""
    return assemble(ctx, parts_of(ctx, files, origin), origin=origin, description=description)


def parts_of(ctx: DialectContext, files: Mapping[str, Content], origin: Span | None) -> list[Part]:
    """Gives the parts that lay files out at their paths. Raises OX0703 for a file that stands where others want a folder."""
    _check_clashes(files)
    texts = tuple((path, one.data, one.executable) for path, one in files.items() if one.data is not None)
    parts: list[Part] = []
    if texts:
        place = next((one.origin for one in files.values() if one.data is not None and one.origin), origin)
        parts.append(Part(artifact=ctx.add(Write(entries=texts, origin=place, description="text files"))))
    for path, one in files.items():
        if one.data is not None:
            continue
        folder, _, name = path.rpartition("/")
        if one.artifact is not None:
            artifact = one.artifact
        else:
            place = one.origin or origin
            artifact = ctx.add(Source(path=one.path, origin=place, description=os.path.basename(one.path)))
        parts.append(Part(artifact=artifact, prefix=folder, rename=name, executable=one.executable))
    return parts


def _check_clashes(files: Mapping[str, Content]) -> None:
    for path, one in files.items():
        folder = path.rpartition("/")[0]
        while folder:
            if folder in files:
                raise error(
                    "OX0703", f"`{folder}` is a file here, and `{path}` wants it to be a folder", span=one.origin,
                    labels=[Label(at, "the file", False)] if (at := files[folder].origin) is not None else (),
                )  # fmt: skip
            folder = folder.rpartition("/")[0]


def assemble(ctx: DialectContext, parts: Iterable[Part], *, origin: Span | None, description: str) -> Artifact:
    """Gives the artifact of parts laid over each other."""
    return ctx.add(Assemble(parts=tuple(parts), origin=origin, description=description))


def write_tree(ctx: DialectContext, tree: Tree, folder: str, *, replace: bool = False) -> None:
    """Writes a demanded tree into a folder of the host at once. Raises OX0519.

    Args:
        replace: what stands in the folder is deleted first.
    """
    from oxlang.graph.tree import FileEntry

    try:
        if replace and os.path.isdir(folder):
            import shutil

            shutil.rmtree(folder)
        for path, entry in tree.walk():
            place = os.path.join(folder, *path.split("/"))
            os.makedirs(os.path.dirname(place), exist_ok=True)
            if os.path.lexists(place):
                os.unlink(place)
            if isinstance(entry, FileEntry):
                with open(place, "wb") as stream:
                    stream.write(ctx.read(entry.digest))
                os.chmod(place, 0o755 if entry.executable else 0o644)
            else:
                os.symlink(entry.target, place)
    except OSError as failure:
        raise error("OX0519", f"`{failure.filename or folder}` cannot be written: {failure.strerror}") from None
