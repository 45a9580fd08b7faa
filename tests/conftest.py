"""Which tests run, and where: by name (`-k`) also those that are deselected by default; cargo's all in one process."""

from __future__ import annotations

import signal

import pytest
from hypothesis import settings

# Times differ between machines; what a test asserts must not.
settings.register_profile("oxl", deadline=None)
settings.load_profile("oxl")

# A runner that was started in the background ignores interrupts, and so would every program that the tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# Names under which tests are also found by `-k`. A row of the compatibility matrix has more words in code marks behind
# its command; bash, which gets the cell up to the last mark, makes one long name of them.
OTHER_NAMES = {
    "test_packed_metadata": "packed_metadataversionentry_pointsrequiresread_text",
}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Gives tests their other names."""
    if other := OTHER_NAMES.get(item.name):
        item.extra_keyword_matches.add(other)


def pytest_configure(config: pytest.Config) -> None:
    """Drops the default `-m` expression when `-k` was given on the command line and `-m` was not."""
    given = [str(word) for word in config.invocation_params.args]
    chosen = any(word == "-m" or word.startswith("-m=") for word in given)
    if config.option.keyword and not chosen:
        config.option.markexpr = ""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keeps tests that build with cargo, or install packages, in one process of `pytest -n`, as they share a cache."""
    if config.pluginmanager.hasplugin("xdist"):
        for item in items:
            if item.get_closest_marker("e2e") or item.get_closest_marker("network"):
                item.add_marker(pytest.mark.xdist_group("programs"))
