"""Windows installers: `WiXMSIBuilder`, `WiXInstaller`, `WiXBundleBuilder`.

They can be made and configured everywhere. Building one needs WiX, which runs on Windows only; elsewhere that is a
diagnostic which says so, and everything before it has been checked.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from oxlang.declare import attribute, function, method, starlark_type
from oxlang.declare.types import literal
from oxlang.diagnostics.model import error
from oxlang.dialect.content import Content, host_file
from oxlang.dialect.files import FileContent, FileManifest, manifest_path
from oxlang.dialect.targets import ResolvedTarget

if TYPE_CHECKING:
    from oxlang.dialect.context import DialectContext
    from oxlang.graph.nodes import Artifact, Tool
    from oxlang.source import Span

ARCHITECTURES = ("x86", "x64", "arm64")
_ARCH_TYPE = {"arch": literal(ARCHITECTURES, open=True)}
_PLATFORM_TYPE = {"platform": literal(ARCHITECTURES)}


def find_tool(ctx: DialectContext, name: str, product: str, advice: str, origin: Span | None) -> Tool:
    """Finds a program on PATH. Raises OX0520."""
    import shutil

    from oxlang.graph.nodes import Tool

    found = shutil.which(name, path=ctx.environment.get("PATH", ""))
    if found is None:
        raise error("OX0520", f"{product} is made by `{name}`, which is not on PATH", span=origin, help=advice)
    status = os.stat(found)
    return Tool(name=name, path=found, fingerprint=f"{name} {status.st_size} {status.st_mtime_ns}")


def _needs_wix(ctx: DialectContext, product: str, origin: Span | None = None) -> Any:
    """Makes OX0520 for a product of WiX."""
    return error(
        "OX0520",
        f"{product} is made by the WiX toolset, which oxlang cannot run",
        span=ctx.span() or origin,
        help="build a `FileManifest` target and give its folder to an installer tool",
        notes=["WiX programs run on Windows only"] if not ctx.build.host.is_windows else [],
    )


class _Installer:
    """What the three builders share: being built."""

    origin: Span | None = None

    def product(self) -> str:
        """Gives the name of the file, for messages."""
        raise AssertionError("every builder has a product")

    def lower(self, ctx: DialectContext) -> Artifact:
        """Always raises OX0520."""
        raise _needs_wix(ctx, f"the installer `{self.product()}`", self.origin)

    def run_path(self, ctx: DialectContext) -> str:
        """Gives the installer itself."""
        return self.product()


class _ImmediateInstaller(_Installer):
    """What the two builders share that also build at once."""

    @method(effect="writes", platforms=("windows",))
    def build(self, ctx: DialectContext, target: str) -> ResolvedTarget:
        """Makes the installer at once where the outputs of a target go.

        Args:
            target: name of the target.
        """
        raise _needs_wix(ctx, f"the installer `{self.product()}`")

    @method(effect="demands", platforms=("windows",))
    def to_file_content(self, ctx: DialectContext) -> FileContent:
        """Gives the installer as a file."""
        raise _needs_wix(ctx, f"the installer `{self.product()}`")

    @method(effect="writes", platforms=("windows",))
    def write_to_directory(self, ctx: DialectContext, path: str) -> str:
        """Writes the installer into a folder at once; gives its path.

        Args:
            path: the folder; a relative one counts from the build path.
        """
        raise _needs_wix(ctx, f"the installer `{self.product()}`")


def _wix_path(doc: str) -> Any:
    return attribute(default=None, default_note="unset", set="str", none="unset", readable=False, type="any", doc=doc)


@starlark_type(
    "WiXMSIBuilder", origin="tugger", buildable=True, run="path", constructor="WiXMSIBuilder",
    obtained=("PythonExecutable.to_wix_msi_builder(…)",),
)  # fmt: skip
class WiXMSIBuilder(_ImmediateInstaller):
    """An MSI installer of one product. Its attributes can only be assigned."""

    origin: Span | None
    id_prefix: str
    product_name: str
    product_version: str
    product_manufacturer: str
    files: FileManifest
    redistributables: list[tuple[str, str]]

    arch: str = attribute(
        default_note="constructor argument", set="str", none="error", enum=ARCHITECTURES, open_enum=True,
        readable=False, type="any", doc="Architecture of the installer.",
    )  # fmt: skip
    banner_bmp_path: str | None = _wix_path("Picture above the dialogs, 493 by 58 pixels.")
    dialog_bmp_path: str | None = _wix_path("Picture behind the first dialog, 493 by 312 pixels.")
    eula_rtf_path: str | None = _wix_path("Licence that the user has to accept, as RTF.")
    help_url: str | None = _wix_path("Address for help.")
    license_path: str | None = _wix_path("Licence file.")
    msi_filename: str | None = attribute(
        default=None, default_note="PRODUCT_NAME-PRODUCT_VERSION.msi", set="str", none="unset", readable=False,
        type="any", doc="Name of the installer's file.",
    )  # fmt: skip
    package_description: str | None = _wix_path("Description of the package.")
    package_keywords: str | None = _wix_path("Keywords of the package.")
    product_icon_path: str | None = _wix_path("Icon of the product.")
    upgrade_code: str | None = attribute(
        default=None, default_note="UUID version 5 in the DNS name space of tugger.upgrade_code.PRODUCT_NAME",
        set="str", none="unset", readable=False, type="any",
        doc="Code that versions of the product share, so that one replaces another.",
    )  # fmt: skip

    @method(effect="mutates")
    def add_program_files_manifest(self, manifest: FileManifest) -> None:
        """Adds files that are installed in the product's folder.

        Args:
            manifest: the files.
        """
        self.files.layers += manifest.snapshot().layers

    @method(effect="mutates", types=_PLATFORM_TYPE, platforms=("windows",))
    def add_visual_cpp_redistributable(self, redist_version: str, platform: str) -> None:
        """Adds the DLLs of the Visual C++ runtime from an installed Visual Studio.

        Args:
            redist_version: version of the runtime, such as `14`.
            platform: architecture of the DLLs.
        """
        self.redistributables.append((redist_version, platform))

    def product(self) -> str:
        return self.msi_filename or f"{self.product_name}-{self.product_version}.msi"


@function("WiXMSIBuilder", constructs="WiXMSIBuilder", types=_ARCH_TYPE, platforms=("windows",))
def make_msi_builder(
    ctx: DialectContext, id_prefix: str, product_name: str, product_version: str, product_manufacturer: str, arch: str = "x64"
) -> WiXMSIBuilder:
    """Gives an MSI installer without files.

    Args:
        id_prefix: beginning of the identifiers in the WiX files.
        product_name: name of the product.
        product_version: its version.
        product_manufacturer: who makes it.
        arch: `x86`, `x64` or `arm64`.
    """
    return WiXMSIBuilder(
        id_prefix=id_prefix, product_name=product_name, product_version=product_version,
        product_manufacturer=product_manufacturer, files=FileManifest(ctx.span()), redistributables=[], arch=arch,
        origin=ctx.span(),
    )  # fmt: skip


@starlark_type("WiXInstaller", origin="tugger", buildable=True, run="path", constructor="WiXInstaller")
class WiXInstaller(_Installer):
    """An installer made of `.wxs` files."""

    origin: Span | None
    id: str
    filename: str
    wxs: dict[str, tuple[Content, dict[str, str]]]
    build_files: FileManifest
    install_files: FileManifest
    variables: dict[str, str | None]

    arch: str = attribute(
        default="x64", set="str", none="error", enum=ARCHITECTURES, open_enum=True, doc="Architecture of the installer."
    )
    install_files_root_directory_id: str = attribute(
        default="APPLICATIONFOLDER", set="str", none="error", doc="Identifier of the folder that files are installed in."
    )
    install_files_wxs_path: str = attribute(
        default="install-files.wxs", set="str", none="error", doc="Name of the generated list of installed files."
    )

    @method(effect="mutates")
    def add_build_file(
        self, ctx: DialectContext, build_path: str, filesystem_path: str, force_read: bool = False
    ) -> None:
        """Adds a file that building needs.

        Args:
            build_path: where WiX finds it.
            filesystem_path: an existing file.
            force_read: reads the file now.
        """
        self.build_files.put(manifest_path(build_path, "build_path"), _file(ctx, filesystem_path, force_read))

    @method(effect="mutates")
    def add_build_files(self, manifest: FileManifest) -> None:
        """Adds files that building needs.

        Args:
            manifest: the files.
        """
        self.build_files.layers += manifest.snapshot().layers

    @method(effect="mutates")
    def add_install_file(
        self, ctx: DialectContext, install_path: str, filesystem_path: str, force_read: bool = False
    ) -> None:
        """Adds a file to install.

        Args:
            install_path: where it is installed.
            filesystem_path: an existing file.
            force_read: reads the file now.
        """
        self.install_files.put(manifest_path(install_path, "install_path"), _file(ctx, filesystem_path, force_read))

    @method(effect="mutates")
    def add_install_files(self, manifest: FileManifest) -> None:
        """Adds files to install.

        Args:
            manifest: the files.
        """
        self.install_files.layers += manifest.snapshot().layers

    @method(effect="mutates")
    def add_msi_builder(self, builder: WiXMSIBuilder) -> None:
        """Adds what an MSI builder describes, as `main.wxs`.

        Args:
            builder: the builder.
        """
        self.install_files.layers += builder.files.snapshot().layers
        self.wxs["main.wxs"] = (Content(data=builder.product().encode()), {})

    @method(effect="mutates")
    def add_simple_installer(
        self,
        id_prefix: str,
        product_name: str,
        product_version: str,
        product_manufacturer: str,
        program_files: FileManifest,
    ) -> None:
        """Adds a plain installer, as `main.wxs`.

        Args:
            id_prefix: beginning of the identifiers in the WiX files.
            product_name: name of the product.
            product_version: its version.
            product_manufacturer: who makes it.
            program_files: the files to install.
        """
        self.install_files.layers += program_files.snapshot().layers
        self.wxs["main.wxs"] = (Content(data=f"{product_name}-{product_version}".encode()), {})

    @method(effect="mutates")
    def add_wxs_file(
        self, ctx: DialectContext, path: str, preprocessor_parameters: dict[str, str] | None = None
    ) -> None:
        """Adds a `.wxs` file; a second one of the same name replaces the first.

        Args:
            path: the file.
            preprocessor_parameters: names and values for WiX's preprocessor.
        """
        found = host_file(ctx, ctx.path_from_process(path), path)
        self.wxs[os.path.basename(found.path)] = (found, dict(preprocessor_parameters or {}))

    @method(effect="writes", platforms=("windows",))
    def build(self, ctx: DialectContext, target: str) -> ResolvedTarget:
        """Makes the installer at once where the outputs of a target go.

        Args:
            target: name of the target.
        """
        raise _needs_wix(ctx, f"the installer `{self.filename}`")

    @method(effect="mutates")
    def set_variable(self, key: str, value: str | None) -> None:
        """Sets a variable of WiX's linker.

        Args:
            key: its name.
            value: its value, None for a variable without one.
        """
        self.variables[key] = value

    @method(effect="mutates", platforms=("windows",))
    def to_file_content(self, ctx: DialectContext) -> FileContent:
        """Gives the installer as a file."""
        raise _needs_wix(ctx, f"the installer `{self.filename}`")

    @method(effect="writes", platforms=("windows",))
    def write_to_directory(self, ctx: DialectContext, path: str) -> str:
        """Writes the installer into a folder at once; gives its path.

        Args:
            path: the folder; a relative one counts from the build path.
        """
        raise _needs_wix(ctx, f"the installer `{self.filename}`")

    def product(self) -> str:
        return self.filename


def _file(ctx: DialectContext, path: str, force_read: bool) -> Content:
    found = host_file(ctx, ctx.path_from_process(path), path, "filesystem_path")
    return Content(data=found.read(ctx), executable=found.executable) if force_read else found


@function("WiXInstaller", constructs="WiXInstaller", types=_ARCH_TYPE, platforms=("windows",))
def make_wix_installer(ctx: DialectContext, id: str, filename: str, arch: str = "x64") -> WiXInstaller:
    """Gives an installer without files.

    Args:
        id: identifier of the build.
        filename: name of the installer's file, `.msi` or `.exe`.
        arch: `x86`, `x64` or `arm64`.
    """
    return WiXInstaller(
        id=id, filename=filename, wxs={}, build_files=FileManifest(), install_files=FileManifest(), variables={},
        arch=arch, origin=ctx.span(),
    )  # fmt: skip


@starlark_type(
    "WiXBundleBuilder", origin="tugger", buildable=True, run="path", constructor="WiXBundleBuilder",
    obtained=("PythonExecutable.to_wix_bundle_builder(…)",),
)  # fmt: skip
class WiXBundleBuilder(_ImmediateInstaller):
    """An installer that runs several others in turn."""

    origin: Span | None
    id_prefix: str
    name: str
    version: str
    manufacturer: str
    arch: str
    conditions: list[tuple[str, str]]
    chain: list[tuple[str, Any]]

    @method(effect="mutates")
    def add_condition(self, condition: str, message: str) -> None:
        """Adds a condition without which nothing is installed.

        Args:
            condition: an expression of WiX.
            message: what the user reads when it does not hold.
        """
        self.conditions.append((condition, message))

    @method(effect="mutates", types=_PLATFORM_TYPE)
    def add_vc_redistributable(self, platform: str) -> None:
        """Adds the installer of the Visual C++ runtime.

        Args:
            platform: `x86`, `x64` or `arm64`.
        """
        self.chain.append(("vc_redist", platform))

    @method(effect="mutates")
    def add_wix_msi_builder(
        self, builder: WiXMSIBuilder, display_internal_ui: bool = False, install_condition: Any = None
    ) -> None:
        """Adds an MSI installer.

        Args:
            builder: the installer.
            display_internal_ui: whether its own dialogs are shown.
            install_condition: an expression of WiX without which it is skipped.
        """
        self.chain.append(("msi", (builder, display_internal_ui, install_condition)))

    def product(self) -> str:
        return f"{self.name}-{self.version}.exe"


@function("WiXBundleBuilder", constructs="WiXBundleBuilder", types=_ARCH_TYPE, platforms=("windows",))
def make_bundle_builder(
    ctx: DialectContext, id_prefix: str, name: str, version: str, manufacturer: str, arch: str = "x64"
) -> WiXBundleBuilder:
    """Gives an installer that runs nothing yet.

    Args:
        id_prefix: beginning of the identifiers in the WiX files.
        name: name of the product.
        version: its version.
        manufacturer: who makes it.
        arch: `x86`, `x64` or `arm64`.
    """
    return WiXBundleBuilder(
        id_prefix=id_prefix, name=name, version=version, manufacturer=manufacturer, arch=arch, conditions=[], chain=[],
        origin=ctx.span(),
    )


TYPES = (WiXBundleBuilder, WiXInstaller, WiXMSIBuilder)
FUNCTIONS = (make_wix_installer, make_msi_builder, make_bundle_builder)
