"""Findings about calls and attributes, from the declarations: the same codes and sentences as at run time.

Values that are written out are checked by the very functions that check them at run time; of other values only the
types are compared, and what is not known is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from oxlang.check.constants import NotConstant, constant
from oxlang.check.fit import fits, without_none
from oxlang.check.infer import Inference, UserFunction
from oxlang.declare.members import AttributeDef, FunctionDef, ParamDef, TypeDef
from oxlang.declare.types import ANY, Ty
from oxlang.diagnostics.model import Diagnostic, Edit, Fix, Label, OxError, diagnostic
from oxlang.diagnostics.spelling import did_you_mean, nearest
from oxlang.source import Span
from oxlang.syntax import ast


def findings(inference: Inference) -> Iterator[Diagnostic]:
    """Gives everything that is wrong with calls, attributes and assignments to attributes, in order of text."""
    found: list[Diagnostic] = []
    assigned = {
        one.target for one in inference.facts.assignments if isinstance(one.target, ast.Attribute)
    }
    for attribute in inference.facts.attributes:
        if attribute not in assigned:
            found += _read_attribute(inference, attribute)
    for assignment in inference.facts.assignments:
        if isinstance(assignment.target, ast.Attribute):
            found += _assigned_attribute(inference, assignment, assignment.target)
    for call in inference.facts.calls:
        found += _call(inference, call)
    found.sort(key=lambda one: one.span.start if one.span else 0)
    yield from found


def _span(inference: Inference, node: ast.Node) -> Span:
    return inference.program.file.span(node)


# ---- attributes


def _owner(inference: Inference, node: ast.Attribute) -> Ty:
    return without_none(inference.type_of(node.value))


def _read_attribute(inference: Inference, node: ast.Attribute) -> Iterator[Diagnostic]:
    if not node.name.id:
        return
    owner = _owner(inference, node)
    members = inference.members(owner, node.name.id)
    if members is None:
        return
    if all(one is None for one in members):
        yield _unknown_attribute(inference, node, owner)
        return
    if all(isinstance(one, AttributeDef) and not one.readable for one in members):
        one = next(one for one in members if one is not None)
        yield diagnostic(
            "OX0312", f"`{one.qualified_name}` can be assigned, but not read", span=_span(inference, node.name)
        )


def _unknown_attribute(inference: Inference, node: ast.Attribute, owner: Ty) -> Diagnostic:
    known: set[str] = set()
    kinds = [inference.type_def(one) for one in (owner.items if owner.kind == "union" else (owner,))]
    for kind in kinds:
        if kind is not None:
            known.update(kind.names())
    span = _span(inference, node.name)
    found = nearest(node.name.id, known)
    shown = owner.display() if owner.kind in ("instance", "union") else owner.starlark_names[0]
    return diagnostic(
        "OX0310", f"`{shown}` has no attribute or method `{node.name.id}`", span=span,
        help=f"did you mean `{found}`?" if found else _listed(kinds), fixes=_rename(span, found),
    )


def _listed(kinds: Sequence[TypeDef | None]) -> str | None:
    [kind] = kinds if len(kinds) == 1 else [None]
    return None if kind is None or kind.origin == "language" else kind.listed(kind.names())


def _rename(span: Span, name: str | None) -> tuple[Fix, ...]:
    return () if name is None else (Fix(f"change it to `{name}`", (Edit(span, name),), safe=False),)


def _assigned_attribute(inference: Inference, node: ast.Assignment, target: ast.Attribute) -> Iterator[Diagnostic]:
    owner = _owner(inference, target)
    kinds = [inference.type_def(one) for one in (owner.items if owner.kind == "union" else (owner,))]
    name = target.name.id
    if any(kind is None for kind in kinds) or not name:
        return
    known = [kind for kind in kinds if kind is not None]
    attributes = [one for kind in known if (one := kind.attribute(name)) is not None]
    span = _span(inference, target.name)
    if not attributes:
        failure = known[0].not_assignable(name) if known else None
        if failure is not None:
            found = nearest(name, [one.name for kind in known for one in kind.attributes.values() if one.writable])
            told = failure.diagnostic
            yield diagnostic(told.code.id, told.message, span=span, help=told.help, fixes=_rename(span, found))
        return
    if node.operator != "=":
        return
    try:
        value = constant(node.value, inference.program)
    except NotConstant:
        if not attributes[0].writable:
            yield _located(_set(attributes[0], None), span)
        return
    failures = [_set(one, value) for one in attributes]
    if all(one is not None for one in failures):
        failure = failures[0]
        place = span if failure is not None and failure.diagnostic.code.id == "OX0311" else _span(inference, node.value)
        yield _located(failure, place)


def _set(attribute: AttributeDef, value: object) -> OxError | None:
    """What assigning a written-out value says; attributes with a conversion of their own are believed."""
    from oxlang.declare.setmodes import MODES, convert

    if attribute.writable and attribute.set_mode not in MODES:
        return None
    try:
        convert(attribute, value)
    except OxError as failure:
        return failure
    return None


def _located(failure: OxError | None, span: Span) -> Diagnostic:
    assert failure is not None
    return failure.at(span).diagnostic


# ---- calls


def _call(inference: Inference, call: ast.Call) -> Iterator[Diagnostic]:
    declared = inference.called(call.function)
    if isinstance(declared, FunctionDef):
        yield from _declared_call(inference, call, declared)
        return
    found = inference.user_function(call.function)
    if found is not None:
        yield from _user_call(inference, call, found[0], found[1])
        return
    if declared is None and isinstance(call.function, ast.Attribute):
        return
    kind = inference.type_of(call.function)
    if kind.kind not in ("any", "function", "union", "instance"):
        yield diagnostic(
            "OX0304", f"a value of type `{kind.starlark_names[0]}` cannot be called",
            span=_span(inference, call.function),
        )


def _declared_call(inference: Inference, call: ast.Call, declared: FunctionDef) -> Iterator[Diagnostic]:
    normal = [one for one in declared.params if one.kind in ("normal", "positional")]
    named = {one.name: one for one in declared.params if one.kind in ("normal", "named")}
    takes_rest = any(one.kind == "args" for one in declared.params)
    takes_names = any(one.kind == "kwargs" for one in declared.params)
    given: dict[str, ast.Argument] = {}
    spread = False
    positional = [one for one in call.arguments if one.kind == "positional"]
    for at, argument in enumerate(positional):
        if at < len(normal):
            given[normal[at].name] = argument
        elif not takes_rest:
            yield _surplus(inference, call, declared, len(normal), len(positional), argument)
            break
    for argument in call.arguments:
        if argument.kind in ("star", "starstar"):
            spread = True
        elif argument.kind == "named" and argument.name is not None:
            name = argument.name.id
            if name not in named:
                if not takes_names:
                    yield _unknown_argument(inference, declared, argument.name, list(named))
            elif name in given:
                yield diagnostic(
                    "OX0305", f"`{declared.qualified_name}` gets the argument `{name}` twice",
                    span=_span(inference, argument),
                    labels=[Label(_span(inference, given[name]), "first given here", False)],
                )
            else:
                given[name] = argument
    missing = [one.name for one in declared.params if one.required and one.name not in given]
    if missing and not spread:
        yield _missing(inference, call, declared.qualified_name, missing, f"signature: `{declared.signature()}`")
    for param in declared.params:
        one = given.get(param.name)
        if one is not None:
            yield from _argument(inference, declared, param, one.value)


def _surplus(
    inference: Inference, call: ast.Call, declared: FunctionDef, count: int, given: int, first: ast.Argument
) -> Diagnostic:
    takes = f"{count} argument{'s' * (count != 1)} by position" if declared.params and count else "no arguments"
    return diagnostic(
        "OX0303",
        f"`{declared.qualified_name}` takes {takes}, but {given} {'is' if given == 1 else 'are'} given",
        span=_span(inference, first), notes=[f"signature: `{declared.signature()}`"],
    )


def _unknown_argument(inference: Inference, declared: FunctionDef, name: ast.Name, known: list[str]) -> Diagnostic:
    span = _span(inference, name)
    if any(one.kind == "positional" and one.name == name.id for one in declared.params):
        return diagnostic("OX0307", f"`{declared.qualified_name}` takes `{name.id}` by position only", span=span)
    hint = did_you_mean(name.id, known)
    if hint is None:
        hint = f"it takes {', '.join(f'`{one}`' for one in known)}" if known else "it takes no arguments"
    return diagnostic(
        "OX0302", f"`{declared.qualified_name}` has no parameter `{name.id}`", span=span, help=hint,
        fixes=_rename(span, nearest(name.id, known)),
    )


def _missing(inference: Inference, call: ast.Call, name: str, missing: list[str], note: str) -> Diagnostic:
    shown = [f"`{one}`" for one in missing]
    told = shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
    return diagnostic(
        "OX0301", f"`{name}` misses the argument{'s' * (len(missing) > 1)} {told}",
        span=_span(inference, call.function), notes=[note],
    )


def _argument(
    inference: Inference, declared: FunctionDef, param: ParamDef, node: ast.Expression
) -> Iterator[Diagnostic]:
    if param.type == ANY:
        return
    try:
        value = constant(node, inference.program)
    except NotConstant:
        actual = inference.type_of(node)
        if not fits(param.type, actual):
            yield diagnostic(
                "OX0304",
                f"`{declared.qualified_name}` wants `{param.type}` for `{param.name}`, not `{actual.display()}`",
                span=_span(inference, node),
            )
        return
    failure = _refused(declared, param, value)
    if failure is not None:
        yield failure.at(_span(inference, node)).diagnostic


def _refused(declared: FunctionDef, param: ParamDef, value: object) -> OxError | None:
    """What the call says at run time about one value that is written out."""
    from oxlang.declare.bind import _choice, _wrong_type

    if not param.type.matches(value):
        return _wrong_type(declared, param.name, param.type, value, param.name)
    choices = param.type.choice_error(value)
    return None if choices is None else _choice(declared, param.name, choices, value, param.name)


def _user_call(inference: Inference, call: ast.Call, home: Inference, function: UserFunction) -> Iterator[Diagnostic]:
    if any(one.kind in ("star", "starstar") for one in call.arguments):
        return
    name = function.name.id if isinstance(function, ast.Def) else "lambda"
    normal = []
    named = set()
    rest = names = bare = False
    for one in function.parameters:
        if one.kind == "star":
            rest = bare = True
        elif one.kind == "bare-star":
            bare = True
        elif one.kind == "starstar":
            names = True
        elif one.name is not None:
            named.add(one.name.id)
            if not bare:
                normal.append(one.name.id)
    positional = [one for one in call.arguments if one.kind == "positional"]
    given = set(normal[: len(positional)])
    defined = Label(
        _span(home, function.name if isinstance(function, ast.Def) else function), f"`{name}` is defined here", False
    )
    if len(positional) > len(normal) and not rest:
        yield diagnostic(
            "OX0303",
            f"`{name}` takes {len(normal)} argument{'s' * (len(normal) != 1)} by position, but {len(positional)} "
            f"{'is' if len(positional) == 1 else 'are'} given",
            span=_span(inference, positional[len(normal)]), labels=[defined],
        )
    for argument in call.arguments:
        if argument.kind != "named" or argument.name is None:
            continue
        if argument.name.id not in named:
            if not names:
                span = _span(inference, argument.name)
                yield diagnostic(
                    "OX0302", f"`{name}` has no parameter `{argument.name.id}`", span=span, labels=[defined],
                    help=did_you_mean(argument.name.id, named), fixes=_rename(span, nearest(argument.name.id, named)),
                )
        elif argument.name.id in given:
            yield diagnostic(
                "OX0305", f"`{name}` gets the argument `{argument.name.id}` twice", span=_span(inference, argument)
            )
        given.add(argument.name.id)
    missing = [
        one.name.id
        for one in function.parameters
        if one.kind == "normal" and one.name is not None and one.default is None and one.name.id not in given
    ]
    if missing:
        shown = f"`{name}` takes {', '.join(f'`{one}`' for one in [*normal, *sorted(named - set(normal))])}"
        told = _missing(inference, call, name, missing, shown)
        yield diagnostic("OX0301", told.message, span=told.span, labels=[defined], notes=told.notes)
