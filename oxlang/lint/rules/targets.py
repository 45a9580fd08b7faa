"""Rules about targets and the graph they make."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from oxlang.check.fit import without_none
from oxlang.check.model import Checked, RegisteredTarget
from oxlang.declare.members import FunctionDef
from oxlang.diagnostics.model import Diagnostic, Edit, Fix, Label, diagnostic
from oxlang.diagnostics.spelling import did_you_mean, nearest
from oxlang.lint.registry import rule
from oxlang.source import Span
from oxlang.syntax import ast

_ALIASES = frozenset({"build-artifacts"})


def _all_known(checked: Checked) -> bool:
    """Whether every target of the file has a written-out name, so that a missing one is really missing."""
    calls = [
        call
        for call in checked.inference.facts.calls
        if isinstance(call.function, ast.Name) and call.function.id == "register_target"
    ]
    passed_on = any(
        binding.name == "register_target" and len(binding.uses) > len(calls)
        for binding in checked.program.outside.values()
    )
    return len(calls) == len(checked.targets) and not passed_on and not checked.program.loads


@rule("OX1010", "duplicate-target")
def duplicate_target(checked: Checked) -> Iterator[Diagnostic]:
    """Two targets of one name: the later one wins silently."""
    file = checked.program.file
    seen: dict[str, RegisteredTarget] = {}
    top_level = _top_level_calls(checked)
    for one in checked.targets:
        first = seen.setdefault(one.name, one)
        if first is not one and first.call in top_level and one.call in top_level:
            yield diagnostic(
                "OX1010", f"the target `{one.name}` is registered twice", span=file.span(one.name_node),
                labels=[Label(file.span(first.name_node), "this registration has no effect", False)],
            )


def _top_level_calls(checked: Checked) -> set[ast.Expression]:
    return {one.value for one in checked.program.file.statements if isinstance(one, ast.ExpressionStatement)}


@rule("OX1011", "unknown-dependency")
def unknown_dependency(checked: Checked) -> Iterator[Diagnostic]:
    """A target that depends on one that the file does not register."""
    if not _all_known(checked):
        return
    file = checked.program.file
    names = {one.name for one in checked.targets} | _ALIASES
    for target in checked.targets:
        for name, node in target.depends:
            if name not in names:
                near = nearest(name, names)
                fixes = [] if near is None else [_replace_text(file, node, near)]
                yield diagnostic(
                    "OX1011", f"no target `{name}` is registered", span=file.span(node), fixes=fixes,
                    help=did_you_mean(name, names),
                )


def _replace_text(file: ast.File, node: ast.Expression, name: str) -> Fix:
    return Fix(f"change it to `{name}`", (Edit(file.span(node), f'"{name}"'),), safe=False)


@rule("OX1012", "unresolved-targets")
def unresolved_targets(checked: Checked) -> Iterator[Diagnostic]:
    """Targets are registered, and `resolve_targets` is never called: nothing would be built."""
    if not checked.targets or checked.program.loads:
        return
    resolving = ("resolve_targets", "resolve_target")
    if any(name in checked.program.outside for name in resolving):
        return
    file = checked.program.file
    last = checked.targets[-1]
    end = len(file.source.text)
    gap = "" if file.source.text.endswith("\n") or not file.source.text else "\n"
    fix = Fix("call `resolve_targets()` at the end", (Edit(Span(file.source, end, end), f"{gap}\nresolve_targets()\n"),))
    yield diagnostic(
        "OX1012", "targets are registered, but `resolve_targets()` is not called", span=file.span(last.call.function),
        help="add `resolve_targets()` at the end of the file", fixes=[fix],
    )


@rule("OX1013", "demand-at-module-level")
def demand_at_module_level(checked: Checked) -> Iterator[Diagnostic]:
    """A call at the top level that may run actions: it is paid for by every command that reads the config."""
    inside = _calls_in_functions(checked)
    for call in checked.inference.facts.calls:
        declared = checked.declaration(call.function)
        if not isinstance(declared, FunctionDef) or declared.effect not in ("demands", "writes"):
            continue
        if call not in inside:
            yield diagnostic(
                "OX1013", f"`{declared.qualified_name}` may run actions each time the config is read",
                span=checked.program.file.span(call.function),
                help="call it in a target's function, which runs only when the target is asked for",
            )


def _calls_in_functions(checked: Checked) -> set[ast.Call]:
    found: set[ast.Call] = set()
    end = 0
    for node in checked.nodes:
        if isinstance(node, ast.Def | ast.Lambda):
            end = max(end, node.end)
        elif isinstance(node, ast.Call) and node.start < end:
            found.add(node)
    return found


@rule("OX1014", "several-default-targets")
def several_default_targets(checked: Checked) -> Iterator[Diagnostic]:
    """More than one target with `default=True`: the last one wins."""
    file = checked.program.file
    top_level = _top_level_calls(checked)
    defaults = [one for one in checked.targets if one.default and one.call in top_level]
    for before, after in itertools.pairwise(defaults):
        if before.name != after.name:
            yield diagnostic(
                "OX1014", f"`{after.name}` takes the place of `{before.name}` as default target",
                span=file.span(after.name_node), labels=[Label(file.span(before.name_node), "default before", False)],
            )


@rule("OX1015", "unbuildable-target")
def unbuildable_target(checked: Checked) -> Iterator[Diagnostic]:
    """A target's function gives nothing that can be built; needed by other targets it may be meant so."""
    file = checked.program.file
    needed = {name for one in checked.targets for name, _ in one.depends}
    for target in checked.targets:
        if target.function is None or target.name in needed:
            continue
        result = checked.inference.returns(target.function)
        parts = result.items if result.kind == "union" else (result,)
        if any(one.kind == "any" for one in parts):
            continue
        kinds = [checked.inference.type_def(one) for one in parts]
        if any(kind is None and one.kind == "instance" for kind, one in zip(kinds, parts, strict=True)):
            continue
        if not any(kind is not None and kind.buildable for kind in kinds):
            node = target.function.name if isinstance(target.function, ast.Def) else target.function
            yield diagnostic(
                "OX1015", f"the target `{target.name}` gives `{result}`, which cannot be built",
                span=file.span(target.name_node), labels=[Label(file.span(node), "its function", False)],
                help="return the executable, the embedded resources or the file manifest",
            )


