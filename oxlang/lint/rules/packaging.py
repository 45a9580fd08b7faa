"""Rules about what a config packages, and Python code inside its strings."""

from __future__ import annotations

from collections.abc import Iterator

from oxlang.check.constants import text as constant_text
from oxlang.check.fit import without_none
from oxlang.check.model import Checked
from oxlang.diagnostics.model import Diagnostic, Edit, Fix, Label, diagnostic
from oxlang.lint.registry import rule
from oxlang.resolve.scopes import Binding
from oxlang.source import Span
from oxlang.syntax import ast

_CONFIG = "PythonInterpreterConfig"
_POLICY = "PythonPackagingPolicy"
_RUN_SETTINGS = ("run_command", "run_filename", "run_module")


def _settings(checked: Checked, owner: str) -> Iterator[tuple[Binding | None, str, ast.Assignment]]:
    """Assignments to attributes of values of a type: variable, attribute, statement."""
    for one in checked.inference.facts.assignments:
        target = one.target
        if not isinstance(target, ast.Attribute) or one.operator != "=":
            continue
        ty = without_none(checked.type_of(target.value))
        if ty.kind == "instance" and ty.name == owner:
            binding = checked.program.meaning.get(target.value) if isinstance(target.value, ast.Name) else None
            yield binding, target.name.id, one


@rule("OX1050", "python-syntax")
def python_syntax(checked: Checked) -> Iterator[Diagnostic]:
    """Python code in `run_command` that is no Python."""
    for _, name, one in _settings(checked, _CONFIG):
        if name != "run_command":
            continue
        code = constant_text(one.value, checked.program)
        if code is None:
            continue
        problem = _problem(code)
        if problem is not None:
            yield diagnostic(
                "OX1050", f"this is no Python code: {problem}", span=checked.program.file.span(one.value),
                notes=["checked with the grammar of the Python that runs oxl"],
            )


def _problem(code: str) -> str | None:
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(code, "<run_command>", "exec", dont_inherit=True)
    except SyntaxError as wrong:
        at = f" (line {wrong.lineno})" if code.count("\n") and wrong.lineno else ""
        return f"{wrong.msg}{at}"
    except ValueError as wrong:
        return str(wrong)
    return None


@rule("OX1051", "conflicting-run-settings")
def conflicting_run_settings(checked: Checked) -> Iterator[Diagnostic]:
    """Two of `run_command`, `run_filename`, `run_module` on one interpreter config: only one can win."""
    file = checked.program.file
    first: dict[Binding, tuple[str, ast.Assignment]] = {}
    conditional = _conditional(checked)
    for binding, name, one in _settings(checked, _CONFIG):
        if name not in _RUN_SETTINGS or binding is None or _is_none(one.value) or one in conditional:
            continue
        known = first.setdefault(binding, (name, one))
        if known[0] != name:
            yield diagnostic(
                "OX1051", f"`{name}` and `{known[0]}` are both set; the program runs only one", span=file.span(one.target),
                labels=[Label(file.span(known[1].target), "also set here", False)],
            )


@rule("OX1055", "unpacked-script")
def unpacked_script(checked: Checked) -> Iterator[Diagnostic]:
    """A relative `run_filename`: the file is not packed, and looked for where the program is started."""
    file = checked.program.file
    for _, name, one in _settings(checked, _CONFIG):
        if name != "run_filename":
            continue
        path = constant_text(one.value, checked.program)
        if path and not path.startswith(("/", "\\")) and path[1:2] != ":":
            yield diagnostic(
                "OX1055", f"`{path}` is not packed: the program looks for it in the folder that it is started from",
                span=file.span(one.value),
                help="add its modules with `read_package_root` and name the module by `run_module`",
            )


def _is_none(node: ast.Expression) -> bool:
    return isinstance(node, ast.Name) and node.id == "None"


def _conditional(checked: Checked) -> set[ast.Assignment]:
    """Gives the assignments that stand in an `if` or a loop."""
    found: set[ast.Assignment] = set()
    end = 0
    for node in checked.nodes:
        if isinstance(node, ast.If | ast.For | ast.While):
            end = max(end, node.end)
        elif isinstance(node, ast.Assignment) and node.start < end:
            found.add(node)
    return found


