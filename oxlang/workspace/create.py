"""Makes new configs and new Rust projects, and copies crates into projects.

A project is written into a folder beside its place and moved there when it is complete, so a failure leaves nothing
half-written. Which files there are is known to `cargo.project`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from oxlang.diagnostics.model import diagnostic, error

if TYPE_CHECKING:
    from oxlang.cargo.manifest import PyembedLocation
    from oxlang.cargo.project import ConfigAttribute
    from oxlang.cargo.toolchain import Toolchain
    from oxlang.diagnostics.model import Diagnostic, OxError

CONFIG_NAME = "pyoxidizer.bzl"
Report = Callable[[str], None]


def create_config(
    path: str,
    *,
    python_code: str | None = None,
    pip_install: Sequence[str] = (),
    force: bool = False,
    report: Report = print,
) -> Path:
    """Writes `PATH/pyoxidizer.bzl`; gives its path.

    Args:
        path: the folder, made with its parents if missing.
        python_code: what the program runs.
        pip_install: requirements that the config installs.
        force: overwrites a config that is there.
        report: gets the lines for standard output.

    Raises OX0826 (the path is no folder), OX0825 (a config is there), OX0824 (cannot be written).
    """
    from oxlang.cargo.project import notice

    folder = Path(path)
    check_config_place(path, force=force)
    target = folder / CONFIG_NAME
    text = _config_text(_name_of(folder), python_code=python_code, pip_install=pip_install)
    report(f"writing {_shown(path, CONFIG_NAME)}")
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        with _writing(target):
            folder.mkdir(parents=True, exist_ok=True)
            _replace(target, text)
    except BaseException:
        for one in missing:
            with suppress(OSError):
                one.rmdir()
        raise
    report("")
    report(notice(path, rust=False))
    return target


def check_config_place(path: str, *, force: bool) -> None:
    """Raises OX0826 when a config cannot lie there, OX0825 when one does."""
    folder = Path(path)
    _check_folder(folder, path)
    target = folder / CONFIG_NAME
    if target.exists() and not force:
        raise error(
            "OX0825",
            f"`{target}` already exists",
            help="give --force to overwrite it, or name another folder",
        )


def create_rust_project(
    path: str,
    *,
    environment: Mapping[str, str],
    cache_dir: Path | None = None,
    pyembed: str | None = None,
    vendor: bool = False,
    python_code: str | None = None,
    report: Report = print,
    warn: Callable[[Diagnostic], None] | None = None,
) -> Path:
    """Writes a Rust project with its config into a folder; gives the folder (spec: rust-project.md, section 1).

    Args:
        path: the folder; its last component is the name of the package.
        environment: where cargo is looked for, and `OXL_PYEMBED_LOCATION`.
        cache_dir: where answers of the toolchain are kept.
        pyembed: `version:X`, `path:P` or `git:URL#REV`; None follows the environment.
        vendor: copies our crates into the project, which can then be moved to another machine.
        python_code: what the config's program runs.
        report: gets the lines for standard output.
        warn: gets what went wrong without being an error.

    Raises OX0801 to OX0804 (no usable Rust), OX0821 (name), OX0820 (a package is there), OX0824 (not written).
    """
    from oxlang.cargo.manifest import check_package_name, default_location, parse_location, vendored_location
    from oxlang.cargo.project import notice, project_files
    from oxlang.cargo.toolchain import find_toolchain

    toolchain = find_toolchain(environment, cache_dir=cache_dir)
    folder = Path(path)
    _check_folder(folder, path)
    name = _name_of(folder)
    check_package_name(name)
    location = vendored_location() if vendor else parse_location(pyembed) if pyembed else default_location(environment)
    files = project_files(name, location, config=_config_text(name, python_code=python_code, pip_install=()))
    kept = _check_free(folder, files, path)
    with _staged(folder) as staging:
        for relative, text in files.items():
            if relative not in kept:
                _write(staging / relative, text)
        if vendor:
            _copy_crates(staging)
        _bring_lock_up_to_date(staging, location, toolchain, environment, warn)
        written = [
            relative
            for relative in ("Cargo.lock", *files)
            if (staging / relative).exists() and relative not in ("Cargo.toml", ".gitignore")
        ]
    for relative in _in_order(written):
        report(f"writing {_shown(path, relative)}")
    for relative in kept:
        report(f"keeping {_shown(path, relative)}")
    _make_repository(folder, environment)
    report("")
    report(notice(path, rust=True))
    return folder


def vendor_project(
    path: str,
    *,
    environment: Mapping[str, str],
    cache_dir: Path | None = None,
    report: Report = print,
) -> Path:
    """Copies every crate a project needs into it, so that it builds elsewhere and without a network.

    Our crates go to `vendor/crates`, those of the registry to `vendor/registry`; `Cargo.toml` and
    `.cargo/config.toml` are changed to use them. Gives the project's folder.

    Raises OX0830 (no Cargo.toml), OX0827 (cargo fails), OX0824 (not written).
    """
    from oxlang.cargo.manifest import vendored_location, with_pyembed
    from oxlang.cargo.toolchain import find_toolchain

    folder = Path(path).absolute()
    manifest = folder / "Cargo.toml"
    if not manifest.is_file():
        raise error("OX0830", f"`{path}` does not hold a Cargo.toml", help="make a project with `oxl init-rust-project`")
    toolchain = find_toolchain(environment, cache_dir=cache_dir)
    before = manifest.read_text(encoding="utf-8")
    after = with_pyembed(before, vendored_location())
    with _writing(folder), _taken_back(folder, manifest, before):
        report(f"writing {_shown(path, 'vendor/crates')}")
        _copy_crates(folder)
        if after != before:
            report(f"writing {_shown(path, 'Cargo.toml')}")
            _replace(manifest, after)
        settings = _cargo_vendor(folder, toolchain, environment)
        report(f"writing {_shown(path, 'vendor/registry')}")
        config = _cargo_config(folder)
        old = config.read_text(encoding="utf-8") if config.exists() else ""
        if settings and "[source.vendored-sources]" not in old:
            report(f"writing {_shown(path, config.relative_to(folder).as_posix())}")
            config.parent.mkdir(exist_ok=True)
            _replace(config, (old.rstrip("\n") + "\n\n" if old else "") + settings)
    return folder


@contextmanager
def _taken_back(folder: Path, manifest: Path, before: str) -> Iterator[None]:
    """Gives a project its manifest and its folder `vendor` back as they were when the body fails."""
    import shutil

    had_crates, had_folder = (folder / "vendor" / "crates").exists(), (folder / "vendor").exists()
    lock = folder / "Cargo.lock"
    locked = lock.read_text(encoding="utf-8") if lock.exists() else None
    try:
        yield
    except BaseException:
        if manifest.read_text(encoding="utf-8") != before:
            _replace(manifest, before)
        if locked is None:
            lock.unlink(missing_ok=True)
        elif lock.read_text(encoding="utf-8") != locked:
            _replace(lock, locked)
        if not had_folder:
            shutil.rmtree(folder / "vendor", ignore_errors=True)
        elif not had_crates:
            shutil.rmtree(folder / "vendor" / "crates", ignore_errors=True)
        raise


def _cargo_config(folder: Path) -> Path:
    """Gives the file that cargo reads its settings from: of an old project `config`, beside which it ignores the new name."""
    old = folder / ".cargo" / "config"
    return old if old.is_file() else old.with_suffix(".toml")


def _config_text(name: str, *, python_code: str | None, pip_install: Sequence[str]) -> str:
    from oxlang.cargo.project import config_file
    from oxlang.packaging.interpreter_config import InterpreterConfig
    from oxlang.packaging.policy import PackagingPolicy

    return config_file(
        name,
        python_code=python_code,
        pip_packages=pip_install,
        policy_attributes=_attributes(PackagingPolicy),
        config_attributes=_attributes(InterpreterConfig),
    )


def _attributes(declared: type) -> list[ConfigAttribute]:
    """Gives the writable attributes of a declared type as the template shows them."""
    from oxlang.cargo.project import ConfigAttribute

    shown = []
    for attribute in declared.__starlark__.attributes.values():  # type: ignore[attr-defined]
        if attribute.writable and attribute.readable:
            doc = " ".join((attribute.doc or attribute.name).split())
            value = attribute.default_text or attribute.default_note or "None"
            shown.append(ConfigAttribute(name=attribute.name, value=value, doc=doc))
    return shown


def _check_folder(folder: Path, path: str) -> None:
    if folder.exists() and not folder.is_dir():
        raise error("OX0826", f"existing path must be a directory: {path}")


def _check_free(folder: Path, files: Mapping[str, str], path: str) -> tuple[str, ...]:
    """Gives the files that exist and are kept; raises OX0820 when something else is in the way."""
    if (folder / "Cargo.toml").exists():
        raise error(
            "OX0820",
            f"`{path}` already holds a Cargo package",
            help="name a folder that does not exist yet",
            notes=["cargo init failed: Cargo.toml exists"],
        )
    kept = tuple(name for name in (CONFIG_NAME, ".gitignore", ".cargo/config.toml") if (folder / name).exists())
    taken = [name for name in files if name not in kept and (folder / name).exists()]
    if taken:
        raise error(
            "OX0820",
            f"`{path}` already holds `{taken[0]}`",
            help="name a folder that does not exist yet, or move the file away",
        )
    return kept


def _bring_lock_up_to_date(
    project: Path,
    location: PyembedLocation,
    toolchain: Toolchain,
    environment: Mapping[str, str],
    warn: Callable[[Diagnostic], None] | None,
) -> None:
    """Makes or checks `Cargo.lock` with the installed cargo, without the network first."""
    lock = project / "Cargo.lock"
    manifest = ["--manifest-path", str(project / "Cargo.toml")]
    if lock.exists():
        # The lock that ships with oxlang fits; cargo may still write it in the form of its own version.
        _cargo(toolchain, ["update", "--workspace", "--offline", *manifest], environment, project)
        return
    last = ""
    for extra in (["--offline"], []):
        done = _cargo(toolchain, ["generate-lockfile", *extra, *manifest], environment, project)
        if done[0] == 0 and lock.exists():
            return
        last = done[1]
    lock.unlink(missing_ok=True)
    if warn is not None:
        warn(
            diagnostic(
                "OX0823",
                f"no `Cargo.lock` could be made for pyembed from `{location.display()}`",
                help="cargo makes one at the first build; do not pass --locked before that",
                notes=last.strip().splitlines()[-3:],
            )
        )


def _cargo_vendor(folder: Path, toolchain: Toolchain, environment: Mapping[str, str]) -> str:
    """Runs `cargo vendor`; gives the settings that cargo wants in its configuration file."""
    last = ""
    for extra in (["--offline"], []):
        status, last, printed = _cargo_with_output(
            toolchain, ["vendor", *extra, "--versioned-dirs", "vendor/registry"], environment, folder
        )
        if status == 0:
            return printed
    raise error(
        "OX0827",
        "cargo could not copy the crates of the project",
        help="the crates have to be downloaded once; is the registry reachable?",
        notes=last.strip().splitlines()[-5:],
    )


def _cargo(toolchain: Toolchain, arguments: list[str], environment: Mapping[str, str], cwd: Path) -> tuple[int, str]:
    status, stderr, _ = _cargo_with_output(toolchain, arguments, environment, cwd)
    return status, stderr


def _cargo_with_output(
    toolchain: Toolchain, arguments: list[str], environment: Mapping[str, str], cwd: Path
) -> tuple[int, str, str]:
    from subprocess import DEVNULL, PIPE

    from oxlang.children import started

    env = {**environment, "RUSTC": str(toolchain.rustc)}
    env.pop("CARGO_TARGET_DIR", None)
    command = [str(toolchain.cargo), *arguments]
    with started(
        command, cwd=cwd, env=env, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, text=True, errors="replace"
    ) as child:
        printed, told = child.communicate()
    return child.returncode, told, printed


def _copy_crates(project: Path) -> None:
    """Copies the bundled crates to `vendor/crates` of a project, in place of an older copy."""
    import shutil

    from oxlang.bundled import bundled_path

    target = project / "vendor" / "crates"
    aside = target.with_name(".crates-new")
    shutil.rmtree(aside, ignore_errors=True)
    shutil.copytree(bundled_path("crates"), aside, ignore=shutil.ignore_patterns("target", ".*", "tests", "fuzz"))
    shutil.rmtree(target, ignore_errors=True)
    aside.rename(target)


def _make_repository(folder: Path, environment: Mapping[str, str]) -> None:
    """Makes a git repository, as `cargo init` does: unless the folder is in one, or git is not installed."""
    import subprocess

    from oxlang.cargo.toolchain import which

    git = which("git", environment)
    absolute = folder.absolute()
    inside = any((above / mark).exists() for above in (absolute, *absolute.parents) for mark in (".git", ".hg"))
    if git is None or inside:
        return
    subprocess.run(
        [str(git), "init", "--quiet"],
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )


@contextmanager
def _staged(folder: Path) -> Iterator[Path]:
    """Gives a folder beside the target; what is in it is moved to the target when all went well."""
    import shutil
    import tempfile

    absolute = folder.absolute()
    made: list[Path] = []
    with _writing(folder):
        for above in (absolute.parent, *absolute.parent.parents):
            if above.exists():
                break
            made.append(above)
        absolute.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{absolute.name}.", dir=absolute.parent))
    try:
        staging.chmod(0o777 & ~_umask())
        with _writing(folder):
            yield staging
            _move(staging, absolute)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        for parent in made:
            try:
                parent.rmdir()
            except OSError:
                break
        raise


def _move(staging: Path, target: Path) -> None:
    """Moves a complete project into its place, taking back what was moved when that fails midway."""
    import shutil

    if not target.exists():
        os.rename(staging, target)
        return
    moved: list[Path] = []
    try:
        for source in sorted(path for path in staging.rglob("*") if not path.is_dir()):
            destination = target / source.relative_to(staging)
            destination.parent.mkdir(parents=True, exist_ok=True)
            os.rename(source, destination)
            moved.append(destination)
    except OSError:
        for path in moved:
            path.unlink(missing_ok=True)
        raise
    shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise _not_written(path, problem) from None


def _not_written(path: Path, problem: OSError) -> OxError:
    return error("OX0824", f"`{path}` cannot be written: {(problem.strerror or str(problem)).lower()}")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _replace(path: Path, text: str) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        _write(aside, text)
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _umask() -> int:
    value = os.umask(0o022)
    os.umask(value)
    return value


def _in_order(written: Sequence[str]) -> list[str]:
    """The order in which files are announced: that of `spec/cli.md` 2.7."""
    first = [".cargo/config.toml", "Cargo.lock", "build.rs", "src/main.rs", CONFIG_NAME]
    rest = [name for name in dict.fromkeys(written) if name not in first]
    return [name for name in first if name in written] + rest


def _name_of(folder: Path) -> str:
    """Gives the folder's name; bytes of it that are no UTF-8 become `_`."""
    name = Path(os.path.abspath(folder)).name
    return "".join("_" if "\ud800" <= one <= "\udfff" else one for one in name)


def _shown(path: str, relative: str) -> str:
    return os.path.join(path, *relative.split("/"))
