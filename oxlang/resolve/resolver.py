"""The pass that settles what every name means.

Each block (function, comprehension, module) first collects the names it binds, then its uses are looked up from the
innermost block outwards: function blocks, names bound by `load`, globals, predeclared names, universal names. As in
the specification a name that is bound anywhere in a block means that binding everywhere in the block. Everything that
is wrong is reported, not only the first finding.
"""

from __future__ import annotations

from oxlang.diagnostics.model import Diagnostic, Edit, Fix, Label, diagnostic
from oxlang.diagnostics.spelling import nearest
from oxlang.resolve.foreign import FOREIGN
from oxlang.resolve.rules import check_arguments, check_load, check_parameters, check_target
from oxlang.resolve.scopes import Binding, FunctionBlock, Program
from oxlang.source import Span
from oxlang.syntax import ast
from oxlang.syntax.options import LanguageOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from typing import Any

_NO_LOOP = "`break` and `continue` belong into a `for` loop of the same function"

def _ignore(*_: object, **__: object) -> None:
    """Takes what a check finds where nobody wants to hear of it."""


def resolve(
    file: ast.File,
    options: LanguageOptions,
    universal: Collection[str] = (),
    predeclared: Collection[str] = (),
    known_globals: Iterable[str] = (),
) -> Program:
    """Settles the names of a file.

    Args:
        file: the tree; broken parts are skipped.
        options: the language.
        universal: names of the language itself.
        predeclared: names that the host adds.
        known_globals: variables that exist already (a session of the prompt).
    """
    return _Resolver(file, options, frozenset(universal), frozenset(predeclared), known_globals).run()


