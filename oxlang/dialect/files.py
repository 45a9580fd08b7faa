"""Files of the config: `FileContent`, `FileManifest`, `glob`."""

from __future__ import annotations

import os

from oxlang.declare import attribute, function, method, starlark_type, type_name
from oxlang.declare.text import with_article
from oxlang.diagnostics.model import error
from oxlang.dialect.content import (
    Content,
    assemble,
    host_file,
    lower_files,
    parts_of,
    write_tree,
)
from oxlang.dialect.targets import ResolvedTarget
from oxlang.records import replace as changed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from oxlang.diagnostics.model import OxError
    from oxlang.dialect.context import DialectContext
    from oxlang.graph.nodes import Artifact, Part
    from oxlang.source import Span


@starlark_type("FileContent", origin="tugger", constructor="FileContent", obtained=("FileContent(path)",))
class FileContent:
    """The content of a file with its name and mode."""

    content: Content
    executable: bool = attribute(
        default_note="the file's mode, False for text", set="truthy", doc="Whether the file may be executed."
    )
    filename: str = attribute(
        default_note="the base name of the path", set="filename", doc="Name of the file, without folders."
    )

    @method(effect="writes")
    def write_to_directory(self, ctx: DialectContext, path: str) -> str:
        """Writes the file into a folder at once; gives the path of the file.

        Args:
            path: the folder; a relative one counts from the build path.
        """
        folder = os.path.join(ctx.build_path, path)
        artifact = lower_files(ctx, {self.filename: self.taken()}, origin=ctx.span(), description=self.filename)
        write_tree(ctx, ctx.demand(artifact), folder)
        return os.path.join(folder, self.filename)

    def taken(self) -> Content:
        """Gives the content with the mode that is set now."""
        return changed(self.content, executable=self.executable)


@function("FileContent", constructs="FileContent")
def make_file_content(
    ctx: DialectContext,
    path: str | None = None,
    filename: str | None = None,
    content: str | None = None,
    executable: bool | None = None,
) -> FileContent:
    """Gives the content of a file from a path or from a text.

    Args:
        path: an existing file; a relative path counts from the config's folder.
        filename: name of the file; the base name of `path` unless given, and needed with `content`.
        content: the text.
        executable: the mode; that of the file at `path` unless given, else False.

    Example:
        readme = FileContent(path="README.md")
        version = FileContent(filename="VERSION", content="1.0")
    """
    if path is not None and content is not None:
        raise error("OX0512", "`FileContent` takes `path` or `content`, not both", argument="content")
    if path is None and content is None:
        raise error("OX0512", "`FileContent` needs `path` or `content`")
    if content is not None:
        if filename is None:
            raise error("OX0512", "`FileContent` needs `filename` when it is given `content`")
        found = Content(data=content.encode("utf-8", "surrogatepass"), origin=ctx.span())
    else:
        assert path is not None
        found = host_file(ctx, ctx.path_from_config(path), path)
        if os.path.isdir(found.path):
            raise error("OX0512", f"`{path}` is a folder, and `FileContent` holds one file", argument="path")
        filename = os.path.basename(found.path) if filename is None else filename
    if "/" in filename or "\\" in filename:
        raise error("OX0513", f"the file name `{filename}` holds a path separator", argument="filename")
    mode = found.executable if executable is None else executable
    return FileContent(content=found, executable=mode, filename=filename)


def manifest_path(path: str, argument: str | None = "path") -> str:
    """Checks a path of a manifest; gives it with `/` for `\\`. Raises OX0511."""
    plain = path.replace("\\", "/")
    if plain.startswith("/") or (len(plain) > 1 and plain[1] == ":" and plain[0].isalpha()):
        raise error(
            "OX0511", f"`{path}` is absolute, and a manifest holds relative paths", argument=argument,
            help="cut the beginning off with `strip_prefix`",
        )  # fmt: skip
    if ".." in plain.split("/"):
        raise error("OX0511", f"`{path}` leaves the folder of the manifest", argument=argument)
    return plain


