"""OX09xx: command line and files (0900-0949 the commands, 0950-0999 configuration files and outputs)."""

from oxlang.diagnostics.model import Code

CODES: tuple[Code, ...] = (
    Code(id="OX0900", name="internal-error", summary="oxl itself failed; this is a bug of ours.", failure="bug"),
    Code(id="OX0901", name="file-not-read", summary="A file that was named could not be read.", failure="environment"),
    Code(id="OX0902", name="unknown-code", summary="There is no diagnostic code of this name."),
    Code(id="OX0903", name="unknown-member", summary="The dialect has no member of this name, or `@stdlib` no such module or function."),
    Code(id="OX0904", name="variable-defined-twice", summary="A Starlark variable was given twice on the command line."),
    Code(id="OX0950", name="config-not-found", summary="There is no configuration file where it was looked for."),
    Code(id="OX0951", name="config-unreadable", summary="The configuration file cannot be read.", failure="environment"),
    Code(id="OX0952", name="no-artifacts", summary="A build script's target gives no embedding artifacts."),
    Code(id="OX0953", name="program-not-started", summary="A built program cannot be started.", failure="environment"),
    Code(id="OX0954", name="no-application", summary="A script or folder cannot be built without a config."),
    Code(id="OX0955", name="config-not-saved", summary="The config of a program cannot be written."),
    Code(
        id="OX0906", name="extra-not-installed", summary="A command needs a package that is not installed.",
        failure="environment",
    ),
    Code(id="OX0907", name="no-archive-named", summary="It is not known which archive of a distribution is meant."),
    Code(id="OX0908", name="not-a-cache", summary="The folder that the cache is said to be holds something else."),
    Code(id="OX0909", name="file-not-written", summary="A file that was asked for cannot be written.", failure="environment"),
)
