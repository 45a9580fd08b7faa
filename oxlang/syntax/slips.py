"""Known slips, in the order in which they are tried.

Each recogniser looks at the place of an error and gives a `Slip` or None. It must not recognise what another one
explains better further down: the narrow ones stand first. Characters and words come before structure.
"""

from __future__ import annotations

from oxlang.syntax import slips_foreign as foreign
from oxlang.syntax import slips_structure as structure
from oxlang.syntax.mistakes import Recogniser

SLIPS: tuple[Recogniser, ...] = (
    foreign.unterminated_string,
    foreign.string_prefix,
    foreign.strange_character,
    foreign.slash_comment,
    foreign.foreign_operator,
    foreign.sign,
    foreign.power,
    foreign.number,
    foreign.python_statement,
    structure.load_word,
    structure.branch,
    structure.missing_block,
    structure.function_header,
    structure.loop_header,
    structure.lambda_body,
    structure.missing_colon,
    foreign.word_as_name,
    structure.conditional,
    structure.generator,
    structure.comprehension_tuple,
    structure.entry,
    structure.chained_assignment,
    structure.unpacking,
    structure.unopened,
    structure.annotation,
    structure.semicolon,
    structure.missing_operand,
    foreign.foreign_statement,
    structure.two_values,
    structure.keyword_in_expression,
)
