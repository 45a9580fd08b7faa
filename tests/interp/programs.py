"""Random programs of Starlark, for comparing implementations and for finding crashes.

Expressions are made for a wanted type, so that most of them work; now and then one of another type comes in, so that errors
are compared, too. Programs are small, always end, and show what they compute.
"""

from __future__ import annotations

from random import Random

_TYPES = ("int", "str", "bool", "list", "ilist", "slist", "tuple", "dict")
_VARIABLES = {
    "int": "ij", "str": "st", "ilist": "l", "slist": "m", "dict": "d", "tuple": "u", "bool": "q", "list": "lm",
}  # fmt: skip
_INTS = ("0", "1", "2", "3", "-1", "-7", "10", "255", "2147483648", "18446744073709551616", "-9223372036854775808")
_TEXTS = ("", "a", "ab", "abc", "a,b", " x y ", "12", "Ab", "AAA", "a-b-c", "\\n")

# {name} stands for an expression of that type, <a|b> for one of the words, {#} for a small number.
_FORMS: dict[str, tuple[str, ...]] = {
    "int": (
        "({int} <+|-|*|//|%|&|^> {int})", "({int} | {int})", "len({str})", "len({list})", "len({dict})", "({int} if {bool} else {int})",
        "{str}.<find|rfind|count|index>({str})", "<max|min>({int}, {int})", "abs({int})", "{ilist}[{int}]", "(-{int})",
        "(~{int})", "int({str})", "({int} <and|or> {int})", "{dict}.get({any}, {int})", "({int} <<|>>> {#})".replace("<<|>>>", ">>"),
        "int({bool})", "(lambda x, y = {int}: x + y)({int})", "{list}.index({any})", "sorted({ilist})[0]", "max({ilist})",
    ),
    "str": (
        "({str} + {str})", "({str} * {#})", "({#} * {str})", "{str}.<upper|lower|strip|title|lstrip|rstrip|capitalize>()",
        "{str}.replace({str}, {str})", "str({any})", "repr({any})", "type({any})", "{str}[{int}:{int}]", "{str}[{int}]",
        "{str}.join({slist})", "('%s|%r' % ({any}, {any}))", "('%d-%s' % ({int}, {str}))", "('%s' % {any})",
        "'{}/{}'.format({any}, {any})", "'{a}{0}{b!r}'.format({any}, a = {any}, b = {any})", "{slist}[{int}]",
        "{str}.<removeprefix|removesuffix|strip|lstrip|rstrip>({str})", "{str}[::<-1|2|-2>]", "({str} or {str})",
    ),
    "bool": (
        "({int} <==|!=|>=|<=> {int})".replace("<==|!=|>=|<=>", "=="), "({int} < {int})", "({int} >= {int})", "({str} < {str})",
        "({any} == {any})", "({any} != {any})", "(not {any})", "({str} in {str})", "({any} <in|not in> {list})", "({any} in {dict})",
        "{str}.<startswith|endswith>({str})", "{str}.<isdigit|isalpha|isupper|islower|isspace|isalnum|istitle>()",
        "bool({any})", "({bool} <and|or> {bool})", "<any|all>({list})", "({ilist} < {ilist})", "({tuple} < {tuple})",
    ),
    "list": (
        "({list} + {list})", "({list} * {#})", "[{any} for x in {list}]", "[x for x in {list} if {bool}]", "list({tuple})",
        "list({dict})", "{dict}.<keys|values|items>()", "{list}[{int}:{int}]", "reversed({list})", "enumerate({list})",
        "zip({list}, {list})", "[(k, v) for k, v in {dict}.items()]", "[k for k, v in {list}]",
        "[a + b for a, b in zip({ilist}, {ilist})]", "[{any}, {any}]", "{list}[::<-1|2|-3>]", "list(range({#}, {#}, <1|2|-1>))",
    ),
    "ilist": (
        "[{int} for x in {list}]", "sorted({ilist})", "sorted({ilist}, reverse = {bool})", "sorted({ilist}, key = lambda x: -x)",
        "[len(x) for x in {slist}]", "[x * 2 + 1 for x in {ilist} if x % 2 == 0]", "[x * y for x in {ilist} for y in {ilist}]",
        "({ilist} + {ilist})", "list(range({#}))",
    ),
    "slist": (
        "{str}.<split|rsplit>({str})", "{str}.split()", "{str}.splitlines()", "[str(x) for x in {list}]",
        "sorted({slist}, key = len)", "[x.upper() for x in {slist}]", "[x + {str} for x in {slist} if x]",
        "{str}.<split|rsplit>({str}, {#})",
    ),
    "tuple": (
        "({tuple} + {tuple})", "tuple({list})", "{str}.<partition|rpartition>({str})", "{tuple}[{int}:]", "({any}, {any})",
    ),
    "dict": (
        "{{int}: {any}}", "{{str}: {any}}", "{k: {any} for k in {slist}}", "{k: v for k, v in {dict}.items() if {bool}}",
        "({dict} | {dict})", "dict({dict})", "dict([({str}, {any})])", "dict(a = {any})",
    ),
    "none": ("None",),
    "float": ("({int} / {int})", "float({int})"),
}  # fmt: skip
_WIDE_TEXTS = ("é", "aé", "€b", "😿", "é€😿", "ß", "ǅa", "İ", "²٣", "a\u2003é ", "\u0085x", "é,ü", "\ufffd", "É a\r\nü", "%c", "\u200b")
_WIDE_FORMS: dict[str, tuple[str, ...]] = {
    "int": ("ord({str})", "len(bytes({str}))", "hash({str})", "{str}.count({str}, {#}, {#})", "{str}.<find|rfind>({str}, {#})", "len({str}.elems())"),
    "str": (
        "chr({#} + 231)", "chr({int})", "('%c' % {int})", "('%c' % {str})", "{str}[{int}:]", "{str}[:{#}]", "{str}[{#}]", "str(bytes({str}))",
        "{str}.<upper|lower|title|capitalize>()", "{str}.replace({str}, {str}, {#})", "repr({str})", "repr(bytes({str}))", "str({str}.elems())",
        "''.join(list({str}.<elems|codepoints>()))", "{str}.<strip|lstrip|rstrip>({str})", "('%r' % {str})", "'{!r}'.format(bytes({str}))",
    ),
    "bool": ("{str}.<isdigit|isalpha|isupper|islower|isspace|isalnum|istitle>()", "({str} < {str})", "({str}[{#}:] in {str})", "{str}.<startswith|endswith>({str}, {#})"),
    "list": ("list({str}.<elems|elem_ords|codepoints|codepoint_ords>())", "list(bytes({str}).elems())", "[bytes({str})[{#}]]", "[bytes({str})[{#}:]]"),
    "slist": (
        "{str}.<split|rsplit>(None, {#})", "{str}.splitlines(<True|False>)", "[x.<upper|title|strip>() for x in {slist}]", "list({str}.codepoints())",
        "{str}.<split|rsplit>()", "sorted({slist})",
    ),
    "ilist": ("list({str}.elem_ords())", "[ord(x) for x in {str}.codepoints()]"),
    "tuple": ("{str}.<partition|rpartition>({str})",),
}  # fmt: skip
_ASSIGNED = {"i": "int", "j": "int", "s": "str", "t": "str", "l": "ilist", "m": "slist", "d": "dict", "q": "bool"}
_CHANGES = (
    "i <+|-|*|//|%|&>= {int}", "s += {str}", "l += {ilist}", "u += {tuple}", "d |= {dict}", "s *= {#}", "l[{int}] = {int}",
    "l[{int}] += {int}", "d[{str}] = {any}", "m[0] = {str}", "l.append({int})", "l.extend({ilist})", "show(l.pop())",
    "l.insert({#}, {int})", "show(d.pop({str}, {any}))", "show(d.setdefault({str}, {any}))", "d.update({dict})",
    "show(d.popitem())", "l.remove({int})", "m.append({str})", "l.clear()", "i, s = {int}, {str}", "show({any})",
)  # fmt: skip
_LOOPS = (
    "for i in range({#}):", "for j in {ilist}:", "for s in {slist}:", "for s in d:", "for s, q in d.items():",
    "for i, t in enumerate(m):", "for x in l:",
)  # fmt: skip


