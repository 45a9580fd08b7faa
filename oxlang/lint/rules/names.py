"""Rules about names: unused, shadowed, defined twice, deprecated."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from oxlang.check.annotations import written
from oxlang.check.model import Checked
from oxlang.declare.members import AttributeDef, FunctionDef
from oxlang.diagnostics.model import Diagnostic, Edit, Fix, Label, diagnostic
from oxlang.lint.registry import rule
from oxlang.resolve.scopes import Binding
from oxlang.source import Span
from oxlang.syntax import ast
from oxlang.syntax.visit import walk


@rule("OX1002", "unused-local")
def unused_local(checked: Checked) -> Iterator[Diagnostic]:
    """A variable of a function that is assigned and never read; names with a leading `_` are meant to be unused."""
    file = checked.program.file
    parameters = {
        one.name
        for function in checked.inference.facts.functions
        for one in function.parameters
        if one.name is not None
    }
    for block in checked.program.functions:
        if block.is_comprehension:
            continue
        for binding in block.bindings.values():
            first = binding.first
            if binding.uses or binding.name.startswith("_") or first is None or first in parameters:
                continue
            if _only_plain(checked, binding):
                yield diagnostic(
                    "OX1002", f"`{binding.name}` is assigned, but never read", span=file.span(first),
                    help=f"call it `_{binding.name}` if that is meant",
                )


def _only_plain(checked: Checked, binding: Binding) -> bool:
    """Whether it gets its values by plain assignments; loop variables and parts of tuples are often unused."""
    sources = checked.inference.facts.sources.get(binding, [])
    return bool(sources) and all(one.kind == "value" for one in sources)


@rule("OX1003", "unused-load")
def unused_load(checked: Checked) -> Iterator[Diagnostic]:
    """A name that is loaded and never used."""
    file = checked.program.file
    # Nothing looks at annotations when the program runs, but their readers do.
    annotated = {
        one.id for annotation in written(checked.nodes) for one in walk(annotation) if isinstance(one, ast.Name)
    }
    for load in checked.program.loads:
        unused = []
        for item in load.items:
            binding = checked.program.globals.get(item.local.id)
            if binding is not None and not binding.uses and item.local.id not in annotated:
                unused.append(item)
        for item in unused:
            fix = _remove_load(load, item, file, everything=len(unused) == len(load.items))
            yield diagnostic("OX1003", f"`{item.local.id}` is loaded, but never used", span=file.span(item), fixes=[fix])


def _remove_load(load: ast.Load, item: ast.LoadItem, file: ast.File, *, everything: bool) -> Fix:
    text = file.source.text
    if everything:
        start, end = load.start, load.end
        if text[end : end + 1] == "\n" and (start == 0 or text[start - 1] == "\n"):
            end += 1
        return Fix("remove the load", (Edit(Span(file.source, start, end), ""),))
    at = load.items.index(item)
    start = load.items[at - 1].end if at else item.start
    end = item.end if at else load.items[at + 1].start
    return Fix(f"remove `{item.local.id}`", (Edit(Span(file.source, start, end), ""),))


@rule("OX1004", "shadowed-name")
def shadowed_name(checked: Checked) -> Iterator[Diagnostic]:
    """A global variable that takes the place of a name of the dialect or the language."""
    file = checked.program.file
    for binding in checked.program.globals.values():
        if binding.first is None or binding.name not in checked.environment or binding.scope == "file":
            continue
        yield diagnostic(
            "OX1004", f"`{binding.name}` takes the place of the built-in name", span=file.span(binding.first),
            help="choose another name; the built-in one cannot be used in this file any more",
        )


@rule("OX1005", "unused-function")
def unused_function(checked: Checked) -> Iterator[Diagnostic]:
    """A function of a config that nothing uses; modules define functions for others."""
    if not checked.program.options.old_dialect:
        return
    for binding in checked.program.globals.values():
        sources = checked.inference.facts.sources.get(binding, [])
        if binding.uses or binding.name.startswith("_") or len(sources) != 1 or sources[0].kind != "def":
            continue
        assert binding.first is not None
        yield diagnostic(
            "OX1005", f"the function `{binding.name}` is never used", span=checked.program.file.span(binding.first),
            help="register it as a target, call it, or remove it",
        )


@rule("OX1006", "redefined-function")
def redefined_function(checked: Checked) -> Iterator[Diagnostic]:
    """A function that is defined again before anybody could use it."""
    file = checked.program.file
    for binding in checked.program.globals.values():
        sources = checked.inference.facts.sources.get(binding, [])
        defs = [one.node for one in sources if one.kind == "def" and isinstance(one.node, ast.Def)]
        for before, after in itertools.pairwise(defs):
            used = any(before.end <= use.start < after.start for use in binding.uses)
            if not used and _same_block(checked, before, after):
                yield diagnostic(
                    "OX1006", f"the function `{binding.name}` is defined again", span=file.span(after.name),
                    labels=[Label(file.span(before.name), "this definition has no effect", False)],
                )


def _same_block(checked: Checked, before: ast.Def, after: ast.Def) -> bool:
    statements = checked.program.file.statements
    return before in statements and after in statements


@rule("OX1020", "deprecated-member")
def deprecated_member(checked: Checked) -> Iterator[Diagnostic]:
    """A function, method, attribute or parameter that is deprecated."""
    file = checked.program.file
    for attribute in checked.inference.facts.attributes:
        found = checked.declaration(attribute)
        if isinstance(found, AttributeDef | FunctionDef) and found.deprecated:
            yield diagnostic(
                "OX1020", f"`{found.qualified_name}` is deprecated", span=file.span(attribute.name),
                help=found.deprecated,
            )
    for call in checked.inference.facts.calls:
        found = checked.declaration(call.function)
        if not isinstance(found, FunctionDef):
            continue
        if found.deprecated and isinstance(call.function, ast.Name):
            yield diagnostic(
                "OX1020", f"`{found.name}` is deprecated", span=file.span(call.function), help=found.deprecated
            )
        for argument in call.arguments:
            param = found.param(argument.name.id) if argument.name is not None else None
            if param is not None and param.deprecated and argument.name is not None:
                yield diagnostic(
                    "OX1020", f"the parameter `{param.name}` of `{found.qualified_name}` is deprecated",
                    span=file.span(argument.name), help=param.deprecated,
                )
