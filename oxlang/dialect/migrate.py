"""Rewrites configs of PyOxidizer's dialects 0.4 to 0.10 to today's names.

`migrate` works on the tree and changes only the texts of what was renamed, so comments and layout stay. Three forms need
whole statements: the constructor of the interpreter's settings becomes a call and assignments; arguments of
`to_python_executable` that became attributes become a policy before the call; methods that took a prefix become a loop.
A config of the first dialect (one `Config(…)` call) is written anew, see `oldest`.
"""

from __future__ import annotations

from collections.abc import Iterator

from oxlang.dialect import former
from oxlang.records import dataclass
from oxlang.source import SourceFile, Span
from oxlang.syntax import ast
from oxlang.syntax.options import CONFIG
from oxlang.syntax.parse import parse
from oxlang.syntax.visit import walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that was rewritten.

    Attributes:
        span: what stood there.
        text: what stands there now.
        why: the explanation for users.
    """

    span: Span
    text: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remaining:
    """Something that needs a person: where, and what to think about."""

    span: Span
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """The outcome.

    Attributes:
        text: the new config.
        changes: in the order of the file.
        remaining: what could not be decided.
    """

    text: str
    changes: tuple[Change, ...]
    remaining: tuple[Remaining, ...]


def migrate(source: SourceFile) -> Migration:
    """Rewrites a config. Raises its syntax errors."""
    from oxlang.diagnostics.model import OxError

    parsed = parse(source, CONFIG)
    wrong = [one for one in parsed.diagnostics if one.code.severity == "error"]
    if wrong:
        raise OxError(wrong[0], others=wrong[1:])
    names = {node.id for node in walk(parsed.file) if isinstance(node, ast.Name)}
    if "Config" in names and names & (former.OLDEST - {"Config"}):
        from oxlang.dialect.oldest import rewrite

        return rewrite(parsed.file)
    return _Rewriter(parsed.file).run()


class _Rewriter:
    """Collects the changes of one file."""

    def __init__(self, file: ast.File) -> None:
        self.file = file
        self.source = file.source
        self.changes: list[Change] = []
        self.remaining: list[Remaining] = []

    def run(self) -> Migration:
        """Walks over functions and top level."""
        self.block(self.file.statements, None)
        for statement in self.file.statements:
            if isinstance(statement, ast.Def):
                self.block(statement.body, statement)
        self.changes.sort(key=lambda one: one.span.start)
        return Migration(
            text=_applied(self.source.text, self.changes),
            changes=tuple(self.changes),
            remaining=tuple(sorted(self.remaining, key=lambda one: one.span.start)),
        )

    def span(self, node: ast.Node) -> Span:
        return self.source.span(node.start, node.end)

    def text(self, node: ast.Node) -> str:
        return self.source.text[node.start : node.end]

    def change(self, start: int, end: int, text: str, why: str) -> None:
        self.changes.append(Change(span=self.source.span(start, end), text=text, why=why))

    def remain(self, node: ast.Node, why: str) -> None:
        self.remaining.append(Remaining(span=self.span(node), why=why))

    def block(self, statements: list[ast.Statement], function: ast.Def | None) -> None:
        """Rewrites the simple statements of a function or the top level, also those inside `if` and `for`."""
        names = _Names(statements, function)
        for statement in _simple(statements):
            self.statement(statement, names)
        for statement in _compound(statements):
            head = statement.iterable if isinstance(statement, ast.For) else statement.condition
            self.expressions(head, statement, names)

    def statement(self, statement: ast.Statement, names: _Names) -> None:
        """Rewrites one statement; the forms that replace it whole come first."""
        if isinstance(statement, ast.Assignment) and self.assignment(statement, names):
            return
        if isinstance(statement, ast.ExpressionStatement) and self.files_call(statement, names):
            return
        self.expressions(statement, statement, names)

    def expressions(self, part: ast.Node, statement: ast.Statement, names: _Names) -> None:
        """Rewrites what was renamed in a statement or its head."""
        for node in walk(part):
            if isinstance(node, ast.Call):
                self.call(node, statement, names)
            elif isinstance(node, ast.Attribute) and node.name.id == "to_embedded_data":
                self.change(node.name.start, node.name.end, "to_embedded_resources", "renamed in PyOxidizer 0.8")
            elif isinstance(node, ast.Literal_) and isinstance(node.value, str) and node.value in former.TYPE_NAMES:
                new = former.TYPE_NAMES[node.value]
                self.change(node.start, node.end, f'"{new}"', "the type was renamed in PyOxidizer 0.8")

    def assignment(self, statement: ast.Assignment, names: _Names) -> bool:
        """Rewrites `x = PythonInterpreterConfig(…)` and assignments to renamed attributes; says whether it did."""
        value = statement.value
        if (
            isinstance(value, ast.Call)
            and isinstance(value.function, ast.Name)
            and value.function.id == "PythonInterpreterConfig"
        ):
            self.settings(statement, value, names)
            return True
        target = statement.target
        if not isinstance(target, ast.Attribute) or not isinstance(target.value, ast.Name):
            return False
        name = target.name.id
        if name == "run_mode":
            return self.run_mode(statement, target)
        if name == "extension_module_filter" and _string(value) == "no-gpl":
            self.change(value.start, value.end, '"no-copyleft"', "the filter was renamed in PyOxidizer 0.11")
            return True
        if name in ("resources_location", "resources_location_fallback") and (_string(value) or "").startswith("app-"):
            today = "filesystem-" + (_string(value) or "").removeprefix("app-")
            self.change(value.start, value.end, _quoted(today), "the location was renamed in PyOxidizer 0.8")
            return True
        if name == "resources_policy":
            return self.policy_attribute(statement, target)
        if name not in former.CONFIG_ATTRIBUTES:
            return False
        new, change = former.CONFIG_ATTRIBUTES[name]
        lines = self.converted(self.text(target.value), new, change, value)
        if lines is None:
            return False
        self.change(statement.start, statement.end, self.joined(statement, lines), f"`{name}` is called `{new}` today")
        return True

    def settings(self, statement: ast.Assignment, call: ast.Call, names: _Names) -> None:
        """Replaces the constructor of the interpreter's settings."""
        dist = names.distribution
        if dist is None:
            self.remain(call, "no distribution is known here: call `dist.make_python_interpreter_config()` of one")
            return
        target = self.text(statement.target)
        lines = [f"{target} = {dist}.make_python_interpreter_config()"]
        for argument in call.arguments:
            if argument.name is None or argument.name.id not in former.CONFIG_ARGUMENTS:
                self.remain(argument, "this argument has no counterpart today")
                continue
            name = argument.name.id
            new, change = former.CONFIG_ARGUMENTS[name]
            made = self.converted(target, new, change, argument.value)
            if made is None:
                self.remain(argument, f"`{name}` has no counterpart today and was left out")
            else:
                lines += made
        self.change(
            statement.start,
            statement.end,
            self.joined(statement, lines),
            "since PyOxidizer 0.8 a distribution makes the settings of the interpreter, and attributes change them",
        )

    def run_mode(self, statement: ast.Assignment, target: ast.Attribute) -> bool:
        first = _leftmost(statement.value)
        mode = _string(first)
        kind, _, rest = (mode or "").partition(":")
        new = {"eval": "run_command", "module": "run_module", "file": "run_filename"}.get(kind)
        holder = self.text(target.value)
        if mode == "repl":
            lines = [f"{holder}.run_command = None"]
        elif mode in ("none", "noop"):
            lines = [f'{holder}.run_command = "pass"']
        elif new is None or (first is statement.value and not rest):
            self.remain(statement, "`run_mode` was replaced by `run_command`, `run_module` and `run_filename`")
            return True
        else:
            behind = self.source.text[first.end : statement.value.end]
            lines = [f"{holder}.{new} = {_quoted(rest)}{behind}"]
        self.change(
            statement.start, statement.end, self.joined(statement, lines), "`run_mode` was replaced in PyOxidizer 0.10"
        )
        return True

    def policy_attribute(self, statement: ast.Assignment, target: ast.Attribute) -> bool:
        lines = self.locations(self.text(target.value), statement.value)
        if lines is None:
            self.remain(statement, "say with `resources_location` and `resources_location_fallback`")
            return True
        self.change(
            statement.start, statement.end, self.joined(statement, lines), "the resources policy became two locations"
        )
        return True

    def locations(self, holder: str, value: ast.Expression) -> list[str] | None:
        """Gives the assignments for the text of a resources policy, None for an unknown one."""
        text = _string(value)
        kind, colon, prefix = (text or "").partition(":")
        if kind not in former.RESOURCES_POLICIES:
            return None
        location, fallback = former.RESOURCES_POLICIES[kind]
        lines = [f'{holder}.resources_location = "{location}{colon + prefix if fallback is None else ""}"']
        if fallback is not None:
            lines.append(f'{holder}.resources_location_fallback = "{fallback}:{prefix}"')
        return lines

    def converted(self, holder: str, new: str, change: former.Change, value: ast.Expression) -> list[str] | None:
        """Gives the assignments for a value under today's name, None when there is no counterpart."""
        text = self.text(value)
        constant = value.id if isinstance(value, ast.Name) else None
        if change in ("drop", "run-repl"):
            return [] if constant in ("None", "False") or change == "run-repl" else None
        if constant == "None":
            return []
        if change == "not":
            flipped = {"True": "False", "False": "True"}.get(constant or "", f"not ({text})")
            return [f"{holder}.{new} = {flipped}"]
        if change == "allocator" and _string(value) == "system":
            return [f'{holder}.{new} = "default"']
        if change == "bytes-warning" and isinstance(value, ast.Literal_) and value.value in (0, 1, 2):
            word = {0: "none", 1: "warn", 2: "raise"}[int(value.value)]
            return [f'{holder}.{new} = "{word}"']
        if change == "truth" and isinstance(value, ast.Literal_) and isinstance(value.value, int):
            return [f"{holder}.{new} = {bool(value.value)}"]
        if change == "encoding" and (encoding := _string(value)):
            name, _, errors = encoding.partition(":")
            return [f'{holder}.stdio_encoding = "{name}"', *([f'{holder}.stdio_errors = "{errors}"'] if errors else [])]
        return [f"{holder}.{new} = {text}"]

    def call(self, call: ast.Call, statement: ast.Statement, names: _Names) -> None:
        """Rewrites calls of renamed and moved methods."""
        function = call.function
        if not isinstance(function, ast.Attribute):
            return
        name = function.name.id
        if name == "to_python_executable":
            self.executable(call, function, statement)
        elif name == "make_python_config":
            self.change(function.name.start, function.name.end, "make_python_interpreter_config", "renamed")
        elif name in former.RESOURCE_LISTS:
            self.change(function.name.start, function.name.end, "python_resources", "one method gives all resources today")
        elif name in former.ADDING:
            new = "add_python_resources" if name.endswith("resources") else "add_python_resource"
            self.change(function.name.start, function.name.end, new, "`add_location` of a resource says where it goes")
            self.only_first(call)
        elif name in ("add_python_resource", "add_python_resources"):
            self.only_first(call, keep_all=names.is_manifest(function.value))
        elif name in former.MOVED and isinstance(function.value, ast.Name) and names.is_distribution(function.value.id):
            receiver = names.executable_at(statement)
            if receiver is None:
                self.remain(call, f"`{name}` is a method of the executable today, and none is known here")
                return
            self.change(
                function.value.start, function.value.end, receiver, f"`{name}` is a method of the executable today"
            )

    def only_first(self, call: ast.Call, *, keep_all: bool = False) -> None:
        """Removes arguments such as `add_source_module`, which became attributes of the resource."""
        old = ("add_source_module", "add_bytecode_module", "optimize_level")
        if keep_all:
            return
        for before, argument in zip(call.arguments, call.arguments[1:], strict=False):
            if argument.name is not None and argument.name.id in old:
                self.change(before.end, argument.end, "", f"`{argument.name.id}` is an attribute of the resource today")

    def executable(self, call: ast.Call, function: ast.Attribute, statement: ast.Statement) -> None:
        """Moves arguments that became attributes of a policy before the statement."""
        old = [one for one in call.arguments if one.name is not None and one.name.id in former.EXECUTABLE_ARGUMENTS]
        if not old:
            return
        given = next(
            (one for one in call.arguments if one.name is not None and one.name.id == "packaging_policy"), None
        )
        policy = self.text(given.value) if given is not None else "policy"
        lines = [] if given is not None else [f"policy = {self.text(function.value)}.make_python_packaging_policy()"]
        for argument in old:
            assert argument.name is not None
            name = argument.name.id
            new, change = former.EXECUTABLE_ARGUMENTS[name]
            made: list[str] | None
            if name == "resources_policy":
                made = self.locations(policy, argument.value)
            elif change == "drop":
                made = None
            else:
                value = '"no-copyleft"' if _string(argument.value) == "no-gpl" else self.text(argument.value)
                made = [f"{policy}.{new} = {value}"]
            if made is not None:
                lines += made
            elif name != "include_sources":
                self.remain(argument, f"`{name}` became an attribute of the policy; it was left out")
        why = "since PyOxidizer 0.8 a packaging policy holds what were arguments"
        kept = [one for one in call.arguments if one not in old]
        texts = [self.text(one) for one in kept] + ([] if given is not None else [f"packaging_policy={policy}"])
        indent = self.indent(statement)
        opening = call.open + 1
        multiline = "\n" in self.source.text[opening : call.end]
        inner = "".join(f"\n{indent}    {one}," for one in texts) + f"\n{indent}" if multiline else ", ".join(texts)
        self.change(statement.start, statement.start, "".join(f"{line}\n{indent}" for line in lines), why)
        self.change(opening, call.end - 1, inner, why)

    def files_call(self, statement: ast.ExpressionStatement, names: _Names) -> bool:
        """Replaces `exe.add_filesystem_relative_…(prefix, resources)` by a loop that sets the location."""
        call = statement.value
        if not isinstance(call, ast.Call) or not isinstance(call.function, ast.Attribute):
            return False
        name = call.function.name.id
        if name not in former.ADDING_FILES or len(call.arguments) < 2:
            return False
        prefix, resources = call.arguments[0].value, call.arguments[1].value
        holder = self.text(call.function.value)
        literal = _string(prefix)
        where = f'"filesystem-relative:{literal}"' if literal is not None else f'"filesystem-relative:" + {self.text(prefix)}'
        given = self.text(resources)
        if isinstance(resources, ast.Call) and isinstance(resources.function, ast.Attribute):
            moved = resources.function
            receiver = names.executable_at(statement)
            if moved.name.id in former.MOVED and receiver and names.is_distribution(self.text(moved.value)):
                given = receiver + given[len(self.text(moved.value)) :]
        many = name.endswith("resources")
        lines = [f"for resource in {given if many else f'[{given}]'}:"]
        lines += [f"    resource.add_location = {where}", f"    {holder}.add_python_resource(resource)"]
        self.change(
            statement.start,
            statement.end,
            self.joined(statement, lines),
            "`add_location` of a resource says where it goes; the policy must allow that location",
        )
        return True

    def indent(self, statement: ast.Statement) -> str:
        line = self.source.line_text(self.source.position(statement.start).line)
        return line[: len(line) - len(line.lstrip())]

    def joined(self, statement: ast.Statement, lines: list[str]) -> str:
        return f"\n{self.indent(statement)}".join(lines)


