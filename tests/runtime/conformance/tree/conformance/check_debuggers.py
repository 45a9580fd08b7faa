"""Debuggers: breakpoints by file, module and function, listings, post-mortem."""

import bdb
import io
import linecache
import sys

from conformance import child


def _line_of(function, offset=1):
    return function.__code__.co_firstlineno + offset


def _debug(commands, function, *arguments):
    import pdb

    out = io.StringIO()
    debugger = pdb.Pdb(stdin=io.StringIO(commands), stdout=out, nosigint=True, readrc=False)
    debugger.use_rawinput = False
    before = sys.gettrace()
    try:
        debugger.runcall(function, *arguments)
    finally:
        sys.settrace(before)
        # Breakpoints belong to the process, not to a debugger.
        debugger.clear_all_breaks()
        bdb.Breakpoint.clearBreakpoints()
    return out.getvalue()


def check_debugger_lists_source():
    import sample

    text = _debug("list\nwhere\nargs\ncontinue\n", sample.square, 3)
    assert "return number * number" in text and "number = 3" in text, text
    assert f"{sample.__file__}(" in text


def check_debugger_steps_into_modules():
    import sample.plain

    linecache.clearcache()
    text = _debug("step\nstep\nwhere\ncontinue\n", lambda: sample.square(4))
    assert "sample.square(4)" in text or "return number * number" in text, text


def check_debugger_breaks_by_line():
    import sample

    linecache.clearcache()
    line = _line_of(sample.square, 6)
    text = _debug(f"break {sample.__file__}:{line}\ncontinue\nprint(number + 100)\ncontinue\n", lambda: sample.square(5))
    assert f" at {sample.__file__}:{line}" in text and "105" in text, text


def check_debugger_breaks_by_function():
    code = (
        "import io, pdb, sample, sys; d = pdb.Pdb(stdin=io.StringIO('break sample.square\\nc\\nlist\\nc\\n'), "
        "readrc=False); d.use_rawinput = False; d.run('sample.square(6)', {'sample': sample})"
    )
    done = child(code=code)
    assert "Breakpoint 1 at" in done.stdout and "return number * number" in done.stdout, done.stdout + done.stderr


def check_post_mortem_shows_source():
    code = (
        "import io, pdb, sample.plain, sys\n"
        "try:\n sample.plain.fail()\n"
        "except ValueError as e:\n"
        " d = pdb.Pdb(stdin=io.StringIO('list\\nup\\nq\\n'), readrc=False)\n"
        " d.use_rawinput = False\n d.reset()\n d.interaction(None, e.__traceback__)\n"
    )
    done = child(code=code)
    assert "# the line that tracebacks show" in done.stdout, done.stdout + done.stderr


def check_debugger_as_module():
    done = child("-m", "pdb", "-c", "next", "-c", "where", "-c", "quit", "-m", "sample.script")
    assert "RESULT = (" in done.stdout and "script.py(3)" in done.stdout, done.stdout + done.stderr


def check_debugger_breaks_by_path_from_the_top():
    import sample.plain

    line = _line_of(sample.plain.called)
    text = _debug(f"break sample/plain.py:{line}\ncontinue\nwhere\ncontinue\n", lambda: sample.plain.called())
    assert f" at {sample.plain.__file__}:{line}" in text, text
    assert f"> {sample.plain.__file__}({line})called()" in text, text


def check_debugger_breaks_by_dotted_name():
    import sample.plain

    if sys.version_info < (3, 13):
        return  # Older debuggers understand names of files only.
    line = _line_of(sample.plain.called)
    text = _debug(f"break sample.plain:{line}\ncontinue\ncontinue\n", lambda: sample.plain.called())
    assert f"> {sample.plain.__file__}({line})called()" in text, text


def check_debugger_refuses_unknown_files():
    text = _debug("break nope/at_all.py:1\nbreak sample/nope.py:1\ncontinue\n", lambda: None)
    assert text.count("not found from sys.path") == 2 and "Breakpoint" not in text, text


def check_debugger_refuses_lines_without_code():
    import sample

    text = _debug(f"break {sample.__file__}:2\nbreak {sample.__file__}:9999\ncontinue\n", lambda: None)
    assert "Blank or comment" in text and "End of file" in text, text


def check_debugger_breaks_in_modules_that_come_later():
    code = (
        "import io, pdb\n"
        "d = pdb.Pdb(stdin=io.StringIO('break sample/sub/deep.py:3\\nc\\nwhere\\nc\\n'), readrc=False)\n"
        "d.use_rawinput = False\n"
        "d.run('import sample.sub.deep')\n"
    )
    done = child(code=code)
    assert "deep.py(3)<module>()" in done.stdout, done.stdout + done.stderr


def check_debugger_breaks_with_condition():
    import sample

    line = _line_of(sample.square, 6)
    commands = f"tbreak {sample.__file__}:{line}, number == 8\ncontinue\nprint('at', number)\ncontinue\n"
    text = _debug(commands, lambda: [sample.square(n) for n in (7, 8, 9)])
    assert "at 8" in text and "at 7" not in text and "at 9" not in text, text


def check_debugger_shows_whole_functions():
    import sample

    text = _debug("longlist\nsource number.__class__\nuntil\ncontinue\n", sample.square, 3)
    assert "def square(number):" in text and "return number * number" in text, text


def check_breakpoint_builtin():
    code = "import sample.plain\nsample.plain.warn.__globals__['warnings'].warn = lambda *a, **k: breakpoint()\nsample.plain.warn()"
    done = child(code=code, stdin="up\nlist\ncontinue\n")
    assert "warnings.warn(" in done.stdout, done.stdout + done.stderr


def check_post_mortem_command():
    done = child("-m", "pdb", "-c", "continue", "-m", "sample.script", "fail", stdin="list\nquit\n")
    assert "# shown by tracebacks" in done.stdout, done.stdout + done.stderr
    assert "post mortem" in done.stdout, done.stdout
