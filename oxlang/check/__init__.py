"""Types of expressions, and what they say about calls and attributes. Stops nothing: it serves lint and editors."""

from __future__ import annotations

from collections.abc import Mapping

from oxlang.check.model import Checked, Declaration, RegisteredTarget
from oxlang.declare.environment import Environment
from oxlang.resolve.scopes import Program

__all__ = ["Checked", "Declaration", "RegisteredTarget", "check"]


def check(program: Program, environment: Environment, modules: Mapping[str, Checked] | None = None) -> Checked:
    """Checks a resolved file.

    Args:
        program: the file.
        environment: every name it may use, built-in ones included.
        modules: checked files that it loads, by the text of the `load`.
    """
    from oxlang.check.infer import Inference

    inference = Inference(program, environment, modules or {})
    return Checked(
        program=program,
        environment=environment,
        inference=inference,
        targets=tuple(inference.targets()),
        modules=modules or {},
    )
