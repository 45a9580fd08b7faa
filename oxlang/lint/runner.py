"""Lints a file: parse, resolve, check, rules; then suppression.

A comment `# oxl: ignore[OX1003]` suppresses findings with these codes (or names) that begin on its line; on a line of
its own it stands for the next line that is code. A suppression that suppresses nothing is itself a finding.
Consequences of a syntax error are not shown: rules run only over files that parse.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from oxlang.check import Checked, check
from oxlang.declare.environment import Environment
from oxlang.diagnostics.model import Diagnostic, Edit, Fix, OxError, diagnostic
from oxlang.lint.registry import all_rules
from oxlang.records import dataclass, replace
from oxlang.resolve import resolve
from oxlang.resolve.scopes import Program
from oxlang.source import SourceFile, Span
from oxlang.syntax import ast
from oxlang.syntax.options import LanguageOptions

_SUPPRESSION = re.compile(r"#\s*oxl:\s*ignore\[([^\]]*)\]")

ReadModule = Callable[[str, str], "tuple[SourceFile, LanguageOptions, Environment] | None"]
"""Gives text, language and names of a file by the text of the `load` that names it and the path of the file that loads
it; None if it cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Linted:
    """A linted file.

    Attributes:
        source: the text.
        checked: the file with types; of a broken file as far as it could be read.
        diagnostics: the findings, in order of text.
    """

    source: SourceFile
    checked: Checked
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which codes are shown: prefixes of codes, or names of rules.

    Attributes:
        select: only these; empty means all.
        ignore: never these.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def shows(self, found: Diagnostic) -> bool:
        """Whether a finding is shown."""
        if _matches(found, self.ignore):
            return False
        return not self.select or _matches(found, self.select)


def _matches(found: Diagnostic, patterns: Iterable[str]) -> bool:
    return any(found.code.id.startswith(one.upper()) or found.code.name == one for one in patterns)


def analyse(
    source: SourceFile,
    options: LanguageOptions,
    environment: Environment,
    read_module: ReadModule | None = None,
    known: dict[str, Checked] | None = None,
) -> tuple[Checked, tuple[Diagnostic, ...]]:
    """Parses, resolves and checks a file and what it loads; gives it with the findings of parser and resolver.

    Args:
        source: the text.
        options: its language.
        environment: the names it may use.
        read_module: reads the files it loads; without it they are unknown.
        known: loaded files by path, from earlier calls; those whose text is the same are taken, others are put there.
    """
    loading = _Loading(read_module, {} if known is None else known)
    return _analyse(source, options, environment, loading, (source.path,))


@dataclass(frozen=True, slots=True, eq=False)
class _Loading:
    read: ReadModule | None
    known: dict[str, Checked]

    def modules(
        self, program: Program, path: tuple[str, ...], failed: list[Diagnostic] | None = None
    ) -> dict[str, Checked]:
        """Gives the files that a file loads, by the text of the `load`; what cannot be loaded is put into `failed`."""
        found: dict[str, Checked] = {}
        for load in program.loads if self.read is not None else ():
            name = str(load.module.value)
            read = self.read(name, path[-1]) if self.read is not None else None
            if read is not None and read[0].path not in path:
                found[name] = self.module(read, path)
            elif failed is not None and name:
                failed.append(_not_loaded(program.file.span(load.module), name, cycle=read is not None))
        return found

    def module(self, read: tuple[SourceFile, LanguageOptions, Environment], path: tuple[str, ...]) -> Checked:
        source = read[0]
        here = (*path, source.path)
        before = self.known.get(source.path)
        if before is not None and before.program.file.source.text == source.text:
            modules = self.modules(before.program, here)
            if all(before.modules.get(name) is one for name, one in modules.items()):
                return before
        checked = self.known[source.path] = _analyse(*read, self, here)[0]
        return checked


def _analyse(
    source: SourceFile, options: LanguageOptions, environment: Environment, loading: _Loading, path: tuple[str, ...]
) -> tuple[Checked, tuple[Diagnostic, ...]]:
    from oxlang.syntax.parse import parse

    parsed = parse(source, options)
    # An undefined name in a function is late in configs, but never right.
    strict = replace(options, late_names=False)
    program = resolve(parsed.file, strict, universal=_UNIVERSAL, predeclared=set(environment.names()))
    failed: list[Diagnostic] = []
    checked = check(program, environment, loading.modules(program, path, failed if len(path) == 1 else None))
    syntax = parsed.diagnostics
    return checked, syntax if _broken(syntax) else (*syntax, *program.diagnostics, *failed)


def _not_loaded(span: Span, name: str, *, cycle: bool) -> Diagnostic:
    if cycle:
        return diagnostic(
            "OX0212", f"`{name}` is this file, or loads it again", span=span, help="move what both need into a third file"
        )
    if name.startswith(("//", ":")) or (name.startswith("@") and not name.startswith("@stdlib//")):
        help = "labels are not understood; give the path of a file"
    elif name.startswith("@"):
        from oxlang.bundled import bundled_path
        from oxlang.diagnostics.spelling import did_you_mean

        known = sorted(f"@stdlib//{one.name}" for one in bundled_path("stdlib").glob("*.star"))
        help = did_you_mean(name, known) or f"known are {', '.join(f'`{one}`' for one in known)}"
    else:
        help = "the path counts from the working directory, then from this file"
    return diagnostic("OX0210", f"cannot load `{name}`: there is no such file, or it is not UTF-8", span=span, help=help)


