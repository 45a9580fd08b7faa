"""Source lines of modules in memory, for those that would read files only: `threading` and `linecache`."""

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
