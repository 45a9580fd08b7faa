"""Builds configs of public repositories unchanged and runs their programs.

    corpus_builds.py MIRROR TABLE [--only ID …] [--oxl COMMAND] [--write docs/compatibility.md]

MIRROR holds one git directory per repository (OWNER+NAME/repo); TABLE is a tab-separated table with the columns id,
repo, commit and path. `corpus.toml` beside this script says which configs are built and how their programs are run; an
entry with repo, commit and path of its own needs no row in the table.
"""

from __future__ import annotations

import argparse
import csv
import shlex
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).resolve().parent
ROW = ("id", "repo", "commit", "path")
BEGIN, END = "<!-- corpus: begin -->", "<!-- corpus: end -->"


@dataclass
class Result:
    id: str
    repo: str
    works: bool
    seconds: float
    remark: str


def unpack(mirror: Path, repo: str, commit: str, target: Path) -> None:
    """Unpacks a commit; its files only, without history."""
    base = mirror / repo.replace("/", "+", 1) / "repo"
    git_dir = next(d for d in (base, base / ".git") if (d / "HEAD").exists())
    target.mkdir(parents=True)
    archive = subprocess.run(["git", "--git-dir", str(git_dir), "archive", commit], check=True, capture_output=True)
    subprocess.run(["tar", "-x", "-C", str(target)], input=archive.stdout, check=True)
    # Projects that take their version from git want a repository.
    subprocess.run(["git", "init", "--quiet"], cwd=target, check=True)
    subprocess.run(["git", "add", "--all"], cwd=target, check=True)
    who = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    subprocess.run(["git", *who, "commit", "--quiet", "-m", "as published"], cwd=target, check=True)
    subprocess.run(["git", *who, "tag", "v99.0.0"], cwd=target, check=True)


def try_one(entry: dict[str, object], row: dict[str, str], oxl: list[str], mirror: Path, top: Path) -> Result:
    """Builds the default target and runs its program in a bare environment."""
    checkout = top / row["id"]
    unpack(mirror, row["repo"], row["commit"], checkout)
    folder = (checkout / row["path"]).parent
    variables = [word for name, value in dict(entry.get("variables", {})).items() for word in ("--var", name, value)]
    began = time.monotonic()
    target = [str(entry["target"])] if "target" in entry else []
    built = subprocess.run(
        [*oxl, "build", *target, "--path", str(folder), *variables], cwd=folder, capture_output=True, text=True, timeout=1800
    )
    seconds = time.monotonic() - began
    if built.returncode:
        first = next((line for line in built.stderr.splitlines() if line.startswith("error")), built.stderr[-200:])
        return Result(row["id"], row["repo"], False, seconds, first[:200])
    found = [p for p in folder.glob(f"build/*/*/*/**/{entry['program']}") if p.is_file()]
    if not found:
        return Result(row["id"], row["repo"], False, seconds, "no program was written")
    command = [str(found[0]), *map(str, entry["arguments"])]
    try:
        ran = subprocess.run(
            command, env={"HOME": str(top), "LC_ALL": "C.UTF-8"}, cwd=top, input=str(entry.get("input", "")),
            capture_output=True, text=True, timeout=20,
        )  # fmt: skip
        output, status = ran.stdout + ran.stderr, ran.returncode
    except subprocess.TimeoutExpired as late:
        output = ((late.stdout or b"") + (late.stderr or b"")).decode(errors="replace")
        status = 0 if entry.get("serves") and "Traceback" not in output else 124
    works = status == entry.get("status", 0) and str(entry["expect"]).lower() in output.lower()
    remark = "" if works else f"exit {status}: {(output.strip().splitlines() or ['?'])[-1][:160]}"
    return Result(row["id"], row["repo"], works, seconds, remark)


def table(results: list[Result]) -> str:
    lines = [f"{sum(r.works for r in results)} of {len(results)} configs build and run.", ""]
    lines += ["| config | repository | builds and runs | s | remark |", "|---|---|---|---|---|"]
    for r in results:
        lines.append(f"| {r.id} | {r.repo} | {'yes' if r.works else 'no'} | {r.seconds:.0f} | {r.remark.replace('|', '/')} |")
    return "\n".join(lines)


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("mirror", type=Path)
    ask.add_argument("table", type=Path)
    ask.add_argument("--only", nargs="*", default=[])
    ask.add_argument("--oxl", default=f"{sys.executable} -m oxlang")
    ask.add_argument("--write", type=Path)
    options = ask.parse_args()
    with options.table.open(newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file, delimiter="\t")}
    entries = tomllib.loads((HERE / "corpus.toml").read_text())["config"]
    results = []
    with tempfile.TemporaryDirectory(prefix="oxl-corpus-") as top:
        for entry in entries:
            if options.only and entry["id"] not in options.only:
                continue
            row = rows[entry["id"]] if "commit" not in entry else {name: str(entry[name]) for name in ROW}
            result = try_one(entry, row, shlex.split(options.oxl), options.mirror, Path(top))
            print(f"{'ok  ' if result.works else 'FAIL'} {result.id} {result.repo} {result.remark}", flush=True)
            results.append(result)
    if options.write:
        page = options.write.read_text() if options.write.exists() else f"# Compatibility\n\n{BEGIN}\n{END}\n"
        before, _, rest = page.partition(BEGIN)
        options.write.write_text(f"{before}{BEGIN}\n{table(results)}\n{END}{rest.partition(END)[2]}")
    print(f"{sum(r.works for r in results)} of {len(results)} configs build and run")
    return 0 if all(r.works for r in results) else 1


if __name__ == "__main__":
    sys.exit(main())