def join(prefix: str, path: str) -> str:
    """Joins two relative paths; the prefixes `.` and `` add nothing."""
    return path if prefix in ("", ".") else f"{prefix.rstrip('/')}/{path}"


@starlark_type(
    "FileManifest", origin="tugger", buildable=True, run="manifest", constructor="FileManifest", obtained=("glob(include)",)
)
class FileManifest:
    """A tree of files to install: relative paths with their content.

    What is added later replaces what stands at the same path. Nothing is written until the manifest is built.
    """

    def __init__(self, origin: Span | None = None) -> None:
        self.layers: list[dict[str, Content] | Part] = []
        self.run_target: str | None = None
        self.origin = origin

    @method(effect="mutates")
    def add_manifest(self, other: FileManifest) -> None:
        """Adds every file of another manifest.

        Args:
            other: the other one; it is not changed, and later changes of it have no effect here.
        """
        if other is self:
            raise error("OX0515", "a manifest cannot be added to itself", argument="other")
        for layer in other.layers:
            self.layers.append(dict(layer) if isinstance(layer, dict) else layer)

    @method(effect="mutates")
    def add_file(self, content: FileContent, path: str | None = None, directory: str | None = None) -> None:
        """Adds a file.

        Args:
            content: the file; later changes of it have no effect.
            path: where it is put, file name included.
            directory: the folder it is put in under its own name.
        """
        if path is not None and directory is not None:
            raise error("OX0512", "`FileManifest.add_file` takes `path` or `directory`, not both", argument="directory")
        if path is None:
            path = content.filename if directory is None else join(manifest_path(directory, "directory"), content.filename)
        self.put(manifest_path(path), content.taken())

    @method(effect="mutates")
    def add_path(self, ctx: DialectContext, path: str, strip_prefix: str, force_read: bool = False) -> None:
        """Adds a file of the host.

        Args:
            path: an existing file or folder.
            strip_prefix: the beginning of `path` that is cut off; the rest is where it is put.
            force_read: reads the file now instead of when the manifest is built.
        """
        inner = stripped(path, strip_prefix)
        found = host_file(ctx, ctx.path_from_process(path), path)
        if os.path.isdir(found.path):
            for file in walk_files(ctx, found.path):
                below = os.path.relpath(file, found.path).replace(os.sep, "/")
                self.put(join(manifest_path(inner), below), host_file(ctx, file, file))
            return
        if force_read:
            found = Content(data=found.read(ctx), executable=found.executable, origin=found.origin)
        self.put(manifest_path(inner), found)

    @method(effect="demands", types={"return": "FileContent | None"})
    def get_file(self, ctx: DialectContext, path: str) -> FileContent | None:
        """Gives a copy of the file at a path, or None.

        Args:
            path: path in the manifest.
        """
        _last_component(path)
        found = self.files(ctx).get(path.replace("\\", "/"))
        return None if found is None else _as_file(path, found)

    @method(effect="mutates", types={"return": "FileContent | None"})
    def remove(self, ctx: DialectContext, path: str) -> FileContent | None:
        """Takes the file at a path out and gives it, or None when there is none.

        Args:
            path: path in the manifest.
        """
        _last_component(path)
        files = self.files(ctx)
        found = files.pop(path.replace("\\", "/"), None)
        if found is None:
            return None
        self.layers = [files]
        return _as_file(path, found)

    @method(effect="demands")
    def paths(self, ctx: DialectContext) -> list[str]:
        """Gives the paths of all files, sorted."""
        return sorted(self.files(ctx))

    @method(effect="writes")
    def install(self, ctx: DialectContext, path: str, replace: bool = True) -> None:
        """Writes the files into a folder at once.

        Args:
            path: the folder; a relative one counts from the build path.
            replace: deletes the folder first.
        """
        folder = os.path.normpath(os.path.join(ctx.build_path, path))
        artifact = self.lower(ctx)
        if artifact is not None:
            write_tree(ctx, ctx.demand(artifact), folder, replace=replace)

    @method(effect="writes")
    def build(self, ctx: DialectContext, target: str) -> ResolvedTarget:
        """Writes the files at once where the outputs of a target go.

        Args:
            target: name of the target.
        """
        return build_now(ctx, self, target, replace=True)

    @method(
        effect="mutates",
        types={"resource": "PythonModuleSource | PythonPackageResource | PythonPackageDistributionResource | "
                           "PythonExtensionModule | File | PythonExecutable"},
    )  # fmt: skip
    def add_python_resource(self, ctx: DialectContext, prefix: str, resource: Any) -> None:
        """Adds a Python resource as plain files, or a program with the files it needs.

        Args:
            prefix: folder in the manifest; `.` is its root.
            resource: a resource value (its `add_` attributes have no effect here) or a `PythonExecutable`.

        Example:
            files.add_python_resource(".", exe)
        """
        self._add_resource(ctx, manifest_path(prefix, "prefix"), resource)

    @method(effect="mutates", types={"resources": "iterable"})
    def add_python_resources(self, ctx: DialectContext, prefix: str, resources: Any) -> None:
        """Adds several Python resources, see `add_python_resource`.

        Args:
            prefix: folder in the manifest.
            resources: the resource values.
        """
        from oxlang.dialect.resources import is_addable

        for one in resources:
            if not is_addable(one) and type_name(one) != "PythonExecutable":
                raise not_a_resource(one, "FileManifest.add_python_resources")
            self._add_resource(ctx, manifest_path(prefix, "prefix"), one)

    def _add_resource(self, ctx: DialectContext, prefix: str, resource: Any) -> None:
        if type_name(resource) == "PythonExecutable":
            part = resource.install_part(ctx, prefix)
            self.layers.append(part)
            self.run_target = join(prefix, resource.run_path(ctx))
            return
        for path, content in resource.as_files().items():
            full = join(prefix, path)
            if content.data == b"" and path.endswith("/__init__.py") and self._has(full):
                continue
            self.put(full, content)

    def _has(self, path: str) -> bool:
        return any(isinstance(layer, dict) and path in layer for layer in self.layers)

    def put(self, path: str, content: Content) -> None:
        """Puts a file at a checked path."""
        if not self.layers or not isinstance(self.layers[-1], dict):
            self.layers.append({})
        last = self.layers[-1]
        assert isinstance(last, dict)
        last[path] = content

    def files(self, ctx: DialectContext) -> dict[str, Content]:
        """Gives every file by path; outputs of nodes are looked into, which may build them."""
        from oxlang.graph.nodes import Artifact
        from oxlang.graph.tree import FileEntry

        found: dict[str, Content] = {}
        for layer in self.layers:
            if isinstance(layer, dict):
                found.update(layer)
                continue
            whole = assemble(ctx, [layer], origin=ctx.span(), description="files of a program")
            for path, entry in ctx.demand(whole).walk():
                if isinstance(entry, FileEntry):
                    found[path] = Content(artifact=Artifact(whole.node, path), executable=entry.executable)
        return found

    def snapshot(self) -> FileManifest:
        """Gives an independent copy."""
        copy = FileManifest(self.origin)
        copy.layers = [dict(one) if isinstance(one, dict) else one for one in self.layers]
        copy.run_target = self.run_target
        return copy

    def lower(self, ctx: DialectContext) -> Artifact | None:
        """Gives the tree of all files, None for an empty manifest."""
        if not any(self.layers):
            return None
        parts: list[Part] = []
        for layer in self.layers:
            parts += parts_of(ctx, layer, self.origin) if isinstance(layer, dict) else [layer]
        return assemble(ctx, parts, origin=self.origin, description="files to install")

    def run_path(self, ctx: DialectContext) -> str | None:
        """Gives the program that was added last, else the only executable file, else None."""
        if self.run_target is not None:
            return self.run_target
        executables = {
            path for layer in self.layers if isinstance(layer, dict) for path, one in layer.items() if one.executable
        }
        return executables.pop() if len(executables) == 1 else None


