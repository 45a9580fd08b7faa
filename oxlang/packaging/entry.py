"""Whether what a program runs is in it: a module or a command that wants something nobody packed is told at build time.

Only what is certain counts. A program that looks for modules on disk may find them there, so nothing is said of it, nor of
one that carries plain files, which may be modules.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oxlang.packaging.interpreter_config import InterpreterConfig

MISSING_HELP = "`exe.add_python_resources(exe.pip_install([…]))` or `exe.read_package_root` packs it; check the spelling, too"
_NEVER_PACKED = frozenset({"__main__", "oxidized_importer", "pkg_resources"})


def entry_of(config: InterpreterConfig) -> dict[str, Any] | None:
    """Gives what a program runs as plain values; None when it cannot be told whether it finds that."""
    if config.filesystem_importer or config.module_search_paths or config.oxidized_importer is False:
        return None
    if config.run_command is not None:
        return {"command": config.run_command}
    return None if config.run_module is None else {"module": config.run_module}


def missing_entry(entry: dict[str, Any], has: Callable[[str], bool], is_package: Callable[[str], bool]) -> str | None:
    """Gives the sentence about what is missing, None when all is there.

    Args:
        entry: of `entry_of`.
        has: whether a module is in the program.
        is_package: whether it is a package.
    """
    module = entry.get("module")
    if module is not None:
        if not has(module):
            return f"runs the module `{module}`, which nothing packs"
        if is_package(module) and not has(f"{module}.__main__"):
            return f"runs the package `{module}`, which has no module `__main__`"
        return None
    for name in _imported(entry["command"]):
        if not has(name):
            return f"imports `{name}` at once, which nothing packs"
    return None


def _imported(code: str) -> list[str]:
    """Gives the modules that a text imports in its own statements, not in a `try`, an `if` or a function."""
    import ast

    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return []
    found: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.Import):
            found += [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.append(node.module)
    return [one for one in dict.fromkeys(found) if one.partition(".")[0] not in _NEVER_PACKED]
