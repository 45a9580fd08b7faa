# A config of PyOxidizer 0.7.

def make_dist():
    return default_python_distribution()

def make_exe(dist):
    # Settings of the interpreter.
    python_config = dist.make_python_interpreter_config()
    python_config.bytes_warning = "warn"
    python_config.use_environment = False
    python_config.run_command = "import app; app.main()"
    python_config.allocator_backend = "default"
    python_config.stdio_encoding = "utf-8"
    python_config.stdio_errors = "strict"
    python_config.verbose = False
    python_config.module_search_paths = ["$ORIGIN/lib"]
    policy = dist.make_python_packaging_policy()
    policy.resources_location = "in-memory"
    policy.resources_location_fallback = "filesystem-relative:lib"
    policy.extension_module_filter = "no-copyleft"
    policy.include_distribution_resources = True
    policy.include_test = False
    exe = dist.to_python_executable(
        name="app",
        config=python_config,
        packaging_policy=policy,
    )
    exe.add_python_resources(exe.pip_install(["-r", "req.txt"]))
    for resource in exe.read_package_root(path="src", packages=["pkg"]):
        resource.add_location = "filesystem-relative:lib"
        exe.add_python_resource(resource)
    for resource in exe.read_package_root(path="src", packages=["pkg"]):
        if type(resource) == "PythonModuleSource":
            exe.add_python_resource(resource)
    return exe

def make_embedded_data(exe):
    return exe.to_embedded_resources()

register_target("dist", make_dist)
register_target("exe", make_exe, depends=["dist"], default=True)
register_target("resources", make_embedded_data, depends=["exe"], default_build_script=True)
resolve_targets()
