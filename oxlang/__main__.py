"""Runs `oxl`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """The entry point of the command `oxl`; ends the process with the command's exit status."""
    try:
        words, cache = sys.argv[1:], None
        if words[:1] not in (["-V"], ["--version"]):  # They load so little that there is nothing to win.
            from oxlang.code_cache import install

            cache = install(os.environ)
        from oxlang.cli.main import run

        status = run(words)
        if cache is not None and cache.has_missed:
            from oxlang.code_cache_writer import save

            save(cache)
    except KeyboardInterrupt:
        # While modules are loaded, or a second time while the first interruption is worded: no command can say it.
        sys.stderr.write("error: interrupted\n")
        status = 130
    if _has_nothing_to_do_at_exit():
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except (OSError, ValueError):
            sys.exit(status)
        # Python would take a fifth of a short command's time to free what ends with the process anyway.
        os._exit(status)
    sys.exit(status)


def _has_nothing_to_do_at_exit() -> bool:
    """Whether no thread has to be waited for, and nobody (coverage, a library) wants to be called at the end."""
    import atexit

    registered = getattr(atexit, "_ncallbacks", None)
    is_watched = sys.gettrace() is not None or sys.getprofile() is not None
    return "threading" not in sys.modules and not is_watched and registered is not None and not registered()


if __name__ == "__main__":
    main()
