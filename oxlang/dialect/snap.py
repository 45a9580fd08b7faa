"""Snaps: the description of a package for snapcraft (`snap/snapcraft.yaml`), and the builder that runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oxlang.declare import attribute, function, method, starlark_type, text_of, type_name
from oxlang.declare.types import in_choices, is_iterable
from oxlang.diagnostics.model import error
from oxlang.dialect.content import Content
from oxlang.dialect.files import FileManifest, build_now
from oxlang.dialect.targets import ResolvedTarget

if TYPE_CHECKING:
    from oxlang.dialect.context import DialectContext
    from oxlang.graph.nodes import Artifact
    from oxlang.source import Span

ARCHITECTURES = ("all", "s390x", "ppc64el", "arm64", "armhf", "amd64", "i386")


def _text(doc: str) -> Any:
    return _key("str-or-none", doc)


def _texts(doc: str) -> Any:
    return _key("strs", doc)


def _choice(doc: str, *choices: str) -> Any:
    return _key("enum-or-none", doc, choices)


def _key(mode: str, doc: str, choices: tuple[str, ...] = ()) -> Any:
    return attribute(
        default=None, default_note="unset", set=mode, enum=choices, readable=False, doc=doc, type="any"
    )


class _Described:
    """What can be written as a part of `snapcraft.yaml`: keys are the attributes' names with `-`."""

    def described(self) -> dict[str, Any]:
        """Gives the keys that are set and not empty."""
        found: dict[str, Any] = {}
        for name in type(self).__starlark__.attributes:  # type: ignore[attr-defined]
            value = getattr(self, name)
            if value is not None and value != [] and value != {}:
                found[name.replace("_", "-")] = value
        return found


@starlark_type("SnapApp", origin="tugger", constructor="SnapApp")
class SnapApp(_Described):
    """A program of a snap. Its attributes are the keys of `apps.NAME` in `snapcraft.yaml` and can only be assigned."""

    adapter: str | None = _choice("Which wrapper the command gets.", "none", "full")
    autostart: str | None = _text("Desktop file that starts the program with the session.")
    command_chain: list[str] = _texts("Commands that run before the program.")
    command: str | None = _text("The command that starts the program.")
    common_id: str | None = _text("Identifier in the AppStream metadata.")
    daemon: str | None = _choice("How the program runs as a service.", "simple", "oneshot", "forking", "notify")
    desktop: str | None = _text("Desktop file of the program.")
    environment: dict[str, str] = _key("dict-str-str", "Variables of the environment.")
    extensions: list[str] = _texts("Extensions of snapcraft.")
    listen_stream: str | None = _text("Address of a socket.")
    passthrough: dict[str, str] = _key("dict-str-str", "Keys that snapcraft passes on unchecked.")
    plugs: list[str] = _texts("Interfaces that the program uses.")
    post_stop_command: str | None = _text("Command that runs after the service has stopped.")
    restart_condition: str | None = _choice(
        "When the service is started again.", "on-failure", "on-success", "on-abnormal", "on-abort", "always", "never"
    )
    slots: list[str] = _texts("Interfaces that the program offers.")
    stop_command: str | None = _text("Command that stops the service.")
    stop_timeout: str | None = _text("How long stopping may take, such as `10s`.")
    timer: str | None = _text("When the service is started.")
    socket_mode: int | None = _key("strict-int-or-none", "Mode of the socket.")
    socket: dict[str, str] = _key("dict-str-str", "Sockets of the service.")


@starlark_type("SnapPart", origin="tugger", constructor="SnapPart")
class SnapPart(_Described):
    """A part of a snap. Its attributes are the keys of `parts.NAME` in `snapcraft.yaml` and can only be assigned."""

    after: list[str] = _texts("Parts that are built before.")
    build_attributes: list[str] = _key(
        "enum-list", "Special wishes for building.",
        ("debug", "keep-execstack", "no-patchelf", "enable-patchelf", "no-install"),
    )  # fmt: skip
    build_environment: list[dict[str, str]] = _key("list-dict-str", "Variables while the part is built.")
    build_packages: list[str] = _texts("Packages of the system that building needs.")
    build_snaps: list[str] = _texts("Snaps that building needs.")
    filesets: dict[str, list[str]] = _key("dict-strs", "Named lists of files.")
    organize: dict[str, str] = _key("dict-str-str", "Files to move, from and to.")
    override_build: str | None = _text("Script in place of the build step.")
    override_prime: str | None = _text("Script in place of the prime step.")
    override_pull: str | None = _text("Script in place of the pull step.")
    override_stage: str | None = _text("Script in place of the stage step.")
    parse_info: str | None = _text("File with the AppStream metadata.")
    plugin: str | None = _text("Plugin that builds the part.")
    prime: list[str] = _texts("Files that enter the snap.")
    source_branch: str | None = _text("Branch of the source.")
    source_checksum: str | None = _text("Checksum of the source.")
    source_commit: str | None = _text("Commit of the source.")
    source_depth: int | None = _key("strict-int-or-none", "How much history of the source is fetched.")
    source_subdir: str | None = _text("Folder in the source.")
    source_tag: str | None = _text("Tag of the source.")
    source_type: str | None = _choice(
        "What kind of source it is.",
        "bzr", "deb", "git", "hg", "local", "mercurial", "rpm", "subversion", "svn", "tar", "zip", "7z",
    )  # fmt: skip
    source: str | None = _text("Where the source is.")
    stage_packages: list[str] = _texts("Packages of the system that enter the snap.")
    stage_snaps: list[str] = _texts("Snaps that enter the snap.")
    stage: list[str] = _texts("Files that are shared with other parts.")


