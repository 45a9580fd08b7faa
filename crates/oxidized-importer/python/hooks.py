"""Source text of modules in memory, for those that would read files only: `threading`, `linecache`, `tokenize`, `trace`, `pdb`."""

import os
import sys


def _thread_excepthook(args):
    """What `threading.excepthook` does, with `traceback` in place of the built-in printing."""
    if args.exc_type is SystemExit:
        return
    import threading

    stream = sys.stderr
    if stream is None and args.thread is not None:
        stream = args.thread._stderr
    if stream is None:
        return
    name = threading.get_ident() if args.thread is None else args.thread.name
    print(f"Exception in thread {name}:", file=stream, flush=True)
    _print_exception(args.exc_type, args.exc_value, args.exc_traceback, stream)


def _print_exception(kind, value, trace, stream=None):
    """What the built-in `sys.excepthook` prints until 3.12, with source lines of modules in memory."""
    import traceback

    stream = sys.stderr if stream is None else stream
    if stream is None:
        return
    limit = getattr(sys, "tracebacklimit", None)
    # A limit leaves the failing end, where `traceback` would leave the beginning.
    limit = -limit if isinstance(limit, int) and limit > 0 else None
    text = "".join(traceback.format_exception(kind, value, trace, limit=limit))
    if sys.version_info < (3, 12):
        text = _with_suggestions(text, kind, value, trace)
    stream.write(text)
    stream.flush()


class _Captured:
    """A stream that keeps what this thread writes and passes on what others do."""

    def __init__(self, stream):
        import threading

        self._stream, self._thread, self.text = stream, threading.get_ident, ""
        self._owner = self._thread()

    def write(self, text):
        if self._thread() != self._owner:
            return self._stream.write(text)
        self.text += text
        return len(text)

    def __getattr__(self, name):
        return getattr(self._stream, name)


def _with_suggestions(text, kind, value, trace):
    """Adds the `Did you mean`, which only the built-in hook of these versions can find."""
    chain, known = value, set()
    while chain is not None and not isinstance(chain, (NameError, AttributeError)):
        known.add(id(chain))
        chain = chain.__cause__ or (None if chain.__suppress_context__ else chain.__context__)
        if id(chain) in known:
            return text
    if chain is None:
        return text
    before = sys.stderr
    sys.stderr = captured = _Captured(before)
    try:
        sys.__excepthook__(kind, value, trace)
    finally:
        sys.stderr = before
    for line in captured.text.splitlines():
        plain, suggestion, _ = line.partition(". Did you mean: ")
        if suggestion:
            text = f"\n{text}".replace(f"\n{plain}\n", f"\n{line}\n", 1)[1:]
    return text


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
