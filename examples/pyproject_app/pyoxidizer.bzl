# A project as it is published: pip builds and installs it with its dependencies, metadata included.
#
#     oxl run --path examples/pyproject_app

def make_exe():
    dist = default_python_distribution()

    policy = dist.make_python_packaging_policy()
    policy.resources_location_fallback = "filesystem-relative:lib"

    config = dist.make_python_interpreter_config()
    config.run_command = "import sys, pyproject_app; sys.exit(pyproject_app.main())"

    exe = dist.to_python_executable(
        name="pyproject-app",
        packaging_policy=policy,
        config=config,
    )
    exe.add_python_resources(exe.pip_install([CWD]))
    return exe

def make_install(exe):
    files = FileManifest()
    files.add_python_resource(".", exe)
    return files

register_target("exe", make_exe)
register_target("install", make_install, depends=["exe"], default=True)

resolve_targets()
