"""The collector: an ordered log of what is added to a program, and its fold into a plan.

The log holds three operations: one placed resource, a lazy list (a scan with the policy of that moment), a filter by
name. Lowering makes of it

    lazy list  → `place`    (Compute, one per list, origin = the line that added it)
    all        → `collect`  (Compute: the fold) → `plan.json`, and per batch `batch-N.json`, the modules to compile
    per batch  → `sources`  (Compute: one file of all source texts) → `bytecode` (Run: the distribution's own Python)

A *batch* is one scanned tree (the standard library, one `pip_install`, …); modules made in the config share one. So a
change in one package leaves the compiled files of all other batches untouched.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from oxlang.graph.nodes import Artifact, Compute, Write
from oxlang.packaging.placement import Placed, Rules, place
from oxlang.packaging.resource import AddOptions, Resource
from oxlang.records import dataclass

if TYPE_CHECKING:
    from oxlang.graph.compute import ComputeContext
    from oxlang.graph.tree import Tree
    from oxlang.packaging.distribution import Distribution
    from oxlang.packaging.policy import PackagingPolicy
    from oxlang.packaging.scan import Scan
    from oxlang.source import Span

PLACE, PLACE_VERSION = "packaging.place", 6
COLLECT, COLLECT_VERSION = "packaging.collect", 5
PLACED = "placed.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class LazyAdd:
    """Adds everything of a scan that the policy takes.

    Attributes:
        settings: the policy's settings at that moment.
        distribution_only: the scan is a distribution's, whose extension modules are filtered.
    """

    scan: Scan
    settings: Mapping[str, Any]
    distribution_only: bool
    origin: Span | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The compiled form of one tree's modules.

    Attributes:
        scan: None for modules made in the config.
        tree: the files.
        strict: whether a module that cannot be compiled is an error.
    """

    scan: Scan | None
    tree: Artifact
    strict: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What a collector lowers to.

    Attributes:
        plan: tree `{"plan.json", "batch-0.json", …}`.
        batches: in the numbering of the plan.
    """

    plan: Artifact
    batches: tuple[Batch, ...]


class Collector:
    """Log of additions to one executable; changes only by growing. `snapshot` gives an independent copy."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._log: list[LazyAdd | Placed | frozenset[str]] = []
        self._made: dict[str, Span | None] = {}
        self._noted: list[Scan] = []

    def __len__(self) -> int:
        return len(self._log)

    def add(self, resource: Resource, options: AddOptions, origin: Span | None = None) -> None:
        """Adds one resource. Raises OX0604 to OX0607 at `origin` when it cannot be placed."""
        from oxlang.diagnostics import OxError

        try:
            placed = place(resource, options, self.rules)
        except OxError as failure:
            raise failure.at(origin) from None
        if placed is not None:
            self._log.append(placed)
            if resource.kind == "module" and isinstance(resource.source, bytes):
                self._made[resource.name] = origin

    def add_lazy(self, scan: Scan, policy: PackagingPolicy, origin: Span | None = None) -> None:
        """Adds what a policy takes of a scan; nothing is looked at before the graph runs.

        The policy's callbacks are not called: with callbacks the caller has to read the scan and add one by one.
        """
        self._log.append(
            LazyAdd(scan=scan, settings=policy.settings(), distribution_only=False, origin=origin)
        )

    def add_distribution(self, scan: Scan, policy: PackagingPolicy, origin: Span | None = None) -> None:
        """Adds a distribution's resources: extension modules by the policy's filter, modules, data files."""
        self._log.append(
            LazyAdd(scan=scan, settings=policy.settings(), distribution_only=True, origin=origin)
        )

    def filter(self, names: Iterable[str]) -> None:
        """Removes everything added so far whose name is not among these."""
        self._log.append(frozenset(names))

    def note(self, scan: Scan) -> None:
        """Remembers a scan for the licence report, whether or not anything of it is added."""
        self._noted.append(scan)

    def snapshot(self) -> Collector:
        """Gives a copy that later additions do not reach."""
        copy = Collector(self.rules)
        copy._log = list(self._log)
        copy._noted = list(self._noted)
        copy._made = dict(self._made)
        return copy

    @property
    def scans(self) -> tuple[Scan, ...]:
        """All scans that the log or `note` mentions, each once, in order."""
        found: dict[str, Scan] = {}
        for entry in self._log:
            if isinstance(entry, LazyAdd):
                found.setdefault(entry.scan.listing.id, entry.scan)
            elif isinstance(entry, Placed) and _scan_of(entry.resource) is not None:
                scan = _scan_of(entry.resource)
                assert scan is not None
                found.setdefault(scan.listing.id, scan)
        for scan in self._noted:
            found.setdefault(scan.listing.id, scan)
        return tuple(found.values())

    def lower(
        self,
        distribution: Distribution,
        *,
        origin: Span | None = None,
        name: str = "",
        runs: Mapping[str, Any] | None = None,
    ) -> Collected:
        """Gives the plan and the batches.

        Args:
            distribution: its cache tag names bytecode files, its filter facts choose extension modules.
            origin: the line of the executable.
            name: its name, for descriptions.
            runs: what the program runs, see `entry.entry_of`; a warning tells when that is not in it.
        """
        from oxlang.graph.compute import canonical

        batches: list[Batch] = []
        numbers: dict[str, int] = {}
        made: dict[str, bytes] = {}

        def number_of(scan: Scan) -> int:
            key = scan.tree.id
            if key not in numbers:
                numbers[key] = len(batches)
                batches.append(Batch(scan=scan, tree=scan.tree, strict=scan.strict))
            return numbers[key]

        operations: list[Any] = []
        inputs: list[tuple[str, Artifact]] = []
        for entry in self._log:
            if isinstance(entry, frozenset):
                operations.append(["filter", sorted(entry)])
            elif isinstance(entry, LazyAdd):
                batch = number_of(entry.scan)
                key = f"lazy-{len(inputs)}"
                inputs.append((key, self._lower_lazy(entry, distribution).at(PLACED)))
                operations.append(["lazy", key, batch])
            else:
                scan = _scan_of(entry.resource)
                if scan is not None:
                    batch = number_of(scan)
                else:
                    batch = -1
                    content = entry.resource.source
                    if isinstance(content, bytes) and entry.resource.digest is not None:
                        made[entry.resource.digest.hash] = content
                operations.append(["add", entry.row(), batch])
        for position, batch_of in enumerate(batches):
            if batch_of.scan is not None:
                inputs.append((f"libraries-{position}", batch_of.scan.listing.at("libraries.json")))
        node = Compute(
            function=COLLECT,
            version=COLLECT_VERSION,
            params=canonical(
                {"operations": operations, "batches": len(batches), "cache_tag": distribution.cache_tag}
                | ({"runs": dict(runs), "name": name} if runs else {})
            ),
            inputs=tuple(inputs),
            description=f"collect resources of {name}".strip(),
            origin=origin,
        )
        # What does not compile among several is named by the compiler's output; a single one can be pointed at.
        [(single, place)] = self._made.items() if len(self._made) == 1 else [("", None)]
        content_node = Write(
            entries=tuple((hash_, content, False) for hash_, content in sorted(made.items())),
            description=f"module `{single}` of the config" if single else "modules made in the config",
            origin=place or origin,
        )
        batches.append(Batch(scan=None, tree=Artifact(content_node), strict=True))
        return Collected(plan=Artifact(node), batches=tuple(batches))

    def _lower_lazy(self, entry: LazyAdd, distribution: Distribution) -> Artifact:
        from oxlang.graph.compute import canonical

        params: dict[str, Any] = {"settings": dict(entry.settings), "rules": self.rules.params()}
        if entry.distribution_only:
            from oxlang.packaging.extensions import chosen_extensions
            from oxlang.packaging.policy import PackagingPolicy

            policy = PackagingPolicy.from_settings(dict(entry.settings))
            params["extensions"] = sorted(chosen_extensions(distribution, policy))
        node = Compute(
            function=PLACE,
            version=PLACE_VERSION,
            params=canonical(params),
            inputs=(("listing", entry.scan.listing), ("tree", entry.scan.tree)),
            description=f"place resources of {entry.scan.label}".strip(),
            origin=entry.origin,
        )
        return Artifact(node)


