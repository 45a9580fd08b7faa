"""Running modules: runpy, `-m`, `-c`, unittest, worker processes."""

import concurrent.futures
import copy
import multiprocessing
import pickle
import runpy
import sys

from conformance import child, raises


def check_run_module():
    names = runpy.run_module("sample.script")
    assert names["RESULT"] == ("sample.script", "sample", "sample.script")
    assert names["__file__"].endswith("script.py")


def check_run_module_as_main():
    names = runpy.run_module("sample.script", run_name="__main__")
    assert names["RESULT"][0] == "__main__" and names["RESULT"][2] == "sample.script"


def check_run_module_alters_sys():
    before = sys.argv[:], sys.modules["__main__"]
    names = runpy.run_module("sample.script", run_name="other_name", alter_sys=True)
    assert names["__name__"] == "other_name" and "other_name" not in sys.modules
    assert (sys.argv, sys.modules["__main__"]) == before


def check_run_module_missing():
    raises(ImportError, runpy.run_module, "sample.nope")
    raises(ImportError, runpy.run_module, "sample.sub")


def check_run_package():
    done = child("-m", "sample", "one", "two")
    assert done.stdout.strip() == "main of sample.__main__ sample True ['one', 'two']", done.stderr


def check_run_option_module():
    done = child("-m", "sample.script")
    assert done.returncode == 0, done.stderr


def check_run_option_module_failing():
    done = child("-m", "sample.script", "fail")
    assert done.returncode == 1
    assert 'raise KeyError("script failed")  # shown by tracebacks' in done.stderr


def check_run_option_module_missing():
    done = child("-m", "sample.nope")
    assert done.returncode == 1 and "No module named sample.nope" in done.stderr
    done = child("-m", "sample.sub")
    assert done.returncode == 1
    assert (
        "No module named sample.sub.__main__; 'sample.sub' is a package and cannot be directly executed"
        in done.stderr
    )


def check_run_stdlib_tools():
    done = child("-m", "json.tool", "--help")
    assert done.returncode == 0 and "usage" in done.stdout
    done = child("-m", "timeit", "-n", "1", "-r", "1", "pass")
    assert done.returncode == 0, done.stderr


def check_run_script_file():
    import os
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "script.py")
        with open(path, "w") as file:
            file.write("import sys, sample\nprint(sample.VALUE, sys.argv[1:], __file__ == sys.argv[0])\n")
        done = child(path, "x")
        assert done.stdout.strip() == "1 ['x'] True", done.stderr


def check_exit_codes():
    assert child(code="import sys; sys.exit(5)").returncode == 5
    assert child(code="1/0").returncode == 1
    assert child(code="raise SystemExit").returncode == 0
    assert child(code="raise SystemExit('text')").returncode == 1


def check_frozen_modules_option():
    done = child("-X", "frozen_modules=off", code="import sample, os; print(sample.VALUE)")
    assert done.stdout == "1\n", done.stderr


def check_unittest_discovers_by_name():
    import unittest

    suite = unittest.defaultTestLoader.loadTestsFromName("sample.unit")
    assert suite.countTestCases() == 1
    result = unittest.TestResult()
    suite.run(result)
    assert result.wasSuccessful()


def check_unittest_discovers_packages():
    import unittest

    before = sys.path[:]
    try:
        suite = unittest.TestLoader().discover("sample", pattern="unit*.py")
    finally:
        sys.path[:] = before
    assert suite.countTestCases() == 1, suite
    result = unittest.TestResult()
    suite.run(result)
    assert result.wasSuccessful(), result.errors


def check_unittest_discover_command():
    done = child("-m", "unittest", "discover", "-v", "-s", "sample", "-p", "unit*.py")
    assert done.returncode == 0 and "test_something (sample.unit.Case" in done.stderr, done.stderr


def check_unittest_command():
    done = child("-m", "unittest", "sample.unit")
    assert done.returncode == 0 and "OK" in done.stderr, done.stderr


def check_pickle():
    import sample

    assert pickle.loads(pickle.dumps(sample.square)) is sample.square
    assert pickle.loads(pickle.dumps(sample.Point(1, 2))) == sample.Point(1, 2)
    assert pickle.loads(pickle.dumps(sample.Point.Inner)) is sample.Point.Inner
    assert copy.deepcopy(sample.Point(3, 4)) == sample.Point(3, 4)


def check_pickle_across_processes():
    import sample

    data = pickle.dumps(sample.Point(5, 6)).hex()
    done = child(
        code=f"import pickle; p = pickle.loads(bytes.fromhex({data!r})); print(p.x, p.y, type(p).__module__)"
    )
    assert done.stdout.split() == ["5", "6", "sample"], done.stderr


def check_modules_are_not_pickled():
    import sample

    raises(TypeError, pickle.dumps, sample)


def _pool(method):
    import sample

    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(sample.square, [1, 2, 3]) == [1, 4, 9]


def check_pool_fork():
    _pool("fork")


def check_pool_spawn():
    _pool("spawn")


def check_pool_forkserver():
    _pool("forkserver")


def check_process_with_arguments():
    import sample

    context = multiprocessing.get_context("spawn")
    queue = context.SimpleQueue()
    process = context.Process(target=queue.put, args=(sample.Point(7, 8),))
    process.start()
    assert queue.get() == sample.Point(7, 8)
    process.join()
    assert process.exitcode == 0


def check_executor():
    import sample

    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as executor:
        assert list(executor.map(sample.square, [4])) == [16]


def check_worker_exception_shows_source():
    import sample.plain

    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as executor:
        error = raises(ValueError, executor.submit(sample.plain.fail).result)
    assert "# the line that tracebacks show" in str(error.__cause__)


def check_shared_memory():
    from multiprocessing import shared_memory

    memory = shared_memory.SharedMemory(create=True, size=16)
    memory.buf[0] = 7
    assert memory.buf[0] == 7
    memory.close()
    memory.unlink()


def check_code_module():
    import code
    import io

    console = code.InteractiveConsole({"out": (out := io.StringIO())})
    console.runsource("import sample; out.write(str(sample.VALUE))")
    assert out.getvalue() == "1"


def check_compile_and_timeit():
    import timeit

    assert timeit.timeit("square(2)", "from sample import square", number=1) >= 0


def check_atexit():
    done = child(code="import atexit, sample; atexit.register(print, 'bye', sample.VALUE)")
    assert done.stdout.strip() == "bye 1"


def check_import_during_shutdown():
    done = child(code="import atexit; atexit.register(lambda: __import__('sample.plain') and print('late'))")
    assert done.stdout.strip() == "late", done.stderr
