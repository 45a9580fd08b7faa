# Two programs from one package in one folder. They share the files in lib/.
#
#     oxl build --path examples/several_executables

def make_tool(name, function):
    dist = default_python_distribution()

    policy = dist.make_python_packaging_policy()
    policy.resources_location_fallback = "filesystem-relative:lib"

    config = dist.make_python_interpreter_config()
    config.run_command = "import sys; from tools import %s; sys.exit(%s(sys.argv[1:]))" % (
        function,
        function,
    )

    exe = dist.to_python_executable(name=name, packaging_policy=policy, config=config)
    exe.add_python_resources(
        exe.read_package_root(path=CWD + "/src", packages=["tools"]),
    )
    return exe

def make_count():
    return make_tool("count", "count")

def make_shout():
    return make_tool("shout", "shout")

def make_install(count, shout):
    files = FileManifest()
    files.add_python_resource(".", count)
    files.add_python_resource(".", shout)
    return files

register_target("count", make_count)
register_target("shout", make_shout)
register_target("install", make_install, depends=["count", "shout"], default=True)

resolve_targets()