def build_now(ctx: DialectContext, value: Any, target: str, *, replace: bool = False) -> ResolvedTarget:
    """Builds a buildable value during evaluation into the output folder of a target."""
    artifact = value.lower(ctx)
    if artifact is not None:
        write_tree(ctx, ctx.demand(artifact), ctx.target_directory(target), replace=replace)
    return ResolvedTarget()


def not_a_resource(value: object, where: str) -> OxError:
    """Makes OX0523."""
    return error("OX0523", f"`{where}` wants Python resources, not {with_article(type_name(value))}")


def _as_file(path: str, content: Content) -> FileContent:
    name = path.replace("\\", "/").rsplit("/", 1)[-1]
    return FileContent(content=content, executable=content.executable, filename=name)


def _last_component(path: str) -> None:
    if path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] in ("", ".", ".."):
        raise error("OX0511", f"`{path}` names no file", argument="path")


def stripped(path: str, prefix: str, argument: str = "strip_prefix") -> str:
    """Cuts whole leading components off a path. Raises OX0514."""
    if prefix == "":
        return path.replace("\\", "/")
    parts = _components(path)
    cut = _components(prefix)
    if parts[: len(cut)] != cut:
        help = None
        if os.path.isabs(prefix) and not os.path.isabs(path):
            help = 'write both in the same way: `CWD + "/…"` makes a path absolute'
        raise error("OX0514", f"`{path}` does not begin with `{prefix}`", argument=argument, help=help)
    return "/".join(parts[len(cut) :])