_UNIVERSAL = frozenset({"True", "False", "None"})


def _broken(found: Iterable[Diagnostic]) -> bool:
    return any(one.code.severity == "error" for one in found)


def lint(
    source: SourceFile,
    options: LanguageOptions,
    environment: Environment,
    *,
    selection: Selection | None = None,
    read_module: ReadModule | None = None,
    known: dict[str, Checked] | None = None,
) -> Linted:
    """Lints one file.

    Args:
        source: its text.
        options: its language.
        environment: the names it may use, built-in ones included.
        selection: which findings are wanted.
        read_module: reads the files it loads.
        known: loaded files of earlier calls, as for `analyse`.
    """
    checked, found = analyse(source, options, environment, read_module, known)
    return Linted(source=source, checked=checked, diagnostics=findings(checked, found, selection))


def findings(
    checked: Checked, found: tuple[Diagnostic, ...], selection: Selection | None = None
) -> tuple[Diagnostic, ...]:
    """Gives everything that is to be said of an analysed file, in order of text.

    Args:
        checked: the file.
        found: what parser and resolver found.
        selection: which findings are wanted.
    """
    everything = list(found)
    if not _syntax_error(found):
        reported = {(one.code.id, one.span.start) for one in found if one.span}
        more = [*checked.diagnostics, *(one for rule in all_rules() for one in rule.function(checked))]
        everything += [one for one in more if one.span is None or (one.code.id, one.span.start) not in reported]
        everything = _suppress(everything, checked.program.file)
    chosen = selection or Selection()
    shown = [_advised(one) for one in everything if chosen.shows(one)]
    shown.sort(key=lambda one: (one.span.start if one.span else 0, one.code.id))
    return tuple(shown)


_NAMES = frozenset({"OX0201", "OX0302", "OX0310"})


def _advised(found: Diagnostic) -> Diagnostic:
    """Adds to a finding about an unknown name what became of it since an older dialect of PyOxidizer."""
    if found.code.id not in _NAMES:
        return found
    from oxlang.dialect.former import advise

    return advise(OxError(found)).diagnostic


def _syntax_error(found: Iterable[Diagnostic]) -> bool:
    return any(one.code.id.startswith("OX01") and one.code.severity == "error" for one in found)


def _suppress(found: list[Diagnostic], file: ast.File) -> list[Diagnostic]:
    by_line: dict[int, list[tuple[ast.Comment, Mapping[str, Span], set[str]]]] = {}
    everything: list[tuple[ast.Comment, Mapping[str, Span], set[str]]] = []
    for comment in file.comments:
        marked = _SUPPRESSION.search(comment.text)
        if marked is None:
            continue
        entry = (comment, _names(comment, marked, file), set[str]())
        everything.append(entry)
        by_line.setdefault(_line_of(comment, file), []).append(entry)
    kept = []
    for one in found:
        line = one.span.begin.line if one.span is not None and one.span.file is file.source else -1
        hit = False
        for _, names, used in by_line.get(line, ()):
            for name in (one.code.id, one.code.name):
                if name in names:
                    used.add(name)
                    hit = True
        if not hit:
            kept.append(one)
    for comment, names, used in everything:
        kept += [_unused(comment, name, span, names, file) for name, span in names.items() if name not in used]
    return kept


def _names(comment: ast.Comment, marked: re.Match[str], file: ast.File) -> dict[str, Span]:
    names: dict[str, Span] = {}
    for one in re.finditer(r"[^\s,]+", marked.group(1)):
        start = comment.start + marked.start(1) + one.start()
        text = one.group().upper() if one.group().lower().startswith("ox") else one.group()
        names[text] = Span(file.source, start, start + len(one.group()))
    return names


def _line_of(comment: ast.Comment, file: ast.File) -> int:
    """The line a suppression speaks of: its own, or the next line of code if nothing else stands there."""
    line = file.source.position(comment.start).line
    if not comment.own_line:
        return line
    last = len(file.source.line_starts)
    line += 1
    while line < last and file.source.line_text(line).lstrip()[:1] in ("", "#"):
        line += 1
    return line


def _unused(comment: ast.Comment, name: str, span: Span, names: Mapping[str, Span], file: ast.File) -> Diagnostic:
    fixes: tuple[Fix, ...] = ()
    if len(names) == 1:
        whole = Span(file.source, comment.start, comment.end)
        if comment.own_line:
            line = file.source.position(comment.start).line
            starts = file.source.line_starts
            end = starts[line + 1] if line + 1 < len(starts) else len(file.source.text)
            whole = Span(file.source, starts[line], end)
        else:
            before = file.source.text[: comment.start]
            whole = Span(file.source, len(before.rstrip(" \t")), comment.end)
        fixes = (Fix("remove the comment", (Edit(whole, ""),)),)
    return diagnostic("OX1001", f"`{name}` suppresses nothing here", span=span, fixes=fixes)
