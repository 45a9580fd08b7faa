"""Reads the arguments of `pip install` for what has to be known before it runs.

Three things matter: which arguments name local files (they become inputs of the action, so that a change is noticed, and
relative ones count from the process's working directory, not from the sandbox); whether uv understands all options in
the same way; and what the requirement files say, since they may name files, too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from errno import ENOENT

from oxlang.packaging.locks import is_pylock, refuse_other_locks
from oxlang.records import dataclass, field

# Options with a value, with their long names (pip's command line reference).
_VALUES = {
    "-r": "--requirement", "-c": "--constraint", "-e": "--editable", "-f": "--find-links", "-i": "--index-url",
    "-t": "--target", "-b": "--build", "-d": "--dest", "-C": "--config-settings",
}  # fmt: skip
_LONG_VALUES = frozenset(
    {
        "--requirement", "--constraint", "--editable", "--find-links", "--index-url", "--pypi-url", "--extra-index-url",
        "--target", "--platform", "--python-version", "--implementation", "--abi", "--root", "--prefix", "--src",
        "--upgrade-strategy", "--config-settings", "--config-setting", "--global-option", "--build-option", "--no-binary",
        "--only-binary", "--report", "--progress-bar", "--root-user-action", "--python", "--log", "--keyring-provider",
        "--proxy", "--retries", "--timeout", "--exists-action", "--trusted-host", "--cert", "--client-cert",
        "--cache-dir", "--use-feature", "--use-deprecated", "--dest", "--group", "--build-constraint",
        "--uploaded-prior-to", "--hash", "--requirements-from-script", "--all-releases", "--only-final",
        "--refresh-package", "--resume-retries",
    }
)  # fmt: skip
# Options that uv takes with the same meaning and the same name.
_SAME_IN_UV = frozenset(
    {
        "--requirement", "--constraint", "--editable", "--find-links", "--index-url", "--extra-index-url", "--no-index",
        "--no-deps", "--no-binary", "--only-binary", "--require-hashes", "--upgrade", "--no-build-isolation", "--pre",
        "--config-settings", "--config-setting", "--no-cache-dir", "--quiet", "--verbose", "--ignore-installed",
        "--force-reinstall", "--no-compile", "--disable-pip-version-check", "--no-input",
        "--no-warn-script-location", "--no-color", "--progress-bar", "--group", "--use-pep517",
        "--no-python-version-warning", "--root-user-action", "--break-system-packages", "--timeout", "--retries",
    }
)  # fmt: skip
_NOT_FOR_UV = frozenset(
    {
        "--use-pep517", "--quiet", "--verbose", "--no-compile", "--disable-pip-version-check", "--no-input",
        "--prefer-binary", "--no-warn-script-location", "--no-color", "--isolated", "--no-python-version-warning",
        "--no-cache-dir", "--break-system-packages", "--ignore-installed", "--force-reinstall",
    }
)  # fmt: skip
_DROPPED_WITH_VALUE = frozenset({"--progress-bar", "--root-user-action", "--timeout", "--retries"})
# Options that say where to install: that is settled, and something else would leave the program without the packages.
REFUSED = {
    "--target": "packages are installed into a folder of the build", "--prefix": "packages are installed into a folder of the build",
    "--root": "packages are installed into a folder of the build", "--user": "packages are installed into a folder of the build",
    "--dry-run": "nothing would be installed", "--python": "packages are installed for the Python of the program",
}  # fmt: skip
# Options whose value is a file of the machine, which pip finds from the working directory.
_PATHS = frozenset({"--cert", "--client-cert", "--log", "--report", "--requirements-from-script", "--src", "--cache-dir"})
_SHORT_FLAGS = {
    "-U": "--upgrade", "-I": "--ignore-installed", "-q": "--quiet", "-v": "--verbose", "-qq": "--quiet",
    "-vv": "--verbose", "-vvv": "--verbose", "-qqq": "--quiet",
}  # fmt: skip
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe\x00\x00", "utf-32-le"), (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"),
)  # fmt: skip
_ARCHIVE = re.compile(r"\.(whl|zip|tar\.gz|tgz|tar\.bz2|tar\.xz|tar)$", re.IGNORECASE)
_FILE_OPTIONS = frozenset({"--requirement", "--constraint", "--build-constraint"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One argument: an option with its value, a flag, or a requirement (with an empty name)."""

    name: str = ""
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalPath:
    """A local file or folder that an argument or a requirement file names.

    Attributes:
        path: absolute path on the host.
        token: text that stands for it in the rewritten arguments, `{sandbox}/local/0/NAME` or `{tool:links-0}`.
        kind: `project` (a folder to build), `file` (an archive), `links` (a folder of archives).
        name: normalised name of its project, where it is known.
    """

    path: str
    token: str
    kind: str
    name: str = ""


