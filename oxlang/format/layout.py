"""A layout language: texts with places where lines may break, and a printer that chooses.

A `Group` is printed on one line if it fits, else all line breaks that are directly in it are taken; groups inside it
are asked again. This is Wadler's scheme with the usual additions: texts that appear only in a broken group (trailing
commas), and suffixes that are kept back until the line ends (comments).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from oxlang.records import dataclass, field

INDENT = "    "
WIDTH = 88


@dataclass(frozen=True, slots=True)
class Line:
    """A place to break the line; `flat` is printed when it is not broken. A hard one always breaks."""

    flat: str = " "
    hard: bool = False


@dataclass(frozen=True, slots=True)
class IfBroken:
    """A text that depends on whether the group around it is broken."""

    broken: str
    flat: str = ""


@dataclass(frozen=True, slots=True)
class Suffix:
    """A text that goes to the end of the line, whatever else stands on it."""

    text: str


@dataclass(frozen=True, slots=True)
class Indent:
    """Lines that begin inside are indented one level more."""

    content: Doc


@dataclass(slots=True)
class Group:
    """One line if it fits; `broken` is found out when it is made: a hard line or a suffix inside breaks it."""

    content: Doc
    broken: bool = field(default=False)

    def __post_init__(self) -> None:
        self.broken = self.broken or must_break(self.content)


Doc = str | Line | IfBroken | Suffix | Indent | Group | Sequence["Doc"]

SPACE_LINE = Line()
SOFT_LINE = Line("")
HARD_LINE = Line(hard=True)


def must_break(doc: Doc) -> bool:
    """Whether a layout cannot stand on one line."""
    todo: list[Doc] = [doc]
    while todo:
        one = todo.pop()
        if isinstance(one, str | IfBroken):
            continue
        if isinstance(one, Line):
            if one.hard:
                return True
        elif isinstance(one, Suffix):
            return True
        elif isinstance(one, Group):
            if one.broken:
                return True
        elif isinstance(one, Indent):
            todo.append(one.content)
        else:
            todo.extend(one)
    return False


def join(separator: Doc, docs: Iterable[Doc]) -> list[Doc]:
    """Puts a separator between layouts."""
    found: list[Doc] = []
    for doc in docs:
        if found:
            found.append(separator)
        found.append(doc)
    return found


_Todo = tuple[int, bool, Doc]


def _fits(rest: int, todo: list[_Todo], behind: list[_Todo]) -> bool:
    """Whether what is to be printed, up to the next line end, fits into the rest of the line."""
    stack = list(todo)
    at = len(behind)
    while rest >= 0:
        if not stack:
            if at == 0:
                return True
            at -= 1
            stack.append(behind[at])
            continue
        level, flat, doc = stack.pop()
        if isinstance(doc, str):
            first, newline, _ = doc.partition("\n")
            rest -= len(first)
            if newline:
                return rest >= 0
        elif isinstance(doc, Line):
            if doc.hard or not flat:
                return True
            rest -= len(doc.flat)
        elif isinstance(doc, IfBroken):
            rest -= len(doc.flat if flat else doc.broken)
        elif isinstance(doc, Suffix):
            continue
        elif isinstance(doc, Indent):
            stack.append((level + 1, flat, doc.content))
        elif isinstance(doc, Group):
            stack.append((level, flat and not doc.broken, doc.content))
        else:
            stack.extend((level, flat, one) for one in reversed(doc))
    return False


def render(doc: Doc, level: int = 0) -> str:
    """Prints a layout that begins at a level of indentation (the first line is not indented)."""
    out: list[str] = []
    suffixes: list[str] = []
    fresh = -1  # where the last line break stands in `out`
    column = level * len(INDENT)
    stack: list[_Todo] = [(level, False, doc)]
    while stack:
        level, flat, one = stack.pop()
        if isinstance(one, str):
            out.append(one)
            last = one.rfind("\n")
            column = column + len(one) if last < 0 else len(one) - last - 1
        elif isinstance(one, Line):
            if flat and not one.hard:
                out.append(one.flat)
                column += len(one.flat)
                continue
            out.extend(suffixes)
            suffixes.clear()
            if fresh == len(out) - 1 and fresh >= 0:
                out[fresh] = "\n"  # an empty line has no indentation
            fresh = len(out)
            out.append("\n" + INDENT * level)
            column = level * len(INDENT)
        elif isinstance(one, IfBroken):
            text = one.flat if flat else one.broken
            out.append(text)
            column += len(text)
        elif isinstance(one, Suffix):
            suffixes.append(one.text)
        elif isinstance(one, Indent):
            stack.append((level + 1, flat, one.content))
        elif isinstance(one, Group):
            inner = flat or (not one.broken and _fits(WIDTH - column, [(level, True, one.content)], stack))
            stack.append((level, inner, one.content))
        else:
            stack.extend((level, flat, part) for part in reversed(one))
    out.extend(suffixes)
    return "".join(out)
