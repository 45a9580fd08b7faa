"""Rewrites configs of the first Starlark dialect (PyOxidizer 0.5), which described one program by one `Config(…)` call.

The arguments of that call are followed to the variables they name. What they say becomes a function that makes the
executable, in the form that `oxl init-config-file` writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oxlang.declare.text import repr_of
from oxlang.dialect import former
from oxlang.syntax import ast
from oxlang.syntax.visit import walk

if TYPE_CHECKING:
    from oxlang.dialect.migrate import Migration, Remaining

_RUN_MODES = {
    "python_run_mode_eval": "run_command",
    "python_run_mode_module": "run_module",
    "python_run_mode_file": "run_filename",
}


def rewrite(file: ast.File) -> Migration:
    """Gives the new config."""
    from oxlang.dialect.migrate import Change, Migration

    writer = _Writer(file)
    text = writer.run()
    source = file.source
    why = "since PyOxidizer 0.6 functions make targets, in place of one `Config` call"
    change = Change(span=source.span(0, len(source.text)), text=text, why=why)
    return Migration(text=text, changes=(change,), remaining=tuple(writer.remaining))


def composed(
    header: list[str], name: str, distribution: str, policy: list[str], settings: list[str], adding: list[str]
) -> str:
    """Gives the text of a config with the targets `exe` and `install`.

    Args:
        header: comments above everything.
        name: expression for the program's name.
        distribution: expression for the Python.
        policy: statements that change `policy`.
        settings: statements that change `config`.
        adding: statements that add to `exe`.
    """
    body = [f"dist = {distribution}", "", "policy = dist.make_python_packaging_policy()", *policy, ""]
    body += ["config = dist.make_python_interpreter_config()", *settings, ""]
    body += [f"exe = dist.to_python_executable(name={name}, packaging_policy=policy, config=config)", *adding]
    lines = [
        *header,
        "def make_exe():",
        *(f"    {one}" if one else "" for one in [*body, "", "return exe"]),
        "",
        "",
        "def make_install(exe):",
        "    files = FileManifest()",
        '    files.add_python_resource(".", exe)',
        "    return files",
        "",
        "",
        'register_target("exe", make_exe)',
        'register_target("install", make_install, depends=["exe"], default=True)',
        "resolve_targets()",
    ]
    return "\n".join(lines) + "\n"


class _Writer:
    def __init__(self, file: ast.File) -> None:
        self.file = file
        self.source = file.source
        self.remaining: list[Remaining] = []
        self.values: dict[str, ast.Expression] = {
            one.target.id: one.value
            for one in file.statements
            if isinstance(one, ast.Assignment) and isinstance(one.target, ast.Name)
        }

    def run(self) -> str:
        """Gives the text of the new config."""
        config = next(node for node in walk(self.file) if _called(node) == "Config")
        parts = self.arguments(config)
        build = self.arguments(parts.get("build_config"))
        name = self.text(build.get("application_name")) or '"app"'
        policy, adding = self.rules(parts.get("packaging_rules"))
        settings = self.settings(parts.get("embedded_python_config")) + self.run_mode(parts.get("python_run_mode"))
        distribution = self.text(parts.get("python_distribution")) or "default_python_distribution()"
        return composed(self.header(), name, distribution, policy, settings, adding)

    def header(self) -> list[str]:
        """The comments above the first statement."""
        first = self.file.statements[0].start if self.file.statements else 0
        found = [one.text for one in self.file.comments if one.start < first and one.own_line]
        return [*found, ""] if found else []

    def text(self, node: ast.Node | None) -> str:
        return "" if node is None else self.source.text[node.start : node.end]

    def followed(self, node: ast.Expression | None) -> ast.Expression | None:
        """Follows a name to what it was assigned."""
        while isinstance(node, ast.Name) and node.id in self.values:
            node = self.values.pop(node.id)
        return node

    def arguments(self, node: Any) -> dict[str, ast.Expression]:
        call = self.followed(node)
        if not isinstance(call, ast.Call):
            return {}
        found: dict[str, ast.Expression] = {}
        for number, one in enumerate(call.arguments):
            found[one.name.id if one.name is not None else str(number)] = one.value
        return found

    def remain(self, node: ast.Node, why: str) -> None:
        from oxlang.dialect.migrate import Remaining

        self.remaining.append(Remaining(span=self.source.span(node.start, node.end), why=why))

    def settings(self, node: ast.Expression | None) -> list[str]:
        lines: list[str] = []
        for name, value in self.arguments(node).items():
            new, change = former.CONFIG_ARGUMENTS.get(name, ("", "drop"))
            shown = self.text(value)
            if change in ("same", "truth") and new:
                lines.append(f"config.{new} = {shown}")
            elif change == "not":
                flipped = {"True": "False", "False": "True"}.get(shown, f"not ({shown})")
                lines.append(f"config.{new} = {flipped}")
            elif change == "allocator":
                lines.append(f'config.{new} = {shown.replace("system", "default")}')
            elif shown not in ("False", "None"):
                self.remain(value, f"`{name}` has no counterpart today and was left out")
        return lines

    def run_mode(self, node: ast.Expression | None) -> list[str]:
        call = self.followed(node)
        name = _called(call)
        if isinstance(call, ast.Call) and name in _RUN_MODES and call.arguments:
            return [f"config.{_RUN_MODES[name]} = {self.text(call.arguments[0].value)}"]
        return []

    def rules(self, node: ast.Expression | None) -> tuple[list[str], list[str]]:
        """Gives the lines of the policy and those that add resources."""
        policy: list[str] = []
        adding: list[str] = []
        rules = self.followed(node)
        for rule in rules.items if isinstance(rules, ast.ListExpression) else []:
            given = self.arguments(rule)
            first = self.text(next(iter(given.values()), None))
            match _called(rule):
                case "StdlibExtensionsPolicy":
                    policy.append(f"policy.extension_module_filter = {first.replace('no-gpl', 'no-copyleft')}")
                case "Stdlib":
                    policy += [
                        f"policy.{new} = {self.text(given[old])}"
                        for old, new in (("include_resources", "include_distribution_resources"), ("exclude_test_modules", ""))
                        if old in given and new
                    ]
                case "PackageRoot":
                    path, packages = (self.text(given.get(key) or given.get(at)) for key, at in (("path", "0"), ("packages", "1")))
                    adding.append(f"exe.add_python_resources(exe.read_package_root(path={path}, packages={packages}))")
                case "PipInstallSimple":
                    adding.append(f"exe.add_python_resources(exe.pip_install([{first}]))")
                case "PipRequirementsFile":
                    adding.append(f'exe.add_python_resources(exe.pip_install(["-r", {first}]))')
                case "SetupPyInstall":
                    adding.append(f"exe.add_python_resources(exe.setup_py_install(package_path={first}))")
                case "Virtualenv":
                    adding.append(f"exe.add_python_resources(exe.read_virtualenv(path={first}))")
                case "FilterInclude":
                    shown = ", ".join(f"{name}={self.text(value)}" for name, value in given.items() if not name.isdigit())
                    adding.append(f"exe.filter_resources_from_files({shown or first})")
                case "WriteLicenseFiles":
                    adding.append(f"exe.licenses_filename = {repr_of('COPYING.txt')}")
                case _:
                    self.remain(rule, "this packaging rule has no counterpart today and was left out")
        return policy, adding


def _called(node: ast.Node | None) -> str:
    """Gives the name of a called global function."""
    return node.function.id if isinstance(node, ast.Call) and isinstance(node.function, ast.Name) else ""