@dataclass(slots=True)
class Localised:
    """Arguments ready for a sandbox; grows while they are read.

    Attributes:
        arguments: the rewritten arguments.
        files: rewritten requirement files: sandbox path to content.
        paths: local files and folders to provide.
        reads: host files that were read.
        locks: which of the files are lock files.
        origins: sandbox path of a requirement file to its path on the host.
    """

    arguments: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    paths: dict[str, LocalPath] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)
    locks: list[str] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)

    def places(self) -> tuple[tuple[str, str], ...]:
        """Gives paths in the sandbox with the paths on the host that they stand for."""
        found = {one.token.removeprefix("{sandbox}/"): one.path for one in self.paths.values() if one.kind != "links"}
        return tuple(sorted((found | self.origins).items()))

    def projects_are_built(self) -> bool:
        """Whether a folder with a project is among the files."""
        return any(one.kind == "project" for one in self.paths.values())

    def projects(self) -> list[str]:
        """Gives the names of the local projects, as far as they say them."""
        return sorted({name for name in self.projects_by_path().values() if name})

    def projects_by_path(self) -> dict[str, str]:
        """Gives the local projects and archives, each with its name, which is empty where it is not said."""
        from oxlang.packaging.locks import normalised, read_toml

        found: dict[str, str] = {}
        for one in self.paths.values():
            name, description = one.name, os.path.join(one.path, "pyproject.toml")
            if one.kind == "project" and not name and os.path.isfile(description):
                name = normalised(str(read_toml(description).get("project", {}).get("name", "")))
            if one.kind != "links":
                found[one.path] = name
        return found


def split_options(arguments: Sequence[str]) -> Iterator[Option]:
    """Gives the arguments one by one, short names made long."""
    position = 0
    while position < len(arguments):
        word = arguments[position]
        position += 1
        if not word.startswith("-") or word == "-":
            yield Option(value=word)
            continue
        name, equals, value = word.partition("=")
        if word[:2] in _VALUES and not word.startswith("--"):
            rest = word[2:].removeprefix("=")
            if not rest and position < len(arguments):
                rest = arguments[position]
                position += 1
            yield Option(name=_VALUES[word[:2]], value=rest)
        elif name in _LONG_VALUES:
            if not equals and position < len(arguments):
                value = arguments[position]
                position += 1
            yield Option(name=name, value=value)
        else:
            yield Option(name=_SHORT_FLAGS.get(word, word))


def uv_understands(arguments: Sequence[str]) -> bool:
    """Whether uv takes every option of pip's arguments in the same sense."""
    return all(
        (not one.name or one.name in _SAME_IN_UV)
        and not (one.value or "").startswith(("git+ssh", "hg+", "svn+", "bzr+"))
        and not (one.name in ("--no-binary", "--only-binary") and "[" in (one.value or ""))
        for one in split_options(arguments)
    )


_FROM_VARIABLES = {
    "PIP_CONSTRAINT": "--constraint", "PIP_EXTRA_INDEX_URL": "--extra-index-url", "PIP_FIND_LINKS": "--find-links",
    "PIP_INDEX_URL": "--index-url", "PIP_NO_BINARY": "--no-binary", "PIP_ONLY_BINARY": "--only-binary",
    "PIP_REQUIREMENT": "--requirement",
}  # fmt: skip
_FLAGS_FROM_VARIABLES = {
    f"PIP_{name.upper().replace('-', '_')}": f"--{name}"
    for name in ("no-deps", "no-index", "pre", "prefer-binary", "require-hashes")
}


