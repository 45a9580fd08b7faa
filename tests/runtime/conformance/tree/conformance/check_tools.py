"""Profilers, reports and readers of source, which find modules by file name alone."""

import importlib
import io
import linecache
import os
import sys
import warnings

from conformance import child, forget, raises


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


def check_faulthandler_ends_the_process():
    # Sanitizers would take the signal for themselves.
    options = {name: f"{os.environ.get(name, '')}:handle_segv=0" for name in ("ASAN_OPTIONS", "TSAN_OPTIONS")}
    done = child(code="import faulthandler; faulthandler.enable(); faulthandler._sigsegv()", **options)
    assert done.returncode == -11 and "Fatal Python error: Segmentation fault" in done.stderr, done


def check_pydoc_looks_through_all_modules():
    import pydoc

    found = []
    scanner = pydoc.ModuleScanner()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scanner.run(lambda path, name, text: found.append(name), key="checks look at", onerror=lambda name: None)
    assert "sample" in found, found


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


def check_tokenize_opens_modules():
    import tokenize

    import sample.latin
    import sample.plain

    with tokenize.open(sample.plain.__file__) as file:
        assert file.readline() == "import warnings\n" and file.mode == "r"
    with tokenize.open(sample.latin.__file__) as file:
        assert "café" in file.read()
    raises(OSError, tokenize.open, sample.plain.__file__.replace("plain.py", "plane.py"))
    raises(OSError, tokenize.open, "no such file.py")


def check_trace_writes_listings():
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        options = ["--count", "--missing", "--coverdir", folder, "--ignore-module", "warnings", "--module", "sample.script"]
        done = child("-m", "trace", *options)
        assert done.returncode == 0, done.stderr
        names = [name for name in os.listdir(folder) if name.endswith("sample.script.cover")]
        assert len(names) == 1, (names, done.stdout, done.stderr)
        with open(os.path.join(folder, names[0])) as file:
            listing = file.read()
    assert "    1: import sys" in listing and ">>>>>>     raise KeyError" in listing, listing
