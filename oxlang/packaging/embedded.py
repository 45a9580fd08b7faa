"""An embedded Python: everything that makes a distribution, resources and settings into a program.

`EmbeddedPython` is a value: the dialect's `PythonExecutable` fills one in and lowers it. Its artifacts:

    packed(settings)   {"packed-resources", "config.json", "COPYING.txt", "extra-files": {…}}, for the artifact folder;
                       names of the first and third are those of load mode and `licenses_filename`
    executable(…)      {NAME: program}: a launcher with configuration and resources attached
    executable_tree(…) that and all files beside it
    extra_files(…)     the files beside it alone
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from oxlang.diagnostics import error
from oxlang.graph.nodes import Artifact, Assemble, Compute, Part, Source, Write
from oxlang.records import dataclass, field, replace

if TYPE_CHECKING:
    from oxlang.graph.platform import BuildSettings
    from oxlang.packaging.bytecode import CompiledBatch
    from oxlang.packaging.collector import Collected, Collector
    from oxlang.packaging.distribution import Distribution, LinkMode
    from oxlang.packaging.interpreter_config import InterpreterConfig
    from oxlang.packaging.libpython import LinkFacts
    from oxlang.packaging.policy import PackagingPolicy
    from oxlang.source import Span

PACKED_FILE, CONFIG_FILE, EXTRA_FOLDER = "packed-resources", "config.json", "extra-files"
# What an artifact folder has besides the files that a config can name.
RESERVED_NAMES = frozenset(
    {
        "artifacts.json", CONFIG_FILE, "default_python_config.rs", EXTRA_FOLDER, "extra-files.txt",
        "libpython3.a", "oxlang-cargo-lines.txt", "pyo3-build-config-file.txt", "python3.lib",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadMode:
    """How the program finds its packed resources.

    Attributes:
        kind: in the program, in a file beside it, or not at all.
        path: name of the embedded file, or path of the file beside the program.
    """

    kind: Literal["embedded", "binary-relative-memory-mapped", "none"]
    path: str = ""

    @staticmethod
    def parse(text: str) -> LoadMode:
        """Reads `embedded:FILE`, `binary-relative-memory-mapped:PATH` or `none`. Raises OX0609 for other texts."""
        kind, colon, path = text.partition(":")
        if text == "none":
            return LoadMode(kind="none")
        if kind in ("embedded", "binary-relative-memory-mapped") and colon and path:
            return LoadMode(kind=kind, path=path)  # type: ignore[arg-type]  # both are checked the line above
        raise error(
            "OX0609",
            f"`{text}` is not a load mode of packed resources",
            help='give "embedded:FILE", "binary-relative-memory-mapped:PATH" or "none"',
        )


@dataclass(frozen=True, kw_only=True)
class EmbeddedPython:
    """A program to be.

    Attributes:
        name: name of the program, without `.exe`.
        distribution: the Python that runs in it.
        policy: the executable's copy of its policy.
        config: settings of the interpreter (an own copy).
        collector: what was added (a snapshot).
        host: a distribution of the same X.Y whose interpreter runs here, which compiles modules; by default the
            distribution itself.
        link_mode: how libpython is linked.
        packed_resources_load_mode: text of a `LoadMode`.
        licenses_filename: name of the licence report beside the program; None for none.
        tcl_files_path: folder for Tcl's files beside the program; None for none.
        windows_runtime_dlls_mode: `never`, `when-present`, `always`.
        windows_subsystem: `console` or `windows`.
        components: further components of the licence report, such as crates (see `licensing`).
        size_budget: most bytes that the program and its files may have; None for no limit.
        budget_origin: the line that set it.
        origin: the line that made the executable.
    """

    name: str
    distribution: Distribution
    policy: PackagingPolicy
    config: InterpreterConfig
    collector: Collector
    host: Distribution | None = None
    link_mode: LinkMode | Literal["default"] = "default"
    packed_resources_load_mode: str = "embedded:packed-resources"
    licenses_filename: str | None = "COPYING.txt"
    tcl_files_path: str | None = None
    windows_runtime_dlls_mode: str = "when-present"
    windows_subsystem: str = "console"
    components: tuple[dict[str, Any], ...] = ()
    size_budget: int | None = None
    budget_origin: Span | None = None
    origin: Span | None = None
    _memo: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def link_facts(self, settings: BuildSettings) -> LinkFacts:
        """Gives how libpython is linked. Raises OX0614."""
        if "facts" not in self._memo:
            from oxlang.diagnostics import OxError
            from oxlang.packaging import libpython

            try:
                self._memo["facts"] = libpython.link_facts(self.distribution, self.link_mode)
            except OxError as failure:
                raise failure.at(self.origin) from None
        facts: LinkFacts = self._memo["facts"]
        return facts

    @property
    def collected(self) -> Collected:
        """The plan and the batches; lowered once."""
        if "collected" not in self._memo:
            from oxlang.packaging.entry import entry_of

            self._memo["collected"] = self.collector.lower(
                self.distribution, origin=self.origin, name=self.name, runs=entry_of(self.config)
            )
        collected: Collected = self._memo["collected"]
        return collected

    @property
    def batches(self) -> tuple[CompiledBatch, ...]:
        """The compiled batches."""
        if "batches" not in self._memo:
            from oxlang.packaging.bytecode import compile_batches

            self._memo["batches"] = compile_batches(self.collected, self.host or self.distribution)
        batches: tuple[CompiledBatch, ...] = self._memo["batches"]
        return batches

    @property
    def load_mode(self) -> LoadMode:
        """How the program finds its packed resources. Raises OX0609."""
        return LoadMode.parse(self.packed_resources_load_mode)

    def with_components(self, components: tuple[dict[str, Any], ...]) -> EmbeddedPython:
        """Gives the same program with further components (crates) in its licence report."""
        return replace(self, components=(*self.components, *components), _memo={})

    def _content_inputs(self) -> tuple[tuple[str, Artifact], ...]:
        """What `pack.Contents` reads."""
        inputs: list[tuple[str, Artifact]] = [("plan", self.collected.plan.at("plan.json"))]
        for number, (batch, compiled) in enumerate(zip(self.collected.batches, self.batches, strict=True)):
            inputs += [
                (f"sources-{number}", compiled.sources),
                (f"code-{number}", compiled.code),
                (f"tree-{number}", batch.tree),
            ]
        return tuple(inputs)

    def config_values(self, packed_name: str = PACKED_FILE) -> dict[str, Any]:
        """Gives the configuration as the runtime reads it; embedded resources are called `packed_name` there."""
        from oxlang.packaging.runtime_config import payload_config

        mode = self.load_mode
        packed: list[dict[str, str]] = []
        if mode.kind == "embedded":
            packed = [{"payload": packed_name}]
        elif mode.kind == "binary-relative-memory-mapped":
            packed = [{"path": f"$ORIGIN/{mode.path}"}]
        values = payload_config(self.config, packed=packed, module_files=self.policy.module_files)
        if self.tcl_files_path is not None and not values.get("tcl_library"):
            folder = self.tcl_files_path.strip("/")
            version = self._tcl_folder()
            values["tcl_library"] = (
                f"$ORIGIN/{folder}/{version}" if folder not in ("", ".") else f"$ORIGIN/{version}"
            )
        return values

    def _tcl_folder(self) -> str:
        from oxlang.packaging.tcl import find_tcl

        found = find_tcl(self.distribution)
        return found.library_folder if found else "tcl8.6"

    def _packed_file(self, name: str, settings: BuildSettings) -> Artifact:
        """Gives `{name: packed resources}`."""
        from oxlang.graph.compute import canonical
        from oxlang.packaging.pack import PACK, PACK_VERSION

        params = {"windows": settings.target.is_windows, "name": name, **self.policy.module_files.settings()}
        node = Compute(
            function=PACK,
            version=PACK_VERSION,
            params=canonical(params),
            inputs=self._content_inputs(),
            description=f"pack resources of {self.name}",
            origin=self.origin,
        )
        return Artifact(node)

    def extra_files(self, settings: BuildSettings, *, licenses: bool = True) -> Artifact:
        """Gives the files that lie beside the program, at their relative places."""
        from oxlang.graph.compute import canonical
        from oxlang.packaging.pack import EXTRA, EXTRA_VERSION

        node = Compute(
            function=EXTRA,
            version=EXTRA_VERSION,
            params=canonical({"magic": self.distribution.bytecode_magic}),
            inputs=self._content_inputs(),
            description=f"files beside {self.name}",
            origin=self.origin,
        )
        parts = [Part(artifact=Artifact(node))]
        if self.policy.bundle_shared_libraries:
            from oxlang.packaging.bundle import bundled_libraries

            parts.append(Part(artifact=bundled_libraries(Artifact(node), self.distribution, self.origin)))
        parts += self._libpython_parts(settings)
        mode = self.load_mode
        if mode.kind == "binary-relative-memory-mapped":
            folder, _, name = mode.path.strip("/").rpartition("/")
            parts.append(Part(artifact=self._packed_file(name, settings), prefix=folder))
        if self.tcl_files_path is not None:
            from oxlang.packaging.tcl import tcl_parts

            parts += tcl_parts(self.distribution, self.tcl_files_path, self.origin)
        if settings.target.is_windows and self.windows_runtime_dlls_mode != "never":
            from oxlang.packaging.windows import runtime_dll_parts

            parts += runtime_dll_parts(self.distribution, self.windows_runtime_dlls_mode, self.origin)
        if licenses and self.licenses_filename is not None:
            folder, _, name = self.licenses_filename.rpartition("/")
            parts.append(Part(artifact=self.license_report(), prefix=folder, rename=name))
        return Artifact(
            Assemble(parts=tuple(parts), description=f"files beside {self.name}", origin=self.origin)
        )

    def _libpython_parts(self, settings: BuildSettings) -> list[Part]:
        facts = self.link_facts(settings)
        if facts.mode != "dynamic":
            return []
        library = Source(path=facts.extra_file, description="shared libpython", origin=self.origin)
        parts = [Part(artifact=Artifact(library), rename=facts.extra_name, executable=True)]
        stable = self.distribution.interpreter.with_name("python3.dll")
        if settings.target.is_windows and stable.is_file():
            parts.append(
                Part(
                    artifact=Artifact(Source(path=str(stable), description="python3.dll", origin=self.origin))
                )
            )
        return parts

    def license_report(self) -> Artifact:
        """Gives `{"COPYING.txt"}`."""
        from oxlang.packaging.extensions import chosen_extensions
        from oxlang.packaging.licensing import license_report

        return license_report(
            self.distribution,
            self.collector.scans,
            self.components,
            extensions=frozenset(chosen_extensions(self.distribution, self.policy)),
            origin=self.origin,
            name=self.name,
        )

    def packed(self, settings: BuildSettings) -> Artifact:
        """Gives what the artifact folder is made of (see the module's text)."""
        import json

        mode = self.load_mode
        self._check_names(mode)
        config = json.dumps(self.config_values(mode.path), sort_keys=True, indent=1, ensure_ascii=False)
        entries = ((CONFIG_FILE, config.encode("utf-8", "surrogateescape"), False),)
        parts = [Part(artifact=Artifact(Write(entries=entries, description="interpreter configuration")))]
        if mode.kind == "embedded":
            folder, _, name = mode.path.rpartition("/")
            parts.append(Part(artifact=self._packed_file(name, settings), prefix=folder))
        if self.licenses_filename is not None:
            folder, _, name = self.licenses_filename.rpartition("/")
            report = replace(self, components=()).license_report()
            parts.append(Part(artifact=report, prefix=folder, rename=name))
        parts.append(Part(artifact=self.extra_files(settings, licenses=False), prefix=EXTRA_FOLDER))
        return Artifact(
            Assemble(parts=tuple(parts), description=f"embedded resources of {self.name}", origin=self.origin)
        )

    def _check_names(self, mode: LoadMode) -> None:
        """Raises OX0609 when the packed resources would take the place of another file of the artifact folder."""
        path = mode.path.strip("/")
        if mode.kind != "embedded":
            return
        if path.partition("/")[0] in RESERVED_NAMES or path == (self.licenses_filename or "").strip("/"):
            raise error(
                "OX0609",
                f"packed resources cannot be called `{mode.path}`: the artifact folder has another file of this name",
                help='choose another name in `packed_resources_load_mode`, such as "embedded:packed-resources"',
            )

    def executable(self, launcher: Artifact, settings: BuildSettings) -> Artifact:
        """Gives `{NAME[.exe]: program}` from a launcher's tree `{"launcher": …}`."""
        from oxlang.graph.compute import canonical
        from oxlang.packaging.attach import ATTACH, ATTACH_VERSION

        target = settings.target
        params = {
            "name": self.name + target.exe_suffix,
            "config": self.config_values(),
            "embedded": self.load_mode.kind == "embedded",
            "windows": target.is_windows,
        }
        node = Compute(
            function=ATTACH,
            version=ATTACH_VERSION,
            params=canonical(params),
            inputs=(("launcher", launcher), *self._content_inputs()),
            description=f"attach resources to {self.name}",
            origin=self.origin,
        )
        return Artifact(node)

    def executable_tree(self, launcher: Artifact, settings: BuildSettings) -> Artifact:
        """Gives the program and all files beside it."""
        parts = (
            Part(artifact=self.extra_files(settings)),
            Part(artifact=self.executable(launcher, settings)),
        )
        whole = Artifact(
            Assemble(parts=parts, description=f"program {self.name} with its files", origin=self.origin)
        )
        if self.size_budget is None:
            return whole
        from oxlang.packaging.budget import within_budget

        return within_budget(whole, self.size_budget, name=self.name, origin=self.budget_origin or self.origin)
