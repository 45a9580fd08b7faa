FIRST = 1


def second():
    return "crlf"
