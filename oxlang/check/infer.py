"""Types of expressions: local inference, lazily and once for each node.

A variable has the union of the types of everything assigned to it; one unknown among them makes it any. A parameter has
the types it is called with: at calls in the file, through `depends` of registered targets, as a resource callback.
Recursion ends at any. Nothing is executed, and no order of statements is considered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from oxlang.check.constants import NotConstant, constant
from oxlang.check.constants import text as constant_text
from oxlang.check.fit import dict_of, element, join, list_of, of_literal, without_none
from oxlang.check.model import Declaration, RegisteredTarget
from oxlang.check.sources import Facts, ValueSource, collect, ends
from oxlang.declare.environment import ConstantDef, Environment
from oxlang.declare.members import AttributeDef, FunctionDef, TypeDef
from oxlang.declare.types import ANY, BOOL, FLOAT, FUNCTION, NONE, STRING, Ty
from oxlang.resolve.scopes import Binding, Program
from oxlang.syntax import ast

if TYPE_CHECKING:
    from oxlang.check.model import Checked

UserFunction = ast.Def | ast.Lambda
_COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">=", "in", "not in"})
_BUILT_IN = {"True": BOOL, "False": BOOL, "None": NONE}
_LIST = Ty("list")
_COLLECTIONS = frozenset({"list", "dict", "tuple", "set", "string", "literal", "bytes", "int", "float", "bool"})
_ELEMENTS_LOOKED_AT = 20
_DEEPEST = 100
"""Nesting beyond this is any, so that no text exhausts the stack."""


class Inference:
    """The types of one file. *Mutable*: it remembers what was asked."""

    def __init__(self, program: Program, environment: Environment, modules: Mapping[str, Checked]) -> None:
        self.program = program
        self.environment = environment
        self.modules = modules
        self.facts: Facts = collect(program)
        self._types: dict[ast.Node, Ty] = {}
        self._depth = 0
        self._bindings: dict[Binding, Ty] = {}
        self._returned: dict[ast.Node, Ty] = {}
        self._targets: list[RegisteredTarget] | None = None
        self._callbacks: list[tuple[ast.Call, ast.Expression]] | None = None
        self._registrations: set[ast.Expression] | None = None
        self._by_name: dict[str, RegisteredTarget] | None = None
        self._by_function: dict[UserFunction, list[RegisteredTarget]] | None = None

    # ---- expressions

    def type_of(self, node: ast.Expression) -> Ty:
        """Gives the type of an expression."""
        known = self._types.get(node)
        if known is None:
            if self._depth > _DEEPEST:
                return ANY
            self._types[node] = ANY
            self._depth += 1
            try:
                known = self._types[node] = self._infer(node)
            finally:
                self._depth -= 1
        return known

    def _infer(self, node: ast.Expression) -> Ty:
        match node:
            case ast.Literal_():
                return of_literal(node.value)
            case ast.Name():
                return self._name(node)
            case ast.Parenthesised():
                return self.type_of(node.inner)
            case ast.ListExpression():
                return list_of([self.type_of(one) for one in node.items[:_ELEMENTS_LOOKED_AT]])
            case ast.TupleExpression():
                return Ty("tuple", tuple(self.type_of(one) for one in node.items))
            case ast.DictExpression():
                entries = node.entries[:_ELEMENTS_LOOKED_AT]
                return dict_of([self.type_of(e.key) for e in entries], [self.type_of(e.value) for e in entries])
            case ast.Comprehension():
                if isinstance(node.body, ast.DictEntry):
                    return dict_of([self.type_of(node.body.key)], [self.type_of(node.body.value)])
                return list_of([self.type_of(node.body)])
            case ast.Unary():
                return BOOL if node.operator == "not" else self.type_of(node.operand)
            case ast.Binary():
                return self._binary(node)
            case ast.Conditional():
                return join([self.type_of(node.then), self.type_of(node.otherwise)])
            case ast.Attribute():
                return self._attribute(node)
            case ast.Index():
                return self._index(node)
            case ast.Slice():
                return self.type_of(node.value)
            case ast.Call():
                return self._call(node)
            case ast.Lambda():
                return FUNCTION
        return ANY

    def _name(self, node: ast.Name) -> Ty:
        binding = self.program.meaning.get(node)
        if binding is not None and binding.scope not in ("predeclared", "universal", "undefined"):
            return self.binding_type(binding)
        declared = self.environment.get(node.id)
        if isinstance(declared, FunctionDef):
            return FUNCTION
        if isinstance(declared, ConstantDef):
            is_module = declared.type == ANY and node.id in self.environment.types
            return Ty("instance", name=node.id) if is_module else declared.type
        return _BUILT_IN.get(node.id, ANY)

    def _binary(self, node: ast.Binary) -> Ty:
        if node.operator in _COMPARISONS:
            return BOOL
        left = self.type_of(node.left)
        right = self.type_of(node.right)
        if node.operator in ("and", "or"):
            return join([without_none(left) if node.operator == "or" else left, right])
        if node.operator == "%" and left.kind in ("string", "literal"):
            return STRING
        if node.operator == "/":
            return FLOAT if {left.kind, right.kind} <= {"int", "float"} else ANY
        if left.kind == right.kind and left.kind in _COLLECTIONS:
            return left if left == right else Ty(left.kind) if left.kind != "literal" else STRING
        if {left.kind, right.kind} == {"int", "float"}:
            return FLOAT
        if {left.kind, right.kind} == {"string", "literal"}:
            return STRING
        if node.operator == "*" and "int" in (left.kind, right.kind):
            return right if left.kind == "int" else left
        return ANY

    def _attribute(self, node: ast.Attribute) -> Ty:
        members = self.members(without_none(self.type_of(node.value)), node.name.id)
        if members is None:
            return ANY
        return join([one.type if isinstance(one, AttributeDef) else FUNCTION for one in members if one] or [ANY])

    def _index(self, node: ast.Index) -> Ty:
        value = self.type_of(node.value)
        if value.kind == "dict":
            return value.items[1] if len(value.items) > 1 else ANY
        if value.kind == "tuple" and value.items:
            try:
                at = constant(node.index, self.program)
            except NotConstant:
                return join(list(value.items))
            if isinstance(at, int) and -len(value.items) <= at < len(value.items):
                return value.items[at]
            return ANY
        if value.kind in ("string", "literal"):
            return STRING
        return value.element if value.kind in ("list", "iterable") else ANY

    def _call(self, node: ast.Call) -> Ty:
        declared = self.called(node.function)
        if isinstance(declared, FunctionDef):
            if declared.name == "resolve_target" and node.arguments:
                return self._target_type(constant_text(node.arguments[0].value, self.program))
            if declared.effect == "demands" and declared.returns == _LIST:
                return Ty("list", (join(self._resources()),))  # a scan: its declaration says no more than `list`
            return declared.returns
        found = self.user_function(node.function)
        return ANY if found is None else found[0].returns(found[1])

    # ---- declarations and functions

    def declaration(self, node: ast.Expression) -> Declaration | None:
        """Gives the declaration of the environment that a name or attribute stands for."""
        match node:
            case ast.Parenthesised():
                return self.declaration(node.inner)
            case ast.Name():
                binding = self.program.meaning.get(node)
                if binding is None or binding.scope in ("predeclared", "universal"):
                    return self.environment.get(node.id)
                return self._alias(binding)
            case ast.Attribute():
                members = self.members(without_none(self.type_of(node.value)), node.name.id) or []
                return next((one for one in members if one is not None), None)
        return None

    def called(self, node: ast.Expression) -> Declaration | None:
        """Gives the declaration of what an expression calls; None also when it is one of several."""
        found = self.declaration(node)
        if found is not None and isinstance(node, ast.Attribute):
            members = self.members(without_none(self.type_of(node.value)), node.name.id) or []
            return found if all(one is None or one is found for one in members) else None
        return found

    def _alias(self, binding: Binding) -> Declaration | None:
        """`f = dist.to_python_executable` makes `f` another name of the method."""
        sources = self.facts.sources.get(binding, [])
        if len(sources) == 1 and sources[0].kind == "value" and isinstance(sources[0].node, ast.Attribute | ast.Name):
            if sources[0].node in self._types and self._types[sources[0].node] == ANY:
                return None
            found = self.declaration(sources[0].node)
            return found if isinstance(found, FunctionDef) else None
        return None

    def members(self, ty: Ty, name: str) -> list[AttributeDef | FunctionDef | None] | None:
        """Gives what a name means for each member of a type (None: it has no such name); None for unknown types."""
        found: list[AttributeDef | FunctionDef | None] = []
        for one in ty.items if ty.kind == "union" else (ty,):
            kind = self.type_def(one)
            if kind is None:
                return None
            found.append(kind.attribute(name) or kind.method(name))
        return found

    def type_def(self, ty: Ty) -> TypeDef | None:
        """Gives the declaration of a type."""
        name = "string" if ty.kind == "literal" else ty.name if ty.kind == "instance" else ty.kind
        return self.environment.types.get(name)

    def user_function(self, node: ast.Expression) -> tuple[Inference, UserFunction] | None:
        """Gives the function of this or a loaded file that an expression names, with the inference of its file."""
        match node:
            case ast.Lambda():
                return self, node
            case ast.Parenthesised():
                return self.user_function(node.inner)
            case ast.Name():
                binding = self.program.meaning.get(node)
                return None if binding is None else self.function_of(binding)
        return None

    def function_of(self, binding: Binding) -> tuple[Inference, UserFunction] | None:
        """Gives the function that a variable stands for, if it is never anything else."""
        sources = self.facts.sources.get(binding, [])
        if len(sources) != 1:
            return None
        source = sources[0]
        if source.kind == "def" and isinstance(source.node, ast.Def):
            return self, source.node
        if source.kind == "value" and isinstance(source.node, ast.Lambda):
            return self, source.node
        if source.kind == "load" and isinstance(source.node, ast.LoadItem):
            found = self.loaded(source.node)
            return None if found is None else found[0].function_of(found[1])
        return None

    def loaded(self, item: ast.LoadItem) -> tuple[Inference, Binding] | None:
        """Gives the variable that an item of a `load` names, with the inference of its file."""
        for load in self.program.loads:
            if item in load.items:
                module = self.modules.get(str(load.module.value))
                binding = module.program.globals.get(item.imported) if module is not None else None
                return None if module is None or binding is None else (module.inference, binding)
        return None

    def returns(self, function: UserFunction) -> Ty:
        """Gives the type of a function's results."""
        known = self._returned.get(function)
        if known is None:
            self._returned[function] = ANY
            known = self._returned[function] = self._results(function)
        return known

    def _results(self, function: UserFunction) -> Ty:
        if isinstance(function, ast.Lambda):
            return self.type_of(function.body)
        if function.returns is not None:
            return self.annotation(function.returns)
        found = [NONE if one.value is None else self.type_of(one.value) for one in self.facts.returns[function]]
        if not ends(function.body):
            found.append(NONE)
        return join(found)

    def annotation(self, node: ast.Expression) -> Ty:
        """Gives the type that an annotation names; any for what is not understood."""
        from oxlang.check.annotations import read

        return read(node, self.environment)

    # ---- variables

    def binding_type(self, binding: Binding) -> Ty:
        """Gives the type of a variable."""
        known = self._bindings.get(binding)
        if known is None:
            self._bindings[binding] = ANY
            sources = self.facts.sources.get(binding, [])
            known = self._bindings[binding] = join([self._source(one) for one in sources])
        return known

    def _source(self, source: ValueSource) -> Ty:
        node = source.node
        match source.kind:
            case "value":
                assert isinstance(node, ast.Expression)
                return self.type_of(node)
            case "annotated":
                assert isinstance(node, ast.Expression)
                return self.annotation(node)
            case "element":
                assert isinstance(node, ast.Expression)
                return element(self.type_of(node))
            case "part":
                assert isinstance(node, ast.Expression)
                whole = self.type_of(node)
                if whole.kind == "tuple" and 0 <= source.index < len(whole.items):
                    return whole.items[source.index]
                return element(whole) if source.index >= 0 else ANY
            case "augmented":
                assert isinstance(node, ast.Assignment)
                return self.type_of(node.value) if node.operator == "+=" else ANY
            case "def":
                return FUNCTION
            case "load":
                assert isinstance(node, ast.LoadItem)
                found = self.loaded(node)
                return ANY if found is None else found[0].binding_type(found[1])
        assert isinstance(node, ast.Parameter) and source.function is not None
        return self._parameter(node, source.function, source.index)

    def _parameter(self, parameter: ast.Parameter, function: UserFunction, index: int) -> Ty:
        written = ANY if parameter.annotation is None else self.annotation(parameter.annotation)
        if parameter.kind == "star":
            return Ty("tuple")
        if parameter.kind == "starstar":
            return Ty("dict", (STRING, written))
        if parameter.annotation is not None:
            return written if parameter.default is None else join([written, self.type_of(parameter.default)])
        found: list[Ty] = [*self._from_targets(function, index), *self._from_callbacks(function, index)]
        called = self._from_calls(function, parameter, index)
        if called is None:
            return ANY
        return join([*found, *called])

    def _from_calls(self, function: UserFunction, parameter: ast.Parameter, index: int) -> list[Ty] | None:
        """Types the parameter is called with in this file; None when the function is also used in unknown ways."""
        if isinstance(function, ast.Lambda):
            return []
        binding = self.program.meaning.get(function.name)
        is_shared = not self.program.options.old_dialect and function.name.id[:1] != "_"
        if binding is None or (is_shared and binding.scope == "global"):
            return None
        if self._registrations is None:
            nodes = [self._function_node(one.call) for one in self.targets()]
            self._registrations = {one for one in nodes if one is not None} | {n for _, n in self._callback_calls()}
        found: list[Ty] = []
        for use in binding.uses:
            call = self.facts.called.get(use)
            if call is None:
                if use not in self._registrations:
                    return None
                continue
            given = self._argument(call, parameter, index)
            if given is not None:
                found.append(self.type_of(given))
            elif any(one.kind in ("star", "starstar") for one in call.arguments):
                return None
            elif parameter.default is not None:
                found.append(self.type_of(parameter.default))
            else:
                return None
        return found

    @staticmethod
    def _argument(call: ast.Call, parameter: ast.Parameter, index: int) -> ast.Expression | None:
        assert parameter.name is not None
        for at, argument in enumerate(call.arguments):
            if argument.kind == "named" and argument.name is not None and argument.name.id == parameter.name.id:
                return argument.value
            if argument.kind == "positional" and at == index:
                return argument.value
        return None

    # ---- targets and callbacks

    def targets(self) -> list[RegisteredTarget]:
        """Gives the targets that the file registers by written-out names."""
        if self._targets is None:
            self._targets = []
            self._targets = [one for call in self.facts.calls if (one := self._registered(call)) is not None]
        return self._targets

    def _registered(self, call: ast.Call) -> RegisteredTarget | None:
        if not isinstance(call.function, ast.Name) or call.function.id != "register_target":
            return None
        declared = self.environment.functions.get("register_target")
        if declared is None or self.declaration(call.function) is not declared:
            return None
        given = arguments_by_name(call, declared)
        name_node = given.get(declared.params[0].name)
        name = None if name_node is None else constant_text(name_node, self.program)
        if name is None or name_node is None:
            return None
        function_node = self._function_node(call)
        found = None if function_node is None else self.user_function(function_node)
        depends: list[tuple[str, ast.Expression]] = []
        depends_node = given.get("depends")
        known = depends_node is None or isinstance(depends_node, ast.ListExpression | ast.TupleExpression)
        if isinstance(depends_node, ast.ListExpression | ast.TupleExpression):
            for one in depends_node.items:
                text = constant_text(one, self.program)
                known = known and text is not None
                if text is not None:
                    depends.append((text, one))
        default = given.get("default")
        return RegisteredTarget(
            name, call, name_node, found[1] if found else None, tuple(depends), known,
            isinstance(default, ast.Name) and default.id == "True",
        )

    def _function_node(self, call: ast.Call) -> ast.Expression | None:
        declared = self.environment.functions.get("register_target")
        if declared is None or len(declared.params) < 2:
            return None
        return arguments_by_name(call, declared).get(declared.params[1].name)

    def _target_type(self, name: str | None) -> Ty:
        if self._by_name is None:
            self._by_name = {one.name: one for one in reversed(self.targets()) if one.function is not None}
        found = self._by_name.get(name or "")
        return ANY if found is None or found.function is None else self.returns(found.function)

    def _from_targets(self, function: UserFunction, index: int) -> list[Ty]:
        if self._by_function is None:
            self._by_function = {}
            for one in self.targets():
                if one.function is not None:
                    self._by_function.setdefault(one.function, []).append(one)
        found = []
        for one in self._by_function.get(function, ()):
            known = one.depends_known and index < len(one.depends)
            found.append(self._target_type(one.depends[index][0]) if known else ANY)
        return found

    def _callback_calls(self) -> list[tuple[ast.Call, ast.Expression]]:
        if self._callbacks is None:
            self._callbacks = [
                (call, call.arguments[0].value)
                for call in self.facts.calls
                if isinstance(call.function, ast.Attribute)
                and call.function.name.id == "register_resource_callback"
                and call.arguments
            ]
        return self._callbacks

    def _from_callbacks(self, function: UserFunction, index: int) -> list[Ty]:
        """A resource callback gets the policy and a resource: any type with the attribute `add_include`."""
        for call, node in self._callback_calls():
            found = self.user_function(node)
            if found is None or found[1] is not function or index > 1:
                continue
            assert isinstance(call.function, ast.Attribute)
            if index == 0:
                return [without_none(self.type_of(call.function.value))]
            return self._resources()
        return []

    def _resources(self) -> list[Ty]:
        """The types of resources: those with the attribute `add_include`."""
        kinds = [k for k in self.environment.types.values() if k.attribute("add_include") is not None]
        return [Ty("instance", name=one.name) for one in kinds]


def arguments_by_name(call: ast.Call, declared: FunctionDef) -> dict[str, ast.Expression]:
    """Gives the arguments of a call by the names of the parameters, as far as they are written out."""
    names = [one.name for one in declared.params if one.kind in ("normal", "positional")]
    found: dict[str, ast.Expression] = {}
    at = 0
    for argument in call.arguments:
        if argument.kind == "positional":
            if at < len(names):
                found[names[at]] = argument.value
            at += 1
        elif argument.kind == "named" and argument.name is not None:
            found[argument.name.id] = argument.value
        else:
            break
    return found
