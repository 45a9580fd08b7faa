def make_exe():
    dist = default_python_distribution()
    config = dist.make_python_interpreter_config()
    config.run_module = "benchstdlib"
    exe = dist.to_python_executable(name = "benchstdlib", config = config)
    exe.add_python_resources(exe.read_package_root(path = CWD + "/src", packages = ["benchstdlib"]))
    return exe

register_target("exe", make_exe)
resolve_targets()
