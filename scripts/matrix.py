"""Runs the compatibility matrix against oxlang in this checkout and writes its summary page.

    matrix.py [--python 3.11,3.12] [--only GROUPS]      the tool of the matrix, then our own rows
    matrix.py --reduced                                 the rows for CI, which need neither the tool nor the page
    matrix.py --page                                    only the page, from the results that there are

All groups are run with the Python of this environment, S, R and P with the others, each in an environment of its own
below `target/matrix`. Results are kept there, so that a part can be run again. The tool reads the matrix and runs its
rows; it is not part of the project.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "target" / "matrix"
PAGE = ROOT / "docs" / "compatibility-matrix.md"
ROWS = Path(__file__).with_name("matrix_rows.toml")
VERSIONS = ("3.10", "3.11", "3.12", "3.13")
OURS = f"{sys.version_info.major}.{sys.version_info.minor}"
GROUPS = "SCRPKD"
OTHERS_GROUPS = "S,R,P"
ROW_TIMEOUT_S = 1800
"""A row may compile an allocator, on a machine that has other things to do."""
VERDICTS = ("holds", "fails", "no command")


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--tool", type=Path, default=ROOT.parent / "shared" / "tools" / "matrix.py")
    ask.add_argument("--python", default=",".join(VERSIONS), help="which versions of %(default)s")
    ask.add_argument("--only", default="", help="groups or rows, as the tool takes them")
    ask.add_argument("--reduced", action="store_true")
    ask.add_argument("--page", action="store_true")
    options = ask.parse_args()
    if options.reduced:
        return reduced()
    status = 0
    if not options.page:
        if not options.tool.exists():
            print(f"the tool of the matrix is not at {options.tool}; name it with --tool", file=sys.stderr)
            return 2
        wanted = options.python.split(",")
        for version in sorted((one for one in VERSIONS if one in wanted), key=lambda one: one != OURS):
            status |= whole(options.tool, version, options.only)
    results = {version: load(version) for version in VERSIONS}
    PAGE.write_text(page({version: found for version, found in results.items() if found}), encoding="utf-8")
    return status


def whole(tool: Path, version: str, only: str) -> int:
    """Runs the tool and our own rows with one Python; adds what they say to the results."""
    environment = environment_of(version)
    if environment is None:
        print(f"== Python {version}: not on this machine", flush=True)
        return 0
    only = only or ("" if version == OURS else OTHERS_GROUPS)
    print(f"== Python {version}, {only or 'all groups'}", flush=True)
    known = load(version)
    with tempfile.TemporaryDirectory() as top:
        rows = Path(top) / "rows.json"
        command = [str(environment / "bin" / "python"), str(tool), "--project", str(ROOT), "--json", str(rows)]
        command += ["--timeout", str(ROW_TIMEOUT_S)]
        command += ["--only", only] if only else []
        subprocess.run(command, env=variables(environment))
        if not rows.exists():
            return 1
        told = json.loads(rows.read_text(encoding="utf-8"))
    known.setdefault("rows", {}).update({ident: verdict for ident, verdict, _ in told})
    wanted = [row for row in read_rows() if row.get("instead") and row["id"] in {ident for ident, _, _ in told}]
    own = run_rows(wanted, environment) if wanted else {}
    known.setdefault("own", {}).update(own)
    full = subprocess.run([environment / "bin" / "python", "-V"], capture_output=True, text=True, check=True).stdout
    known["python"] = full.split()[1]
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / f"{version}.json").write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    bad = [one for one, verdict, _ in told if verdict == "fails" and own.get(one) != "holds"]
    return 1 if bad or "fails" in own.values() else 0


def reduced() -> int:
    """Runs the rows for CI in this environment."""
    began = time.monotonic()
    told = run_rows([row for row in read_rows() if row.get("ci")], Path(sys.prefix))
    failed = [ident for ident, verdict in told.items() if verdict == "fails"]
    print(f"   {len(told) - len(failed)} of {len(told)} rows hold ({time.monotonic() - began:.0f} s)", flush=True)
    return 1 if failed else 0


def read_rows() -> list[dict[str, Any]]:
    return list(read_file()["row"])


def read_file() -> dict[str, Any]:
    import tomlkit

    return tomlkit.parse(ROWS.read_text(encoding="utf-8")).unwrap()


def run_rows(rows: list[dict[str, Any]], environment: Path) -> dict[str, str]:
    """Runs our own rows in a fresh tree; gives a verdict for each."""
    told: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="matrix-") as top:
        env = variables(environment) | {"T": top, "TRI": triple(), "OTHER_PYTHON": other_python(environment)}
        env["APP"] = f"{top}/app/build/{env['TRI']}/debug/install/myapp"
        env.setdefault("PYOXIDIZER_CACHE_DIR", f"{top}/cache")
        status, said = run(f"set -eo pipefail\n{read_file()['fixture']}", Path(top), env)
        if status:
            print(f"fixture of our own rows: exit {status}\n{said[-2000:]}", flush=True)
            return {row["id"]: "fails" for row in rows}
        for row in rows:
            place = {"project": ROOT, "crates": ROOT / "crates"}.get(row.get("in", ""), Path(top))
            head = "set -o pipefail" if row.get("may_fail") else "set -eo pipefail"
            status, said = run(f"{head}\n{row['command']}", place, env)
            if "pytest" in row["command"] or "cargo test" in row["command"]:
                status = status or (" passed" not in said)
            told[row["id"]] = "fails" if status else "holds"
            if status:
                print(f"{row['id']} (our own command) fails, exit {status}\n      {said.strip()[-600:]}", flush=True)
    return told


def run(script: str, place: Path, env: dict[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        ["bash", "-c", script], cwd=place, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace", timeout=ROW_TIMEOUT_S,
    )  # fmt: skip
    return done.returncode, done.stdout


def environment_of(version: str) -> Path | None:
    """Gives a virtual environment of a Python with this checkout installed: our own, or one made for the purpose."""
    if version == OURS:
        return Path(sys.prefix)
    folder = KEPT / f"venv-{version}"
    inside = str(folder / "bin" / "python")
    if not (folder / "bin" / "oxl").exists():
        python = installed(version)
        if python is None:
            return None
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([str(python), "-m", "venv", str(folder)], check=True)
        install = [inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, "--editable", f"{ROOT}[dev]"], check=True)
    return folder


def installed(version: str) -> Path | None:
    """Gives a Python of this machine that can be embedded, as oxl finds it."""
    sys.path.insert(0, str(ROOT))
    from oxlang.diagnostics.model import OxError
    from oxlang.packaging.local import find_interpreter

    try:
        return find_interpreter(version, {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ})
    except OxError:
        return None


def other_python(environment: Path) -> str:
    """Gives a Python of another version than that of the environment, or nothing."""
    facts = subprocess.run(
        [environment / "bin" / "python", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = (installed(version) for version in VERSIONS if version != facts.stdout.strip())
    return next((str(one) for one in found if one is not None), "")


def variables(environment: Path) -> dict[str, str]:
    return {**os.environ, "PATH": f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}"}


def triple() -> str:
    told = subprocess.run(["rustc", "-vV"], text=True, capture_output=True, check=True).stdout
    return next(line.removeprefix("host: ") for line in told.splitlines() if line.startswith("host: "))


def load(version: str) -> dict[str, Any]:
    try:
        known: dict[str, Any] = json.loads((KEPT / f"{version}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known


def page(results: dict[str, dict[str, Any]]) -> str:
    """The summary: groups and Pythons, then the rows whose own command does not hold."""
    groups = sorted({ident[0] for found in results.values() for ident in found["rows"]}, key=GROUPS.index)
    names = [found["python"] for found in results.values()]
    lines = ["# Compatibility matrix", "", "Made by `just matrix`: rows that hold, of those that carry a command.", ""]
    lines += [f"| group | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    for group in groups:
        idents = {ident for found in results.values() for ident in found["rows"] if ident[0] == group}
        cells = []
        for found in results.values():
            verdicts = [verdict for ident, verdict in found["rows"].items() if ident in idents]
            ran = sum(verdict != "no command" for verdict in verdicts)
            rest = f", {len(idents) - len(verdicts)} not run" if len(verdicts) < len(idents) else ""
            cells.append(f"{verdicts.count('holds')} of {ran}{rest}" if ran else "not run")
        lines.append(f"| {group} | {' | '.join(cells)} |")
    failing = sorted(
        {ident for found in results.values() for ident, verdict in found["rows"].items() if verdict == "fails"},
        key=lambda ident: (GROUPS.index(ident[0]), int(ident[1:])),
    )
    if not failing:
        return "\n".join([*lines, "", "Every row holds.", ""])
    lines += [
        "",
        "Rows whose own command does not hold; reasons stand in `matrix-notes.md`. “Shown” means that the command in",
        "`scripts/matrix_rows.toml`, which is run in its place, holds.",
        "",
    ]
    lines += [f"| row | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    for ident in failing:
        cells = [verdict_of(ident, found) for found in results.values()]
        lines.append(f"| {ident} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def verdict_of(ident: str, found: dict[str, Any]) -> str:
    verdict = found["rows"].get(ident, "not run")
    if verdict == "fails" and found.get("own", {}).get(ident) == "holds":
        return "shown"
    return str(verdict)


if __name__ == "__main__":
    sys.exit(main())
