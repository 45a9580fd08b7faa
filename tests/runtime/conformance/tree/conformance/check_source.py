"""Source code of loaded modules: inspect, linecache, tracebacks, warnings, debuggers."""

import inspect
import linecache
import os
import sys
import traceback
import warnings

from conformance import child


def check_source_of_module():
    import sample.plain

    assert inspect.getsource(sample.plain).startswith("import warnings\n")


def check_source_of_package():
    import sample

    assert inspect.getsource(sample).startswith('"""A package')


def check_source_of_function():
    import sample

    assert inspect.getsource(sample.square).splitlines()[0] == "def square(number):"
    lines, first = inspect.getsourcelines(sample.square)
    assert first == 8 and lines[-1].strip() == "return number * number"


def check_source_of_class():
    import sample

    assert inspect.getsource(sample.Point).startswith("class Point:")
    assert inspect.getsource(sample.Point.Inner).strip().startswith("class Inner:")
    assert (
        inspect.getsource(sample.Point.Inner.method).strip()
        == 'def method(self):\n            return "inner method"'
    )


def check_source_of_decorated_function():
    import sample.plain

    assert inspect.getsource(sample.plain.decorated).startswith("@decorate\n")


def check_source_of_code():
    import sample

    assert "return number * number" in inspect.getsource(sample.square.__code__)


def check_source_of_standard_library():
    import json.decoder
    import textwrap

    assert "def dedent" in inspect.getsource(textwrap)
    assert inspect.getsource(json.decoder.JSONDecoder).startswith("class JSONDecoder")


def check_source_of_frozen_module():
    assert "def makedirs" in inspect.getsource(os)


def check_files():
    import sample.plain

    assert inspect.getfile(sample.plain) == sample.plain.__file__
    assert inspect.getsourcefile(sample.plain) == sample.plain.__file__
    assert inspect.getsourcefile(sample.plain.called) == sample.plain.__file__
    assert inspect.getmodulename(sample.plain.__file__) == "plain"


def check_module_of_objects():
    import sample.plain

    assert inspect.getmodule(sample.plain.called) is sample.plain
    assert inspect.getmodule(sample.Point) is sample
    assert inspect.getmodule(sample.plain.called.__code__) is sample.plain


def check_comments_and_docs():
    import sample

    assert inspect.getdoc(sample.square).startswith("Gives the square.")
    assert inspect.cleandoc(sample.Point.__doc__) == "Something that can be pickled."


def check_source_with_other_encoding():
    import sample.latin

    assert "café" in inspect.getsource(sample.latin)


def check_source_with_other_newlines():
    import sample.crlf

    assert inspect.getsource(sample.crlf.second) == 'def second():\n    return "crlf"\n'


def check_linecache():
    import sample.plain

    linecache.clearcache()
    number = sample.plain.fail.__code__.co_firstlineno + 1
    line = linecache.getline(sample.plain.__file__, number, vars(sample.plain))
    assert line.strip().startswith("raise ValueError")


def check_traceback_lines():
    import sample.plain

    linecache.clearcache()
    try:
        sample.plain.fail()
    except ValueError:
        text = traceback.format_exc()
    assert 'raise ValueError("from plain")  # the line that tracebacks show' in text
    assert f'File "{sample.plain.__file__}", line ' in text


def check_traceback_of_import():
    linecache.clearcache()
    try:
        import sample.failing  # noqa: F401
    except RuntimeError:
        text = traceback.format_exc()
    assert 'raise RuntimeError("import fails here")' in text
    assert "importlib" not in text, text


def check_traceback_of_missing_dependency():
    try:
        import sample.missing_dep  # noqa: F401
    except ImportError:
        text = traceback.format_exc()
    assert "import no_such_module_anywhere" in text
    assert "importlib" not in text, text


def check_uncaught_exception():
    done = child(code="import sample.plain; sample.plain.fail()")
    assert done.returncode == 1
    assert "# the line that tracebacks show" in done.stderr
    assert done.stderr.strip().endswith("ValueError: from plain")


def check_uncaught_exception_of_import():
    done = child(code="import sample.failing")
    assert done.returncode == 1 and 'raise RuntimeError("import fails here")' in done.stderr
    assert "importlib" not in done.stderr, done.stderr


def check_uncaught_exception_with_cause():
    code = "try:\n 1/0\nexcept ZeroDivisionError as e:\n raise KeyError('x') from e"
    done = child(code=code)
    assert "The above exception was the direct cause" in done.stderr and done.returncode == 1


