"""Makes the parser tables from `grammar/starlark.lark`: `python -m oxlang.syntax.grammar --check|--write`.

Lark computes the LALR(1) table. Before it is written as `tables.py`, steps that only pass a value on (`expr: chain`)
are taken out: where the table shifts X into a state that would do nothing but reduce `A: X`, the state behind A is
merged in, so the parser goes there at once. A merged state is a list of Lark's states, the first of them the one
behind X, and for each such reduction the state behind its left side. A lookahead is asked in that order.

States are numbered in the order in which a walk from the start meets them, so the module is the same for every run.
Lark is imported here only; parsing needs the written tables alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oxlang.bundled import bundled_path
from oxlang.records import dataclass

if TYPE_CHECKING:
    from lark import Lark

_NAMED = ("NAME", "INT", "FLOAT", "STRING", "BYTES")
_LAST = ("(", "[", "{", ")", "]", "}", "NEWLINE", "INDENT", "DEDENT", "END")
_FIRST_NONTERMINAL = 100
_END = "$END"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One alternative of the grammar; `action` is None when it passes its only value on."""

    origin: str
    symbols: tuple[str, ...]
    action: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What the driver runs on.

    Attributes:
        terminals: token text or name to its number; brackets and layout tokens have the highest.
        nonterminals: left sides to numbers from 100.
        rules: (number of symbols, left side, action). The last one, -1 symbols, accepts.
        rows: for each state, symbol to what to do: a state to go to (positive), or minus a number of a rule (from 1).
        start: first state.
    """

    terminals: dict[str, int]
    nonterminals: dict[str, int]
    rules: tuple[tuple[int, int, str], ...]
    rows: tuple[dict[int, int], ...]
    start: int


def lark_parser(lexer: type[Any]) -> Lark:
    """Gives Lark's own parser of the grammar with another lexer; the tests compare it with ours."""
    import lark

    text = bundled_path("grammar", "starlark.lark").read_text(encoding="utf-8")
    return lark.Lark(
        text,
        parser="lalr",
        lexer=lexer,
        start="file",
        keep_all_tokens=True,
        maybe_placeholders=False,
        strict=False,
    )


def terminal_names(parser: Lark) -> dict[str, str]:
    """Gives the text of each of Lark's terminals (`LPAR` to `(`); declared ones keep their names."""
    return {one.name: one.pattern.value.replace("\\", "") for one in parser.terminals}


class _Automaton:
    """Lark's table with names instead of Lark's objects."""

    def __init__(self) -> None:
        from lark.lexer import Lexer
        from lark.parsers.lalr_analysis import Shift

        class NoLexer(Lexer):
            __future_interface__ = 1

            def __init__(self, conf: object) -> None:
                pass

            def lex(self, lexer_state: Any, parser_state: Any = None) -> Iterator[Any]:
                return iter(())

        parser = lark_parser(NoLexer)
        names = terminal_names(parser)
        table = parser.parser.parser._parse_table
        self.rules = [
            Rule(
                origin=str(rule.origin.name),
                symbols=tuple(names.get(symbol.name, symbol.name) for symbol in rule.expansion),
                action=rule.alias,
            )
            for rule in parser.rules
        ]
        for rule in self.rules:
            if rule.action is None and len(rule.symbols) != 1:
                raise ValueError(f"{rule.origin}: {' '.join(rule.symbols)} needs a name")
        numbers = {id(rule): number for number, rule in enumerate(parser.rules)}
        equal = {rule: numbers[id(rule)] for rule in parser.rules}
        self.start: int = table.start_states["file"]
        self.end: int = table.end_states["file"]
        self.rows: dict[int, dict[str, tuple[bool, int]]] = {
            state: {
                names.get(symbol, symbol): (True, arg) if action is Shift else (False, equal[arg])
                for symbol, (action, arg) in row.items()
            }
            for state, row in table.states.items()
        }
        self.nonterminals = list(dict.fromkeys(rule.origin for rule in self.rules))
        used = {symbol for rule in self.rules for symbol in rule.symbols} - set(self.nonterminals)
        plain = sorted(used - set(_NAMED) - set(_LAST))
        self.terminals = [*_NAMED, *plain, *_LAST]


_State = tuple[tuple[int, ...], tuple[tuple[int, str, int], ...]]


