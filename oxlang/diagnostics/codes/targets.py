"""OX05xx: targets, and the values that they are made of."""

from oxlang.diagnostics.model import Code

CODES: tuple[Code, ...] = (
    Code(id="OX0501", name="unknown-target", summary="A target is named that is not registered."),
    Code(id="OX0502", name="target-cycle", summary="Targets depend on each other in a circle."),
    Code(id="OX0503", name="not-buildable", summary="A target's function returned a value that cannot be built."),
    Code(id="OX0504", name="target-not-resolved", summary="A target is to be built that the config did not resolve."),
    Code(id="OX0505", name="no-targets", summary="Something is to be built, and the config registers no target."),
    Code(id="OX0506", name="build-path", summary="The build path cannot be used."),
    Code(id="OX0510", name="missing-path", summary="A file or folder that the config names does not exist."),
    Code(id="OX0511", name="manifest-path", summary="A path in a manifest is absolute or leaves its folder."),
    Code(id="OX0512", name="conflicting-arguments", summary="Arguments exclude each other, or one of them is needed."),
    Code(id="OX0513", name="file-name", summary="A file name holds a path separator."),
    Code(id="OX0514", name="strip-prefix", summary="A path does not begin with the prefix that is to be cut off."),
    Code(id="OX0515", name="manifest-busy", summary="A manifest is added to itself."),
    Code(id="OX0516", name="not-mach-o", summary="A file is not a Mach-O file."),
    Code(id="OX0517", name="bundle-signature", summary="The signature of a bundle has not exactly four characters."),
    Code(id="OX0518", name="no-prompt", summary="A question has no default and nobody can answer it."),
    Code(id="OX0519", name="unreadable-file", summary="A file cannot be read or written."),
    Code(id="OX0520", name="installer-tool", summary="The tool that makes an installer is missing.", failure="environment"),
    Code(id="OX0521", name="wheel-content", summary="A wheel cannot be written as it is described."),
    Code(id="OX0522", name="signing", summary="A code signer cannot be made or used."),
    Code(id="OX0523", name="not-a-resource", summary="Something is added that is not a Python resource."),
    Code(id="OX0524", name="source-text", summary="The source of a module is not UTF-8 text."),
    Code(id="OX0527", name="dropped-sources", summary="A policy setting drops all Python modules.", severity="warning"),
    Code(id="OX0528", name="snap-value", summary="A part of a snap is not described as snapcraft wants it."),
    Code(id="OX0529", name="unsigned", summary="Something is built unsigned although a code signer is active.", severity="warning"),
    Code(id="OX0530", name="python-replaced", summary="A Python that cannot be embedded is replaced by a newer one.", severity="warning"),
    Code(id="OX0531", name="nothing-read", summary="A package is to be read from a folder that does not have it.", severity="warning"),
    Code(id="OX0532", name="no-start", summary="A program finds no standard library.", severity="warning"),
)
