"""`load`: finding, running and remembering modules.

A path counts from the working directory first, as it did in PyOxidizer, then from the folder of the file that loads it.
`@stdlib//name.star` is a module that ships with the package. Every file runs once per evaluation; its values are frozen
afterwards. A loaded file sees the host's functions, and none of its constants.
"""

from __future__ import annotations

from oxlang.bundled import bundled_path
from oxlang.diagnostics.model import error
from oxlang.records import replace
from oxlang.source import SourceFile
from oxlang.syntax.options import CONFIG, STDLIB, LanguageOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import Any

    from oxlang.interp.module import Module
    from oxlang.interp.thread import Thread

STDLIB_PREFIX = "@stdlib//"


class Loader:
    """Resolves `load` for one evaluation. *Mutable*: remembers what it loaded.

    Args:
        thread: the thread that evaluates; its `loader` is set.
        predeclared: host names that loaded files see (functions, no constants).
        options: the language of loaded files.
        cwd: the working directory that relative paths count from.
        cache_dir: where compiled programs are kept.
        note: told the path of every file that is read.
    """

    def __init__(
        self,
        thread: Thread,
        predeclared: Mapping[str, Any] | None = None,
        options: LanguageOptions = CONFIG,
        cwd: Path | str | None = None,
        cache_dir: Path | str | None = None,
        note: Callable[[Path], None] | None = None,
    ) -> None:
        self.thread = thread
        self.predeclared = dict(predeclared or {})
        self.options = options
        self.cwd = cwd
        self.cache_dir = cache_dir
        self.note = note
        self.modules: dict[str, Module] = {}
        self.running: list[str] = []
        thread.loader = self

    def load(self, path: str, names: tuple[str, ...], loading: Module) -> tuple[Any, ...]:
        """Gives the values of names of a module. Raises OX0210, OX0211, OX0212 and what the module raises."""
        module = self.module(path, loading)
        exports = module.exports()
        values = []
        for name in names:
            if name not in exports:
                from oxlang.diagnostics.spelling import did_you_mean, nearest

                near = nearest(name, exports)
                hint = f" (did you mean {near}?)" if near else ""
                raise error(
                    "OX0211",
                    f"load: name {name} not found in module {path}{hint}",
                    help=did_you_mean(name, exports),
                    notes=[f"{name} not found in module"],
                    argument=name,
                )
            values.append(exports[name])
        return tuple(values)

    def module(self, path: str, loading: Module) -> Module:
        """Gives the module of a path; runs it when it is the first time."""
        found, shown, options = self.find(path, loading)
        known = str(found)
        if known in self.modules:
            return self.modules[known]
        if known in self.running:
            circle = " -> ".join([*self.running[self.running.index(known) :], known])
            raise error("OX0212", f"cycle in load graph: {circle}", help="move what both need into a third file")
        source = self.read(found, path, shown)
        from oxlang.interp.compiled import compile_source
        from oxlang.interp.module import run

        predeclared = self.predeclared
        self.running.append(known)
        try:
            compiled = compile_source(source, options, predeclared, self.cache_dir)
            module = run(compiled, source, self.thread, predeclared, options)
        finally:
            self.running.pop()
        self.modules[known] = module
        return module

    def find(self, path: str, loading: Module) -> tuple[Path, str, LanguageOptions]:
        """Gives the file of a path, how to call it, and its language."""
        if path.startswith(STDLIB_PREFIX):
            name = path.removeprefix(STDLIB_PREFIX)
            found = bundled_path("stdlib", name)
            if ".." in name.split("/") or not _is_file(found):
                from oxlang.diagnostics.spelling import did_you_mean

                known = sorted(one.name for one in bundled_path("stdlib").glob("*.star"))
                raise error(
                    "OX0210",
                    f"cannot load `{path}`: there is no such module",
                    help=did_you_mean(name, known) or f"known are {', '.join(known)}",
                )
            return found, path, replace(STDLIB, like_go=self.options.like_go)
        from pathlib import Path

        given = Path(path)
        if given.is_absolute():
            return given, path, self.options
        first = Path(self.cwd or ".") / given
        if _is_file(first):
            return first, path, self.options
        beside = Path(loading.path).parent / given
        if _is_file(beside):
            return beside, str(beside), self.options
        return first, path, self.options

    def read(self, found: Path, path: str, shown: str) -> SourceFile:
        """Reads a file. Raises OX0210."""
        try:
            data = found.read_bytes()
        except (OSError, ValueError) as problem:
            # No file can have a name that is too long, or has a NUL in it.
            reason = getattr(problem, "strerror", None) or str(problem)
            label = path.startswith(("//", ":", "@"))
            help = "labels are not understood; give the path of a file" if label else "the path counts from the working directory, then from the loading file"
            raise error("OX0210", f"cannot load `{path}`: {reason.lower()}", help=help) from None
        if self.note is not None:
            self.note(found)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as problem:
            raise error("OX0210", f"cannot load `{path}`: it is not UTF-8 text (byte {problem.start})") from None
        return SourceFile(shown, text)


def _is_file(path: Path) -> bool:
    """Whether there is a file; there is none with a name that no file can have."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
