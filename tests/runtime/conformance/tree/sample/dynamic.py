def __getattr__(name):
    if name == "computed":
        return "by module getattr"
    raise AttributeError(name)


def __dir__():
    return ["computed"]
