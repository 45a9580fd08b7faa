"""OX1xxx: lint rules. 1000-1009 names and comments, 101x targets, 102x declarations, 103x flow, 104x values, 105x packaging."""

from oxlang.diagnostics.model import Code


def _rule(ident: str, name: str, summary: str) -> Code:
    return Code(id=ident, name=name, summary=summary, severity="warning")


CODES: tuple[Code, ...] = (
    _rule("OX1001", "unused-suppression", "A comment that suppresses a finding which is not there."),
    _rule("OX1002", "unused-local", "A variable of a function that is never read."),
    _rule("OX1003", "unused-load", "A name that is loaded and never used."),
    _rule("OX1004", "shadowed-name", "A global variable takes the place of a built-in name."),
    _rule("OX1005", "unused-function", "A function of a config that nothing uses."),
    _rule("OX1006", "redefined-function", "A function that is defined again before it was used."),
    _rule("OX1010", "duplicate-target", "Two targets of one name."),
    _rule("OX1011", "unknown-dependency", "A target depends on one that is not registered."),
    _rule("OX1012", "unresolved-targets", "Targets are registered and never resolved."),
    _rule("OX1013", "demand-at-module-level", "A call outside of functions that may run actions."),
    _rule("OX1014", "several-default-targets", "More than one target is marked as the default."),
    _rule("OX1015", "unbuildable-target", "A target gives a value that cannot be built."),
    _rule("OX1016", "dependency-cycle", "Targets depend on each other in a circle."),
    _rule("OX1017", "wrong-number-of-dependencies", "A target's function takes another number of values than it gets."),
    _rule("OX1018", "unused-result", "A call that does nothing but give a result, which nobody takes."),
    _rule("OX1020", "deprecated-member", "A deprecated name of the dialect."),
    _rule("OX1030", "unreachable-code", "Statements that are never reached."),
    _rule("OX1031", "missing-return", "A function that returns a value on some ways only."),
    _rule("OX1032", "useless-expression", "An expression that has no effect."),
    _rule("OX1033", "constant-condition", "A condition that is always true or always false."),
    _rule("OX1034", "self-comparison", "A value compared with or assigned to itself."),
    _rule("OX1035", "mutation-in-loop", "A collection is changed while a loop goes over it."),
    _rule("OX1036", "redundant-pass", "A `pass` beside other statements."),
    _rule("OX1040", "repeated-key", "A key that stands twice in a dict."),
    _rule("OX1041", "not-iterable", "A loop over something that cannot be iterated over."),
    _rule("OX1042", "wrong-operands", "An operator between values that it does not take."),
    _rule("OX1043", "unhashable-key", "A list or dict as a key of a dict."),
    _rule("OX1044", "missing-comma", "A literal that is called or indexed."),
    _rule("OX1045", "wrong-type", "A value of another type than an annotation says."),
    _rule("OX1046", "comparison-of-comparison", "Comparisons in a row, which are read from right to left."),
    _rule("OX1050", "python-syntax", "Python code in a string that is no Python."),
    _rule("OX1051", "conflicting-run-settings", "Settings of an interpreter that exclude each other."),
    _rule("OX1052", "setting-after-use", "A setting that comes after its use."),
    _rule("OX1053", "ignored-settings", "A policy or interpreter config that is changed and not used."),
    _rule("OX1054", "tab-indentation", "Lines that are indented by tabs."),
    _rule("OX1055", "unpacked-script", "A script that the program looks for where it is started."),
)
