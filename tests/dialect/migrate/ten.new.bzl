# A config of PyOxidizer 0.10.
def make_exe():
    dist = default_python_distribution()
    policy = dist.make_python_packaging_policy()
    policy.extension_module_filter = "no-copyleft"
    policy.resources_location = "filesystem-relative:lib"
    config = dist.make_python_interpreter_config()
    config.allocator_backend = "jemalloc"
    config.run_module = "app"
    config.buffered_stdio = True
    exe = dist.to_python_executable(name="app", packaging_policy=policy, config=config)
    for resource in dist.python_resources():
        exe.add_python_resource(resource)
    return exe

register_target("exe", make_exe)
resolve_targets()