def variables_as_arguments(variables: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """Gives pip's arguments for variables of pip (`PIP_FIND_LINKS`), which uv would not read, and the other variables."""
    found: list[str] = []
    others: dict[str, str] = {}
    for name, value in variables.items():
        if name in _FROM_VARIABLES:
            found += [word for one in value.split() for word in (_FROM_VARIABLES[name], one)]
        elif name in _FLAGS_FROM_VARIABLES:
            if value.lower() in ("1", "y", "yes", "t", "true", "on"):
                found.append(_FLAGS_FROM_VARIABLES[name])
        else:
            others[name] = value
    return found, others


def uv_arguments(arguments: Sequence[str]) -> list[str]:
    """Gives pip's arguments as uv spells them; only for those that `uv_understands`."""
    out: list[str] = []
    for one in split_options(arguments):
        if not one.name:
            out.append(one.value or "")
        elif one.name in _NOT_FOR_UV or one.name in _DROPPED_WITH_VALUE:
            continue
        elif one.name == "--pre":
            out.append("--prerelease=allow")
        elif one.name == "--config-settings":
            out += ["--config-setting", one.value or ""]
        elif one.value is None:
            out.append(one.name)
        else:
            out += [one.name, one.value]
    return out


def localise(arguments: Sequence[str], working_directory: str, read: Callable[[str], bytes]) -> Localised:
    """Rewrites arguments so that every local file they name is found from a sandbox.

    Args:
        arguments: pip's arguments as the config gave them.
        working_directory: what relative paths count from.
        read: reads a host file; its OSError passes through.
    """
    result = Localised()
    worker = _Localiser(result, read, working_directory)
    for one in split_options(arguments):
        if one.name in _FILE_OPTIONS and one.value is not None:
            result.arguments += [one.name, worker.requirement_file(one.value, working_directory)]
        elif one.name == "--editable" and one.value is not None:
            # An editable install would point outside of the program; its files are what is wanted.
            result.arguments.append(worker.requirement(one.value, working_directory, is_path=True))
        elif one.name == "--group" and one.value is not None:
            result.arguments += [one.name, worker.group(one.value, working_directory)]
        elif one.name in _PATHS and one.value is not None:
            path = one.value if one.value.startswith("{") else os.path.join(working_directory, one.value)
            result.arguments += [one.name, path]
        elif one.name == "--find-links" and one.value is not None:
            # A folder that does not exist is nothing to pip, and an error to uv.
            if (place := worker.links(one.value, working_directory)) is not None:
                result.arguments += [one.name, place]
        elif one.name:
            result.arguments += [one.name] if one.value is None else [one.name, one.value]
        else:
            result.arguments.append(worker.existing(one.value or "", working_directory))
    return result


def _text(data: bytes) -> str:
    """Decodes a requirement file as pip does: by a byte order mark, as PowerShell's `>` writes it, else as UTF-8."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    return data.decode("utf-8", "replace")


def _as_variable(text: str) -> str:
    """Replaces tokens by variables: files are not expanded when an action starts, but pip and uv expand `${NAME}`."""
    return re.sub(
        r"\{sandbox\}|\{tool:(links-\d+)\}",
        lambda found: "${OXL_SANDBOX}" if found[1] is None else f"${{{variable_of(found[1])}}}",
        text,
    )


def variable_of(tool: str) -> str:
    """Gives the variable that stands for a tool in requirement files: `OXL_LINKS_1` of `links-1`."""
    return "OXL_" + tool.upper().replace("-", "_")


class _Localiser:
    """Keeps track of what was given a place in the sandbox."""

    def __init__(self, result: Localised, read: Callable[[str], bytes], start: str) -> None:
        self.result = result
        self.read = read
        self.start = start
        self.seen: dict[str, str] = {}

    def provide(self, path: str, kind: str) -> str:
        known = self.result.paths.get(path)
        if known is None:
            number = len(self.result.paths)
            name = os.path.basename(path.rstrip("/")) or "root"
            token = f"{{tool:links-{number}}}" if kind == "links" else f"{{sandbox}}/local/{number}/{name}"
            known = self.result.paths[path] = LocalPath(path=path, token=token, kind=kind)
        return known.token

    def links(self, value: str, folder: str) -> str | None:
        """Gives the place of a folder (or page) of archives, None for a folder that does not exist."""
        if "://" in value and not value.startswith("file://"):
            return value
        path = os.path.normpath(os.path.join(folder, value.removeprefix("file://")))
        if os.path.isdir(path):
            return self.provide(path, "links")
        return value if os.path.exists(path) else None

    def existing(self, text: str, folder: str) -> str:
        """Rewrites a requirement; one that is plainly a path has to exist, unless it is for another platform."""
        made = self.requirement(text, folder)
        path = text.partition("[")[0] if text.endswith("]") else text
        is_path = path.startswith((".", os.sep)) or (os.sep in path and bool(_ARCHIVE.search(path)))
        if made == text and is_path and not any(sign in text for sign in ";:@"):
            full = os.path.normpath(os.path.join(folder, path))
            if not os.path.exists(full):
                raise FileNotFoundError(ENOENT, os.strerror(ENOENT), full)
        return made

    def requirement(self, text: str, folder: str, *, is_path: bool = False) -> str:
        """Rewrites a requirement that names a local file or folder, with its extras and marker.

        Args:
            text: the requirement.
            folder: what a relative path counts from.
            is_path: a plain name is a folder, too, as behind `-e`.
        """
        match = re.match(r"^(?P<head>[\w.\[\], -]+?@\s*)?(?P<path>[^;#\[]+)(?P<rest>.*)$", text)
        if match is None:
            return text
        head, path, rest = match["head"] or "", match["path"].strip(), match["rest"]
        if path.startswith("file://"):
            path = path.removeprefix("file://").removeprefix("localhost")
        elif "://" in path:
            return text
        full = os.path.normpath(os.path.join(folder, path))
        looks_local = is_path or head or os.sep in path or path.startswith(".") or bool(_ARCHIVE.search(path))
        if not looks_local:
            return text
        if os.path.isdir(full):
            token = self.provide(full, "project")
        elif os.path.isfile(full):
            token = self.provide(full, "file")
        else:
            return text
        return f"{head}{'file://' if head else ''}{token}{rest}"

    def requirement_file(self, value: str, folder: str) -> str:
        if "://" in value:
            return value
        path = os.path.normpath(os.path.join(folder, value))
        if path in self.seen:
            return self.seen[path]
        if is_pylock(path):
            return self.lock(path)
        refuse_other_locks(path)
        name = f"requirements/{len(self.seen)}-{os.path.basename(path)}"
        self.seen[path] = name
        self.result.origins[name] = path
        text = _text(self.read(path))
        self.result.reads.append(path)
        below = os.path.dirname(path)
        self.result.files[name] = "".join(
            f"{line}\n" for line in self._lines(text, below, os.path.dirname(name))
        )
        return name

    def lock(self, path: str) -> str:
        """Gives a lock file (PEP 751) its place: what it names stands in the sandbox as it stands on the machine."""
        from oxlang.packaging.locks import (
            common_folder,
            missing_from_lock,
            plain_installs,
            pylock_paths,
            read_toml,
        )

        text = self.read(path).decode("utf-8", "replace")
        self.result.reads.append(path)
        folder = os.path.dirname(path)
        named = {os.path.normpath(os.path.join(folder, one)): name for one, name in pylock_paths(read_toml(path))}
        top = common_folder([path, *named])
        base = f"locks/{len(self.seen)}"
        for one, name in named.items():
            if not os.path.exists(one):
                raise missing_from_lock(path, one, name)
            kind = "project" if os.path.isdir(one) else "file"
            place = os.path.normpath(f"{base}/{os.path.relpath(one, top)}")
            self.result.paths.setdefault(
                f"{one}\0{base}", LocalPath(path=one, token=f"{{sandbox}}/{place}", kind=kind, name=name)
            )
        self.seen[path] = name = os.path.normpath(f"{base}/{os.path.relpath(path, top)}")
        self.result.files[name] = plain_installs(text)
        self.result.locks.append(name)
        return name

    def group(self, value: str, folder: str) -> str:
        """Rewrites a dependency group `[PATH:]NAME`."""
        place, _, name = value.rpartition(":")
        path = os.path.normpath(os.path.join(folder, place or "pyproject.toml"))
        return f"{self.provide(path, 'file')}:{name}" if os.path.isfile(path) else value

    def _lines(self, text: str, folder: str, base: str) -> Iterator[str]:
        for line in re.sub(r"\\\r?\n", " ", text).splitlines():
            plain = re.sub(r"(^|\s)#.*$", "", line).strip()
            if not plain:
                continue
            if not plain.startswith("-"):
                yield self._with_options(plain, folder)
                continue
            words = plain.split(None, 1) if " " in plain else plain.split("=", 1)
            option = next(iter(split_options(words)))
            if option.name in _FILE_OPTIONS and option.value is not None:
                yield f"{option.name} {os.path.relpath(self.requirement_file(option.value.strip(), folder), base)}"
            elif option.name == "--editable" and option.value is not None:
                yield self._in_file(option.value.strip(), folder, is_path=True)
            elif option.name == "--find-links" and option.value is not None:
                if (place := self.links(option.value.strip(), folder)) is not None:
                    yield f"--find-links {_as_variable(place)}"
            else:
                yield plain

    def _with_options(self, line: str, folder: str) -> str:
        """Rewrites a requirement that may be followed by `--hash` options."""
        requirement, space, options = line.partition(" --")
        return self._in_file(requirement, folder) + space + options

    def _in_file(self, text: str, folder: str, *, is_path: bool = False) -> str:
        """Rewrites a requirement of a file; pip counts paths from the working directory, others from the file."""
        first = self.requirement(text, self.start, is_path=is_path)
        return _as_variable(first if first != text else self.requirement(text, folder, is_path=is_path))
