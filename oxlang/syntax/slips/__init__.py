"""Known slips, in the order in which they are tried.

Each recogniser looks at the place of an error and gives a `Slip` or None. It must not recognise what another one
explains better further down: the narrow ones stand first. Characters and words come before structure.
"""

from __future__ import annotations

from oxlang.syntax.mistakes import Recogniser
from oxlang.syntax.slips import blocks, characters, expressions, languages

SLIPS: tuple[Recogniser, ...] = (
    languages.conflict,
    characters.unterminated_string,
    characters.string_prefix,
    characters.strange_character,
    languages.slash_comment,
    languages.foreign_operator,
    characters.sign,
    languages.power,
    characters.number,
    languages.async_function,
    languages.keyword_assigned,
    languages.python_statement,
    expressions.load_word,
    expressions.not_in,
    blocks.branch,
    blocks.missing_block,
    blocks.function_header,
    blocks.loop_header,
    blocks.lambda_body,
    blocks.missing_colon,
    languages.word_as_name,
    expressions.conditional,
    expressions.generator,
    expressions.comprehension_tuple,
    expressions.entry,
    expressions.chained_assignment,
    expressions.unpacking,
    expressions.unopened,
    expressions.annotation,
    expressions.semicolon,
    expressions.missing_operand,
    languages.foreign_statement,
    expressions.two_values,
    expressions.keyword_in_expression,
)
