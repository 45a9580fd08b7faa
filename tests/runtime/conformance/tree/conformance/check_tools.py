"""Debuggers, profilers and reports, which find modules and their source by file name alone."""

import importlib
import io
import linecache
import sys
import warnings

from conformance import PLACE, child, forget


def _line_of(function, offset=1):
    return function.__code__.co_firstlineno + offset


def check_line_by_file_name_alone():
    import sample.plain

    linecache.clearcache()
    line = linecache.getline(sample.plain.__file__, _line_of(sample.plain.fail))
    assert line == '    raise ValueError("from plain")  # the line that tracebacks show\n', line
    assert linecache.getline(sample.plain.__file__, 10_000) == ""
    assert linecache.getlines(sample.__file__)[0].startswith('"""A package')


def check_line_of_package_and_encodings():
    import sample.crlf
    import sample.latin
    import sample.sub

    linecache.clearcache()
    assert any("café" in line for line in linecache.getlines(sample.latin.__file__))
    assert not any("\r" in line for line in linecache.getlines(sample.crlf.__file__))
    assert linecache.getlines(sample.sub.__file__) != []


def check_lines_with_globals_of_another_module():
    import sample.plain

    linecache.clearcache()
    assert linecache.getlines(sample.plain.__file__, globals())[0] == "import warnings\n"


def check_lines_of_no_file():
    linecache.clearcache()
    for name in ("no such file.py", "sample", "sample.plain", "<string>", ""):
        assert linecache.getlines(name) == [], name


def check_lines_survive_checkcache():
    import sample.plain

    linecache.clearcache()
    before = linecache.getlines(sample.plain.__file__)
    linecache.checkcache()
    linecache.checkcache(sample.plain.__file__)
    assert linecache.getlines(sample.plain.__file__) == before != []


def check_lines_of_reloaded_linecache():
    import sample.plain

    importlib.reload(linecache)
    assert linecache.getlines(sample.plain.__file__) != []


def check_warning_shows_the_line():
    done = child("-W", "always", code="import sample.plain; sample.plain.warn()")
    assert "warnings.warn(" in done.stderr, done.stderr
    import sample.plain

    linecache.clearcache()
    text = warnings.formatwarning("m", UserWarning, sample.plain.__file__, _line_of(sample.plain.fail))
    assert "# the line that tracebacks show" in text


def check_tracemalloc_shows_the_line():
    import tracemalloc

    import sample.plain

    linecache.clearcache()
    frame = tracemalloc.Frame((sample.plain.__file__, _line_of(sample.plain.fail)))
    trace = tracemalloc.Traceback([(frame.filename, frame.lineno)])
    assert "# the line that tracebacks show" in trace.format()[-1]


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

    if PLACE == "memory" and sys.version_info >= (3, 13):
        return  # `pdb` itself asks whether the file exists.

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


def check_profilers():
    import cProfile
    import pstats

    import sample

    profile = cProfile.Profile()
    profile.runcall(sample.square, 3)
    out = io.StringIO()
    pstats.Stats(profile, stream=out).print_stats()
    assert f"{sample.__file__}:{sample.square.__code__.co_firstlineno}(square)" in out.getvalue()


def check_trace_module_reports():
    import trace

    import sample

    counter = trace.Trace(count=True, trace=False, countfuncs=True)
    counter.runfunc(sample.square, 3)
    assert any(name == "square" for _, _, name in counter.results().calledfuncs)


def check_faulthandler_names_files():
    done = child(code="import faulthandler, sys, sample; sys.settrace(None); faulthandler.dump_traceback()")
    assert 'File "<string>", line 1 in <module>' in done.stderr


def check_lines_of_executed_code():
    import sample.plain

    lines = {line for _, _, line in sample.plain.fail.__code__.co_lines() if line}
    assert _line_of(sample.plain.fail) in lines


def check_monitoring():
    if sys.version_info < (3, 12):
        return
    import sample

    seen = []
    monitoring = sys.monitoring
    monitoring.use_tool_id(monitoring.COVERAGE_ID, "conformance")
    try:
        monitoring.register_callback(
            monitoring.COVERAGE_ID, monitoring.events.LINE, lambda code, line: seen.append((code.co_filename, line))
        )
        monitoring.set_events(monitoring.COVERAGE_ID, monitoring.events.LINE)
        sample.square(3)
    finally:
        monitoring.set_events(monitoring.COVERAGE_ID, 0)
        monitoring.free_tool_id(monitoring.COVERAGE_ID)
    assert (sample.__file__, _line_of(sample.square, 6)) in seen


def check_module_executed_under_trace():
    seen = set()

    def trace(frame, event, argument):
        seen.add(frame.f_code.co_filename)
        return

    forget("sample.rel")
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        module = importlib.import_module("sample.rel")
    finally:
        sys.settrace(before)
    assert module.__file__ in seen


def check_pyclbr():
    import pyclbr

    assert "fail" in pyclbr.readmodule_ex("sample.plain")


def check_pydoc_writes_source_links():
    import pydoc

    import sample.plain

    text = pydoc.render_doc(sample.plain, renderer=pydoc.plaintext)
    assert sample.plain.__file__ in text and "fail()" in text


def check_ast_of_source():
    import ast
    import inspect

    import sample.plain

    tree = ast.parse(inspect.getsource(sample.plain))
    assert {node.name for node in tree.body if isinstance(node, ast.FunctionDef)} >= {"fail", "warn"}


def check_source_of_function_by_file_alone():
    import inspect

    import sample.plain

    code = sample.plain.called.__code__
    namespace = {}
    moved = type(sample.plain.called)(code, namespace)
    linecache.clearcache()
    # Without a module to ask, `inspect` believes in files that exist or that somebody has read.
    linecache.getlines(code.co_filename)
    assert inspect.getsource(moved).startswith("def called(")
