import warnings

COUNT = 0


def called():
    return __name__


def warn(stacklevel=1):
    warnings.warn("a warning", UserWarning, stacklevel=stacklevel)


def fail():
    raise ValueError("from plain")  # the line that tracebacks show


decorate = lambda function: function  # noqa: E731


@decorate
def decorated():
    return "decorated"
