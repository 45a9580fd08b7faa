# A config of PyOxidizer 0.4, in sections.

def make_exe():
    dist = default_python_distribution()

    policy = dist.make_python_packaging_policy()
    policy.extension_module_filter = "no-copyleft"
    policy.include_distribution_resources = True
    policy.include_test = True
    policy.resources_location_fallback = "filesystem-relative:lib"

    config = dist.make_python_interpreter_config()
    config.use_environment = False
    config.stdio_encoding = "utf-8"
    config.stdio_errors = "strict"
    if BUILD_TARGET_TRIPLE == "x86_64-pc-windows-msvc":
        config.buffered_stdio = False
    config.run_module = "pkg.main"

    exe = dist.to_python_executable(name="app", packaging_policy=policy, config=config)
    exe.add_python_resources(exe.read_package_root(path="src", packages=["pkg"]))
    for resource in exe.pip_install(["-r", "req.txt"]):
        resource.add_location = "filesystem-relative:lib"
        exe.add_python_resource(resource)
    if BUILD_TARGET_TRIPLE == "x86_64-pc-windows-msvc":
        exe.add_python_resources(exe.pip_install(["pywin32", "--no-deps"]))
    exe.filter_resources_from_files(glob_files=["names*.txt"])

    return exe


def make_install(exe):
    files = FileManifest()
    files.add_python_resource(".", exe)
    return files


register_target("exe", make_exe)
register_target("install", make_install, depends=["exe"], default=True)
resolve_targets()
