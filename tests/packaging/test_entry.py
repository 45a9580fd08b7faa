"""What a program runs, and whether it is in it."""

from __future__ import annotations

from typing import Any

import pytest

from oxlang.packaging.entry import entry_of, missing_entry
from oxlang.packaging.interpreter_config import InterpreterConfig

HELD = {"app": False, "pkg": True, "pkg.cli": False, "pkg.__main__": False, "bare": True, "sys": False}


def told(**settings: Any) -> str | None:
    config = InterpreterConfig()
    for name, value in settings.items():
        setattr(config, name, value)
    entry = entry_of(config)
    return None if entry is None else missing_entry(entry, HELD.__contains__, lambda name: HELD.get(name, False))


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({"run_module": "app"}, None),
        ({"run_module": "pkg"}, None),
        ({"run_module": "bare"}, "runs the package `bare`, which has no module `__main__`"),
        ({"run_module": "ap"}, "runs the module `ap`, which nothing packs"),
        ({"run_module": "pkg.gone"}, "runs the module `pkg.gone`, which nothing packs"),
        ({"run_module": "ap", "filesystem_importer": True}, None),
        ({"run_module": "ap", "module_search_paths": ["$ORIGIN/lib"]}, None),
        ({"run_module": "ap", "oxidized_importer": False}, None),
        ({"run_command": "from pkg.cli import main; main()"}, None),
        ({"run_command": "import sys, gone.deep\n"}, "imports `gone.deep` at once, which nothing packs"),
        ({"run_command": "from gone import main"}, "imports `gone` at once, which nothing packs"),
        ({"run_command": "try:\n    import gone\nexcept ImportError:\n    pass"}, None),
        ({"run_command": "if 0: import gone"}, None),
        ({"run_command": "from . import x\nimport __main__, oxidized_importer"}, None),
        ({"run_command": "def ("}, None),
        ({"run_filename": "gone.py"}, None),
        ({}, None),
    ],
)
def test_what_is_missing(settings: dict[str, Any], wanted: str | None) -> None:
    found = told(**settings)
    assert found == wanted if wanted is None else (found or "").startswith(wanted)
