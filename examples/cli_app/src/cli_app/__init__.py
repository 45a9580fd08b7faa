"""A program that reads its data from inside itself."""

__version__ = "1.0"
