"""Two small tools."""


def count(words: list[str]) -> int:
    """Prints how many words there are."""
    print(len(words))
    return 0


def shout(words: list[str]) -> int:
    """Prints the words in capitals."""
    print(" ".join(words).upper())
    return 0 if words else 1