def _components(path: str) -> list[str]:
    plain = path.replace("\\", "/")
    parts = [one for one in plain.split("/") if one not in ("", ".")]
    return ["/", *parts] if plain.startswith("/") else parts


@function("FileManifest", constructs="FileManifest")
def make_file_manifest(ctx: DialectContext) -> FileManifest:
    """Gives an empty manifest.

    Example:
        files = FileManifest()
        files.add_file(FileContent(filename="VERSION", content="1.0"))
    """
    return FileManifest(ctx.span())


@function("glob", effect="pure")
def glob(
    ctx: DialectContext, include: list[str], exclude: list[str] | None = None, strip_prefix: str | None = None
) -> FileManifest:
    """Gives a manifest of the files that match patterns.

    `*`, `?` and `[…]` match within a name, `**` matches folders. Matches are absolute paths, so `strip_prefix=CWD` is
    what is usually wanted.

    Args:
        include: patterns; relative ones count from the config's folder.
        exclude: patterns of files to leave out.
        strip_prefix: the beginning of the paths that is cut off.

    Example:
        files = glob(["assets/**/*"], strip_prefix=CWD)
    """
    from oxlang.dialect.globbing import matches

    found: dict[str, str] = {}
    for pattern in include:
        found.update(dict.fromkeys(matches(ctx, os.path.join(ctx.cwd, pattern)), pattern))
    for pattern in exclude or ():
        for path in matches(ctx, os.path.join(ctx.cwd, pattern)):
            found.pop(path, None)
    manifest = FileManifest(ctx.span())
    for path in sorted(found):
        inner = path if strip_prefix is None else stripped(path, strip_prefix)
        manifest.put(manifest_path(inner, None), host_file(ctx, path, path))
    return manifest


def walk_files(ctx: DialectContext, folder: str) -> Iterable[str]:
    """Gives every file below a folder, sorted; folders are noted as read."""
    for base, folders, names in os.walk(folder):
        folders.sort()
        ctx.note(base)
        for name in sorted(names):
            yield os.path.join(base, name)


TYPES = (FileContent, FileManifest)
FUNCTIONS = (make_file_content, make_file_manifest, glob)
