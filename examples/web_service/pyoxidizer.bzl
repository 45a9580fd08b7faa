# A web service with Flask. Its templates are files that a framework looks up by path, so everything is loaded from
# files beside the program instead of from memory.
#
#     oxl run --path examples/web_service -- --check

def make_exe():
    dist = default_python_distribution()

    policy = dist.make_python_packaging_policy()
    policy.resources_location = "filesystem-relative:lib"
    policy.include_distribution_resources = True

    config = dist.make_python_interpreter_config()
    config.run_module = "web_service"

    exe = dist.to_python_executable(
        name="web_service",
        packaging_policy=policy,
        config=config,
    )
    exe.add_python_resources(exe.pip_install(["flask==3.1.1"]))
    exe.add_python_resources(
        exe.read_package_root(path=CWD + "/src", packages=["web_service"]),
    )
    return exe

def make_install(exe):
    files = FileManifest()
    files.add_python_resource(".", exe)
    return files

register_target("exe", make_exe)
register_target("install", make_install, depends=["exe"], default=True)

resolve_targets()
