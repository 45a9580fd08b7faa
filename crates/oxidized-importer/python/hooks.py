"""Source text of modules in memory, for those that would read files only: `threading`, `linecache`, `tokenize`, `trace`, `pdb`."""

import os
import sys


def _thread_excepthook(args):
    """What `threading.excepthook` does, with `traceback` in place of the built-in printing."""
    if args.exc_type is SystemExit:
        return
    import threading
    import traceback

    stream = sys.stderr
    if stream is None and args.thread is not None:
        stream = args.thread._stderr
    if stream is None:
        return
    name = threading.get_ident() if args.thread is None else args.thread.name
    print(f"Exception in thread {name}:", file=stream, flush=True)
    traceback.print_exception(args.exc_type, args.exc_value, args.exc_traceback, file=stream)
    stream.flush()


def _source_lines(finder, filename, module_globals=None):
    """`linecache.updatecache`, which also knows files that are modules of the finder."""
    import linecache

    # Ours first: with the globals of another module (a debugger's frame), files would be mixed up.
    name = _module_of_file(finder, filename) if isinstance(filename, str) else None
    source = finder.get_source(name) if name else None
    if not source:
        return linecache._updatecache_of_files(filename, module_globals)
    lines = source.splitlines(True)
    if not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    # Without a time of change: like the lines that a loader gave, they are never looked up again.
    linecache.cache[filename] = (len(source), None, lines, filename)
    return lines


def _open_source(finder, filename):
    """`tokenize.open`, which also opens the source of the finder's modules."""
    import io
    import tokenize

    name = _module_of_file(finder, filename) if isinstance(filename, str) else None
    source = finder.get_source(name) if name else None
    if source is None:
        return tokenize._open_of_files(filename)
    main = sys.modules.get("__main__")
    if getattr(getattr(main, "__spec__", None), "name", None) == "trace" and "open" not in vars(main):
        # `-m trace` runs code of the module that was never imported.
        _teach_trace(finder, main)
    text = io.TextIOWrapper(io.BytesIO(source.encode()), "utf-8", line_buffering=True)
    text.mode = "r"
    return text


def _teach_trace(finder, trace):
    """Lets `trace` read the source of the finder's modules: it opens it once more, without `tokenize`."""
    import io

    def open_source(file, mode="r", *arguments, **keywords):
        if mode in ("r", "rb") and isinstance(file, str) and _module_of_file(finder, file):
            return io.BytesIO(finder.get_data(file)) if mode == "rb" else _open_source(finder, file)
        return open(file, mode, *arguments, **keywords)

    trace.open = open_source


def _teach_pdb(finder, pdb):
    """Lets breakpoints name modules of the finder: by file, by path from the top, or dotted."""
    on_path = pdb.Pdb.lookupmodule

    def lookupmodule(self, filename):
        found = on_path(self, filename)
        # A script keeps its name; other files on `sys.path` are not what is imported.
        if found and self.mainpyfile == self.canonic(found):
            return found
        return _file_of_module(finder, filename) or found

    pdb.Pdb.lookupmodule = lookupmodule


def _file_of_module(finder, filename):
    """The file name in the code of a module that is named by file, by path from the top, or dotted; or None."""
    if os.path.isabs(filename):
        return filename if _module_of_file(finder, filename) else None
    name = filename[:-3].replace("\\", "/").replace("/", ".") if filename.endswith(".py") else filename
    name = name[:-9] if name.endswith(".__init__") else name
    try:
        return finder.get_filename(name) if finder.get_source(name) is not None else None
    except ImportError:
        return None


def _module_of_file(finder, filename):
    """The module whose code has this file name, or None."""
    base = finder.path_hook_base_str
    if filename.startswith(base) and filename.endswith(".py"):
        parts = filename[len(base) + 1 : -3].replace("\\", "/").split("/")
        if parts[-1] == "__init__":
            parts.pop()
        name = ".".join(parts)
        try:
            return name if name and finder.get_filename(name) == filename else None
        except ImportError:
            return None
    if filename.startswith("<") or "/" in filename or "\\" in filename or finder._kind(filename) is None:
        return None
    # A module without `__file__` has its name there.
    try:
        finder.get_filename(filename)
    except ImportError:
        return filename
    return None
