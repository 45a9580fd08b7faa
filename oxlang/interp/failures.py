"""From whatever went wrong while generated code ran to the error that users see.

Operations of ours raise `OxError`s without a place; Python's own exceptions come from the quick forms of operations.
Both get the place of the innermost generated instruction and the call stack. A quick form that failed is run again in
its general form, on the same operands, to find out what to say: operands of quick forms are names, literals and
temporary variables, so this has no effects.
"""

from __future__ import annotations

import re
from errno import ENAMETOOLONG
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

from oxlang.diagnostics.model import Frame, Label, OxError, error
from oxlang.interp.hints import operand_help
from oxlang.interp.places import is_body, is_inner, module_of
from oxlang.interp.thread import CALLS_TOO_DEEP
from oxlang.interp.values import class_name
from oxlang.interp.watch import Stopped
from oxlang.source import Span

if TYPE_CHECKING:
    from oxlang.interp.module import Module
    from oxlang.interp.thread import Thread

_ENDS = 20


def translate(problem: BaseException, thread: Thread) -> BaseException:
    """Gives the error to raise in place of an exception that left generated code; the same one when it is our bug."""
    places = _places(problem.__traceback__)
    innermost = places[-1] if places else None
    if isinstance(problem, OxError):
        made: OxError | None = problem
    elif isinstance(problem, Stopped):
        made = thread.stopped or error("OX0409", f"evaluation stopped: {thread.cancelled or 'cancelled'}")
    else:
        made = _explain(problem, innermost)
    if made is None:
        return problem
    deep = made.diagnostic.code.id == "OX0405" or made.diagnostic.message.startswith(CALLS_TOO_DEEP)
    if deep and len(places) > 1 and made.diagnostic.span is None:
        # The function that would run finds out; the call is what is wrong.
        places.pop()
        innermost = places[-1]
    if innermost is not None:
        frame, module, line, _ = innermost
        span = module.span(line)
        moved = None
        if made.diagnostic.span is None:
            moved = _in_comprehension(made, problem, module, span)
            made.at(moved or _narrowed(made, frame, module, span) or span)
            from oxlang.interp.origins import explain_value

            explain_value(made, frame, module, line)
        _add_origin_notes(made, thread, innermost)
        if not made.frames:
            frames = _frames(places)
            if moved is not None and frames:
                last = frames[-1]
                frames = (*frames[:-1], Frame(function=last.function, span=moved, arguments=last.arguments))
            made.frames = frames
    if made is not problem:
        made.__cause__ = None
        made.__suppress_context__ = True
    return made


def foretell(problem: BaseException, traceback: TracebackType | None) -> OxError | None:
    """Gives the error that users will see of an exception that has just arisen; None when it is our bug.

    The exception itself stays as it is: place and call stack are its own when it leaves the program.
    """
    places = _places(traceback)
    if isinstance(problem, OxError):
        made: OxError | None = OxError(problem.diagnostic, argument=problem.argument)
    else:
        made = _explain(problem.with_traceback(traceback), places[-1] if places else None)
    if made is not None and places and made.diagnostic.span is None:
        frame, module, line, _ = places[-1]
        span = module.span(line)
        made.at(_narrowed(made, frame, module, span) or span)
    return made


def _in_comprehension(made: OxError, problem: BaseException, module: Module, span: Span) -> Span | None:
    """Gives the place of a failure that versions of Python see at different places of a comprehension."""
    traceback, unpacking = problem.__traceback__, False
    while traceback is not None:
        unpacking = unpacking or traceback.tb_frame.f_code.co_name == "_unpacked"
        traceback = traceback.tb_next
    if not unpacking and made.diagnostic.code.id != "OX0355":
        return None
    from oxlang.interp.replay import failing_part

    return failing_part(module, span, unpacking=unpacking)


Place = tuple[FrameType, "Module", int, bool]


def _places(traceback: TracebackType | None) -> list[Place]:
    """Gives (frame, module, line, is last) of the generated frames of a traceback, outermost first."""
    found: list[Place] = []
    while traceback is not None:
        module = module_of(traceback.tb_frame)
        if module is not None:
            found.append((traceback.tb_frame, module, traceback.tb_lineno, traceback.tb_next is None))
        traceback = traceback.tb_next
    return found