@starlark_type("Snap", origin="tugger", constructor="Snap")
class Snap(_Described):
    """A snap. Its attributes are the keys of `snapcraft.yaml` and can only be assigned."""

    adopt_info: str | None = _text("Part that gives version and summary.")
    apps: dict[str, Any] = _key("custom", "Programs by name, `SnapApp` values; None empties it.")
    architectures: dict[str, Any] | None = _key(
        "custom", "Dict with the keys `build_on` and `run_on`; None clears it.", ARCHITECTURES
    )
    assumes: list[str] = _texts("Features that snapd must have.")
    base: str | None = _text("The base snap, such as `core22`.")
    confinement: str | None = _choice("How strictly the snap is confined.", "strict", "devmode", "classic")
    description: str = attribute(
        default_note="constructor argument", set="str", none="error", readable=False, type="any",
        doc="Several sentences about the snap.",
    )  # fmt: skip
    grade: str | None = _choice("How stable the snap is.", "devel", "stable")
    icon: str | None = _text("Path of the icon.")
    license: str | None = _text("Licence as an SPDX expression.")
    name: str = attribute(
        default_note="constructor argument", set="str", none="error", readable=False, type="any",
        doc="Name of the snap.",
    )  # fmt: skip
    passthrough: dict[str, str] = _key("dict-str-str", "Keys that snapcraft passes on unchecked.")
    parts: dict[str, Any] = _key("custom", "Parts by name, `SnapPart` values; None empties it.")
    plugs: dict[str, dict[str, str]] = _key("dict-dict-str", "Interfaces that the snap uses.")
    slots: dict[str, dict[str, str]] = _key("dict-dict-str", "Interfaces that the snap offers.")
    summary: str = attribute(
        default_note="constructor argument", set="str", none="error", readable=False, type="any",
        doc="One sentence about the snap.",
    )  # fmt: skip
    title: str | None = _text("Name of the snap for people.")
    type: str | None = _choice("What kind of special snap it is.", "gadget", "kernel", "base")
    version: str = attribute(
        default_note="constructor argument", set="str", none="error", readable=False, type="any",
        doc="Version of the snap.",
    )  # fmt: skip

    def _set_apps(self, value: Any, host: object) -> None:
        self.apps = _members("apps", "SnapApp", value)

    def _set_parts(self, value: Any, host: object) -> None:
        self.parts = _members("parts", "SnapPart", value)

    def _set_architectures(self, value: Any, host: object) -> None:
        self.architectures = None if value is None else _architectures(value)

    @method
    def to_builder(self, ctx: DialectContext) -> SnapcraftBuilder:
        """Gives a builder with a copy of the snap."""
        return SnapcraftBuilder(snap=self.copied(), files=FileManifest(ctx.span()), invocations=[], origin=ctx.span())

    def copied(self) -> Snap:
        """Gives an independent copy; values inside are never changed in place."""
        return Snap(**self.__dict__)


def _members(attribute_name: str, kind: str, value: Any) -> dict[str, Any]:
    """Gives a copy of a dict of parts. Raises OX0313."""
    if value is None:
        return {}
    if not isinstance(value, dict) or any(type_name(one) != kind for one in value.values()):
        wrong = value if not isinstance(value, dict) else next(v for v in value.values() if type_name(v) != kind)
        raise error("OX0313", f"`Snap.{attribute_name}` wants a dict of `{kind}` values, not a `{type_name(wrong)}`")
    return {text_of(name): type(one)(**one.__dict__) for name, one in value.items()}


def _architectures(value: Any) -> dict[str, Any]:
    """Gives the architectures that were asked for. Raises OX0313, OX0314, OX0528."""
    if not isinstance(value, dict):
        raise error("OX0313", f"`Snap.architectures` wants a dict, not a `{type_name(value)}`")
    found: dict[str, Any] = {}
    for key in ("build_on", "run_on"):
        if key not in value:
            raise error("OX0528", f"`Snap.architectures` needs the key `{key}`", help='give it None to leave it out')
        given = value[key]
        if given is None:
            continue
        if not is_iterable(given):
            raise error("OX0313", f"`{key}` of `Snap.architectures` wants a list, not a `{type_name(given)}`")
        names = [text_of(one) for one in given]
        for one in names:
            if not in_choices(one, ARCHITECTURES):
                raise error(
                    "OX0314", f'"{one}" is not an architecture for `Snap.architectures`',
                    help=f"known are {', '.join(ARCHITECTURES)}",
                )  # fmt: skip
        found[key.replace("_", "-")] = names
    return found


