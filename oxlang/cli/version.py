"""What `-V` and `--version` print. Imports nothing: these two are the fastest commands."""

from __future__ import annotations

import os

from oxlang import __version__

SOURCE = "https://github.com/oxlang/oxlang"


def version_text(*, long: bool) -> str:
    """Gives the version line, or four lines: version, commit, source, location of the pyembed crate."""
    first = f"oxl {__version__}\n"
    if not long:
        return first
    return f"{first}commit: {_commit()}\nsource: {_source()}\npyembed crate location: {_pyembed()}\n"


def _checkout() -> str | None:
    """The folder of the checkout that this package runs from, if it does."""
    top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return top if os.path.exists(os.path.join(top, "crates", "pyembed")) else None


def _source() -> str:
    return _checkout() or SOURCE


def _commit() -> str:
    """The commit of the checkout, read from git's files; `unknown` outside of one."""
    top = _checkout()
    if top is None:
        return "unknown"
    git = os.path.join(top, ".git")
    # In a worktree or submodule `.git` is a file that names the folder.
    elsewhere = _read(git)
    if elsewhere.startswith("gitdir: "):
        git = os.path.join(top, elsewhere[8:])
    head = _read(os.path.join(git, "HEAD"))
    if not head.startswith("ref: "):
        return head or "unknown"
    name = head[5:]
    # A worktree has a HEAD of its own; its branches are those of the repository.
    shared = os.path.join(git, _read(os.path.join(git, "commondir")))
    for folder in (git, shared):
        found = _read(os.path.join(folder, *name.split("/")))
        if found:
            return found
    for line in _read(os.path.join(shared, "packed-refs")).splitlines():
        if line.endswith(" " + name):
            return line.split(" ")[0]
    return "unknown"


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return ""


def _pyembed() -> str:
    """The value of the `pyembed` dependency in a generated Cargo.toml, without the braces."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for top in (os.path.join(here, "_bundled"), os.path.dirname(here)):
        crate = os.path.join(top, "crates", "pyembed")
        if os.path.exists(crate):
            return f'path = "{crate}"'
    return f'version = "{__version__}"'