class _Resolver:
    def __init__(
        self,
        file: ast.File,
        options: LanguageOptions,
        universal: frozenset[str],
        predeclared: frozenset[str],
        known_globals: Iterable[str],
    ) -> None:
        self.program = Program(file, options)
        self.options = options
        self.universal = universal
        self.predeclared = predeclared
        self.found: list[Diagnostic] = []
        self.block: FunctionBlock | None = None
        self.loops = 0
        self.conditionals = 0
        self.late: list[tuple[ast.Name, FunctionBlock | None]] = []
        self.undefined: dict[str, Binding] = {}
        for name in known_globals:
            self.program.globals[name] = Binding(name, "global", len(self.program.globals))

    def run(self) -> Program:
        program = self.program
        for statement in program.file.statements:
            self.bind_globals(statement)
        self.statements(program.file.statements)
        self.found.sort(key=lambda one: one.span.start if one.span else 0)
        program.diagnostics = tuple(self.found)
        return program

    # ---- reporting

    def span(self, node: ast.Node) -> Span:
        return self.program.file.span(node)

    def report(self, code: str, node: ast.Node, message: str, *, help: str | None = None) -> None:
        self.found.append(diagnostic(code, message, span=self.span(node), help=help))

    # ---- module-level bindings

    def bind_globals(self, statement: ast.Statement) -> None:
        match statement:
            case ast.Assignment():
                self.bind_global_target(statement.target, statement.operator != "=")
            case ast.Def():
                self.bind_global(statement.name, "global")
            case ast.Load():
                for item in statement.items:
                    self.bind_global(item.local, "global" if self.options.load_binds_globally else "file")
            case ast.If():
                for one in (*statement.then, *statement.otherwise):
                    self.bind_globals(one)
            case ast.For():
                self.bind_global_target(statement.target, False)
                for one in statement.body:
                    self.bind_globals(one)
            case ast.While():
                for one in statement.body:
                    self.bind_globals(one)

    def bind_global_target(self, target: ast.Expression, augmented: bool) -> None:
        match target:
            case ast.Name():
                self.bind_global(target, "global")
            case ast.Parenthesised():
                self.bind_global_target(target.inner, augmented)
            case ast.ListExpression() | ast.TupleExpression() if not augmented:
                for item in target.items:
                    self.bind_global_target(item, False)

    def bind_global(self, name: ast.Name, scope: str) -> None:
        if not name.id:
            return
        known = self.program.globals.get(name.id)
        if known is None:
            made = Binding(name.id, "file" if scope == "file" else "global", len(self.program.globals), name)
            made.assignments.append(name)
            self.program.globals[name.id] = made
            self.program.meaning[name] = made
            return
        known.assignments.append(name)
        self.program.meaning[name] = known
        if known.first is None:
            known.first = name
            return
        if self.options.global_reassign:
            return
        where = self.span(known.first)
        kind = "local" if known.scope == "file" else "global"
        if known.scope == "global" and scope == "file":
            kind = "top-level"
        if known.scope == "file" and scope == "file":
            kind = "top-level"
        self.found.append(
            diagnostic(
                "OX0202",
                f"cannot reassign {kind} {name.id} declared at {where}",
                span=self.span(name),
                labels=[Label(where, "bound here first", False)],
                help="use another name; a global variable is bound once",
            )
        )

    # ---- statements

    def statements(self, body: list[ast.Statement]) -> None:
        for statement in body:
            self.statement(statement)

    def statement(self, node: ast.Statement) -> None:
        walk = _STATEMENT_WALKS.get(node.__class__)
        if walk is not None:
            walk(self, node)

    def assignment(self, node: ast.Assignment) -> None:
        self.expression(node.value)
        if node.target.__class__ is not ast.Name:
            check_target(node.target, node.operator != "=", self.report, _ignore)
            self.target(node.target)

    def if_(self, node: ast.If) -> None:
        self.control("if statement", node)
        self.expression(node.condition)
        self.conditionals += 1
        self.statements(node.then)
        self.statements(node.otherwise)
        self.conditionals -= 1

    def for_(self, node: ast.For) -> None:
        self.control("for loop", node)
        self.expression(node.iterable)
        check_target(node.target, False, self.report, _ignore)
        self.target(node.target)
        self.loops += 1
        self.statements(node.body)
        self.loops -= 1

    def while_(self, node: ast.While) -> None:
        if self.options.while_loops:
            self.control("while loop", node)
        self.expression(node.condition)
        self.loops += 1
        self.statements(node.body)
        self.loops -= 1

    def return_(self, node: ast.Return) -> None:
        if self.block is None:
            self.report("OX0203", node, "return statement not within a function", help="a file has no result; `fail` ends it")
        if node.value is not None:
            self.expression(node.value)

    def leave(self, node: ast.Break | ast.Continue) -> None:
        if not self.loops:
            word = "break" if isinstance(node, ast.Break) else "continue"
            self.report("OX0203", node, f"{word} not in a loop", help=_NO_LOOP)

    def head(self, node: ast.Node, length: int) -> ast.Node:
        return ast.Node(node.start, node.start + length)

    def control(self, what: str, node: ast.Statement) -> None:
        if self.block is None and not self.options.top_level_control:
            length = {"if statement": 2, "for loop": 3, "while loop": 5}[what]
            if isinstance(node, ast.If) and node.is_elif:
                return
            self.report(
                "OX0203",
                self.head(node, length),
                f"{what} not within a function",
                help="move it into a function" + (", or use a conditional expression" if length == 2 else ""),
            )

    def load(self, node: ast.Load) -> None:
        self.program.loads.append(node)
        if self.block is not None:
            self.report("OX0203", node, "load statement within a function", help="move it to the top of the file")
        elif self.loops:
            self.report("OX0203", node, "load statement within a loop", help="move it to the top of the file")
        elif self.conditionals:
            self.report("OX0203", node, "load statement within a conditional", help="move it to the top of the file")
        check_load(node, self.report)

    def definition(self, node: ast.Def) -> None:
        self.defaults(node.parameters)
        self.annotations(node.parameters, node.returns)
        self.function(node, node.name.id, node.parameters)

    def defaults(self, parameters: list[ast.Parameter]) -> None:
        check_parameters(parameters, self.report)
        for one in parameters:
            if one.default is not None:
                self.expression(one.default)

    def annotations(self, parameters: list[ast.Parameter], returns: ast.Expression | None) -> None:
        """Annotations are read by tools only; names in them need not exist."""

    def function(self, node: ast.Def | ast.Lambda, name: str, parameters: list[ast.Parameter]) -> None:
        block = FunctionBlock(node, name, self.block)
        self.program.functions.append(block)
        for one in parameters:
            if one.name is not None:
                self.bind_local(block, one.name)
        if isinstance(node, ast.Def):
            self.collect(block, node.body)
        outer, self.block = self.block, block
        loops, self.loops = self.loops, 0
        conditionals, self.conditionals = self.conditionals, 0
        if isinstance(node, ast.Def):
            self.statements(node.body)
        else:
            self.expression(node.body)
        self.block, self.loops, self.conditionals = outer, loops, conditionals

    def bind_local(self, block: FunctionBlock, name: ast.Name) -> None:
        if not name.id:
            return
        known = block.bindings.get(name.id)
        if known is None:
            known = Binding(name.id, "local", len(block.bindings), name, block)
            block.bindings[name.id] = known
        known.assignments.append(name)
        self.program.meaning[name] = known

    def collect(self, block: FunctionBlock, body: list[ast.Statement]) -> None:
        """Binds every name that statements of a function body bind, nested functions' own names excluded."""

        def bind(name: ast.Name) -> None:
            self.bind_local(block, name)

        for node in body:
            match node:
                case ast.Assignment(target=ast.Name() as target):
                    bind(target)
                case ast.Assignment():
                    check_target(node.target, node.operator != "=", _ignore, bind)
                case ast.Def():
                    self.bind_local(block, node.name)
                case ast.For():
                    check_target(node.target, False, _ignore, bind)
                    self.collect(block, node.body)
                case ast.While():
                    self.collect(block, node.body)
                case ast.If():
                    self.collect(block, node.then)
                    self.collect(block, node.otherwise)
                case ast.Load():
                    for item in node.items:
                        self.bind_local(block, item.local)

    def target(self, node: ast.Expression) -> None:
        """Resolves the parts of an assignment target that are read: `a[i]`, `a.b`."""
        match node:
            case ast.Name():
                pass
            case ast.Parenthesised():
                self.target(node.inner)
            case ast.ListExpression() | ast.TupleExpression():
                for item in node.items:
                    self.target(item)
            case _:
                self.expression(node)

    # ---- expressions

    def expression(self, node: ast.Expression) -> None:
        while node.__class__ is ast.Binary:
            # Chains of one operator lean to the left; going down in a loop keeps long ones off the stack.
            self.expression(node.right)
            node = node.left
        walk = _WALKS.get(node.__class__)
        if walk is not None:
            walk(self, node)

    def call(self, node: ast.Call) -> None:
        check_arguments(node.arguments, self.report)
        self.expression(node.function)
        for argument in node.arguments:
            self.expression(argument.value)

    def display(self, node: ast.ListExpression | ast.TupleExpression | ast.SetExpression) -> None:
        for item in node.items:
            if item.__class__ is not ast.Literal_:
                self.expression(item)

    def dict_display(self, node: ast.DictExpression) -> None:
        for entry in node.entries:
            if entry.key.__class__ is not ast.Literal_:
                self.expression(entry.key)
            if entry.value.__class__ is not ast.Literal_:
                self.expression(entry.value)

    def conditional(self, node: ast.Conditional) -> None:
        self.expression(node.condition)
        self.expression(node.then)
        self.expression(node.otherwise)

    def index(self, node: ast.Index) -> None:
        self.expression(node.value)
        self.expression(node.index)

    def slice(self, node: ast.Slice) -> None:
        self.expression(node.value)
        for part in (node.lower, node.upper, node.step):
            if part is not None:
                self.expression(part)

    def lambda_(self, node: ast.Lambda) -> None:
        self.defaults(node.parameters)
        self.function(node, "lambda", node.parameters)

    def comprehension(self, node: ast.Comprehension) -> None:
        block = FunctionBlock(node, "comprehension", self.block)
        self.program.functions.append(block)
        for clause in node.clauses:
            if isinstance(clause, ast.ForClause):
                check_target(clause.target, False, self.report, lambda name: self.bind_local(block, name))
        first = node.clauses[0] if node.clauses else None
        if isinstance(first, ast.ForClause):
            self.expression(first.iterable)
        outer, self.block = self.block, block
        for clause in node.clauses:
            if isinstance(clause, ast.IfClause):
                self.expression(clause.condition)
            else:
                if clause is not first:
                    self.expression(clause.iterable)
                self.target(clause.target)
        if isinstance(node.body, ast.DictEntry):
            self.expression(node.body.key)
            self.expression(node.body.value)
        else:
            self.expression(node.body)
        self.block = outer

    def use(self, node: ast.Name) -> None:
        if not node.id:
            return
        binding = self.lookup(node)
        self.program.meaning[node] = binding
        binding.uses.append(node)

    def lookup(self, node: ast.Name) -> Binding:
        name = node.id
        block = self.block
        if block is not None and name in block.bindings:
            return block.bindings[name]
        crossed: list[FunctionBlock] = []
        while block is not None:
            found = block.bindings.get(name)
            if found is not None:
                if any(not one.is_comprehension for one in crossed):
                    found.scope = "cell"
                    for one in crossed:
                        one.free[name] = found
                return found
            crossed.append(block)
            block = block.parent
        found = self.program.globals.get(name)
        if found is not None:
            return found
        outside = self.program.outside.get(name)
        if outside is None:
            if name in self.predeclared:
                outside = Binding(name, "predeclared")
            elif name in self.universal:
                outside = Binding(name, "universal")
            else:
                return self.unknown(node)
            self.program.outside[name] = outside
        return outside

    def unknown(self, node: ast.Name) -> Binding:
        name = node.id
        binding = self.undefined.setdefault(name, Binding(name, "undefined"))
        inside_function = self.block is not None and any(
            not one.is_comprehension for one in self.chain(self.block)
        )
        if self.options.late_names and inside_function:
            return binding
        help = FOREIGN.get(name)
        near = nearest(name, self.known_names()) if len(name) > 1 and help is None else None
        hint = f" (did you mean {near}?)" if near else ""
        fixes = [Fix(f"replace it by `{near}`", (Edit(self.span(node), near),), safe=False)] if near else []
        self.found.append(
            diagnostic(
                "OX0201", f"undefined: {name}{hint}", span=self.span(node), label="nothing binds this name", fixes=fixes, help=help
            )
        )
        return binding

    def chain(self, block: FunctionBlock | None) -> Iterable[FunctionBlock]:
        while block is not None:
            yield block
            block = block.parent

    def known_names(self) -> set[str]:
        names = {*self.universal, *self.predeclared, *self.program.globals}
        for block in self.chain(self.block):
            names.update(block.bindings)
        return names


