"""The package of the extension for Visual Studio Code."""

from __future__ import annotations

import json

from oxlang.bundled import bundled_path

ROOT = bundled_path("docs").parent
FOLDER = ROOT / "editors" / "vscode"


def test_licence() -> None:
    # A package of an extension has to hold the text of its terms; those of the repository lie outside of its folder.
    assert (FOLDER / "LICENSE").read_text(encoding="utf-8") == (ROOT / "LICENSE-MIT").read_text(encoding="utf-8")
    package = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))
    assert sorted(package["license"].split(" OR ")) == ["Apache-2.0", "MIT"]
    assert not any(line.startswith("LICENSE") for line in (FOLDER / ".vscodeignore").read_text().splitlines())