def _scan_of(resource: Resource) -> Scan | None:
    source = resource.source
    return None if source is None or isinstance(source, bytes) else source


def compute_place(params: dict[str, Any], inputs: Mapping[str, Tree], context: ComputeContext) -> Tree:
    """Applies a policy to a scan; the output is `{"placed.json"}`."""
    from oxlang.graph.tree import FileEntry, Tree
    from oxlang.packaging.policy import PackagingPolicy
    from oxlang.packaging.resource import read_rows

    policy = PackagingPolicy.from_settings(params["settings"])
    rules = Rules.from_params(params["rules"])
    extensions = params.get("extensions")
    chosen = None if extensions is None else {(name, variant) for name, variant in extensions}
    rows = read_rows(context.read(inputs["listing"].file("resources.json").digest))
    if policy.resources_location == "auto":
        from oxlang.packaging.evidence import choose_locations

        locations = choose_locations(rows, context)
    else:
        locations = {}
    placed: list[str] = []
    for resource in rows:
        if (
            chosen is not None
            and resource.kind == "extension"
            and (resource.name, resource.detail) not in chosen
        ):
            continue
        options = policy.options_for(resource)
        if locations:
            options = _with_location(options, locations, resource)
        one = place(resource, options, rules)
        if one is not None:
            placed.append(json.dumps(one.row(), ensure_ascii=False, separators=(",", ":")))
    data = "[" + ",\n".join(placed) + "]\n"
    return Tree.of({PLACED: FileEntry(context.put(data.encode("utf-8", "surrogateescape")))})


