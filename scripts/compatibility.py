"""Builds a program with each popular package of `packages.toml`, runs it bare, and writes the table of the results.

    compatibility.py [--ci] [--only NAME …] [--oxl COMMAND] [--json FILE] [--write docs/compatibility.md]

Each package gets a config with `resources_location = "auto"`: in memory, unless its files show that it needs real paths;
the program runs with an empty environment in another folder. Exit status 0 when every package works.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).resolve().parent
BEGIN, END = "<!-- packages: begin -->", "<!-- packages: end -->"
CONFIG = """\
def make_exe():
    dist = default_python_distribution()
    policy = dist.make_python_packaging_policy()
    policy.resources_location = "{location}"
    policy.resources_location_fallback = "filesystem-relative:lib"
    policy.allow_in_memory_shared_library_loading = True
    policy.include_distribution_resources = True
    config = dist.make_python_interpreter_config()
    config.run_command = {code}
{settings}    exe = dist.to_python_executable(name = "app", packaging_policy = policy, config = config)
    exe.add_python_resources(exe.pip_install({requirements}))
    return exe

def make_install(exe):
    files = FileManifest()
    files.add_python_resource(".", exe)
    return files

register_target("exe", make_exe)
register_target("install", make_install, depends = ["exe"], default = True)
resolve_targets()
"""


@dataclass
class Result:
    name: str
    works: bool
    where: str
    build_seconds: float
    start_ms: float
    size_mb: float
    remark: str


def build_and_run(package: dict[str, object], oxl: list[str], top: Path, location: str) -> Result:
    """Builds the package's program and runs it; `where` tells how its own modules are loaded."""
    name = str(package["name"])
    folder = top / name
    folder.mkdir(exist_ok=True)
    settings = "".join(f"    {line}\n" for line in package.get("settings", []))
    text = CONFIG.format(
        settings=settings,
        code=json.dumps(package["code"]), requirements=json.dumps(package.get("requirements", [name])), location=location
    )
    (folder / "pyoxidizer.bzl").write_text(text)
    began = time.monotonic()
    built = subprocess.run([*oxl, "build", "--path", str(folder)], capture_output=True, text=True)
    seconds = time.monotonic() - began
    if built.returncode:
        lines = [line for line in built.stderr.splitlines() if line.startswith("error")]
        return Result(name, False, "-", seconds, 0, 0, (lines or built.stderr.splitlines() or ["?"])[0][:160])
    [program] = folder.glob("build/*/debug/install/app")
    began = time.monotonic()
    try:
        ran = subprocess.run([program], capture_output=True, text=True, env={}, cwd=top, timeout=120)
    except subprocess.TimeoutExpired:
        return Result(name, False, "-", seconds, 0, 0, "no end after 120 s")
    took = (time.monotonic() - began) * 1000
    beside = [p for p in (program.parent / "lib").rglob("*") if p.is_file()] if (program.parent / "lib").is_dir() else []
    foreign = [p for p in beside if p.parent != program.parent / "lib"]
    size = sum(p.stat().st_size for p in program.parent.rglob("*") if p.is_file()) / 1e6
    remark = "" if ran.returncode == 0 else ((ran.stderr.strip() or ran.stdout.strip()).splitlines() or ["?"])[-1][:160]
    where = "in memory" if not foreign else f"{len(foreign)} files beside"
    return Result(name, ran.returncode == 0, where, seconds, took, size, remark)


def table(results: list[Result]) -> str:
    good = sum(one.works for one in results)
    lines = [
        f"{good} of {len(results)} packages work.",
        "",
        "| package | works | its modules | build s | run ms | size MB | remark |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r.name} | {'yes' if r.works else 'no'} | {r.where} | {r.build_seconds:.1f} | {r.start_ms:.0f} | "
        f"{r.size_mb:.0f} | {r.remark.replace('|', '/')} |"
        for r in results
    ]
    return "\n".join(lines)


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--ci", action="store_true", help="only the ten that CI builds")
    ask.add_argument("--only", nargs="*", default=[])
    ask.add_argument("--oxl", default=f"{sys.executable} -m oxlang")
    ask.add_argument("--location", default="auto", help="resources_location of the policy (default: auto)")
    ask.add_argument("--json", type=Path)
    ask.add_argument("--write", type=Path)
    options = ask.parse_args()
    packages = tomllib.loads((HERE / "packages.toml").read_text())["package"]
    chosen = [p for p in packages if (not options.ci or p.get("ci")) and (not options.only or p["name"] in options.only)]
    results = []
    with tempfile.TemporaryDirectory(prefix="oxl-packages-") as top:
        for package in chosen:
            result = build_and_run(package, shlex.split(options.oxl), Path(top), options.location)
            print(f"{'ok  ' if result.works else 'FAIL'} {result.name}: {result.where} {result.remark}", flush=True)
            results.append(result)
            subprocess.run(["rm", "-rf", os.path.join(top, result.name)], check=False)
    if options.json:
        options.json.write_text(json.dumps([asdict(r) for r in results], indent=1) + "\n")
    if options.write:
        page = options.write.read_text() if options.write.exists() else f"# Compatibility\n\n{BEGIN}\n{END}\n"
        before, _, rest = page.partition(BEGIN)
        after = rest.partition(END)[2]
        options.write.write_text(f"{before}{BEGIN}\n{table(results)}\n{END}{after}")
    print(f"{sum(r.works for r in results)} of {len(results)} packages work")
    return 0 if all(r.works for r in results) else 1


if __name__ == "__main__":
    sys.exit(main())
