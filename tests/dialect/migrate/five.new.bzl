# A config of PyOxidizer 0.5.
# It has comments.

def make_exe():
    dist = default_python_distribution()

    policy = dist.make_python_packaging_policy()
    policy.extension_module_filter = "no-copyleft"
    policy.include_distribution_resources = True

    config = dist.make_python_interpreter_config()
    config.allocator_backend = "default"
    config.use_environment = False
    config.run_command = "import app"

    exe = dist.to_python_executable(name="app", packaging_policy=policy, config=config)
    exe.add_python_resources(exe.read_package_root(path=CWD + "/src", packages=["pkg"]))
    exe.add_python_resources(exe.pip_install(["-r", "req.txt"]))
    exe.filter_resources_from_files(files=["names.txt"])
    exe.licenses_filename = "COPYING.txt"

    return exe


def make_install(exe):
    files = FileManifest()
    files.add_python_resource(".", exe)
    return files


register_target("exe", make_exe)
register_target("install", make_install, depends=["exe"], default=True)
resolve_targets()
