"""What the Debug Adapter Protocol tells of a program that stands still: frames, variables, expressions.

All of it runs in the program's own thread.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from oxlang.cli.dap_places import source_of

if TYPE_CHECKING:
    from oxlang.interp.debug import StackFrame
    from oxlang.interp.debug_values import Variable
    from oxlang.syntax import ast

Json = dict[str, Any]

_PAGED = 100
"""Lists with more elements are told in parts, which the editor asks for."""
_TOLD = {"clipboard": 1_000_000, "repl": 10_000}
"""How many characters of a value are told, by what asks for it."""
_DOTTED = re.compile(r"(?:([A-Za-z_]\w*(?:\.\w+|\[\w+\]|\[\"[^\"]*\"\])*)\.)?(\w*)$")


class Refused(Exception):
    """A request cannot be met; the text says why."""


class Values:
    """The values of one stop. *Mutable*: whatever can be opened in the editor gets a number.

    Args:
        frames: the call stack, innermost first.
    """

    def __init__(self, frames: list[StackFrame] | None = None) -> None:
        self.frames = frames or []
        self._opened: list[tuple[StackFrame, Variable | list[Variable]]] = []

    # ---- looking

    def stack(self) -> list[Json]:
        """Gives the call stack."""
        return [self._frame(at, one) for at, one in enumerate(self.frames, 1)]

    def _frame(self, ident: int, one: StackFrame) -> Json:
        begin, finish = one.span.begin, one.span.finish
        return {
            "id": ident, "name": one.function, "source": source_of(one.span.file.path),
            "line": begin.line + 1, "column": begin.column + 1,
            "endLine": finish.line + 1, "endColumn": finish.column + 1,
        }  # fmt: skip

    def _frame_of(self, ident: object) -> StackFrame:
        if not isinstance(ident, int) or not 1 <= ident <= len(self.frames):
            raise Refused("the frame is gone")
        return self.frames[ident - 1]

    def scopes(self, arguments: Json) -> list[Json]:
        """Gives the scopes of a frame."""
        from oxlang.interp.debug_values import module_variables

        frame = self._frame_of(arguments.get("frameId"))
        scopes = []
        if frame.function != "<toplevel>":
            scopes.append(self._scope("Locals", frame, frame.variables, presentationHint="locals"))
        scopes.append(self._scope("Globals", frame, module_variables(frame.python)))
        return scopes

    def _scope(self, name: str, frame: StackFrame, content: list[Variable], **more: str) -> Json:
        return {"name": name, "expensive": False, "variablesReference": self._number(frame, content), **more}

    def _number(self, frame: StackFrame, content: Variable | list[Variable]) -> int:
        self._opened.append((frame, content))
        return len(self._opened)

    def _known(self, arguments: Json) -> tuple[StackFrame, Variable | list[Variable]]:
        reference = int(arguments.get("variablesReference") or 0)
        if not 1 <= reference <= len(self._opened):
            raise Refused("the values are gone")
        return self._opened[reference - 1]

    def variables(self, arguments: Json) -> list[Json]:
        """Gives the variables of a scope, or what is inside a value, from `start` on."""
        from oxlang.interp.debug_values import children

        frame, content = self._known(arguments)
        start, count = int(arguments.get("start") or 0), int(arguments.get("count") or 0) or 1000
        if isinstance(content, list):
            return [self._told(frame, one) for one in content[start:]]
        return [self._told(frame, one) for one in children(content.value, content.expression, start, count)]

    def _told(self, frame: StackFrame, one: Variable, name: str = "value", limit: int = 200) -> Json:
        from oxlang.interp.shortening import shortened

        told: Json = {"name": one.name, name: shortened(one.value, limit), "type": one.type, "variablesReference": 0}
        if one.expression:
            told["evaluateName"] = one.expression
        if one.has_children:
            told["variablesReference"] = self._number(frame, one)
            if isinstance(one.value, (list, tuple)) and len(one.value) > _PAGED:
                told["indexedVariables"] = len(one.value)
        return told

    def evaluate(self, arguments: Json) -> Json:
        """Gives the value of an expression; in the console an assignment is done, too."""
        from oxlang.interp.debug_values import Variable, evaluate

        frame = self._frame_of(arguments.get("frameId") or 1)
        text, asker = str(arguments.get("expression", "")), str(arguments.get("context", ""))
        if asker == "repl" and (parts := _assigned(text, frame)) is not None:
            return self._assign(frame, *parts, "result")
        return self._told(frame, Variable("", evaluate(text, frame.python), text), "result", _TOLD.get(asker, 200))

    def completions(self, arguments: Json) -> list[Json]:
        """Gives what can stand at a place of an expression; nothing that would have to be called is looked into."""
        from oxlang.interp.attributes import attribute_names
        from oxlang.interp.debug_values import evaluate, names

        frame = self._frame_of(arguments.get("frameId") or 1)
        lines = str(arguments.get("text", "")).split("\n")
        line = min(max(int(arguments.get("line") or 1), 1), len(lines)) - 1
        before = lines[line][: max(int(arguments.get("column") or 1) - 1, 0)]
        found = _DOTTED.search(before)
        if found is None or before[: found.start()].endswith((".", ")", "]")):
            return []
        owner, begun = found[1], found[2]
        offered = names(frame.python) if owner is None else attribute_names(evaluate(owner, frame.python))
        kind = "variable" if owner is None else "property"
        return [{"label": one, "type": kind, "length": len(begun), "start": found.start(2)} for one in offered if one.startswith(begun)]

    # ---- changing

    def set_variable(self, arguments: Json) -> Json:
        """Gives a variable, element or attribute another value."""
        from oxlang.interp.debug_values import children, evaluate, set_child, set_variable

        frame, content = self._known(arguments)
        name = str(arguments.get("name", ""))
        inside = content if isinstance(content, list) else children(content.value, content.expression, count=1_000_000)
        old = next((one for one in inside if one.name == name), None)
        if old is None:
            raise Refused(f"there is no `{name}` here")
        new = evaluate(str(arguments.get("value", "")), frame.python)
        old.value = set_variable(frame.python, old, new) if isinstance(content, list) else set_child(content.value, old, new)
        return self._told(frame, old)

    def set_expression(self, arguments: Json) -> Json:
        """Assigns to an expression: a name, an element, an attribute."""
        frame = self._frame_of(arguments.get("frameId") or 1)
        parts = _assigned(f"{arguments.get('expression', '')} = ({arguments.get('value', '')})", frame)
        if parts is None:
            raise Refused("only a variable, an element or an attribute can get another value")
        return self._assign(frame, *parts, "value")

    def _assign(self, frame: StackFrame, target: ast.Expression, text: str, value: str, told: str) -> Json:
        from oxlang.interp.debug_values import Variable, evaluate, module_variables, set_child, set_variable
        from oxlang.syntax import ast

        new = evaluate(value, frame.python)
        if isinstance(target, ast.Name):
            known = [*frame.variables, *module_variables(frame.python)]
            old = next((one for one in known if one.name == target.id), None)
            if old is None:
                raise Refused(f"there is no variable `{target.id}` here")
            old.value = set_variable(frame.python, old, new)
            return self._told(frame, old, told)
        assert isinstance(target, ast.Index | ast.Attribute)
        parent = evaluate(text[target.value.start : target.value.end], frame.python)
        key = target.name.id if isinstance(target, ast.Attribute) else evaluate(text[target.index.start : target.index.end], frame.python)
        current = _present(parent, key, isinstance(target, ast.Attribute))
        changed = Variable("", current, text[target.start : target.end], key)
        changed.value = set_child(parent, changed, new)
        return self._told(frame, changed, told)


def _present(parent: object, key: object, attribute: bool) -> object:
    """What stands where something is about to be put; None for a key that a dict does not have yet."""
    from oxlang.interp.attributes import get_attribute
    from oxlang.interp.elements import index

    if attribute:
        return get_attribute(parent, str(key))
    return None if isinstance(parent, dict) and key not in parent else index(parent, key)


def _assigned(text: str, frame: StackFrame) -> tuple[ast.Expression, str, str] | None:
    """Gives target, whole text and text of the value, if the text is an assignment to one place."""
    from oxlang.interp.places import module_of
    from oxlang.source import SourceFile
    from oxlang.syntax import ast
    from oxlang.syntax.parse import parse

    module = module_of(frame.python)
    assert module is not None
    parsed = parse(SourceFile("<debug>", text.strip() + "\n"), module.options)
    if parsed.diagnostics or len(parsed.file.statements) != 1:
        return None
    (one,) = parsed.file.statements
    if not isinstance(one, ast.Assignment) or one.operator != "=" or not isinstance(one.target, ast.Name | ast.Index | ast.Attribute):
        return None
    whole = text.strip()
    return one.target, whole, whole[one.value.start : one.value.end]
