"""The methods of `PythonExecutable` that make other values of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oxlang.declare import method
from oxlang.dialect.executable_reading import ExecutableReading
from oxlang.dialect.files import FileManifest, build_now, join, manifest_path
from oxlang.dialect.targets import ResolvedTarget

if TYPE_CHECKING:
    from oxlang.dialect.context import DialectContext
    from oxlang.dialect.installers import WiXBundleBuilder, WiXMSIBuilder
    from oxlang.graph.nodes import Artifact, Part


class ExecutableProducts(ExecutableReading):
    """What an executable becomes: a program on disk, artifacts, a manifest, an installer."""

    @method(effect="writes")
    def build(self, ctx: DialectContext, target: str) -> ResolvedTarget:
        """Builds the program at once where the outputs of a target go.

        Args:
            target: name of the target.
        """
        return build_now(ctx, self, target)

    @method
    def to_file_manifest(self, ctx: DialectContext, prefix: str) -> FileManifest:
        """Gives a manifest with the program and the files it needs beside it.

        Args:
            prefix: folder in the manifest; `.` is its root.
        """
        manifest = FileManifest(ctx.span())
        plain = manifest_path(prefix, "prefix")
        manifest.layers.append(self.install_part(ctx, plain))
        manifest.run_target = join(plain, self.file_name(ctx))
        return manifest

    @method(platforms=("windows",), types={"msi_builder_callback": "function | None"})
    def to_wix_bundle_builder(
        self,
        ctx: DialectContext,
        id_prefix: str,
        product_name: str,
        product_version: str,
        product_manufacturer: str,
        msi_builder_callback: Any = None,
    ) -> WiXBundleBuilder:
        """Gives an installer for Windows that also installs the Visual C++ runtime.

        Args:
            id_prefix: beginning of the identifiers in the WiX files.
            product_name: name of the product.
            product_version: its version.
            product_manufacturer: who makes it.
            msi_builder_callback: gets the `WiXMSIBuilder` inside, to set its attributes.
        """
        from oxlang.dialect.installers import WiXBundleBuilder

        builder = self._msi(ctx, id_prefix, product_name, product_version, product_manufacturer)
        if msi_builder_callback is not None:
            ctx.call(msi_builder_callback, builder)
        platform = ctx.build.target
        chain: list[tuple[str, Any]] = []
        if platform.is_windows and platform.arch in ("i686", "x86_64"):
            chain.append(("vc_redist", "x86" if platform.arch == "i686" else "x64"))
        chain.append(("msi", (builder, False, None)))
        return WiXBundleBuilder(
            id_prefix=id_prefix, name=product_name, version=product_version, manufacturer=product_manufacturer,
            arch=builder.arch, conditions=[], chain=chain, origin=ctx.span(),
        )  # fmt: skip

    @method(platforms=("windows",))
    def to_wix_msi_builder(
        self, ctx: DialectContext, id_prefix: str, product_name: str, product_version: str, product_manufacturer: str
    ) -> WiXMSIBuilder:
        """Gives an MSI installer for Windows with the program and its files.

        Args:
            id_prefix: beginning of the identifiers in the WiX files.
            product_name: name of the product.
            product_version: its version.
            product_manufacturer: who makes it.
        """
        return self._msi(ctx, id_prefix, product_name, product_version, product_manufacturer)

    def _msi(self, ctx: DialectContext, id_prefix: str, name: str, version: str, manufacturer: str) -> WiXMSIBuilder:
        from oxlang.dialect.installers import WiXMSIBuilder

        arch = {"i686": "x86", "aarch64": "arm64"}.get(ctx.build.target.arch, "x64")
        files = FileManifest(ctx.span())
        files.layers.append(self.install_part(ctx, ""))
        return WiXMSIBuilder(
            id_prefix=id_prefix, product_name=name, product_version=version, product_manufacturer=manufacturer,
            files=files, redistributables=[], arch=arch, origin=ctx.span(),
        )  # fmt: skip

    def file_name(self, ctx: DialectContext) -> str:
        """Gives the name of the program's file."""
        return self.name + ctx.build.target.exe_suffix

    def lower(self, ctx: DialectContext) -> Artifact:
        """Gives the tree of the program and the files beside it."""
        raise AssertionError("the declared class lowers")

    def install_part(self, ctx: DialectContext, prefix: str) -> Part:
        """Gives the program with its neighbours as a part of a manifest, in its present state."""
        from oxlang.graph.nodes import Part

        return Part(artifact=self.lower(ctx), prefix="" if prefix == "." else prefix)

    def run_path(self, ctx: DialectContext) -> str:
        """Gives the program's file."""
        return self.file_name(ctx)