@rule("OX1016", "dependency-cycle")
def target_cycle(checked: Checked) -> Iterator[Diagnostic]:
    """Targets that depend on each other in a circle."""
    file = checked.program.file
    by_name = {one.name: one for one in checked.targets}
    reported: set[frozenset[str]] = set()
    suspects = _peeled(by_name)
    for start in checked.targets:
        if start.name not in suspects:
            continue
        path = _cycle(start.name, suspects)
        if path is None or frozenset(path) in reported:
            continue
        reported.add(frozenset(path))
        shown = " → ".join(f"`{one}`" for one in [*path, path[0]])
        node = next(node for name, node in by_name[path[0]].depends if name == path[1 % len(path)])
        yield diagnostic("OX1016", f"targets depend on each other in a circle: {shown}", span=file.span(node))


def _peeled(by_name: dict[str, RegisteredTarget]) -> dict[str, RegisteredTarget]:
    """Gives the targets that are left when those that depend on nothing left are taken away, one after the other."""
    users: dict[str, list[str]] = {}
    open_: dict[str, int] = {}
    for one in by_name.values():
        needed = {name for name, _ in one.depends if name in by_name}
        open_[one.name] = len(needed)
        for name in needed:
            users.setdefault(name, []).append(one.name)
    ready = [name for name, count in open_.items() if not count]
    while ready:
        name = ready.pop()
        del open_[name]
        for user in users.get(name, ()):
            open_[user] -= 1
            if not open_[user]:
                ready.append(user)
    return {name: by_name[name] for name in open_}


def _cycle(start: str, by_name: dict[str, RegisteredTarget]) -> list[str] | None:
    """The shortest way from a target back to itself."""
    ways: list[list[str]] = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        target = by_name.get(way[-1])
        for name, _ in target.depends if target else ():
            if name == start:
                return way
            if name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return None


@rule("OX1017", "wrong-number-of-dependencies")
def wrong_number_of_dependencies(checked: Checked) -> Iterator[Diagnostic]:
    """A target's function takes another number of values than the target has dependencies."""
    file = checked.program.file
    for target in checked.targets:
        if target.function is None or not target.depends_known:
            continue
        parameters = target.function.parameters
        if any(one.kind != "normal" for one in parameters):
            continue
        least = sum(one.default is None for one in parameters)
        given = len(target.depends)
        if least <= given <= len(parameters):
            continue
        node = target.function.name if isinstance(target.function, ast.Def) else target.function
        takes = f"{len(parameters)} argument{'s' * (len(parameters) != 1)}"
        yield diagnostic(
            "OX1017",
            f"the function of target `{target.name}` takes {takes}, but the target has {given} dependenc"
            f"{'y' if given == 1 else 'ies'}",
            span=file.span(target.name_node), labels=[Label(file.span(node), f"takes {takes}", False)],
            help="each target in `depends` gives one argument, in order",
        )


@rule("OX1018", "unused-result")
def unused_result(checked: Checked) -> Iterator[Diagnostic]:
    """A call whose result is all that it gives, and nobody takes it: `exe.pip_install([…])` adds nothing by itself."""
    for node in _statements(checked):
        call = node.value
        if not isinstance(call, ast.Call):
            continue
        declared = checked.declaration(call.function)
        if not isinstance(declared, FunctionDef) or declared.effect not in ("pure", "demands"):
            continue
        if declared.returns.kind in ("none", "any") or without_none(declared.returns).kind == "none":
            continue
        yield diagnostic(
            "OX1018", f"the result of `{declared.qualified_name}` is not used",
            span=checked.program.file.span(call.function), help=_advice(declared),
        )


def _advice(declared: FunctionDef) -> str:
    if "resource" in declared.returns.display().lower() and declared.owner == "PythonExecutable":
        return f"hand it to `add_python_resources`: `exe.add_python_resources(exe.{declared.name}(…))`"
    return "assign it, or remove the call"


def _statements(checked: Checked) -> Iterator[ast.ExpressionStatement]:
    for node in checked.nodes:
        if isinstance(node, ast.ExpressionStatement):
            yield node