def _with_location(options: AddOptions, locations: Mapping[str, str], resource: Resource) -> AddOptions:
    from oxlang.records import replace

    top = resource.name.split(".", 1)[0]
    return replace(options, location=locations.get(top, "in-memory"))


def compute_collect(params: dict[str, Any], inputs: Mapping[str, Tree], context: ComputeContext) -> Tree:
    """Folds the log; the output is `{"plan.json", "batch-0.json", …}`, see `plan.Plan`."""
    from oxlang.graph.tree import FileEntry, Tree
    from oxlang.packaging.plan import Plan

    count: int = params["batches"]

    def load(name: str) -> Any:
        tree = inputs[name]
        _, entry = next(iter(tree.walk()))
        assert isinstance(entry, FileEntry)
        return json.loads(context.read(entry.digest).decode("utf-8", "surrogateescape"))

    libraries = {number: load(f"libraries-{number}") for number in range(count)}
    plan = Plan(params["cache_tag"], libraries)
    for operation in params["operations"]:
        if operation[0] == "filter":
            plan.keep(frozenset(operation[1]))
        elif operation[0] == "add":
            plan.add(Placed.from_row(operation[1]), operation[2] if operation[2] >= 0 else count)
        else:
            for row in load(operation[1]):
                plan.add(Placed.from_row(row), operation[2])
    documents = plan.finish(count)
    if "runs" in params and not plan.has_files:
        from oxlang.packaging.entry import MISSING_HELP, missing_entry

        missing = missing_entry(params["runs"], plan.has_module, plan.is_package)
        if missing is not None:
            context.warn("OX0631", f"the program `{params['name']}` {missing}", help=MISSING_HELP)
    return Tree.of(
        {
            name: FileEntry(
                context.put(
                    json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(
                        "utf-8", "surrogateescape"
                    )
                )
            )
            for name, value in documents.items()
        }
    )