def _frames(places: list[Place]) -> tuple[Frame, ...]:
    from oxlang.interp.shortening import shortened

    frames: list[Frame] = []
    middle = range(_ENDS, len(places) - _ENDS)
    for at, (frame, module, line, _) in enumerate(places):
        code = frame.f_code
        span = module.span(line)
        if frames and (is_inner(code.co_name) or is_body(code, places[at - 1][0].f_code)):
            last = frames[-1]
            frames[-1] = Frame(function=last.function, span=span, arguments=last.arguments)
            continue
        name = "<toplevel>" if code.co_name == "<module>" else code.co_name.removesuffix(".")
        name = "lambda" if name == "<lambda>" else name
        arguments: list[str] = []
        if code.co_name != "<module>" and at not in middle:
            count = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 4) + bool(code.co_flags & 8)
            values = frame.f_locals
            for variable in code.co_varnames[:count]:
                if variable in values:
                    try:
                        arguments.append(f"{variable.removesuffix('.')} = {shortened(values[variable], 50)}")
                    except (RecursionError, OxError):
                        arguments.append(f"{variable} = …")
        frames.append(Frame(function=name, span=span, arguments=tuple(arguments)))
    return tuple(frames)


def _is_ours(traceback: TracebackType | None) -> bool:
    """Whether an exception arose in generated code or in this package; elsewhere it is a bug of the host."""
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None or module_of(traceback.tb_frame) is not None:
        return True
    return str(traceback.tb_frame.f_globals.get("__name__", "")).startswith("oxlang.interp")


# ---- Python's exceptions

_QUOTED = re.compile(r"'([^']*)'")
_COMPARISON = re.compile(r"'(\S+)' not supported between instances of '([^']+)' and '([^']+)'")
_OPERANDS = re.compile(r"unsupported operand type\(s\) for (\S+?): '([^']+)' and '([^']+)'")
_CONCATENATE = re.compile(r"can only concatenate (\w+) \(not \"([^\"]+)\"\) to (\w+)")
_UNHASHABLE = re.compile(r"unhashable type: '([^']+)'")
_NOT_ITERABLE = re.compile(r"(?:cannot unpack non-iterable (\w+) object|'([^']+)' object is not iterable|argument of type '([^']+)')")
_NO_ITEM = re.compile(r"'([^']+)' object (?:is not subscriptable|does not support item assignment)")
_NO_LENGTH = re.compile(r"object of type '([^']+)' has no len\(\)")
_UNARY = re.compile(r"bad operand type for unary (\S): '([^']+)'")


def comparison_error(operator: str, left: str, right: str, prefix: str = "") -> OxError:
    """Makes the error for values that have no order."""
    return error(
        "OX0350",
        f"{prefix}{left} {operator} {right} not implemented",
        notes=[f"unsupported comparison: {left} {operator} {right}"],
        help=operand_help(operator, left, right),
    )


def read_comparison(message: str, prefix: str = "") -> OxError | None:
    """Reads Python's message about a comparison."""
    found = _COMPARISON.search(message)
    if found is None:
        return None
    operator, left, right = found.groups()
    return comparison_error(operator, class_name(left), class_name(right), prefix)


def _impossible_path(problem: OSError | ValueError) -> OxError | None:
    """Gives the error for a path that no file can have, which a function of the host was given."""
    if isinstance(problem, OSError):
        if problem.errno != ENAMETOOLONG:
            return None
        return error("OX0510", "a path is longer than the system allows", help="each name in it may have 255 bytes, as a rule")
    if "embedded null" not in str(problem):
        return None
    return error("OX0510", "a path has the character NUL in it, which no file can have", help="`\\0` is an escape sequence: write `\\\\0`, or `/`")


