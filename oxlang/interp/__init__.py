"""Evaluation of Starlark; the public face.

    thread = Thread(out=print, extra=context, loader=Loader(...))
    module = load_source(source, CONFIG, environment, thread, constants={"CWD": "/project"})
    value = call(thread, module.get("make_exe"), [])
"""

from oxlang.interp.module import Module, call, load_source, run
from oxlang.interp.thread import DEFAULT_LIMITS, Limits, Thread
from oxlang.interp.values import to_python, to_starlark

__all__ = ["DEFAULT_LIMITS", "Limits", "Module", "Thread", "call", "load_source", "run", "to_python", "to_starlark"]
