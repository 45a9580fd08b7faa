"""OX04xx: evaluation."""

from oxlang.diagnostics.model import Code

CODES: tuple[Code, ...] = (
    Code(id="OX0400", name="failed", summary="The program called `fail`."),
    Code(id="OX0401", name="frozen-value", summary="A value that can no longer change is changed."),
    Code(id="OX0402", name="value-in-use", summary="A value is changed while a loop runs over it."),
    Code(id="OX0403", name="index-out-of-range", summary="An index lies past the end of a sequence."),
    Code(id="OX0404", name="missing-key", summary="A dict or set does not have the key."),
    Code(id="OX0405", name="recursion", summary="A function calls itself, directly or through others."),
    Code(id="OX0406", name="too-many-steps", summary="Evaluation takes more steps than the limit."),
    Code(id="OX0407", name="too-much-memory", summary="Evaluation wants more memory than the limit."),
    Code(id="OX0408", name="too-deep", summary="Calls or values are nested too deeply."),
    Code(id="OX0409", name="stopped", summary="Evaluation was cancelled or ran past its time limit."),
    Code(id="OX0410", name="needs-to-run", summary="Evaluation needs the output of a program that may not run now.", failure="environment"),
    Code(id="OX0411", name="division-by-zero", summary="A number is divided by zero."),
    Code(id="OX0412", name="number-out-of-range", summary="A number is too large for the operation."),
    Code(id="OX0413", name="unpacking", summary="A sequence has not as many elements as there are variables."),
    Code(id="OX0414", name="duplicate-key", summary="A dict expression has a key twice."),
)