def _explain(problem: BaseException, innermost: Place | None) -> OxError | None:
    """Gives the error for an exception of Python, None when it is a bug of ours."""
    if isinstance(problem, RecursionError):
        return error(
            "OX0408",
            "Starlark stack overflow: calls or values are nested more deeply than Python allows",
            help="use a loop, or keep values flat",
        )
    if isinstance(problem, MemoryError):
        return error("OX0407", "evaluation ran out of memory")
    if isinstance(problem, (OSError, ValueError)):
        made = _impossible_path(problem)
        if made is not None:
            return made
    if not _is_ours(problem.__traceback__):
        return None
    if innermost is not None and innermost[3]:
        again = _again(problem, innermost)
        if again is not None:
            return again
    if isinstance(problem, NameError):
        # One raised in Python code below the program is a bug of ours, not an unbound name of the program.
        return _unbound(problem, innermost) if innermost is not None and innermost[3] else None
    message = str(problem)
    if isinstance(problem, TypeError):
        return _type_error(message, problem, innermost)
    if isinstance(problem, ZeroDivisionError):
        if "modulo" in message and "division" not in message:
            return error("OX0411", f"{'integer' if 'integer' in message else 'floating-point'} modulo by zero")
        return error("OX0411", "floored division by zero")
    if isinstance(problem, OverflowError):
        return error("OX0412", message or "number out of range")
    if isinstance(problem, KeyError):
        from oxlang.interp.formatting import repr_of

        return error("OX0404", f"key {repr_of(problem.args[0] if problem.args else None)} not in dict", help="`x.get(key, default)` gives a default")
    if isinstance(problem, IndexError):
        kind = message.partition(" ")[0]
        return error("OX0403", f"{kind} index out of range" if kind in ("list", "tuple", "string", "range") else "index out of range")
    if isinstance(problem, ValueError):
        return _value_error(message)
    if isinstance(problem, RuntimeError) and "changed size during iteration" in message:
        return error("OX0402", "cannot insert into hash table during iteration")
    return None


def _value_error(message: str) -> OxError | None:
    found = re.match(r"not enough values to unpack \(expected (?:at least )?(\d+), got (\d+)\)", message)
    if found:
        return error("OX0413", f"too few values to unpack: got {found[2]}, want {found[1]}")
    found = re.match(r"too many values to unpack \(expected (\d+)", message)
    if found:
        return error("OX0413", f"too many values to unpack: want {found[1]}")
    return error("OX0357", message) if message else None


def _type_error(message: str, problem: TypeError, innermost: Place | None) -> OxError | None:
    made = _binding(message, problem) or read_comparison(message)
    if made is not None:
        return made
    if found := _OPERANDS.search(message):
        operator, left, right = found[1].rstrip("="), class_name(found[2]), class_name(found[3])
        return error("OX0350", f"unknown binary op: {left} {operator} {right}", help=operand_help(operator, left, right))
    if found := _CONCATENATE.search(message):
        left, right = class_name(found[3]), class_name(found[2])
        return error("OX0350", f"unknown binary op: {left} + {right}", help=operand_help("+", left, right))
    if found := _UNHASHABLE.search(message):
        name = class_name(found[1])
        return error("OX0355", f"unhashable type: {name}", help="use a tuple in its place" if name == "list" else None)
    if found := _NOT_ITERABLE.search(message):
        name = class_name(found[1] or found[2] or found[3])
        return error("OX0350", f"{name} value is not iterable")
    if found := _NO_LENGTH.search(message):
        name = class_name(found[1])
        return error("OX0350", f"len: value of type {name} has no len: {name} is not iterable")
    if found := _UNARY.search(message):
        return error("OX0350", f"unknown unary op: {found[1]}{class_name(found[2])}")
    if found := _NO_ITEM.search(message):
        name = class_name(found[1])
        if "assignment" in message:
            return error("OX0350", f"{name} value does not support item assignment")
        return error(
            "OX0350", f"unhandled index operation {name}[]",
            help="the value is None; does a function return nothing?" if name == "NoneType" else None,
        )  # fmt: skip
    if innermost is not None and innermost[3]:
        return error("OX0350", re.sub(_QUOTED, lambda one: class_name(one[1]), message))
    return None


_MISSING_ARGUMENTS = re.compile(r"^(.+?)\(\) missing (\d+) required (positional|keyword-only) arguments?: (.+)$", re.S)
_TOO_MANY = re.compile(r"^(.+?)\(\) takes (?:from (\d+) to )?(\d+) positional arguments? but (\d+)", re.S)
_UNEXPECTED = re.compile(r"^(.+?)\(\) got an unexpected keyword argument '([^']+)'", re.S)
_MULTIPLE = re.compile(r"^(.+?)\(\) got multiple values for (?:keyword )?argument '([^']+)'", re.S)
_POSITIONAL_ONLY = re.compile(r"^(.+?)\(\) got some positional-only arguments passed as keyword arguments: '(.+)'", re.S)
_NO_KEYWORDS = re.compile(r"^(.+?)\(\) takes no keyword arguments", re.S)
_NOT_CALLABLE = re.compile(r"^'([^']+)' object is not callable")


