# numpy: extension modules with shared libraries of their own, from a wheel.
#
#     oxl run --path examples/numeric

def make_exe():
    dist = default_python_distribution()

    policy = dist.make_python_packaging_policy()
    policy.resources_location_fallback = "filesystem-relative:lib"

    config = dist.make_python_interpreter_config()
    config.run_module = "numeric"

    exe = dist.to_python_executable(
        name="numeric",
        packaging_policy=policy,
        config=config,
    )
    exe.add_python_resources(exe.pip_install(["numpy"]))
    exe.add_python_resources(
        exe.read_package_root(path=CWD + "/src", packages=["numeric"]),
    )
    return exe

def make_install(exe):
    files = FileManifest()
    files.add_python_resource(".", exe)
    return files

register_target("exe", make_exe)
register_target("install", make_install, depends=["exe"], default=True)

resolve_targets()