@starlark_type(
    "SnapcraftBuilder", origin="tugger", buildable=True, run="none", constructor="SnapcraftBuilder",
    obtained=("Snap(…).to_builder()",),
)  # fmt: skip
class SnapcraftBuilder:
    """Runs snapcraft over files and the description of a snap."""

    snap: Snap
    files: FileManifest
    origin: Span | None
    invocations: list[tuple[tuple[str, ...], bool]]

    @method(effect="mutates", types={"args": "iterable[str]"})
    def add_invocation(self, args: Any, purge_build: bool | None = None) -> None:
        """Adds a call of snapcraft.

        Args:
            args: arguments of the command.
            purge_build: deletes the folder first; None does so for the first call only.
        """
        purge = not self.invocations if purge_build is None else purge_build
        self.invocations.append((tuple(text_of(one) for one in args), purge))

    @method(effect="mutates")
    def add_file_manifest(self, manifest: FileManifest) -> None:
        """Adds files that snapcraft finds in its folder.

        Args:
            manifest: the files.
        """
        self.files.layers += manifest.snapshot().layers

    @method(effect="writes", platforms=("linux",))
    def build(self, ctx: DialectContext, target: str) -> ResolvedTarget:
        """Runs snapcraft at once where the outputs of a target go.

        Args:
            target: name of the target.
        """
        return build_now(ctx, self, target, replace=True)

    def lower(self, ctx: DialectContext) -> Artifact | None:
        """Gives the tree after the calls of snapcraft, None when there are none. Raises OX0520."""
        from oxlang.dialect.installers import find_tool
        from oxlang.graph.nodes import Artifact, Run

        if not self.invocations:
            return None
        described = self.files.snapshot()
        described.put("snap/snapcraft.yaml", Content(data=snapcraft_yaml(self.snap).encode()))
        tree = described.lower(ctx)
        assert tree is not None
        tool = find_tool(
            ctx, "snapcraft", "a snap", "install it with `snap install snapcraft --classic`", self.origin
        )
        for args, _ in self.invocations:
            tree = Artifact(
                ctx.graph.add(
                    Run(
                        argv=("{tool:snapcraft}", *args),
                        inputs=(("", tree),),
                        outputs=(".",),
                        tools=(tool,),
                        cache="never",
                        network=True,
                        origin=self.origin,
                        description=f"snapcraft {' '.join(args)}",
                    )
                )
            )
        return tree

    def run_path(self, ctx: DialectContext) -> None:
        """A snap has no program that could be run in place."""


_ORDER = (
    "name", "title", "base", "version", "summary", "description", "type", "confinement", "icon", "license", "grade",
    "adopt-info", "architectures", "assumes", "passthrough", "apps", "parts", "plugs", "slots",
)  # fmt: skip


def snapcraft_yaml(snap: Snap) -> str:
    """Gives `snapcraft.yaml`. Every value is written as JSON, which YAML contains, so nothing needs quoting rules."""
    import json

    given = snap.described()
    if "architectures" in given:
        given["architectures"] = [given["architectures"]]
    lines: list[str] = []
    for key in _ORDER:
        if key not in given:
            continue
        value = given[key]
        if key in ("apps", "parts"):
            lines.append(f"{key}:")
            for name, one in value.items():
                lines.append(f"  {json.dumps(name, ensure_ascii=False)}:")
                inner = one.described()
                lines += [f"    {inner_key}: {json.dumps(inner[inner_key], ensure_ascii=False)}" for inner_key in inner]
                if not inner:
                    lines[-1] += " {}"
        else:
            lines.append(f"{key}: {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


@function("SnapApp", constructs="SnapApp")
def make_snap_app() -> SnapApp:
    """Gives a program of a snap, with nothing set.

    Example:
        app = SnapApp()
        app.command = "bin/app"
    """
    return SnapApp()


@function("SnapPart", constructs="SnapPart")
def make_snap_part() -> SnapPart:
    """Gives a part of a snap, with nothing set.

    Example:
        part = SnapPart()
        part.plugin = "dump"
    """
    return SnapPart()


@function("Snap", constructs="Snap")
def make_snap(name: str, version: str, summary: str, description: str) -> Snap:
    """Gives a snap.

    Args:
        name: name of the snap.
        version: its version.
        summary: one sentence.
        description: several sentences.

    Example:
        snap = Snap("app", "1.0", "An app.", "An app that does things.")
    """
    return Snap(name=name, version=version, summary=summary, description=description)


@function("SnapcraftBuilder", constructs="SnapcraftBuilder")
def make_snapcraft_builder(ctx: DialectContext, snap: Snap) -> SnapcraftBuilder:
    """Gives a builder with a copy of a snap.

    Args:
        snap: the description.

    Example:
        builder = SnapcraftBuilder(Snap("app", "1.0", "An app.", "An app that does things."))
    """
    return SnapcraftBuilder(snap=snap.copied(), files=FileManifest(ctx.span()), invocations=[], origin=ctx.span())


TYPES = (SnapApp, SnapPart, Snap, SnapcraftBuilder)
FUNCTIONS = (make_snap_app, make_snap_part, make_snap, make_snapcraft_builder)
