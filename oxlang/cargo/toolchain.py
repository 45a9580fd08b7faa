"""Finds the installed Rust and says what it is.

The tools are those on `PATH`, so that wrappers and rustup's proxies work as they do on the command line; `CARGO` and
`RUSTC` name others. Their fingerprint is the text of `rustc -vV` and `cargo -V`. Asking them takes a tenth of a
second, so the answers are kept in the cache folder under the files' stat values and those of rustup's settings.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from oxlang.diagnostics.model import OxError, error
from oxlang.graph.hashing import sha256
from oxlang.records import dataclass

_FALLBACK_MINIMUM = "1.82"


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolchain:
    """A Rust toolchain on this machine.

    Attributes:
        cargo: the `cargo` to run.
        rustc: the `rustc` that cargo is told to use.
        version: version of rustc, such as `1.95.0`.
        host: triple that rustc runs on and builds for by default.
        fingerprint: digest of what both tools say about themselves, the C compiler included; part of action keys.
        linker: the C compiler driver that rustc links with, if there is one on `PATH`.
    """

    cargo: Path
    rustc: Path
    version: str
    host: str
    fingerprint: str
    linker: Path | None = None


def find_toolchain(env: Mapping[str, str], *, cache_dir: Path | None = None) -> Toolchain:
    """Finds cargo and rustc and checks their version.

    Args:
        env: the environment to search with: `PATH`, `CARGO`, `RUSTC`, `RUSTUP_HOME`, `RUSTUP_TOOLCHAIN`.
        cache_dir: where answers of the tools may be kept between runs.

    Raises OX0801 or OX0802 (not found), OX0803 (too old), OX0804 (does not run).
    """
    cargo = _tool("cargo", "CARGO", "OX0801", env)
    rustc = _tool("rustc", "RUSTC", "OX0802", env)
    linker = _find(env, "cc")
    answers = _ask(cargo, rustc, linker, env, cache_dir)
    version = _field(answers["rustc"], "release")
    if not version:
        raise error(
            "OX0804",
            f"`{rustc} -vV` does not say which Rust it is",
            help="set RUSTC to a Rust compiler, or remove it to use the rustc on PATH" if env.get("RUSTC") else None,
        )
    wanted = minimum_version()
    if _numbers(version) < _numbers(wanted):
        raise error(
            "OX0803",
            f"oxl requires Rust {wanted}; {rustc} is version {version}",
            help="update it with `rustup update`, or put a newer Rust first on PATH",
        )
    text = "\0".join(answers[name] for name in ("rustc", "cargo", "cc"))
    return Toolchain(
        cargo=cargo,
        rustc=rustc,
        version=version,
        host=_field(answers["rustc"], "host"),
        fingerprint=sha256(text.encode()).hexdigest(),
        linker=linker,
    )


def check_target(toolchain: Toolchain, triple: str, env: Mapping[str, str]) -> None:
    """Raises OX0805 if the toolchain has no standard library for the triple."""
    if triple == toolchain.host:
        return
    folder = _output([str(toolchain.rustc), "--print", "target-libdir", "--target", triple], env).strip()
    if not folder or not os.path.isdir(folder) or not os.listdir(folder):
        raise error(
            "OX0805",
            f"the Rust toolchain has no standard library for `{triple}`",
            help=f"install it with `rustup target add {triple}`",
            notes=[f"the toolchain is {toolchain.rustc}, version {toolchain.version}"],
        )


def minimum_version() -> str:
    """The oldest Rust that the runtime crate builds with: `rust-version` of `crates/pyembed`."""
    from oxlang.bundled import bundled_path

    for parts in (("pyembed", "Cargo.toml"), ("Cargo.toml",)):
        try:
            text = bundled_path("crates", *parts).read_text(encoding="utf-8")
        except OSError:
            continue
        found = re.search(r'^rust-version\s*=\s*"([\d.]+)"', text, re.MULTILINE)
        if found:
            return found.group(1)
    return _FALLBACK_MINIMUM


def which(name: str, env: Mapping[str, str]) -> Path | None:
    """Gives the first executable file of that name on the `PATH` of an environment."""
    suffixes = [""] if os.name != "nt" else ["", *env.get("PATHEXT", ".EXE;.CMD;.BAT").split(";")]
    for folder in env.get("PATH", "").split(os.pathsep):
        for suffix in suffixes:
            candidate = os.path.join(folder, name + suffix)
            if folder and os.access(candidate, os.X_OK) and os.path.isfile(candidate):
                return Path(candidate)
    return None


def _tool(name: str, variable: str, code: str, env: Mapping[str, str]) -> Path:
    """Gives the tool that a variable names, else the one on PATH. Raises OX0801 or OX0802, as `code` says."""
    named = env.get(variable)
    if not named:
        found = _find(env, name)
        if found is None:
            raise _missing(code, name)
        return found
    found = which(named, env) if os.sep not in named else Path(os.path.abspath(named))
    if found is None or not found.exists():
        raise error(
            code,
            f"{name} executable not found at `{named}`, which the variable `{variable}` names",
            help=f"set {variable} to an existing program, or remove it to use the {name} on PATH",
        )
    return found


def _find(env: Mapping[str, str], name: str) -> Path | None:
    return which(name, env)


def _missing(code: str, name: str) -> OxError:
    return error(
        code,
        f"{name} executable not found; is Rust installed and in PATH?",
        help="install Rust from https://rustup.rs or with the system's package manager",
    )


def _ask(
    cargo: Path, rustc: Path, linker: Path | None, env: Mapping[str, str], cache_dir: Path | None
) -> dict[str, str]:
    """Gives what the tools say about themselves: `{"rustc": …, "cargo": …, "cc": …}`."""
    import json

    kept = None if cache_dir is None else cache_dir / "toolchains" / f"{_signature(cargo, rustc, linker, env)}.json"
    if kept is not None:
        try:
            answers: dict[str, str] = json.loads(kept.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            pass
        else:
            if set(answers) == {"rustc", "cargo", "cc"}:
                return answers
    answers = {
        "rustc": _output([str(rustc), "-vV"], env),
        "cargo": _output([str(cargo), "-V"], env),
        "cc": "" if linker is None else _first_line([str(linker), "--version"], env),
    }
    if kept is not None:
        try:
            kept.parent.mkdir(parents=True, exist_ok=True)
            aside = kept.with_suffix(f".{os.getpid()}")
            aside.write_text(json.dumps(answers), encoding="utf-8")
            os.replace(aside, kept)
        except OSError:
            pass  # An unwritable cache only costs the time of asking again.
    return answers


def _signature(cargo: Path, rustc: Path, linker: Path | None, env: Mapping[str, str]) -> str:
    """Digest of everything that decides which compiler the names on PATH stand for."""
    rustup = Path(env.get("RUSTUP_HOME") or os.path.join(env.get("HOME", ""), ".rustup"))
    parts = [env.get("RUSTUP_TOOLCHAIN", "")]
    watched = [cargo, rustc, rustup / "settings.toml", rustup / "toolchains", rustup / "update-hashes"]
    for path in [*watched, *([linker] if linker else [])]:
        try:
            seen = os.stat(path)
            parts.append(f"{os.path.realpath(path)} {seen.st_size} {seen.st_mtime_ns} {seen.st_ino}")
        except OSError:
            parts.append(f"{path} -")
    return sha256("\0".join(parts).encode()).hexdigest()[:32]


def _output(command: list[str], env: Mapping[str, str]) -> str:
    import subprocess

    try:
        done = subprocess.run(command, env=dict(env), capture_output=True, text=True, check=False, cwd=os.path.sep)
    except OSError as problem:
        raise error("OX0804", f"`{' '.join(command)}` does not run: {problem.strerror or problem}") from problem
    if done.returncode != 0:
        last = (done.stderr or done.stdout).strip().splitlines()
        raise error(
            "OX0804",
            f"`{' '.join(command)}` failed with status {done.returncode}",
            notes=last[-3:],
        )
    return done.stdout.strip()


def _first_line(command: list[str], env: Mapping[str, str]) -> str:
    try:
        return (_output(command, env).splitlines() or [""])[0]
    except OxError:
        return ""


def _field(text: str, name: str) -> str:
    found = re.search(rf"^{name}: (.*)$", text, re.MULTILINE)
    return found.group(1).strip() if found else ""


def _numbers(version: str) -> tuple[int, ...]:
    numbers = [int(part) for part in re.findall(r"\d+", version.split("-")[0])[:3]]
    return (*numbers, *([0] * (3 - len(numbers))))
