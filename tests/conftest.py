"""Which tests run: a test that is asked for by name (`-k`) runs even if its mark is deselected by default."""

from __future__ import annotations

import pytest
from hypothesis import settings

# Times differ between machines; what a test asserts must not.
settings.register_profile("oxl", deadline=None)
settings.load_profile("oxl")


def pytest_configure(config: pytest.Config) -> None:
    """Drops the default `-m` expression when `-k` was given on the command line and `-m` was not."""
    given = [str(word) for word in config.invocation_params.args]
    chosen = any(word == "-m" or word.startswith("-m=") for word in given)
    if config.option.keyword and not chosen:
        config.option.markexpr = ""
