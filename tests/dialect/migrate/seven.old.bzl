# A config of PyOxidizer 0.7.

def make_dist():
    return default_python_distribution()

def make_exe(dist):
    # Settings of the interpreter.
    python_config = PythonInterpreterConfig(
        bytes_warning=1,
        ignore_environment=True,
        run_eval="import app; app.main()",
        raw_allocator="system",
        stdio_encoding="utf-8:strict",
        use_hash_seed=True,
        verbose=0,
        run_repl=False,
        sys_paths=["$ORIGIN/lib"],
    )
    exe = dist.to_python_executable(
        name="app",
        config=python_config,
        resources_policy="prefer-in-memory-fallback-filesystem-relative:lib",
        extension_module_filter='no-gpl',
        include_sources=False,
        include_resources=True,
        include_test=False
    )
    exe.add_in_memory_python_resources(dist.pip_install(["-r", "req.txt"]))
    exe.add_filesystem_relative_python_resources("lib", dist.read_package_root(path="src", packages=["pkg"]))
    for resource in exe.read_package_root(path="src", packages=["pkg"]):
        if type(resource) == "PythonSourceModule":
            exe.add_in_memory_module_source(resource)
    return exe

def make_embedded_data(exe):
    return exe.to_embedded_data()

register_target("dist", make_dist)
register_target("exe", make_exe, depends=["dist"], default=True)
register_target("resources", make_embedded_data, depends=["exe"], default_build_script=True)
resolve_targets()