def check_uncaught_exception_with_suggestion():
    done = child(code="needle = 1\nprint(neeble)")
    assert "Did you mean: 'needle'?" in done.stderr, done.stderr
    done = child(code="import json\njson.dump1")
    assert "Did you mean: 'dump'?" in done.stderr, done.stderr
    done = child(code="needle = 1\ntry:\n neeble\nexcept NameError:\n raise ValueError('after')")
    assert "Did you mean: 'needle'?" in done.stderr and done.stderr.endswith("ValueError: after\n"), done.stderr
    code = "import threading\nneedle = 1\nt = threading.Thread(target=lambda: neeble); t.start(); t.join()"
    done = child(code=code)
    assert "Did you mean: 'needle'?" in done.stderr and done.stderr.count("Traceback") == 1, done.stderr


def check_uncaught_exception_with_limit():
    done = child(code="import sys\nsys.tracebacklimit = 1\ndef f(): 1/0\nf()")
    assert "line 3, in f" in done.stderr and "line 4" not in done.stderr, done.stderr


def check_exception_in_thread():
    code = (
        "import threading, sample.plain; t = threading.Thread(target=sample.plain.fail); t.start(); t.join()"
    )
    done = child(code=code)
    assert "# the line that tracebacks show" in done.stderr


def check_warning_names_file():
    import sample.plain

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        sample.plain.warn()
    assert caught[0].filename == sample.plain.__file__
    assert caught[0].lineno == sample.plain.warn.__code__.co_firstlineno + 1


def check_warning_of_caller():
    import sample.plain

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        sample.plain.warn(stacklevel=2)
    assert caught[0].filename == __file__


def check_warning_filter_by_module():
    import sample.plain

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.filterwarnings("ignore", module=r"sample\.plain")
        sample.plain.warn()
    assert caught == []


def check_trace_function():
    import sample

    seen = []

    def trace(frame, event, argument):
        if frame.f_code.co_filename == sample.__file__:
            seen.append((event, frame.f_lineno))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        sample.square(2)
    finally:
        sys.settrace(before)
    assert [event for event, _ in seen] == ["call", "line", "return"]


def check_coverage_by_trace_module():
    import trace

    import sample

    counter = trace.Trace(count=True, trace=False)
    counter.runfunc(sample.square, 3)
    lines = {line for (file, line), _ in counter.results().counts.items() if file == sample.__file__}
    assert sample.square.__code__.co_firstlineno + 6 in lines


def check_debugger():
    import bdb

    import sample.plain

    class Debugger(bdb.Bdb):
        hits = []

        def user_line(self, frame):
            self.hits.append((self.canonic(frame.f_code.co_filename), frame.f_lineno))

    debugger = Debugger()
    debugger.runcall(sample.square, 3)
    assert (debugger.canonic(sample.__file__), sample.square.__code__.co_firstlineno + 6) in debugger.hits


def check_breakpoints_in_modules():
    import bdb

    import sample.plain

    linecache.clearcache()
    # Debuggers look up the line first; they have the module's globals only if it was seen before.
    linecache.lazycache(sample.plain.__file__, vars(sample.plain))
    line = sample.plain.called.__code__.co_firstlineno + 1
    assert bdb.Bdb().set_break(sample.plain.__file__, line) is None


def check_doctest():
    import doctest

    import sample

    result = doctest.testmod(sample)
    assert result.attempted == 1 and result.failed == 0


def check_logging_names_caller():
    import io
    import logging

    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(filename)s:%(funcName)s:%(pathname)s"))
    logger = logging.getLogger("conformance.check")
    logger.addHandler(handler)
    logger.warning("x")
    assert stream.getvalue().strip() == f"check_source.py:check_logging_names_caller:{__file__}"


def check_stack():
    info = inspect.stack()[0]
    assert info.filename == __file__ and "inspect.stack()" in info.code_context[0]


def check_help():
    import pydoc

    import sample

    text = pydoc.render_doc(sample, renderer=pydoc.plaintext)
    assert "A package that the checks look at." in text and sample.__file__ in text


def check_type_hints():
    import dataclasses
    import typing

    @dataclasses.dataclass
    class Record:
        value: "os.PathLike"

    assert typing.get_type_hints(Record, vars(sys.modules[__name__]))["value"] is os.PathLike