def _binding(message: str, problem: BaseException) -> OxError | None:
    """Gives the error for arguments that do not fit, or a callee that is no function."""
    if found := _NOT_CALLABLE.match(message):
        name = class_name(found[1])
        return error(
            "OX0353", f"invalid call of non-function ({name})",
            help="the value is None; is something missing before the parenthesis?" if name == "NoneType" else None,
            notes=[f"a value of type {name} is not callable"],
        )  # fmt: skip
    if found := _MISSING_ARGUMENTS.match(message):
        builtin, name = _callee(found[1])
        names = _QUOTED.findall(found[4])
        if builtin:
            return error("OX0352", f"{name}: missing argument for {names[0]}", notes=[f"missing {len(names)} required argument{'s' * (len(names) > 1)}"])
        return error(
            "OX0352",
            f"function {name} missing {len(names)} argument{'s' * (len(names) > 1)} ({', '.join(one.removesuffix('.') for one in names)})",
            help="give every parameter that has no default a value",
        )
    if found := _TOO_MANY.match(message):
        builtin, name = _callee(found[1])
        least, most, given = found[2], int(found[3]), int(found[4])
        if builtin:
            if name in _METHOD_NAMES:
                most, given = most - 1, given - 1
            atmost = "at most " if least is not None and int(least) != most else ""
            return error("OX0352", f"{name}: got {given} argument{'s' * (given != 1)}, want {atmost}{most}")
        if most == 0:
            return error("OX0352", f"function {name} accepts no arguments ({given} given)")
        return error(
            "OX0352", f"function {name} accepts {'at most ' if least else ''}{most} positional argument{'s' * (most != 1)} ({given} given)"
        )
    if found := _UNEXPECTED.match(message):
        return _unexpected(found[1], found[2].removesuffix("."), problem)
    if found := _MULTIPLE.match(message):
        builtin, name = _callee(found[1])
        which = found[2].removesuffix(".")
        if builtin:
            return error("OX0352", f'{name}: got multiple values for keyword argument "{which}"')
        return error("OX0352", f'function {name} got multiple values for parameter "{which}"', argument=which)
    if found := _POSITIONAL_ONLY.match(message):
        return error("OX0352", f"{_callee(found[1])[1]}: unexpected keyword arguments", help="give the values by position")
    if found := _NO_KEYWORDS.match(message):
        return error("OX0352", f"{_callee(found[1])[1]}: unexpected keyword arguments", help="give the values by position")
    if "keywords must be strings" in message:
        return error("OX0352", "keywords must be strings")
    return None


def _unexpected(callee: str, name: str, problem: BaseException) -> OxError:
    from oxlang.diagnostics.spelling import nearest

    builtin, function = _callee(callee)
    near = nearest(name, _parameters_of(function, problem, builtin))
    hint = f" (did you mean {near}?)" if near else ""
    prefix = f"{function}: unexpected" if builtin else f"function {function} got an unexpected"
    return error(
        "OX0352", f'{prefix} keyword argument "{name}"{hint}', argument=name, help=f"did you mean `{near}`?" if near else None,
        notes=["unexpected keyword arguments"] if builtin else [],
    )  # fmt: skip


def _parameters_of(function: str, problem: BaseException, builtin: bool) -> list[str]:
    """Gives the parameter names of the callee of a call that failed, as far as it can be found by name."""
    if builtin:
        from oxlang.interp.builtins.core import CORE

        found: Any = CORE.get(function)
    else:
        places = _places(problem.__traceback__)
        if not places:
            return []
        frame = places[-1][0]
        found = frame.f_locals.get(function, frame.f_globals.get(function))
    code = getattr(found, "__code__", None)
    if code is None:
        return []
    return [one for one in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount] if not one.startswith(".")]


def _callee(qualified: str) -> tuple[bool, str]:
    if qualified.startswith("built-in "):
        return True, qualified.removeprefix("built-in ")
    name = qualified.rpartition(".<locals>.")[2] if "<locals>" in qualified else qualified
    if name.endswith("<lambda>"):
        return False, "lambda"
    return False, name.removesuffix(".").rpartition(".")[2] or name.removesuffix(".")


