"""Completion in whole and in broken text."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lsp.client import Opened
from tests.lsp.conftest import Open

DIST = "dist = default_python_distribution()\n"
TARGETS = "def e(x = None):\n    return FileManifest()\nregister_target('exe', e)\nregister_target('res', e)\n"


def labels(doc: Opened) -> list[str]:
    return [one["label"] for one in doc.ask("completion")]


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        (f"{DIST}dist.¦\n", ["make_python_packaging_policy", "to_python_executable"], ["register_target", "if"]),
        (f"{DIST}dist.ma¦\nx = 1\n", ["make_python_packaging_policy"], ["x"]),
        (f"{DIST}def f():\n    dist.¦\n\nf()\n", ["to_python_executable"], []),
        ("'a'.¦\n", ["split", "join"], ["append"]),
        ("[].¦\n", ["append"], ["join"]),
        ("unknown.¦\n", [], ["register_target"]),
        ("¦\n", ["register_target", "FileManifest", "CWD", "len", "True", "def"], []),
        ("reg¦\n", ["register_target"], []),
        ("def f(first):\n    second = 1\n    ¦\n    return first\n", ["first", "second", "f"], []),
        (f"{DIST}dist.to_python_executable(¦)\n", ["name=", "config=", "dist"], []),
        (f"{DIST}dist.to_python_executable(name = 'a', ¦\n", ["config="], ["name="]),
        (f"{DIST}dist.to_python_executable('a', ¦)\n", ["config="], ["name="]),
        (f"{DIST}dist.to_python_executable(name = ¦)\n", ["dist"], ["config="]),
        ("def f(one, two = 2):\n    return one\nf(¦)\n", ["one=", "two="], []),
        ("register_target('a', print, def¦)\n", ["default=", "depends="], []),
        ("register_target('a', print,\n    def¦\n", ["default="], []),
        ("def f(include = 1, notes = 2):\n    return include\nf(in¦)\nf(notes = 1)\n", ["include="], []),
        ("def ¦\n", [], ["register_target"]),
        ("# ¦\n", [], ["register_target"]),
        ("x = 'text ¦'\n", [], ["register_target"]),
    ],
)
def test_names(document: Open, text: str, wanted: list[str], unwanted: list[str]) -> None:
    found = labels(document(text))
    assert not set(wanted) - set(found), found[:20]
    assert not set(unwanted) & set(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{DIST}p = dist.make_python_packaging_policy()\np.extension_module_filter = '¦'\n", ["minimal", "all", "no-libraries", "no-copyleft"]),
        (f"{DIST}p = dist.make_python_packaging_policy()\np.extension_module_filter = \"mi¦\n", ["minimal", "all", "no-libraries", "no-copyleft"]),
        (f"{DIST}p = dist.make_python_packaging_policy()\np.resources_location = '¦'\n", ["auto", "in-memory", "filesystem-relative:"]),
        (f"{DIST}p = dist.make_python_packaging_policy()\np.set_resource_handling_mode('¦')\n", ["classify", "files"]),
        (f"{DIST}p = dist.make_python_packaging_policy()\nif p.extension_module_filter == '¦':\n    pass\n", ["minimal", "all", "no-libraries", "no-copyleft"]),
        (f"{TARGETS}register_target('x', e, depends = ['¦'])\n", ["exe", "res"]),
        (f"{TARGETS}register_target('x', e, depends = ['exe', \"¦\n", ["exe", "res"]),
        (f"{TARGETS}resolve_target('¦')\n", ["exe", "res"]),
        ("a = VARS['one']\nb = VARS['¦']\n", ["one"]),
    ],
)
def test_strings(document: Open, text: str, expected: list[str]) -> None:
    assert sorted(labels(document(text))) == sorted(expected)


def test_string_is_replaced_as_a_whole(document: Open) -> None:
    doc = document(f"{DIST}p = dist.make_python_packaging_policy()\np.extension_module_filter = 'no-l¦'\n")
    item = next(one for one in doc.ask("completion") if one["label"] == "no-libraries")
    assert "'no-libraries'" in doc.edited([item["textEdit"]])


def test_load(document: Open, tmp_path: Path) -> None:
    (tmp_path / "lib.star").write_text("def f():\n    return 1\n_hidden = 2\nshown = 3\n")
    assert "lib.star" in labels(document('load("¦")\n', "a.bzl", str(tmp_path)))
    assert labels(document('load("lib.star", "¦")\n', "b.bzl", str(tmp_path))) == ["f", "shown"]


def test_documentation(document: Open) -> None:
    item = next(one for one in document("regis¦\n").ask("completion") if one["label"] == "register_target")
    assert item["documentation"]["value"].startswith("Registers a function")
    assert item["detail"].startswith("register_target(target: string")


POLICY = f"{DIST}policy = dist.make_python_packaging_policy()\n"
EXE = f"{DIST}exe = dist.to_python_executable('a')\n"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"{POLICY}if policy.¦\n", "resources_location"),
        (f"{POLICY}def f():\n    if policy.¦\n    return 1\n", "resources_location"),
        (f"{EXE}for one in exe.¦\n", "pip_install"),
        (f"{EXE}x = [one.¦ for one in exe.pip_install(['a'])]\n", "add_include"),
        (f"{EXE}for one in exe.pip_install(['a']):\n    one.¦\n", "add_include"),
        (f"{EXE}x = [1, 2\nexe.¦\n", "pip_install"),
        (f"def broken(:\n    pass\n{EXE}exe.¦\n", "pip_install"),
        (f"{POLICY}print(policy.¦\n", "resources_location"),
        ("json.¦\n", "encode_indent"),
        (f"{POLICY}policy.include_test = ¦\n", "True"),
    ],
)
def test_behind_a_dot_in_unfinished_lines(document: Open, text: str, wanted: str) -> None:
    assert wanted in labels(document(text))


CALLBACK = f"{POLICY}policy.register_resource_callback(cb)\n"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"def cb(policy, resource):\n    if type(resource) == '¦':\n        pass\n{CALLBACK}", "PythonModuleSource"),
        (f"def cb(policy, resource):\n    if type(resource) in ('¦', 'File'):\n        pass\n{CALLBACK}", "PythonModuleSource"),
        ("x = 1\nif type(x) == '¦':\n    pass\n", "int"),
        ("d = {'alpha': 1}\nd['¦']\n", "alpha"),
        ("d = {'alpha': 1}\nd.get('¦')\n", "alpha"),
        ("a = VARS.get('mode', 'x')\nb = VARS['¦']\n", "mode"),
        (f"{POLICY}policy.resources_location = ¦\n", '"in-memory"'),
        ("default_python_distribution(flavor = ¦)\n", '"standalone"'),
    ],
)
def test_values(document: Open, text: str, wanted: str) -> None:
    assert wanted in labels(document(text))


def test_nothing_behind_a_number(document: Open) -> None:
    assert labels(document("x = 1.¦\n")) == []
