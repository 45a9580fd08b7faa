# A program without a window that hands work to processes. The program starts copies of itself as workers.
#
#     oxl run --path examples/daemon -- --method spawn 2 3 5

def make_exe():
    dist = default_python_distribution()

    policy = dist.make_python_packaging_policy()
    policy.resources_location_fallback = "filesystem-relative:lib"

    config = dist.make_python_interpreter_config()
    config.run_module = "workdaemon"
    config.multiprocessing_start_method = "auto"

    exe = dist.to_python_executable(
        name="workdaemon",
        packaging_policy=policy,
        config=config,
    )
    exe.add_python_resources(
        exe.read_package_root(path=CWD + "/src", packages=["workdaemon"]),
    )
    return exe

def make_install(exe):
    files = FileManifest()
    files.add_python_resource(".", exe)
    return files

register_target("exe", make_exe)
register_target("install", make_install, depends=["exe"], default=True)

resolve_targets()
