# The smallest useful config: one program that runs a line of Python.
#
#     oxl run --path examples/hello

def make_exe():
    dist = default_python_distribution()

    config = dist.make_python_interpreter_config()
    config.run_command = "import sys; print('hello from Python', sys.version.split()[0])"

    return dist.to_python_executable(name="hello", config=config)

def make_install(exe):
    files = FileManifest()
    files.add_python_resource(".", exe)
    return files

def make_embedded_resources(exe):
    return exe.to_embedded_resources()

register_target("exe", make_exe)
register_target(
    "resources",
    make_embedded_resources,
    depends=["exe"],
    default_build_script=True,
)
register_target("install", make_install, depends=["exe"], default=True)

resolve_targets()
