"""Builds the same applications with several packagers and compares builds and start-up.

    python benchmarks/startup/run.py --packers VENV [--tools oxl,pyinstaller-file,…] [--apps stdlib,cli] [--json FILE]
    python benchmarks/startup/run.py --show FILE

`--folder DIR` keeps what is built in DIR and does not build again what stands there already, so that slow builds can run at any
time and all starts are measured together, later, on a quiet machine.

VENV is a virtual environment with pyinstaller, pex, shiv, Nuitka and click and rich of the versions in
`cli/pyproject.toml`; `oxl` is that of the running Python, or given by `--oxl`. All build for the base interpreter of the
running Python. Each tool begins with empty caches of its own (cargo's and pip's downloads are the user's), but
oxl: it has built a `hello` before, the first line of the last table, as its launcher is compiled once for a machine. With `--json`
the figures of tools measured before are kept; `--show` prints the tables of such a file as Markdown.

Start: user and system time of the whole process with its children, and elapsed time, the least of `--rounds` runs,
taken in turns so that all tools see the same machine; in an empty environment, from another folder.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
APPS = {"stdlib": "benchstdlib", "cli": "benchcli"}
TOOLS = ("oxl", "pyinstaller-file", "pyinstaller-folder", "pex", "shiv", "nuitka-file")
BASE: str = getattr(sys, "_base_executable", sys.executable)
TIMES = ("build_cpu", "rebuild_cpu")
BASELINE = "python -m (virtual environment)"


def children() -> float:
    """Gives the CPU seconds of all child processes so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class Builder:
    """Builds one application with one tool in a folder of its own.

    Attributes:
        project: a copy of the application.
        out: what is handed to users.
        program: words of the command that starts it.
    """

    def __init__(self, tool: str, app: str, folder: Path, oxl: list[str], packers: Path | None) -> None:
        self.tool, self.app, self.name, self.folder = tool, app, APPS[app], folder
        self.command, self.packers = oxl, packers
        self.project = folder / "project"
        shutil.copytree(HERE / app, self.project, ignore=shutil.ignore_patterns("__pycache__", "build"))
        self.main = self.project / "src" / self.name / "__main__.py"
        self.entry = self.project / "main.py"
        self.entry.write_text(f"from {self.name}.__main__ import main\nmain()\n")
        self.out = folder / "out"
        self.out.mkdir()
        self.program: list[str] = []

    def change(self) -> None:
        self.main.write_text(self.main.read_text().replace("edition 0", "edition 1"))

    def build(self) -> tuple[float, float]:
        """Builds; gives CPU seconds of all processes and elapsed seconds."""
        begin, before = time.perf_counter(), children()
        getattr(self, self.tool.partition("-")[0])()
        return children() - before, time.perf_counter() - begin

    def tool_path(self, name: str) -> str:
        if self.packers is None:
            sys.exit(f"{self.tool} needs --packers")
        return str(self.packers / "bin" / name)

    def run(self, *command: str, **variables: str) -> None:
        env = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("PYOXIDIZER_", "OXL_", "PEX_"))
        }
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        env["TMPDIR"] = str(self.folder)
        if self.packers is not None and self.tool != "oxl":
            env["PATH"] = f"{self.packers / 'bin'}{os.pathsep}{env['PATH']}"
        done = subprocess.run(
            command,
            cwd=self.project,
            env=env | variables,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{shlex.join(command)}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")

    def oxl(self) -> None:
        self.run(
            *self.command, "build", "--release", "--path", str(self.project),
            PYOXIDIZER_CACHE_DIR=str(self.folder.parents[1] / "oxl-cache"),
            OXL_PYTHON=BASE,
        )  # fmt: skip
        (built,) = self.project.glob("build/*/release/exe")
        self.out, self.program = built, [str(built / self.name)]

    def pyinstaller(self) -> None:
        one = "--onefile" if self.tool.endswith("file") else "--onedir"
        self.run(
            self.tool_path("pyinstaller"), one, "--noconfirm", "--name", self.name, "--paths", "src",
            "--distpath", str(self.out), "--workpath", str(self.folder / "work"), *self.hidden("--hidden-import"), "main.py",
            PYINSTALLER_CONFIG_DIR=str(self.folder / "config"),
        )  # fmt: skip
        path = self.out / self.name
        self.program = [str(path if path.is_file() else path / self.name)]

    def nuitka(self) -> None:
        self.run(
            self.tool_path("python"), "-m", "nuitka", "--onefile", "--assume-yes-for-downloads",
            f"--output-dir={self.folder / 'work'}", f"--output-filename={self.name}", "--quiet",
            *[f"--include-module={name}" for name in self.modules()], "main.py",
            PYTHONPATH="src", NUITKA_CACHE_DIR=str(self.folder / "cache"),
        )  # fmt: skip
        shutil.copy2(self.folder / "work" / self.name, self.out / self.name)
        self.program = [str(self.out / self.name)]

    def pex(self) -> None:
        self.run(
            self.tool_path("pex"), str(self.project), "-m", f"{self.name}.__main__:main", "-o", str(self.out / self.name),
            PEX_ROOT=str(self.folder / "pex-root"),
        )  # fmt: skip
        self.program = [self.tool_path("python"), str(self.out / self.name)]

    def shiv(self) -> None:
        self.run(
            self.tool_path("shiv"), "-q", "-e", f"{self.name}.__main__:main", "-o", str(self.out / self.name), str(self.project),
        )  # fmt: skip
        self.program = [self.tool_path("python"), str(self.out / self.name)]

    def modules(self) -> list[str]:
        """Gives the modules that no analysis of imports finds."""
        if self.app != "stdlib":
            return []
        text = self.main.read_text()
        return text.split('"""')[3].split()

    def hidden(self, option: str) -> list[str]:
        return [word for name in self.modules() for word in (option, name)]

    def size(self) -> tuple[int, int]:
        """Gives bytes and number of files of what is handed to users."""
        files = [path for path in self.out.rglob("*") if path.is_file() and not path.is_symlink()]
        return sum(path.stat().st_size for path in files), len(files)


def spent(command: list[str], folder: Path) -> tuple[float, float]:
    """Runs a program; gives CPU seconds of it and its children, and elapsed seconds."""
    env = {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "PATH": "/usr/bin:/bin",
        "PEX_ROOT": str(folder / "pex"),
        "LANG": "C.UTF-8",
    }
    begin = time.perf_counter()
    with open(os.devnull, "r+b") as nothing:
        actions = [(os.POSIX_SPAWN_DUP2, nothing.fileno(), number) for number in (0, 1, 2)]
        child = os.posix_spawnp(command[0], command, env, file_actions=actions)
        _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - begin
    if status:
        raise RuntimeError(f"{shlex.join(command)}: status {status}")
    return usage.ru_utime + usage.ru_stime, seconds


def starts(programs: dict[str, list[str]], rounds: int, folder: Path) -> dict[str, tuple[float, float]]:
    """Measures programs in turns; the first run of each, which may unpack itself, does not count."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
    for serial in range(rounds + 1):
        for name, command in programs.items():
            times = spent(command, folder)
            if serial:
                found[name].append(times)
    return {
        name: (min(cpu for cpu, _ in runs), min(wall for _, wall in runs)) for name, runs in found.items()
    }


def importing(programs: dict[str, list[str]], rounds: int, folder: Path) -> dict[str, float]:
    """Gives the CPU seconds that importing the standard modules takes inside each program."""
    found: dict[str, list[float]] = {name: [] for name in programs}
    env = {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "PATH": "/usr/bin:/bin",
        "PEX_ROOT": str(folder / "pex"),
        "LANG": "C.UTF-8",
    }
    for _ in range(rounds):
        for name, command in programs.items():
            text = subprocess.run(
                [*command, "--time"], env=env, capture_output=True, text=True, check=True
            ).stdout
            found[name].append(int(text.split()[1]) / 1e6)
    return {name: min(runs) for name, runs in found.items()}


def hello(oxl: list[str], folder: Path, rounds: int) -> dict[str, Any]:
    """Compares the start of an empty program with `python -I -S -c pass` of the same interpreter."""
    project, known = folder / "hello", folder / "hello.json"
    if not known.exists():
        known.write_text(json.dumps(first_build(oxl, project)) + "\n")
    (program,) = project.glob("build/*/release/install/hello")
    taken = starts({"hello": [str(program)], "python": [BASE, "-I", "-S", "-c", "pass"]}, rounds, folder)
    built = json.loads(known.read_text())
    return {"build": built} | {name: {"cpu": cpu, "wall": wall} for name, (cpu, wall) in taken.items()}


def first_build(oxl: list[str], project: Path) -> dict[str, float]:
    """Builds an empty program with an empty cache beside it; gives CPU and elapsed seconds."""
    folder = project.parent
    env = os.environ | {"PYOXIDIZER_CACHE_DIR": str(folder / "oxl-cache"), "OXL_PYTHON": BASE}
    subprocess.run(
        [*oxl, "init-config-file", "--python-code", "pass", str(project)],
        env=env,
        check=True,
        capture_output=True,
    )
    begin, before = time.perf_counter(), children()
    subprocess.run(
        [*oxl, "build", "--release", "--path", str(project)], env=env, check=True, capture_output=True
    )
    return {"cpu": children() - before, "wall": time.perf_counter() - begin}


def build_twice(builder: Builder) -> dict[str, Any]:
    """Builds, changes one line, and builds again; gives the figures and the command that starts the program."""
    build_cpu, build = builder.build()
    # PyInstaller compares whole seconds, and a person is not faster.
    time.sleep(2)
    builder.change()
    rebuild_cpu, rebuild = builder.build()
    said = subprocess.run(builder.program, capture_output=True, text=True, check=True).stdout
    if "edition 1" not in said:
        raise RuntimeError(f"{builder.tool} has not taken the change over")
    size, files = builder.size()
    row = {
        "build": build, "build_cpu": build_cpu, "rebuild": rebuild, "rebuild_cpu": rebuild_cpu, "bytes": size, "files": files,
    }  # fmt: skip
    return {"row": row, "program": builder.program}


def measure(app: str, chosen: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Builds one application with all tools, then compares the starts."""
    rows: dict[str, Any] = {}
    programs: dict[str, list[str]] = {}
    for tool in chosen.tools.split(","):
        place = folder / app / tool
        known = place / "built.json"
        if not known.exists():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
            try:
                made = build_twice(Builder(tool, app, place, shlex.split(chosen.oxl), chosen.packers))
            except RuntimeError as failed:
                print(failed, file=sys.stderr)
                continue
            known.write_text(json.dumps(made) + "\n")
            print(app, tool, made["row"], flush=True)
        made = json.loads(known.read_text())
        rows[tool], programs[tool] = made["row"], made["program"]
    python = BASE if chosen.packers is None else str(chosen.packers / "bin" / "python")
    main = folder / app / "plain"
    shutil.copytree(HERE / app / "src", main, dirs_exist_ok=True)
    subprocess.run([python, "-m", "compileall", "-q", str(main)], check=True)
    programs[BASELINE] = [python, "-c", f"import sys; sys.path[0] = {str(main)!r}\n" + "import runpy; "
                          f"runpy.run_module('{APPS[app]}', run_name='__main__')"]  # fmt: skip
    taken = starts(programs, chosen.rounds, folder)
    imports = importing(programs, chosen.rounds, folder) if app == "stdlib" else {}
    for name, (cpu, wall) in taken.items():
        rows.setdefault(name, {}).update({"start_cpu": cpu, "start": wall})
        if name in imports:
            rows[name]["imports_cpu"] = imports[name]
    return rows


def tables(figures: dict[str, Any]) -> str:
    """Gives the figures as Markdown."""
    lines: list[str] = []
    for app, rows in figures["apps"].items():
        lines += [
            f"**{app}**",
            "",
            "| | build, CPU | after a one-line change, CPU | size | files | start, CPU | start, elapsed | imports, CPU |",
            "|---|---|---|---|---|---|---|---|",
        ]

        def cell(row: dict[str, Any], key: str, show: Callable[[float], str]) -> str:
            return show(row[key]) if key in row else ""

        for name, row in rows.items():
            cells = [
                *(cell(row, key, lambda x: f"{x:.2f} s" if x < 10 else f"{x:.0f} s") for key in TIMES),
                cell(row, "bytes", lambda x: f"{x / 1e6:.1f} MB"),
                cell(row, "files", lambda x: f"{x}"),
                *(
                    cell(row, key, lambda x: f"{x * 1000:.0f} ms")
                    for key in ("start_cpu", "start", "imports_cpu")
                ),
            ]
            lines.append(f"| {name} | {' | '.join(cells)} |")
        lines.append("")
    if one := figures.get("hello"):
        lines += ["**hello**", "", "| | CPU | elapsed |", "|---|---|---|"]
        first = one["build"]
        lines += [f"| `oxl build` with an empty cache | {first['cpu']:.1f} s | {first['wall']:.1f} s |"]
        starting = ("hello", "python")
        lines += [
            f"| {name} | {one[name]['cpu'] * 1000:.1f} ms | {one[name]['wall'] * 1000:.1f} ms |"
            for name in starting
        ]
        ratio = {key: one["hello"][key] / one["python"][key] for key in ("cpu", "wall")}
        lines += [f"| hello ÷ `python -I -S -c pass` | {ratio['cpu']:.2f} | {ratio['wall']:.2f} |", ""]
    return "\n".join(lines)


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--oxl", default=f"{shlex.quote(sys.executable)} -m oxlang")
    options.add_argument("--packers", type=lambda text: Path(text).absolute())
    options.add_argument("--tools", default=",".join(TOOLS))
    options.add_argument("--apps", default=",".join(APPS))
    options.add_argument("--rounds", type=int, default=15)
    options.add_argument("--folder", type=Path, help="where to build and keep what is built; default: a temporary folder")
    options.add_argument("--json", type=Path)
    options.add_argument("--show", type=Path)
    chosen = options.parse_args()
    if chosen.show:
        print(tables(json.loads(chosen.show.read_text())))
        return 0
    figures: dict[str, Any] = {"apps": {}}
    if chosen.json and chosen.json.exists():
        figures = json.loads(chosen.json.read_text())
    with tempfile.TemporaryDirectory(prefix="oxlang-startup-") as text:
        folder = (chosen.folder or Path(text)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        if "oxl" in chosen.tools.split(","):
            figures["hello"] = hello(shlex.split(chosen.oxl), folder, chosen.rounds * 2)
        for app in filter(None, chosen.apps.split(",")):
            figures["apps"].setdefault(app, {}).update(measure(app, chosen, folder))
    figures["python"] = sys.version.split()[0]
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1) + "\n")
    print(tables(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
