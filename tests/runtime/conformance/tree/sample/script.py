import sys

RESULT = (__name__, __package__, __spec__.name)

if __name__ == "__main__" and sys.argv[1:] == ["fail"]:
    raise KeyError("script failed")  # shown by tracebacks
