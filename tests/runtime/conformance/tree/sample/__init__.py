"""A package that the checks look at."""

__all__ = ["plain", "square"]

VALUE = 1


def square(number):
    """Gives the square.

    >>> square(3)
    9
    """
    return number * number


class Point:
    """Something that can be pickled."""

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __eq__(self, other):
        return (self.x, self.y) == (other.x, other.y)

    class Inner:
        """A nested class."""

        def method(self):
            return "inner method"