class _Names:
    """Which variables of a function hold a distribution, an executable, a manifest."""

    def __init__(self, statements: list[ast.Statement], function: ast.Def | None) -> None:
        self.executables: list[tuple[int, str]] = []
        self.distributions: list[str] = []
        self.manifests: set[str] = set()
        parameters = [one.name.id for one in function.parameters if one.name] if function else []
        for statement in _simple(statements):
            for node in walk(statement):
                if isinstance(node, ast.Attribute) and node.name.id == "to_python_executable":
                    if isinstance(node.value, ast.Name):
                        self.distributions.append(node.value.id)
                    if isinstance(statement, ast.Assignment) and isinstance(statement.target, ast.Name):
                        self.executables.append((statement.end, statement.target.id))
            if not isinstance(statement, ast.Assignment) or not isinstance(statement.target, ast.Name):
                continue
            made = statement.value.function if isinstance(statement.value, ast.Call) else None
            if isinstance(made, ast.Name) and made.id in ("default_python_distribution", "PythonDistribution"):
                self.distributions.append(statement.target.id)
            if isinstance(made, ast.Name) and made.id in ("FileManifest", "glob"):
                self.manifests.add(statement.target.id)
        self.distributions += [one for one in parameters if "dist" in one.lower() or one == "python"]
        self.executables = [(0, one) for one in parameters if "exe" in one.lower()] + self.executables

    @property
    def distribution(self) -> str | None:
        return self.distributions[0] if self.distributions else None

    def is_distribution(self, name: str) -> bool:
        return name in self.distributions

    def is_manifest(self, receiver: ast.Expression) -> bool:
        return isinstance(receiver, ast.Name) and receiver.id in self.manifests

    def executable_at(self, statement: ast.Statement) -> str | None:
        """Gives the executable made last before a statement."""
        before = [name for end, name in self.executables if end <= statement.start]
        return before[-1] if before else None