class _Compiler:
    """Merges states; see the module's docstring."""

    def __init__(self, automaton: _Automaton) -> None:
        self.automaton = automaton
        self.numbers: dict[_State, int] = {}
        self.order: list[_State] = []

    def passes(self, rule: int) -> str | None:
        """The left side of a rule that passes its value on."""
        found = self.automaton.rules[rule]
        return found.origin if found.action is None else None

    def merged(self, behind: int, before: int) -> _State:
        """The merged state of Lark's state `behind`, which was entered from `before`."""
        members = [behind]
        links: list[tuple[int, str, int]] = []
        for member in members:
            for shift, arg in self.automaton.rows[member].values():
                left = None if shift else self.passes(arg)
                if left is None or any(link[:2] == (member, left) for link in links):
                    continue
                target = self.automaton.rows[before][left][1]
                links.append((member, left, target))
                if target not in members:
                    members.append(target)
        return tuple(members), tuple(sorted(links))

    def number(self, state: _State) -> int:
        """The number of a state; a new one is queued."""
        if state not in self.numbers:
            self.numbers[state] = len(self.order) + 1
            self.order.append(state)
        return self.numbers[state]

    def resolve(self, state: _State, member: int, symbol: str) -> tuple[str, int, int] | None:
        """What a state does with a terminal: ("shift", target, from), ("reduce", rule, 0), ("accept", 0, 0)."""
        if member == self.automaton.end and symbol == _END:
            return "accept", 0, 0
        found = self.automaton.rows[member].get(symbol)
        if found is None:
            return None
        shift, arg = found
        if shift:
            return "shift", arg, member
        left = self.passes(arg)
        if left is None:
            return "reduce", arg, 0
        target = next(link[2] for link in state[1] if link[:2] == (member, left))
        return self.resolve(state, target, symbol)

    def run(self) -> Tables:
        """Walks from the start and numbers everything."""
        automaton = self.automaton
        terminals = {name: number for number, name in enumerate(automaton.terminals, 1)}
        nonterminals = {
            name: number for number, name in enumerate(automaton.nonterminals, _FIRST_NONTERMINAL)
        }
        kept = [number for number, rule in enumerate(automaton.rules) if rule.action is not None]
        rule_numbers = {rule: number for number, rule in enumerate(kept, 1)}
        accept = len(kept) + 1
        start = self.number(((automaton.start,), ()))
        rows: list[dict[int, int]] = []
        while len(rows) < len(self.order):
            state = self.order[len(rows)]
            row: dict[int, int] = {}
            for name, number in terminals.items():
                does = self.resolve(state, state[0][0], _END if name == "END" else name)
                if does is None:
                    continue
                what, arg, member = does
                if what == "shift":
                    row[number] = self.number(self.merged(arg, member))
                else:
                    row[number] = -accept if what == "accept" else -rule_numbers[arg]
            for name, number in nonterminals.items():
                owners = [member for member in state[0] if name in automaton.rows[member]]
                if len(owners) > 1:
                    raise ValueError(f"{name} can follow in two ways behind {state}")
                if owners:
                    row[number] = self.number(self.merged(automaton.rows[owners[0]][name][1], owners[0]))
            rows.append(row)
        rules = [
            (len(rule.symbols), nonterminals[rule.origin], rule.action)
            for rule in (automaton.rules[number] for number in kept)
            if rule.action is not None
        ]
        rules.append((-1, 0, "accept"))
        return Tables(
            terminals=terminals, nonterminals=nonterminals, rules=tuple(rules), rows=tuple(rows), start=start
        )


def compile_tables() -> Tables:
    """Computes the tables from the grammar."""
    return _Compiler(_Automaton()).run()


def _render(tables: Tables) -> str:
    """The text of `tables.py`. Equal rows are written once; row 0 is unused, as 0 means an error."""
    unique = list(dict.fromkeys(tuple(row.items()) for row in tables.rows))
    place = {row: number for number, row in enumerate(unique)}
    index = [place[tuple(row.items())] for row in tables.rows]
    lines = [
        "# Made from grammar/starlark.lark by `python -m oxlang.syntax.grammar --write`; do not edit.",
        '"""The LALR(1) tables of Starlark; `oxlang.syntax.grammar.Tables` says what they mean."""',
        "",
        "from __future__ import annotations",
        "",
        f"TERMINALS: dict[str, int] = {tables.terminals!r}",
        f"NONTERMINALS: dict[str, int] = {tables.nonterminals!r}",
        f"START = {tables.start}",
        "RULES: tuple[tuple[int, int, str], ...] = (",
        *(f"    {rule!r}," for rule in tables.rules),
        ")",
        "_UNIQUE: tuple[dict[int, int], ...] = (",
        *(f"    {dict(row)!r}," for row in unique),
        ")",
        f"_INDEX = {index!r}",
        "ROWS: list[dict[int, int]] = [{}, *(_UNIQUE[number] for number in _INDEX)]",
        "",
    ]
    return "\n".join(lines).replace("'", '"')


def main(arguments: list[str]) -> int:
    """Writes the tables, or with `--check` says whether they are current (exit status 1)."""
    target = Path(__file__).with_name("tables.py")
    text = _render(compile_tables())
    if "--write" in arguments:
        target.write_text(text, encoding="utf-8", newline="\n")
        return 0
    if "--check" in arguments:
        return 0 if target.exists() and target.read_text(encoding="utf-8") == text else 1
    print("usage: python -m oxlang.syntax.grammar --check|--write", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
