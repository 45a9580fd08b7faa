"""A program that imports much of the standard library and does nothing with it."""
