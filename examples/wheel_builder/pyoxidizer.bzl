# Makes a wheel of a package; no Rust is involved.
#
#     oxl build --path examples/wheel_builder

def make_wheel():
    wheel = PythonWheelBuilder("greeting", "1.0")
    wheel.tag = "py3-none-any"
    wheel.root_is_purelib = True
    for name in ["__init__.py", "words.py"]:
        wheel.add_file(
            FileContent(path=CWD + "/src/greeting/" + name),
            directory="greeting",
        )
    return wheel

register_target("wheel", make_wheel, default=True)

resolve_targets()
