"""Reports of exceptions that ask loaders for source lines, where the built-in ones read files only."""

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
