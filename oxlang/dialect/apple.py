"""Values for Apple's platforms: universal binaries and application bundles. Both work on every host."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from oxlang.declare import function, method, starlark_type
from oxlang.diagnostics.model import error
from oxlang.dialect.content import Content, assemble, host_file, lower_files, write_tree
from oxlang.dialect.files import FileContent, FileManifest, build_now, join, manifest_path
from oxlang.dialect.targets import ResolvedTarget

if TYPE_CHECKING:
    from oxlang.dialect.context import DialectContext
    from oxlang.graph.nodes import Artifact
    from oxlang.source import Span


@starlark_type("AppleUniversalBinary", origin="tugger", constructor="AppleUniversalBinary")
class AppleUniversalBinary:
    """A Mach-O file for several processors, put together from files for one or several."""

    def __init__(self, filename: str, origin: Span | None = None) -> None:
        self.filename = filename
        self.origin = origin
        self.parts: list[Content] = []

    @method(effect="mutates")
    def add_path(self, ctx: DialectContext, path: str) -> None:
        """Adds the Mach-O file at a path.

        Args:
            path: an existing file; a relative path counts from the config's folder.
        """
        self._add(ctx, host_file(ctx, ctx.path_from_config(path), path), path)

    @method(effect="mutates")
    def add_file(self, ctx: DialectContext, content: FileContent) -> None:
        """Adds a Mach-O file.

        Args:
            content: the file.
        """
        self._add(ctx, content.taken(), content.filename)

    def _add(self, ctx: DialectContext, content: Content, shown: str) -> None:
        from oxlang.packaging.apple import slices

        if content.artifact is None:
            try:
                slices(content.read(ctx))
            except ValueError as failure:
                raise error("OX0516", f"`{shown}` is not a Mach-O file: {failure}", argument=0) from None
        self.parts.append(content)

    @method
    def to_file_content(self, ctx: DialectContext) -> FileContent:
        """Gives the universal file."""
        artifact = self._lower(ctx)
        return FileContent(
            content=Content(artifact=artifact, executable=True), executable=True, filename=self.filename
        )

    @method(effect="writes")
    def write_to_directory(self, ctx: DialectContext, path: str) -> str:
        """Writes the universal file into a folder at once; gives its path.

        Args:
            path: the folder; a relative one counts from the build path.
        """
        folder = os.path.join(ctx.build_path, path)
        write_tree(ctx, ctx.demand(self._lower(ctx)), folder)
        return os.path.join(folder, self.filename)

    def _lower(self, ctx: DialectContext) -> Artifact:
        from oxlang.graph.compute import canonical
        from oxlang.graph.nodes import Compute

        origin = self.origin
        inputs = tuple(
            (f"{number:04}", lower_files(ctx, {"slice": one}, origin=origin, description="a slice"))
            for number, one in enumerate(self.parts)
        )
        return ctx.add(
            Compute(
                function="packaging.universal",
                version=1,
                params=canonical({"filename": self.filename}),
                inputs=inputs,
                origin=origin,
                description=f"universal binary {self.filename}",
            )
        )


@function("AppleUniversalBinary", constructs="AppleUniversalBinary")
def make_universal_binary(ctx: DialectContext, filename: str) -> AppleUniversalBinary:
    """Gives an empty universal binary.

    Args:
        filename: name of the file.

    Example:
        binary = AppleUniversalBinary("app")
    """
    if "/" in filename or "\\" in filename:
        raise error("OX0513", f"the file name `{filename}` holds a path separator", argument="filename")
    return AppleUniversalBinary(filename, ctx.span())


@starlark_type(
    "MacOsApplicationBundleBuilder",
    origin="tugger",
    buildable=True,
    run="path",
    constructor="MacOsApplicationBundleBuilder",
)
class MacOsApplicationBundleBuilder:
    """An application bundle: the folder `NAME.app` with program, resources and `Info.plist`."""

    def __init__(self, bundle_name: str, origin: Span | None = None) -> None:
        self.name = bundle_name
        self.origin = origin
        self.plist: dict[str, Any] = {"CFBundleName": bundle_name, "CFBundlePackageType": "APPL"}
        self.contents = FileManifest()

    @method(effect="mutates")
    def add_icon(self, ctx: DialectContext, path: str) -> None:
        """Sets the icon of the application.

        Args:
            path: an `.icns` file.
        """
        found = host_file(ctx, ctx.path_from_process(path), path)
        self.contents.put(f"Resources/{self.name}.icns", found)
        self.plist.setdefault("CFBundleIconFile", f"{self.name}.icns")

    @method(effect="mutates")
    def add_manifest(self, manifest: FileManifest) -> None:
        """Adds files below `Contents`.

        Args:
            manifest: the files.
        """
        self._add("", manifest)

    @method(effect="mutates")
    def add_macos_file(self, content: FileContent, path: str | None = None) -> None:
        """Adds a file below `Contents/MacOS`, where programs stand.

        Args:
            content: the file.
            path: where it is put; its file name unless given.
        """
        self.contents.put(join("MacOS", manifest_path(path or content.filename)), content.taken())

    @method(effect="mutates")
    def add_macos_manifest(self, manifest: FileManifest) -> None:
        """Adds files below `Contents/MacOS`, where programs stand.

        Args:
            manifest: the files.
        """
        self._add("MacOS", manifest)

    @method(effect="mutates")
    def add_resources_file(self, content: FileContent, path: str | None = None) -> None:
        """Adds a file below `Contents/Resources`.

        Args:
            content: the file.
            path: where it is put; its file name unless given.
        """
        self.contents.put(join("Resources", manifest_path(path or content.filename)), content.taken())

    @method(effect="mutates")
    def add_resources_manifest(self, manifest: FileManifest) -> None:
        """Adds files below `Contents/Resources`.

        Args:
            manifest: the files.
        """
        self._add("Resources", manifest)

    @method(effect="mutates")
    def set_info_plist_key(self, key: str, value: bool | int | str) -> None:
        """Sets a key of `Info.plist`.

        Args:
            key: the key.
            value: what it is set to.
        """
        self.plist[key] = value

    @method(effect="mutates")
    def set_info_plist_required_keys(
        self, display_name: str, identifier: str, version: str, signature: str, executable: str
    ) -> None:
        """Sets the keys of `Info.plist` that every application has.

        Args:
            display_name: the name that people see.
            identifier: the reverse domain name, such as `org.example.app`.
            version: the version.
            signature: the creator code of four characters, `????` for none.
            executable: name of the program in `Contents/MacOS`.
        """
        if len(signature) != 4:
            raise error(
                "OX0517", f"the signature of a bundle has four characters, not {len(signature)}",
                help='use "????" when there is no creator code', argument="signature",
            )  # fmt: skip
        self.plist.update(
            CFBundleDisplayName=display_name,
            CFBundleIdentifier=identifier,
            CFBundleVersion=version,
            CFBundleSignature=signature,
            CFBundleExecutable=executable,
        )

    @method(effect="writes")
    def build(self, ctx: DialectContext, target: str) -> ResolvedTarget:
        """Writes the bundle at once where the outputs of a target go.

        Args:
            target: name of the target.
        """
        return build_now(ctx, self, target)

    @method(effect="writes")
    def write_to_directory(self, ctx: DialectContext, path: str) -> str:
        """Writes the bundle into a folder at once; gives the path of the bundle.

        Args:
            path: the folder; a relative one counts from the build path.
        """
        folder = os.path.join(ctx.build_path, path)
        write_tree(ctx, ctx.demand(self.lower(ctx)), folder)
        return os.path.join(folder, f"{self.name}.app")

    def _add(self, prefix: str, manifest: FileManifest) -> None:
        from oxlang.records import replace

        for layer in manifest.layers:
            if isinstance(layer, dict):
                for path, content in layer.items():
                    self.contents.put(join(prefix, path), content)
            else:
                self.contents.layers.append(replace(layer, prefix=join(prefix, layer.prefix) if layer.prefix else prefix))

    def lower(self, ctx: DialectContext) -> Artifact:
        """Gives the tree `{NAME.app/Contents/…}`."""
        import plistlib

        from oxlang.dialect.content import parts_of
        from oxlang.graph.nodes import Part

        origin = self.origin
        plist = plistlib.dumps(self.plist, sort_keys=True)
        parts: list[Part] = []
        for layer in [*self.contents.layers, {"Info.plist": Content(data=plist)}]:
            parts += parts_of(ctx, layer, origin) if isinstance(layer, dict) else [layer]
        inner = assemble(ctx, parts, origin=origin, description="contents of the bundle")
        outer = Part(artifact=inner, prefix=f"{self.name}.app/Contents")
        return assemble(ctx, [outer], origin=origin, description=f"{self.name}.app")

    def run_path(self, ctx: DialectContext) -> str | None:
        """Gives the program that `Info.plist` names."""
        name = self.plist.get("CFBundleExecutable")
        return f"{self.name}.app/Contents/MacOS/{name}" if name else None


@function("MacOsApplicationBundleBuilder", constructs="MacOsApplicationBundleBuilder")
def make_bundle(ctx: DialectContext, bundle_name: str) -> MacOsApplicationBundleBuilder:
    """Gives an application bundle without files.

    Args:
        bundle_name: name of the application; the bundle is `NAME.app`.

    Example:
        bundle = MacOsApplicationBundleBuilder("My App")
    """
    return MacOsApplicationBundleBuilder(bundle_name, ctx.span())


TYPES = (AppleUniversalBinary, MacOsApplicationBundleBuilder)
FUNCTIONS = (make_universal_binary, make_bundle)
