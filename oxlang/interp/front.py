"""Text to compiled program: parse, resolve, generate, compile. Not imported when the cache has the result."""

from __future__ import annotations

import gc
import sys
import warnings

from oxlang.diagnostics.model import Diagnostic, OxError, error
from oxlang.interp.builtins.core import UNIVERSAL
from oxlang.interp.compiled import Compiled
from oxlang.resolve.resolver import resolve
from oxlang.source import SourceFile
from oxlang.syntax import ast
from oxlang.syntax.options import LanguageOptions
from oxlang.syntax.utf8 import readable_diagnostic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from oxlang.resolve.scopes import Program

FILE_NAME = "<starlark>"


def universal_names(options: LanguageOptions) -> frozenset[str]:
    """Gives the names of the language under the options."""
    return UNIVERSAL if options.set else UNIVERSAL - {"set"}


def analyse(
    source: SourceFile,
    options: LanguageOptions,
    predeclared: Iterable[str],
    known_globals: Iterable[str] = (),
    result: str | None = None,
) -> Program:
    """Parses and resolves a text. Raises its errors, the first one with all others in `others`."""
    from oxlang.syntax.parse import parse

    parsed = parse(source, options)
    _refuse(parsed.diagnostics, options)
    statements = parsed.file.statements
    if result is not None and statements and isinstance(statements[-1], ast.ExpressionStatement):
        last = statements[-1]
        target = ast.Name(last.start, last.start, result)
        statements[-1] = ast.Assignment(last.start, last.end, target, "=", last.value, None)
    program = resolve(parsed.file, options, universal_names(options), tuple(predeclared), known_globals)
    _refuse(program.diagnostics, options)
    return program


def _refuse(diagnostics: tuple[Diagnostic, ...], options: LanguageOptions) -> None:
    errors = [one for one in diagnostics if one.code.severity == "error"]
    if options.like_go:
        errors = list(map(readable_diagnostic, errors))
    if errors:
        raise OxError(errors[0], others=errors[1:])


def compile_program(
    source: SourceFile,
    options: LanguageOptions,
    predeclared: Iterable[str],
    known_globals: Iterable[str] = (),
    result: str | None = None,
) -> Compiled:
    """Compiles a text; `result` names a variable that gets the value of an expression at its end.

    Raises its errors of syntax and names, OX0408 for one that is nested too deeply.
    """
    names = tuple(predeclared)
    collecting = gc.isenabled()
    limit = sys.getrecursionlimit()
    gc.disable()
    sys.setrecursionlimit(max(limit, 6000))
    try:
        # Trees are freed before the collector is on again: it would look at all of them at once.
        return _compiled(source, options, names, known_globals, result)
    except (RecursionError, MemoryError, SyntaxError) as problem:
        if isinstance(problem, SyntaxError) and "nested" not in str(problem):
            raise
        raise error(
            "OX0408", "the program is nested too deeply", span=source.span(0, 0), help="split long expressions and nested loops"
        ) from None
    finally:
        sys.setrecursionlimit(limit)
        if collecting:
            gc.enable()


def _compiled(
    source: SourceFile, options: LanguageOptions, names: tuple[str, ...], known_globals: Iterable[str], result: str | None
) -> Compiled:
    from oxlang.interp.generate import generate

    program = analyse(source, options, names, known_globals, result)
    made = generate(program, frozenset(names) | universal_names(options))
    with warnings.catch_warnings():
        # What Python finds odd about generated code says nothing to users.
        warnings.simplefilter("ignore")
        code = compile(made.module, FILE_NAME, "exec", dont_inherit=True, optimize=0)
    compiled = Compiled(
        code=code,
        starts=made.starts.tobytes(),
        ends=made.ends.tobytes(),
        flags=made.flags,
        exported=tuple(program.exported),
        global_names=tuple(program.globals),
        loaded_names=tuple(name for name, one in program.globals.items() if one.scope == "file"),
        loads=tuple(dict.fromkeys(str(one.module.value) for one in program.loads)),
    )
    program.release()
    return compiled
