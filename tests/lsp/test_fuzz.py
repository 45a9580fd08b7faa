"""No text, however broken, and no position in it, makes a feature fail."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("pygls", reason="the extra `lsp` is not installed")

TEXT = """\
load("@stdlib//paths.star", "join", other = "split")

def make_exe(name = "app", *args, **kwargs):
    "Makes it. 😀"
    dist = default_python_distribution(python_version = "3.11")
    policy = dist.make_python_packaging_policy()
    policy.extension_module_filter = "minimal"
    policy.register_resource_callback(choose)
    exe = dist.to_python_executable(name = name, packaging_policy = policy)
    for resource in exe.pip_install(["a", "b"]):
        if resource.name in [x for x in VARS if x]:
            exe.add_python_resource(resource)
    return exe

def choose(policy, resource):
    resource.add_include = {"a": [1, 2], "b": (lambda z: z + 1)(3)}[resource.name][0] > 1

register_target("exe", make_exe)
register_target("install", lambda exe: FileManifest(), depends = ["exe"], default = True)
resolve_targets()
"""
PIECES = st.sampled_from(
    ["(", ")", "[", "]", "{", "}", ".", ",", "=", ":", '"', "'", '"""', "\n", "\n    ", "#", "def ", "x", "for x in ",
     "if ", "lambda ", "load(", "exe.", "*", "**", "\t", "\\", "😀", "1", "in ", "return ", "\r\n", "\0", "not "]
)
CHANGES = st.lists(st.tuples(st.integers(0, len(TEXT)), st.integers(0, 40), PIECES), max_size=6)


@settings(max_examples=80, deadline=None)
@given(CHANGES, st.integers(0, len(TEXT)))
def test_every_feature_answers(changes: list[tuple[int, int, str]], offset: int) -> None:
    from lsprotocol.types import Range

    from oxlang.lsp import (
        actions,
        completion,
        definition,
        formatting,
        hints,
        hover,
        lenses,
        references,
        signature,
        symbols,
        tokens,
    )
    from oxlang.lsp.convert import to_position
    from oxlang.lsp.documents import Documents

    text = TEXT
    for at, length, piece in changes:
        text = text[:at] + piece + text[at + length :]
    document = Documents().put("file:///nonexistent/pyoxidizer.bzl", text, 1)[0]
    at = to_position(document.source, min(offset, len(text)))
    whole = Range(at, to_position(document.source, len(text)))
    actions.diagnostics(document)
    actions.code_actions(document, whole)
    formatting.formatting(document)
    formatting.range_formatting(document, whole)
    formatting.on_newline(document, at)
    lenses.code_lenses(document, frozenset(lenses.COMMANDS))
    tokens.semantic_tokens(document)
    completion.completion(document, at)
    definition.definition(document, at)
    references.references(document, at, declaration=True)
    references.highlights(document, at)
    references.prepare_rename(document, at)
    with contextlib.suppress(ValueError):
        references.rename(document, at, "other")
    hover.hover(document, at)
    hints.inlay_hints(document, whole)
    hints.document_links(document)
    signature.signature_help(document, at)
    symbols.document_symbols(document)
    symbols.folding_ranges(document)
    symbols.selection_range(document, at)
