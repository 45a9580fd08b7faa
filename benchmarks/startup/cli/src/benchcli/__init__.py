"""A small command line program on click and rich."""
