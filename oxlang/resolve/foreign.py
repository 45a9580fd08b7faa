"""Names that are known elsewhere, mostly in other languages, and what stands in their place here."""

from __future__ import annotations

_NONE = "write `None`"
_LOOP = "write a `for` loop, or a list: `[… for … in …]`"
_CONSTANT = "a loaded file does not see the config's constants; give its functions the value as an argument"
FOREIGN = {
    **dict.fromkeys(("VARS", "CWD", "CONFIG_PATH", "BUILD_TARGET_TRIPLE", "CONTEXT", "BUILD_CONTEXT"), _CONSTANT),
    "null": _NONE,
    "nil": _NONE,
    "undefined": _NONE,
    "length": "`len(x)` gives the length",
    "lenght": "`len(x)` gives the length",
    "size": "`len(x)` gives the length",
    "reduce": "`load(\"@stdlib//lists.star\", \"reduce\")`",
    "xrange": "write `range(n)`",
    "callable": "compare the name of the type: `type(f) == \"function\"`",
    "printf": "`print(x)` writes a line",
    "echo": "`print(x)` writes a line",
    "self": "there are no classes; pass the value as a parameter",
    "this": "there are no classes; pass the value as a parameter",
    "eval": "a program cannot run text",
    "exec": "a program cannot run text",
    "isinstance": 'compare the name of the type: `type(x) == "string"`',
    "issubclass": "there are no classes; `type(x)` gives the name of a type",
    "open": "a config cannot read files; `FileContent(path = …)` names one that is to be packaged",
    "os": "a config sees no modules of Python; `VARS`, `CWD` and `load` are what it has",
    "sys": "a config sees no modules of Python; `VARS`, `CWD` and `load` are what it has",
    "Path": "paths are strings here; `@stdlib//paths.star` has functions for them",
    "input": "ask with `prompt_input`, or take a value of the command line from `VARS`",
    "exit": 'end the program with `fail("message")`',
    "quit": 'end the program with `fail("message")`',
    "sum": "`load(\"@stdlib//lists.star\", \"sum\")`",
    "map": _LOOP,
    "filter": _LOOP,
    "round": "`int(x)` cuts the fraction off",
    "format": '`"{}".format(x)` and `"%s" % x` format values',
    "native": "this is Bazel's; a config has the names that `oxl docs` lists",
    "rule": "this is Bazel's; a config has the names that `oxl docs` lists",
}