class _MethodNames:
    """The names of methods of the language's types, read when first needed."""

    def __contains__(self, name: str) -> bool:
        from oxlang.interp.attributes import METHODS
        from oxlang.interp.builtins.core import CORE

        return name not in CORE and any(name in table for table in METHODS.values())


_METHOD_NAMES = _MethodNames()


def _unbound(problem: NameError, innermost: Place | None) -> OxError | None:
    found = _QUOTED.search(str(problem))
    if found is None or innermost is None:
        return None
    name = found[1].removesuffix(".")
    frame, module, _, _ = innermost
    if isinstance(problem, UnboundLocalError) or "free variable" in str(problem):
        return _unbound_local(name, module)
    if name in module.global_names:
        kind = "local" if name in module.loaded_names else "global"
        from oxlang.interp.replay import bound_at

        later = bound_at(module, name)
        return error(
            "OX0209", f"{kind} variable {name} referenced before assignment",
            labels=[] if later is None else [Label(later, "it gets its value here, later", False)],
            help="a file runs from top to bottom: move this below, or put it into a function that is called later",
        )  # fmt: skip
    from oxlang.diagnostics.spelling import nearest

    known = {one for one in (*frame.f_locals, *frame.f_globals, *module.globals["__builtins__"]) if not one.startswith((".", "_"))}
    near = nearest(name, known) if len(name) > 1 else None
    hint = f" (did you mean {near}?)" if near else ""
    from oxlang.resolve.foreign import FOREIGN

    return error("OX0201", f"undefined: {name}{hint}", help=FOREIGN.get(name))


def _unbound_local(name: str, module: Module) -> OxError:
    message = f"local variable {name} referenced before assignment"
    if name not in module.global_names and name not in module.globals["__builtins__"]:
        return error("OX0209", message, help="give it a value before this, on every way that leads here")
    from oxlang.interp.replay import bound_at

    outer = bound_at(module, name)
    return error(
        "OX0209", message, labels=[] if outer is None else [Label(outer, "another variable", False)],
        notes=["a name that a function assigns to is local in all of the function"],
        help="use another name inside; what a function changes, it returns, or keeps in a list or dict",
    )  # fmt: skip


def _again(problem: BaseException, innermost: Place) -> OxError | None:
    """Runs the operation that failed in its general form."""
    from oxlang.interp.replay import replay

    frame, module, line, _ = innermost
    try:
        replay(frame, module, line)
    except OxError as made:
        return made
    except Exception:
        return None
    return None


_OF_NAMES = frozenset({"OX0310", "OX0311", "OX0312", "OX0354"})
_OF_PARTS = frozenset({"OX0350", "OX0353", "OX0403", "OX0404"})


def _narrowed(made: OxError, frame: FrameType, module: Module, span: Span) -> Span | None:
    """Gives the place of the argument, key, attribute or assigned value that an error is about, within what failed."""
    code = made.diagnostic.code.id
    if code in ("OX0355", "OX0414"):
        from oxlang.interp.origins import key_span

        return key_span(made, frame, module, span)
    if code == "OX0211":
        from oxlang.interp.origins import loaded_span

        return loaded_span(made, module, span)
    if code in _OF_PARTS:
        from oxlang.interp.origins import part_span

        return part_span(made, module, span)
    if made.argument is None and code not in _OF_NAMES:
        return None
    from oxlang.interp import replay

    if made.argument is not None:
        return replay.argument_span(module, span, made.argument)
    return replay.attribute_span(module, span)


def _add_origin_notes(made: OxError, thread: Thread, innermost: Place) -> None:
    """Says which module's end froze a value: the first one that it can be reached from, if the value can be found."""
    if made.diagnostic.code.id != "OX0401" or any("frozen because" in note for note in made.diagnostic.notes):
        return
    from oxlang.interp.replay import changed_value, holds
    from oxlang.records import replace

    others = [one for one in thread.finished if one.frozen]
    frame, module, line, _ = innermost
    value = changed_value(frame, module, line)
    if value is not None:
        others = [one for one in others if holds(one, value)][:1] or others
    if others:
        names = ", ".join(dict.fromkeys(f"`{one.path}`" for one in others))
        note = f"frozen because module {names} was loaded: values of a module cannot change once it is loaded"
    else:
        note = "values become frozen when the module that made them ends"
    made.diagnostic = replace(made.diagnostic, notes=(*made.diagnostic.notes, note))
