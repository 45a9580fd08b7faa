"""Runs the compatibility matrix against the `oxl` of this environment and writes its summary page.

    matrix.py --tool MATRIX_PY [--only GROUPS] [--write docs/compatibility-matrix.md]

MATRIX_PY is the script that reads the matrix and runs its rows; it is not part of the project.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--tool", type=Path, default=ROOT.parent / "shared" / "tools" / "matrix.py")
    ask.add_argument("--only", default="")
    ask.add_argument("--write", type=Path)
    options = ask.parse_args()
    scripts = os.path.dirname(sys.executable)
    environment = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}
    with tempfile.TemporaryDirectory() as top:
        result = Path(top) / "rows.json"
        command = [sys.executable, str(options.tool), "--project", str(ROOT), "--json", str(result)]
        if options.only:
            command += ["--only", options.only]
        done = subprocess.run(command, env=environment)
        rows = json.loads(result.read_text()) if result.exists() else []
    if options.write and rows:
        options.write.write_text(page(rows))
    return done.returncode


def page(rows: list[list[object]]) -> str:
    """The summary: a line per group, then the rows that do not hold."""
    groups: dict[str, Counter[str]] = {}
    for ident, verdict, _ in rows:
        groups.setdefault(str(ident)[0], Counter())[str(verdict)] += 1
    lines = ["# Compatibility matrix", "", "Made by `just matrix --write docs/compatibility-matrix.md`.", ""]
    lines += ["| group | hold | fail | no command |", "|---|---|---|---|"]
    lines += [f"| {g} | {c['holds']} | {c['fails']} | {c['no command']} |" for g, c in groups.items()]
    failing = [str(ident) for ident, verdict, _ in rows if verdict == "fails"]
    lines += ["", f"Rows that do not hold: {', '.join(failing) or 'none'}. Reasons stand in `matrix-notes.md`.", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