class Maker:
    """Makes programs from a source of chance; with `wide`, of text beyond ASCII and what looks into it."""

    def __init__(self, chance: Random, *, wide: bool = False) -> None:
        self.chance = chance
        self.texts = _TEXTS + _WIDE_TEXTS if wide else _TEXTS
        self.forms = {kind: forms + _WIDE_FORMS.get(kind, ()) * 2 for kind, forms in _FORMS.items()} if wide else _FORMS

    def literal(self, kind: str) -> str:
        """Gives a literal of a type."""
        choose = self.chance.choice
        count = self.chance.randint(0, 3)
        if kind == "int":
            return choose(_INTS)
        if kind == "str":
            return f'"{choose(self.texts)}"'
        if kind in ("bool", "none", "float"):
            return choose({"bool": ("True", "False"), "none": ("None",), "float": ("0.0", "1.5", "-2.25")}[kind])
        if kind == "dict":
            keys = dict.fromkeys(self.literal(choose(("int", "str"))) for _ in range(count))
            return "{" + ", ".join(f"{key}: {self.expression('any', 0)}" for key in keys) + "}"
        inner = {"ilist": "int", "slist": "str"}.get(kind, "any")
        items = "".join(f"{self.expression(inner, 0)}, " for _ in range(count))
        return f"({items})" if kind == "tuple" else f"[{items}]"

    def expression(self, kind: str, depth: int) -> str:
        """Gives an expression that mostly has a type."""
        if self.chance.random() < 0.04:
            kind = self.chance.choice((*_TYPES, "none", "float"))
        if kind == "any":
            kind = self.chance.choice((*_TYPES, "none"))
        if depth <= 0 or self.chance.random() < 0.15:
            if kind in _VARIABLES and self.chance.random() < 0.6:
                return self.chance.choice(_VARIABLES[kind])
            return self.literal(kind)
        return self.filled(self.chance.choice(self.forms[kind]), depth - 1)

    def filled(self, form: str, depth: int) -> str:
        """Fills the holes of a form."""
        out: list[str] = []
        at = 0
        while at < len(form):
            one = form[at]
            end = form.find("}" if one == "{" else ">", at)
            inner = form[at + 1 : end] if end > 0 else ""
            if one == "{" and inner == "#":
                out.append(str(self.chance.randint(-1, 4)))
            elif one == "{" and (inner in _FORMS or inner == "any"):
                out.append(self.expression(inner, depth))
            elif one == "<" and "|" in inner and " " not in inner.replace("not in", ""):
                out.append(self.chance.choice(inner.split("|")))
            else:
                out.append(one)
                end = at
            at = end + 1
        return "".join(out)

    def statements(self, depth: int) -> list[str]:
        """Gives a block."""
        lines: list[str] = []
        for _ in range(self.chance.randint(1, 4)):
            kind = self.chance.randint(0, 10 if depth else 6)
            if kind <= 2:
                name = self.chance.choice(list(_ASSIGNED))
                lines.append(f"{name} = {self.expression(_ASSIGNED[name], 2)}")
            elif kind <= 6:
                lines.append(self.filled(self.chance.choice(_CHANGES), 2))
            elif kind <= 8:
                lines.append(f"if {self.expression('bool', 2)}:")
                lines += self.indented(depth)
                if self.chance.random() < 0.5:
                    lines += ["else:", *self.indented(depth)]
            else:
                lines += [self.filled(self.chance.choice(_LOOPS), 1), *self.indented(depth)]
                if self.chance.random() < 0.2:
                    lines.append("    " + self.chance.choice(("break", "continue")))
        return lines

    def indented(self, depth: int) -> list[str]:
        """Gives an inner block."""
        return ["    " + line for line in self.statements(depth - 1)]

    def program(self) -> str:
        """Gives a program; the host binds `show`."""
        body = "\n".join("    " + line for line in self.statements(2))
        values = f"{self.literal('int')}, 3, {self.literal('str')}, 'ab', [1, 2], ['x', 'yy'], {{'k': 1}}, (1, 'a'), True"
        return f"def main(i, j, s, t, l, m, d, u, q):\n{body}\n    show([i, j, s, t, l, m, d, u, q])\n\nmain({values})\n"