_READ_LATER = frozenset(
    {
        "include_classified_resources", "include_distribution_sources", "include_file_resources",
        "include_non_distribution_sources", "resources_location", "resources_location_fallback",
    }
    | {f"bytecode_optimize_level_{level}" for level in ("zero", "one", "two")}
)  # fmt: skip
"""Attributes of a policy that resources read when they are made, so that an assignment after the executable counts."""


@rule("OX1052", "setting-after-use")
def setting_after_use(checked: Checked) -> Iterator[Diagnostic]:
    """A setting of a policy or config that is assigned after the executable was made of it: it comes too late."""
    file = checked.program.file
    made: dict[Binding, ast.Call] = {}
    for call in checked.inference.facts.calls:
        declared = checked.declaration(call.function)
        if getattr(declared, "name", "") != "to_python_executable":
            continue
        for argument in call.arguments:
            if isinstance(argument.value, ast.Name):
                binding = checked.program.meaning.get(argument.value)
                if binding is not None and binding.scope in ("local", "global", "cell"):
                    made.setdefault(binding, call)
    for owner in (_POLICY, _CONFIG):
        for binding, name, one in _settings(checked, owner):
            call_found = made.get(binding) if binding is not None else None
            if owner == _POLICY and name in _READ_LATER:
                continue
            if call_found is None or one.start < call_found.start or len(binding.assignments if binding else ()) > 1:
                continue
            yield diagnostic(
                "OX1052", f"`{name}` is set after the executable was made, and has no effect on it",
                span=file.span(one.target), labels=[Label(file.span(call_found.function), "made here", False)],
                help="move the assignment up",
            )


@rule("OX1053", "ignored-settings")
def ignored_settings(checked: Checked) -> Iterator[Diagnostic]:
    """A policy or interpreter config that is made and changed, but not handed to `to_python_executable`."""
    file = checked.program.file
    changed: dict[Binding, ast.Assignment] = {}
    for owner in (_POLICY, _CONFIG):
        for binding, _, one in _settings(checked, owner):
            if binding is not None and binding.scope in ("local", "global"):
                changed.setdefault(binding, one)
    owners = {one.value for one in checked.inference.facts.attributes}
    for binding in changed:
        sources = checked.inference.facts.sources.get(binding, [])
        if any(one.kind != "value" for one in sources) or binding.first is None:
            continue
        if all(use in owners for use in binding.uses):
            yield diagnostic(
                "OX1053", f"`{binding.name}` is changed, but not used for anything", span=file.span(binding.first),
                help="hand it to `to_python_executable` as `packaging_policy=` or `config=`",
            )


@rule("OX1054", "tab-indentation")
def tab_indentation(checked: Checked) -> Iterator[Diagnostic]:
    """A line that is indented by tabs; told once for a file."""
    file = checked.program.file
    edits = []
    first: Span | None = None
    if "\t" not in file.source.text:
        return
    in_strings = _lines_in_strings(checked)
    for number, start in enumerate(file.source.line_starts):
        line = file.source.line_text(number)
        indent = line[: len(line) - len(line.lstrip(" \t"))]
        if "\t" not in indent or number in in_strings:
            continue
        span = Span(file.source, start, start + len(indent))
        first = first or span
        edits.append(Edit(span, indent.expandtabs(8).replace(" " * 8, " " * 4) if set(indent) == {"\t"} else indent.expandtabs(8)))
    if first is not None:
        yield diagnostic(
            "OX1054", "lines are indented by tabs", span=first, help="`oxl fmt` indents by four spaces",
            fixes=[Fix("indent by spaces", tuple(edits), safe=False)],
        )


def _lines_in_strings(checked: Checked) -> set[int]:
    """Gives the lines that begin within a string."""
    source = checked.program.file.source
    found: set[int] = set()
    for node in checked.nodes:
        if isinstance(node, ast.Literal_):
            found.update(range(source.position(node.start).line + 1, source.position(node.end).line + 1))
    return found
