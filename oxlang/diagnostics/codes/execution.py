"""OX07xx: execution and cache."""

from oxlang.diagnostics.model import Code

CODES: tuple[Code, ...] = (
    Code(id="OX0701", name="process-failed", summary="A process of the build ended with a failure.", failure="environment"),
    Code(id="OX0702", name="path-leaves-folder", summary="A path is absolute or leaves the folder it belongs to."),
    Code(id="OX0703", name="path-clash", summary="A path is a file in one place and a folder in another."),
    Code(id="OX0704", name="missing-source", summary="A file or folder that the build reads does not exist."),
    Code(id="OX0705", name="missing-output", summary="A process did not write a declared output.", failure="environment"),
    Code(id="OX0706", name="download-failed", summary="A download failed.", failure="environment"),
    Code(id="OX0707", name="wrong-digest", summary="Downloaded or stored content is not what it should be.", failure="environment"),
    Code(id="OX0708", name="store-failed", summary="The cache folder cannot be read or written.", failure="environment"),
    Code(id="OX0709", name="no-space", summary="There is no space left on a disk.", failure="environment"),
    Code(id="OX0710", name="tool-missing", summary="A program that the build needs cannot be started.", failure="environment"),
    Code(id="OX0711", name="demand-refused", summary="Evaluation needs an output where nothing may run."),
    Code(id="OX0713", name="unreadable-source", summary="A file that the build reads cannot be read.", failure="environment"),
    Code(id="OX0714", name="output-not-written", summary="The outputs cannot be placed.", failure="environment"),
    Code(id="OX0715", name="compute-failed", summary="A step inside oxl failed unexpectedly.", failure="bug"),
)
