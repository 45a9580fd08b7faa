"""Rules: functions from a checked file to findings.

A rule knows neither suppression nor settings; the runner does. Modules of rules are named here, so that nothing is
registered by the side effect of an import elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from oxlang.check.model import Checked
from oxlang.diagnostics.model import Diagnostic
from oxlang.records import dataclass

RuleFunction = Callable[[Checked], Iterator[Diagnostic]]
_MODULES = ("names", "targets", "flow", "values", "annotations", "packaging")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule.

    Attributes:
        code: of its findings.
        name: reads well after "allow": `unused-load`.
        function: gives the findings.
    """

    code: str
    name: str
    function: RuleFunction


def rule(code: str, name: str) -> Callable[[RuleFunction], Rule]:
    """Makes a rule of a function; the registered code must have the same name."""

    def make(function: RuleFunction) -> Rule:
        return Rule(code=code, name=name, function=function)

    return make


def all_rules() -> list[Rule]:
    """Gives every rule, by code."""
    found = [
        one
        for module in _MODULES
        for one in vars(import_module(f"oxlang.lint.rules.{module}")).values()
        if isinstance(one, Rule)
    ]
    return sorted(found, key=lambda one: one.code)