def _simple(statements: list[ast.Statement]) -> Iterator[ast.Statement]:
    """Gives the simple statements of a block and of the `if`s and `for`s in it, not of functions."""
    for statement in statements:
        if isinstance(statement, ast.If):
            yield from _simple(statement.then)
            yield from _simple(statement.otherwise)
        elif isinstance(statement, (ast.For, ast.While)):
            yield from _simple(statement.body)
        elif not isinstance(statement, ast.Def):
            yield statement


def _compound(statements: list[ast.Statement]) -> Iterator[ast.For | ast.If | ast.While]:
    """Gives the `if`s and loops of a block, also nested ones."""
    for statement in statements:
        if isinstance(statement, ast.If):
            yield statement
            yield from _compound(statement.then)
            yield from _compound(statement.otherwise)
        elif isinstance(statement, (ast.For, ast.While)):
            yield statement
            yield from _compound(statement.body)


def _string(node: ast.Expression) -> str | None:
    return node.value if isinstance(node, ast.Literal_) and isinstance(node.value, str) else None


def _leftmost(node: ast.Expression) -> ast.Expression:
    """Gives the text that a formatted or joined one begins with: `"a"` of `"a" % b`, `"a" + b` and `"a".format(b)`."""
    while True:
        match node:
            case ast.Binary(operator="%" | "+", left=left):
                node = left
            case ast.Call(function=ast.Attribute(value=value, name=name)) if name.id == "format":
                node = value
            case _:
                return node


def _quoted(text: str) -> str:
    from oxlang.declare.text import repr_of

    return repr_of(text)


def _applied(text: str, changes: list[Change]) -> str:
    """Puts the new texts in place; a change inside another one that replaces more is part of it already."""
    out: list[str] = []
    at = 0
    for one in changes:
        if one.span.start < at:
            continue
        out += [text[at : one.span.start], one.text]
        at = one.span.end
    return "".join([*out, text[at:]])


def explained(migration: Migration, path: str) -> list[str]:
    """Gives the changes and what remains as lines for people."""
    lines: list[str] = []
    for one in migration.changes:
        if not one.text and one.span.start == one.span.end:
            continue
        old = " ".join(one.span.text.split())
        new = " ".join(one.text.split())
        lines.append(f"{path}:{one.span.begin.line + 1}: {_short(old)} -> {_short(new)}: {one.why}")
    lines += [f"{path}:{one.span.begin.line + 1}: needs you: {one.why}" for one in migration.remaining]
    return lines


def _short(text: str, limit: int = 60) -> str:
    shown = text if len(text) <= limit else text[: limit - 1] + "…"
    return f"`{shown}`" if shown else "nothing"


