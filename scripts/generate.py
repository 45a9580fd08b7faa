"""Makes the generated files, or with `--check` says which are not current (exit status 1).

Each generator is a module with `main(["--check"])` or `main(["--write"])` of its own; this script only runs them.
"""

from __future__ import annotations

import subprocess
import sys

GENERATORS = [
    ("parser tables", ["-m", "oxlang.syntax.grammar"]),
    ("reference pages", ["-m", "oxlang.docgen.pages"]),
    ("page of the commands", ["-m", "oxlang.cli.pages"]),
]


def main() -> int:
    mode = "--check" if "--check" in sys.argv[1:] else "--write"
    failed = [name for name, command in GENERATORS if subprocess.run([sys.executable, *command, mode]).returncode]
    for name in failed:
        print(f"not current: {name} (run `just generate`)")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
