"""Real folders on `sys.path` that are packages of the program at the same time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runtime.conftest import Builder
from tests.runtime.test_metadata import NEWEST

pytestmark = pytest.mark.e2e


def test_package_folder_gives_top_level_modules(build: Builder, tmp_path: Path) -> None:
    """As `setuptools/_vendor`, whose packages are imported by their own names."""
    vendor = tmp_path / "outer" / "_vendor"
    for folder in (vendor.parent, vendor, vendor / "inner"):
        folder.mkdir()
        (folder / "__init__.py").write_text("")
    (vendor / "inner" / "leaf.py").write_text("value = 7\n")
    application = build(
        NEWEST, "vendored", sources=[str(tmp_path)], location="files", config={"filesystem_importer": True}
    )
    code = """
import os, pkgutil, sys
import outer._vendor
folder = os.path.dirname(outer._vendor.__file__)
assert "inner" not in sys.modules
sys.path.append(folder)
import inner.leaf
assert inner.leaf.value == 7 and inner.__name__ == "inner"
import outer._vendor.inner.leaf as other
assert other is not inner.leaf
assert [m.name for m in pkgutil.iter_modules(outer._vendor.__path__)] == ["inner"]
"""
    application.run(code=code)


def test_site_comes_from_the_finder(build: Builder, version: str) -> None:
    """With folders to search besides, too; before 3.11 `site` is not frozen, and no folder has it."""
    settings = {"profile": "python", "module_search_paths": ["$ORIGIN/nothing"]}
    application = build(version, "searched", config={"filesystem_importer": True, "interpreter_config": settings})
    application.run(code="import site, sys; assert sys.path[-1].endswith('nothing') and not sys.flags.no_site; exit(0)")
