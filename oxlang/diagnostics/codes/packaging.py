"""OX06xx: packaging."""

from oxlang.diagnostics.model import Code

CODES: tuple[Code, ...] = (
    Code(id="OX0601", name="no-python", summary="no usable Python was found", failure="environment"),
    Code(id="OX0602", name="unusable-python", summary="an interpreter cannot be used", failure="environment"),
    Code(id="OX0603", name="bad-location", summary="a text is not a resource location"),
    Code(id="OX0604", name="location-not-allowed", summary="a resource is added at a location that is not allowed"),
    Code(id="OX0605", name="files-not-allowed", summary="a file is added although the policy does not allow files"),
    Code(id="OX0606", name="location-conflict", summary="location and fallback of an extension module contradict"),
    Code(id="OX0607", name="extension-not-placeable", summary="an extension module cannot be put where it should be"),
    Code(id="OX0608", name="module-does-not-compile", summary="a Python module cannot be compiled"),
    Code(id="OX0609", name="bad-load-mode", summary="a text is not a load mode of packed resources"),
    Code(id="OX0610", name="unknown-flavor", summary="a flavor of Python distributions is not known"),
    Code(id="OX0611", name="hostile-archive", summary="an archive has a member that leaves its folder"),
    Code(id="OX0612", name="distribution-format", summary="the format of a Python distribution is too old"),
    Code(id="OX0613", name="distribution-incomplete", summary="a Python distribution lacks something"),
    Code(id="OX0614", name="link-mode", summary="libpython cannot be linked in the wanted way"),
    Code(id="OX0615", name="no-site-packages", summary="a virtual environment has no packages for this Python"),
    Code(id="OX0616", name="unreadable-requirements", summary="a file of requirements cannot be read"),
    Code(id="OX0617", name="bad-wheel", summary="a file is not a usable wheel"),
    Code(id="OX0618", name="bad-archive", summary="the archive of a Python distribution cannot be used"),
    Code(id="OX0619", name="bad-catalog", summary="a catalog of Python archives cannot be read"),
    Code(id="OX0620", name="install-failed", summary="installing packages failed"),
    Code(id="OX0621", name="no-installer", summary="neither uv nor pip can be used", failure="environment"),
    Code(id="OX0622", name="foreign-setup", summary="code of a package cannot run for a foreign platform"),
    Code(id="OX0623", name="no-runtime-dlls", summary="DLLs of the Visual C++ runtime are missing", failure="environment"),
    Code(id="OX0626", name="no-project", summary="a folder is no Python project"),
    Code(id="OX0627", name="over-budget", summary="a program is larger than its size budget"),
    Code(id="OX0628", name="bad-lock", summary="a lock file cannot be used"),
    Code(id="OX0625", name="not-analyzable", summary="a file is no program or library that can be analyzed"),
    Code(id="OX0624", name="no-tcl", summary="a distribution has no Tcl files"),
)
