"""`oxl find-resources [PATH]`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from oxlang.cli.invocation import Invocation
from oxlang.cli.options import FORMAT_JSON
from oxlang.cli.spec import Argument, Command, Option, WrongUsage
from oxlang.diagnostics.model import OxError

if TYPE_CHECKING:
    from oxlang.packaging.distribution import Distribution
    from oxlang.packaging.resource import Resource


def _run(call: Invocation) -> int:
    from oxlang.packaging.reports import find_resources, found_resources

    named = call.values.maybe("path")
    whole = call.values.flag("scan_distribution")
    if named is None and not whole:
        raise WrongUsage("missing argument `PATH`", "or give `--scan-distribution`")
    path = None if whole or named is None else Path(named)
    distribution = _distribution(call)
    emit, classify = not call.values.flag("no_emit_files"), not call.values.flag("no_classify_files")
    if call.values.text("format") == "json":
        from oxlang.cli.output import write_json

        head, found = found_resources(path, distribution, emit_files=emit, classify_files=classify)
        write_json(call.terminal, {"scanned": head, "resources": [_facts(one, distribution) for one in found]})
        return 0
    for line in find_resources(path, distribution, emit_files=emit, classify_files=classify):
        call.terminal.write(line)
    return 0


def _distribution(call: Invocation) -> Distribution:
    """Gives the distribution whose rules count; this machine's when another one cannot be downloaded."""
    from oxlang.graph.platform import host_triple
    from oxlang.packaging.archive import default_distribution
    from oxlang.packaging.local import local_distribution

    named, host = call.values.maybe("distributions_dir"), host_triple()
    store = None if named is None else Path(named)
    triple = call.values.maybe("target_triple") or host
    if triple == host:
        return default_distribution(
            None, triple=triple, host_triple=host, environment=call.environment, cache_dir=call.cache_dir,
            store=store,
        )
    from oxlang.cli.progress import Progress
    from oxlang.workspace.session import EngineDemand, open_engine

    try:
        with Progress(call.terminal) as progress:
            engine = open_engine(call.environment, cache=call.cache_dir, on_event=progress.on_event)
            return default_distribution(
                None, triple=triple, host_triple=host, environment=call.environment, cache_dir=call.cache_dir,
                demand=EngineDemand(engine), store=store,
            )
    except OxError as problem:
        if problem.diagnostic.code.id != "OX0706":
            raise
        call.terminal.warn(f"warning: {problem.diagnostic.message}; the rules of this machine's Python are used instead")
        return local_distribution(None, call.environment, cache_dir=call.cache_dir)


def _facts(one: Resource, distribution: Distribution) -> dict[str, object]:
    """Gives what the text says of a resource; flags that do not hold are left out."""
    from oxlang.packaging.reports import extension_flags, extension_links

    found: dict[str, object] = {"kind": one.kind, "name": one.name}
    if one.path:
        found["path"] = one.path
    if one.kind == "distribution":
        found["version"] = one.version
    if one.kind == "bytecode":
        found["bytecode_level"] = int(one.detail)
    for name in ("is_package", "is_stdlib", "is_test", "executable"):
        if getattr(one, name):
            found[name] = True
    if one.kind == "extension":
        found |= {name: value for name, value in extension_flags(one, distribution).items() if value}
        found["link_libraries"] = extension_links(one, distribution)
    return found


COMMAND = Command(
    name="find-resources",
    summary="List the Python resources in a folder, wheel or distribution.",
    run=_run,
    params=(
        Argument("PATH", "A folder with modules at its root, or a wheel.", "optional"),
        Option(("--target-triple",), "Platform whose distribution's rules count. Default: this machine's.", "TRIPLE"),
        Option(("--distributions-dir",), "Where archives of distributions are kept and unpacked. Default: in the cache.", "DIR"),
        Option(("--scan-distribution",), "List the resources of the Python distribution itself."),
        Option(("--no-classify-files",), "Do not say which files are modules, data and metadata."),
        Option(("--no-emit-files",), "Do not list plain files."),
        FORMAT_JSON,
    ),
    details="A config's `read_package_root`, `pip_install` and the like classify files in the same way.",
    examples=(
        ("oxl find-resources src", "what is in a source folder"),
        ("oxl find-resources --no-emit-files black-24.1-py3-none-any.whl", "what is in a wheel"),
    ),
)
