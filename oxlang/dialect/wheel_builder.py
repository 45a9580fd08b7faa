"""`PythonWheelBuilder`: wheels described file by file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from oxlang.declare import attribute, computed, function, method, starlark_type
from oxlang.declare.types import literal
from oxlang.diagnostics.model import error
from oxlang.dialect.content import Content, lower_files, write_tree
from oxlang.dialect.files import FileContent, build_now, join, manifest_path
from oxlang.dialect.targets import ResolvedTarget
from oxlang.packaging.wheel_writer import EARLIEST, data_folder, file_name, info_folder

if TYPE_CHECKING:
    from oxlang.dialect.context import DialectContext
    from oxlang.graph.nodes import Artifact
    from oxlang.source import Span


DESTINATIONS = ("purelib", "platlib", "headers", "scripts", "data")
"""Folders of a wheel's data whose files are installed elsewhere (PEP 427)."""


@starlark_type(
    "PythonWheelBuilder", origin="tugger", buildable=True, run="none", constructor="PythonWheelBuilder"
)
class PythonWheelBuilder:
    """A wheel that is put together file by file; `WHEEL`, `METADATA` and `RECORD` are written for you."""

    distribution: str
    version: str
    content_files: dict[str, Content]
    origin: Span | None

    abi_tag: str = attribute(default="none", set="str", none="error", doc="Tag of the binary interface.")
    build_tag: str | None = attribute(
        default=None, set="str", none="unset", doc="Build tag, which orders wheels of one version; None for none."
    )
    generator: str = attribute(
        default="rust-python-packaging", set="str", none="error", doc="What the wheel says it was made by."
    )
    modified_time: int = attribute(
        default=EARLIEST,
        default_note="SOURCE_DATE_EPOCH, else 1980-01-01",
        set="int",
        doc="Time of the files in the wheel, in seconds since 1970.",
    )
    platform_tag: str = attribute(default="any", set="str", none="error", doc="Tag of the platform.")
    python_tag: str = attribute(default="py3", set="str", none="error", doc="Tag of the Python.")
    root_is_purelib: bool = attribute(
        default=False, set="truthy", doc="Whether the files are installed among those of any platform."
    )

    @computed(set="tag", default="py3-none-any")
    def tag(self) -> str:
        """The three tags, joined with `-`."""
        return f"{self.python_tag}-{self.abi_tag}-{self.platform_tag}"

    def _put_tag(self, value: str) -> None:
        self.python_tag, self.abi_tag, self.platform_tag = value.split("-", 2)

    @computed(default_note="derived")
    def wheel_file_name(self) -> str:
        """Name of the wheel's file."""
        return file_name(self.distribution, self.version, self._tags(), self.build_tag)

    def _tags(self) -> tuple[str, str, str]:
        return self.python_tag, self.abi_tag, self.platform_tag

    @method(effect="mutates")
    def add_file_dist_info(self, file: FileContent, path: str | None = None, directory: str | None = None) -> None:
        """Adds a file to the metadata.

        Args:
            file: the file.
            path: where it is put in the folder of the metadata, file name included.
            directory: the folder it is put in under its own name.
        """
        self._put(info_folder(self.distribution, self.version), file, path, directory, "add_file_dist_info")

    @method(effect="mutates", types={"destination": literal(DESTINATIONS, open=True)})
    def add_file_data(
        self, destination: str, file: FileContent, path: str | None = None, directory: str | None = None
    ) -> None:
        """Adds a file that is installed elsewhere than among the modules.

        Args:
            destination: `purelib`, `platlib`, `headers`, `scripts` or `data`.
            file: the file.
            path: where it is put below the destination, file name included.
            directory: the folder it is put in under its own name.
        """
        folder = f"{data_folder(self.distribution, self.version)}/{manifest_path(destination, 'destination')}"
        self._put(folder, file, path, directory, "add_file_data")

    @method(effect="mutates")
    def add_file(self, file: FileContent, path: str | None = None, directory: str | None = None) -> None:
        """Adds a file among the modules.

        Args:
            file: the file.
            path: where it is put, file name included.
            directory: the folder it is put in under its own name.
        """
        self._put("", file, path, directory, "add_file")

    def _put(self, folder: str, file: FileContent, path: str | None, directory: str | None, name: str) -> None:
        if path is not None and directory is not None:
            raise error(
                "OX0512", f"`PythonWheelBuilder.{name}` takes `path` or `directory`, not both", argument="directory"
            )
        if path is None:
            path = file.filename if directory is None else join(manifest_path(directory, "directory"), file.filename)
        self.content_files[join(folder, manifest_path(path))] = file.taken()

    @method
    def to_file_content(self, ctx: DialectContext) -> FileContent:
        """Gives the wheel as a file."""
        return FileContent(
            content=Content(artifact=self.lower(ctx)), executable=False, filename=self.wheel_file_name
        )

    @method(effect="writes")
    def write_to_directory(self, ctx: DialectContext, path: str) -> str:
        """Writes the wheel into a folder at once; gives its path.

        Args:
            path: the folder; a relative one counts from the build path.
        """
        folder = os.path.join(ctx.build_path, path)
        write_tree(ctx, ctx.demand(self.lower(ctx)), folder)
        return os.path.join(folder, self.wheel_file_name)

    @method(effect="writes")
    def build(self, ctx: DialectContext, target: str) -> ResolvedTarget:
        """Writes the wheel at once where the outputs of a target go.

        Args:
            target: name of the target.
        """
        return build_now(ctx, self, target)

    def lower(self, ctx: DialectContext) -> Artifact:
        """Gives the tree `{FILE NAME: wheel}`."""
        from oxlang.graph.compute import canonical
        from oxlang.graph.nodes import Compute

        origin = self.origin
        params: dict[str, Any] = {
            "name": self.distribution,
            "version": self.version,
            "tags": list(self._tags()),
            "build_tag": self.build_tag,
            "generator": self.generator,
            "root_is_purelib": self.root_is_purelib,
            "modified_time": self.modified_time,
        }
        files = lower_files(ctx, self.content_files, origin=origin, description="files of the wheel")
        return ctx.add(
            Compute(
                function="packaging.build-wheel",
                version=1,
                params=canonical(params),
                inputs=(("files", files),),
                origin=origin,
                description=f"wheel {self.wheel_file_name}",
            )
        )


@function("PythonWheelBuilder", constructs="PythonWheelBuilder")
def make_wheel_builder(ctx: DialectContext, distribution: str, version: str) -> PythonWheelBuilder:
    """Gives a wheel without files.

    Args:
        distribution: name of the project.
        version: its version.

    Example:
        wheel = PythonWheelBuilder("my-tool", "1.0")
    """
    if not distribution or not version:
        raise error("OX0521", "a wheel needs a name and a version", argument="version" if distribution else "distribution")
    builder = PythonWheelBuilder(distribution=distribution, version=version, content_files={}, origin=ctx.span())
    epoch = ctx.environment.get("SOURCE_DATE_EPOCH")
    if epoch and epoch.isdigit():
        builder.modified_time = int(epoch)
    return builder


TYPES = (PythonWheelBuilder,)
FUNCTIONS = (make_wheel_builder,)
