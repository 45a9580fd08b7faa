"""Makes `spdx-licenses.json` and `spdx-texts.json.xz`: what SPDX says of each licence, and the full texts.

Run as a module: `python -m oxlang.packaging.spdx_list --write` after a new version of the list. The source is the crate
`spdx` of the registry, which carries the list and its texts; cargo fetches it, and nothing of its code is used.
"""

from __future__ import annotations

import json
import lzma
import re
import subprocess
import sys
import tempfile
from pathlib import Path

CRATE_VERSION = "0.13.6"
_HERE = Path(__file__).parent
_LICENSE = re.compile(r'License \{\s*name: "([^"]+)",\s*full_name: r#"(.*?)"#,\s*index: \d+,\s*flags: ([^,]*),', re.S)
_TEXT = re.compile(r'"([^"]+)",\s*include!\("text/(licenses|exceptions)/([^"]+)"\)')
_MARKS = {"IS_OSI_APPROVED": "osi", "IS_FSF_LIBRE": "fsf"}
_NO_LICENSES = {"NOASSERTION"}


def fetch_crate(folder: Path) -> Path:
    """Lets cargo fetch the crate; gives its source folder."""
    (folder / "Cargo.toml").write_text(
        '[package]\nname = "list"\nversion = "0.0.0"\nedition = "2021"\n[lib]\npath = "lib.rs"\n'
        f'[dependencies]\nspdx = {{ version = "={CRATE_VERSION}", features = ["text"] }}\n',
        encoding="utf-8",
    )
    (folder / "lib.rs").touch()
    command = ["cargo", "metadata", "--format-version", "1"]
    told = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=True).stdout
    return next(Path(one["manifest_path"]).parent for one in json.loads(told)["packages"] if one["name"] == "spdx")


def read_list(source: Path) -> dict[str, dict[str, object]]:
    """Gives name and marks of each licence: `{"MIT": {"name": "MIT License", "osi": true, "fsf": true}}`."""
    text = (source / "src" / "identifiers.rs").read_text(encoding="utf-8")
    found: dict[str, dict[str, object]] = {}
    for ident, name, flags in _LICENSE.findall(text):
        if ident not in _NO_LICENSES:
            marks = {mark: flag in flags for flag, mark in _MARKS.items()}
            found[ident] = {"name": name, **marks}
    return found


def read_texts(source: Path) -> dict[str, str]:
    """Gives the texts of licences and exceptions by identifier."""
    found: dict[str, str] = {}
    for ident, kind, file in _TEXT.findall((source / "src" / "text.rs").read_text(encoding="utf-8")):
        literal = (source / "src" / "text" / kind / file).read_text(encoding="utf-8").strip()
        inside = re.fullmatch(r'r(#*)"(.*)"\1', literal, re.S)
        if inside is None:
            raise ValueError(f"the text of {ident} is no raw string")
        found[ident] = inside[2].strip("\n") + "\n"
    return found


def main(arguments: list[str]) -> int:
    """Writes or checks the two files; gives the exit status."""
    with tempfile.TemporaryDirectory(prefix="oxlang-spdx") as folder:
        source = fetch_crate(Path(folder))
        licenses = json.dumps(read_list(source), indent=0, ensure_ascii=False, sort_keys=True) + "\n"
        texts = json.dumps(read_texts(source), ensure_ascii=False, sort_keys=True)
    made = {
        "spdx-licenses.json": licenses.encode(),
        "spdx-texts.json.xz": lzma.compress(texts.encode(), preset=9 | lzma.PRESET_EXTREME),
    }
    if "--write" in arguments:
        for name, content in made.items():
            (_HERE / name).write_bytes(content)
        return 0
    stale = [name for name, content in made.items() if (_HERE / name).read_bytes() != content]
    for name in stale:
        print(f"not current: {name}")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
