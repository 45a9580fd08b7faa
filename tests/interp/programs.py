"""Random programs of Starlark, for comparing implementations and for finding crashes.

The programs are small, always end, and print what they compute. Errors are frequent on purpose: whether a program fails is
compared, too.
"""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = ("a", "b", "c", "d")
_INTS = st.one_of(st.integers(-20, 20), st.sampled_from([0, 1, -1, 2**31, -(2**63), 2**64 + 1, 10**20]))
_TEXTS = st.sampled_from(["", "a", "ab", "abc", "a,b", " x ", "12", "Ab", "%s", "{}", "aaa"])
_METHODS = st.sampled_from(
    ["upper()", "lower()", "strip()", "split(',')", "split()", "find('a')", "count('a')", "replace('a', 'b')", "startswith('a')",
     "endswith(('b', 'a'))", "title()", "isdigit()", "partition('a')", "join(['x', 'y'])", "elems()", "capitalize()",
     "rfind('a')", "removeprefix('a')", "splitlines()", "rsplit('a', 1)", "index('a')", "isalpha()"]
)  # fmt: skip
_LIST_METHODS = st.sampled_from(["append({})", "extend([{}])", "pop()", "insert(0, {})", "index({})", "remove({})", "clear()", "pop(0)"])
_DICT_METHODS = st.sampled_from(["get({})", "keys()", "values()", "items()", "setdefault({}, 1)", "pop({}, 0)", "update([({}, 2)])"])
_BINARY = st.sampled_from(["+", "-", "*", "//", "%", "/", "&", "|", "^", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or"])
_CALLS = st.sampled_from(
    ["len({})", "str({})", "repr({})", "type({})", "bool({})", "list({})", "tuple({})", "sorted({})", "reversed({})",
     "any({})", "all({})", "max({}, 1)", "min({}, 'a')", "enumerate({})", "range(min(abs({}), 9))", "int({})", "hash({})", "zip({}, [1, 2])",
     "dict({})", "abs({})", "max({})", "(lambda x: x)({})", "'%s' % {}", "'%d' % {}", "'{{}}'.format({})", "'%r' % ({},)"]
)  # fmt: skip


def _extend(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, _BINARY, inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from(["-", "not ", "~", "+"]), inner).map(lambda t: f"({t[0]}{t[1]})"),
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(inner, max_size=3).map(lambda items: f"({', '.join(items)}{',' if len(items) == 1 else ''})"),
        st.lists(st.tuples(inner, inner), max_size=2).map(lambda pairs: "{" + ", ".join(f"{k}: {v}" for k, v in pairs) + "}"),
        st.tuples(inner, inner).map(lambda t: f"{t[0]}[{t[1]}]"),
        st.tuples(inner, inner, inner).map(lambda t: f"{t[0]}[{t[1]}:{t[2]}]"),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} if {t[1]} else {t[2]})"),
        st.tuples(_CALLS, inner).map(lambda t: t[0].replace("{}", t[1], 1).replace("{{}}", "{}")),
        st.tuples(inner, _METHODS).map(lambda t: f"{t[0]}.{t[1]}"),
        st.tuples(inner, inner).map(lambda t: f"[{t[0]} for e in {t[1]}]"),
        st.tuples(inner, inner).map(lambda t: f"[e for e in {t[0]} if {t[1]}]"),
        st.tuples(inner, inner).map(lambda t: f"{{k: {t[0]} for k in {t[1]}}}"),
    )


EXPRESSIONS = st.recursive(
    st.one_of(
        _INTS.map(str),
        _TEXTS.map(lambda text: '"' + text + '"'),
        st.sampled_from(["True", "False", "None", "1.5", "0.0", "-2.0"]),
        st.sampled_from(NAMES),
    ),
    _extend,
    max_leaves=8,
)


@st.composite
def _statements(draw: st.DrawFn, depth: int, in_loop: bool) -> list[str]:
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.integers(0, 9 if depth else 6))
        name = draw(st.sampled_from(NAMES))
        expression = draw(EXPRESSIONS)
        if kind <= 1:
            lines.append(f"{name} = {expression}")
        elif kind == 2:
            lines.append(f"{name} {draw(st.sampled_from(['+', '-', '*', '|', '//', '%']))}= {expression}")
        elif kind == 3:
            lines.append(f"{name}[{draw(EXPRESSIONS)}] = {expression}")
        elif kind == 4:
            lines.append(f"print({expression})")
        elif kind == 5:
            method = draw(st.one_of(_LIST_METHODS, _DICT_METHODS)).replace("{}", expression)
            lines.append(f"print({name}.{method})")
        elif kind == 6:
            other = draw(st.sampled_from(NAMES))
            lines.append(f"{name}, {other} = {expression}")
        elif kind == 7:
            lines.append(f"if {expression}:")
            lines += ["    " + line for line in draw(_statements(depth - 1, in_loop))]
            lines.append("else:")
            lines += ["    " + line for line in draw(_statements(depth - 1, in_loop))]
        elif kind == 8:
            lines.append(f"for {name} in {expression}:")
            lines += ["    " + line for line in draw(_statements(depth - 1, True))]
        elif in_loop:
            lines.append(draw(st.sampled_from(["break", "continue"])))
        else:
            lines.append(f"print({name})")
    return lines


@st.composite
def programs(draw: st.DrawFn) -> str:
    """Gives a program: a function over four variables, called once with values of several types."""
    body = draw(_statements(2, False))
    lines = ["def main(a, b, c, d):", *("    " + line for line in body), "    print([a, b, c, d])", ""]
    values = draw(st.sampled_from(['1, "ab", [1, 2], {"k": 1}', '[3, 1], 5, "x,y", (1, 2)', "0, 2.5, [], {}", 'True, None, "12", [[1]]']))
    return "\n".join([*lines, f"main({values})", ""])
