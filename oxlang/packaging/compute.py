"""The functions of packaging that `Compute` nodes name; modules are loaded when a function first runs."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oxlang.graph.compute import ComputeContext, ComputeFunction
    from oxlang.graph.tree import Tree


def _lazy(module: str, name: str) -> ComputeFunction:
    def call(params: dict[str, Any], inputs: Mapping[str, Tree], context: ComputeContext) -> Tree:
        function: ComputeFunction = getattr(import_module(f"oxlang.packaging.{module}"), name)
        return function(params, inputs, context)

    return call


# Name, version, module and function. A version rises when the output changes for the same inputs; a test compares
# these with the constants that the nodes are made with.
_TABLE = (
    ("packaging.scan", 2, "scan", "compute_scan"),
    ("packaging.stdlib", 3, "stdlib", "compute_stdlib"),
    ("packaging.strip", 2, "stdlib", "compute_strip"),
    ("packaging.place", 6, "collector", "compute_place"),
    ("packaging.collect", 5, "collector", "compute_collect"),
    ("packaging.sources", 2, "bytecode", "compute_sources"),
    ("packaging.pack", 4, "pack", "compute_pack"),
    ("packaging.extra", 3, "pack", "compute_extra"),
    ("packaging.attach", 3, "attach", "compute_attach"),
    ("packaging.licenses", 2, "licensing", "compute_licenses"),
    ("packaging.build-wheel", 1, "wheel_writer", "build_wheel"),
    ("packaging.budget", 1, "budget", "compute_budget"),
    ("packaging.bundle", 1, "bundle", "compute_bundle"),
    ("packaging.unpack-wheels", 1, "pip", "compute_unpack"),
    ("packaging.universal", 1, "apple", "universal"),
)

COMPUTE: dict[str, tuple[int, ComputeFunction]] = {
    name: (version, _lazy(module, function)) for name, version, module, function in _TABLE
}
