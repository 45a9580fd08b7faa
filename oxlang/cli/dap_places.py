"""Files and breakpoints of an editor, and what they are in the program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oxlang.interp.debug import Breakpoint

_STDLIB = "@stdlib//"


def line_breakpoint(asked: dict[str, Any], lines: list[int]) -> tuple[Breakpoint | None, dict[str, Any]]:
    """Gives the breakpoint that an editor asks for and the answer; it moves to the next line that has code.

    Args:
        asked: `line` from one, `condition`, `hitCondition`, `logMessage`.
        lines: the lines of the file that have code, from zero.
    """
    wanted = int(asked.get("line", 1)) - 1
    line = next((known for known in lines if known >= wanted), None)
    if line is None:
        return None, {"verified": False, "message": "there is no code on this line or after it"}
    made, answer = read_breakpoint(asked, line)
    return made, {**answer, "line": line + 1}


def read_breakpoint(asked: dict[str, Any], line: int = 0) -> tuple[Breakpoint | None, dict[str, Any]]:
    """Gives the breakpoint with the conditions that an editor asks for, and the answer."""
    from oxlang.interp.debug import Breakpoint, Hits

    condition = str(asked.get("condition") or "")
    wrong = mistake(condition)
    if wrong is not None:
        return None, {"verified": False, "message": f"the condition cannot be read: {wrong}"}
    hits = Hits.read(str(asked.get("hitCondition") or ""))
    if hits is None:
        return None, {"verified": False, "message": "the hit count is a number, also with `>=`, `>`, `==`, `<=`, `<` or `%` before it"}
    made = Breakpoint(line=line, condition=condition, hits=hits, message=str(asked.get("logMessage") or ""))
    return made, {"verified": True}


def file_of(path: str) -> Path:
    """Gives the file that an editor opens for the path of a module."""
    from oxlang.bundled import bundled_path

    if path.startswith(_STDLIB):
        return bundled_path("stdlib", path.removeprefix(_STDLIB))
    return Path(path).absolute()


def source_of(path: str) -> dict[str, Any]:
    """Gives a module's file as the protocol tells it."""
    file = file_of(path)
    return {"name": file.name, "path": str(file)}


def module_path(file: Path) -> str:
    """Gives the path of the module that a file is loaded as; turns `file_of` round."""
    from oxlang.bundled import bundled_path

    folder = bundled_path("stdlib")
    return f"{_STDLIB}{file.name}" if file.parent == folder else str(file)


def code_lines(path: Path) -> list[int]:
    """Gives the lines of a file, from zero, on which a statement begins."""
    from oxlang.lint.kinds import options_of
    from oxlang.source import SourceFile
    from oxlang.syntax import ast
    from oxlang.syntax.parse import parse
    from oxlang.syntax.visit import walk

    try:
        source = SourceFile(str(path), path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        return []
    tree = parse(source, options_of(path.name)).file
    docs = {
        one.body[0] for one in walk(tree) if isinstance(one, ast.Def) and one.body and _is_text(one.body[0])
    }
    return sorted(
        {
            source.position(one.start).line
            for one in walk(tree)
            if isinstance(one, ast.Statement) and one not in docs and not isinstance(one, ast.Pass | ast.ErrorStatement)
        }
    )


def _is_text(statement: object) -> bool:
    from oxlang.syntax import ast

    return isinstance(statement, ast.ExpressionStatement) and isinstance(statement.value, ast.Literal_)


def mistake(expression: str) -> str | None:
    """What is wrong with the text of a condition; None for one that can be read."""
    if not expression.strip():
        return None
    from oxlang.source import SourceFile
    from oxlang.syntax.options import CONFIG
    from oxlang.syntax.parse import parse

    found = parse(SourceFile("condition", expression.strip() + "\n"), CONFIG).diagnostics
    return found[0].message if found else None
