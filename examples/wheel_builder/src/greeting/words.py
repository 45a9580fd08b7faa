"""Words of greeting."""

HELLO = "hello"
