# A config of PyOxidizer 0.10.
def make_exe():
    dist = default_python_distribution()
    policy = dist.make_python_packaging_policy()
    policy.extension_module_filter = "no-gpl"
    policy.resources_policy = "filesystem-relative-only:lib"
    config = dist.make_python_interpreter_config()
    config.raw_allocator = "jemalloc"
    config.run_mode = "module:app"
    config.unbuffered_stdio = False
    exe = dist.to_python_executable(name="app", packaging_policy=policy, config=config)
    for resource in dist.source_modules():
        exe.add_python_resource(resource, add_source_module=True, optimize_level=1)
    return exe

register_target("exe", make_exe)
resolve_targets()
