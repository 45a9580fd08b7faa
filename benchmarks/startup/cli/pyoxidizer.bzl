def make_exe():
    dist = default_python_distribution()
    config = dist.make_python_interpreter_config()
    config.run_module = "benchcli"
    exe = dist.to_python_executable(name = "benchcli", config = config)
    exe.add_python_resources(exe.read_package_root(path = CWD + "/src", packages = ["benchcli"]))
    exe.add_python_resources(exe.pip_install(["click==8.3.1", "rich==14.2.0"]))
    return exe

register_target("exe", make_exe)
resolve_targets()
