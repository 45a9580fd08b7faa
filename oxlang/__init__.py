"""oxlang: from `pyoxidizer.bzl` to one native program."""

__version__ = "0.1.0"
