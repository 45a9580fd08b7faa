"""OX03xx: types and arguments."""

from oxlang.diagnostics.model import Code

CODES: tuple[Code, ...] = (
    Code(id="OX0301", name="missing-argument", summary="A call leaves out a parameter that has no default."),
    Code(id="OX0302", name="unknown-argument", summary="A call names a parameter that the function does not have."),
    Code(id="OX0303", name="surplus-argument", summary="A call gives more values by position than there are parameters."),
    Code(id="OX0304", name="wrong-argument-type", summary="An argument has a type that the parameter does not take."),
    Code(id="OX0305", name="repeated-argument", summary="A call gives one parameter twice."),
    Code(id="OX0306", name="argument-choice", summary="An argument is not among the texts that the parameter takes."),
    Code(id="OX0307", name="positional-argument-by-name", summary="A parameter that is given by position only is named."),
    Code(id="OX0310", name="unknown-attribute", summary="A value of the dialect has no attribute or method of this name."),
    Code(id="OX0311", name="read-only-attribute", summary="An attribute that can only be read is assigned."),
    Code(id="OX0312", name="write-only-attribute", summary="An attribute that can only be assigned is read."),
    Code(id="OX0313", name="wrong-attribute-type", summary="A value has a type that the attribute does not take."),
    Code(id="OX0314", name="attribute-choice", summary="A value is not among the texts that the attribute takes."),
    Code(id="OX0315", name="attribute-text", summary="A text does not have the form that the attribute wants."),
    Code(id="OX0350", name="unsupported-operation", summary="An operation that values of these types do not support."),
    Code(id="OX0351", name="bad-builtin-argument", summary="A built-in function or method gets a value of a wrong type."),
    Code(id="OX0352", name="bad-call", summary="The arguments of a call do not fit the parameters of the function."),
    Code(id="OX0353", name="not-callable", summary="A value that is no function is called."),
    Code(id="OX0354", name="no-such-attribute", summary="A value of the language has no field or method of this name."),
    Code(id="OX0355", name="unhashable", summary="A value that can change is used as a key."),
    Code(id="OX0356", name="bad-format", summary="A format string and its arguments do not fit together."),
    Code(id="OX0357", name="bad-value", summary="A value of the right type that the operation cannot use."),
)
