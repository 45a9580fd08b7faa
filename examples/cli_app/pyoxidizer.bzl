# A command-line program: an own package with data files, and three packages from the package index.
#
#     oxl run --path examples/cli_app -- trees --kind oak

def make_exe():
    dist = default_python_distribution()

    policy = dist.make_python_packaging_policy()
    policy.include_distribution_resources = True
    policy.resources_location_fallback = "filesystem-relative:lib"

    config = dist.make_python_interpreter_config()
    config.run_module = "cli_app"

    exe = dist.to_python_executable(
        name="cli_app",
        packaging_policy=policy,
        config=config,
    )
    exe.add_python_resources(exe.pip_install(["-r", CWD + "/requirements.txt"]))
    exe.add_python_resources(
        exe.read_package_root(path=CWD + "/src", packages=["cli_app"]),
    )
    return exe

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