_WALKS: dict[type, Callable[[_Resolver, Any], None]] = {
    ast.Name: _Resolver.use,
    ast.Call: _Resolver.call,
    ast.Attribute: lambda resolver, node: resolver.expression(node.value),
    ast.Parenthesised: lambda resolver, node: resolver.expression(node.inner),
    ast.Unary: lambda resolver, node: resolver.expression(node.operand),
    ast.ListExpression: _Resolver.display,
    ast.TupleExpression: _Resolver.display,
    ast.SetExpression: _Resolver.display,
    ast.DictExpression: _Resolver.dict_display,
    ast.Conditional: _Resolver.conditional,
    ast.Index: _Resolver.index,
    ast.Slice: _Resolver.slice,
    ast.Lambda: _Resolver.lambda_,
    ast.Comprehension: _Resolver.comprehension,
}
_STATEMENT_WALKS: dict[type, Callable[[_Resolver, Any], None]] = {
    ast.ExpressionStatement: lambda resolver, node: resolver.expression(node.value),
    ast.Assignment: _Resolver.assignment,
    ast.If: _Resolver.if_,
    ast.For: _Resolver.for_,
    ast.While: _Resolver.while_,
    ast.Def: _Resolver.definition,
    ast.Return: _Resolver.return_,
    ast.Break: _Resolver.leave,
    ast.Continue: _Resolver.leave,
    ast.Load: _Resolver.load,
}
