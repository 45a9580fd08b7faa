# A project as it is published: built as its pyproject.toml says and installed with its dependencies, metadata included.
# The program runs the project's console script. (`add_project` is an addition of oxl; `exe.pip_install([CWD])` gives the
# same resources with PyOxidizer.)
#
#     oxl run --path examples/pyproject_app

def make_exe():
    dist = default_python_distribution()

    policy = dist.make_python_packaging_policy()
    policy.resources_location_fallback = "filesystem-relative:lib"

    exe = dist.to_python_executable(name="pyproject-app", packaging_policy=policy)
    exe.add_project(CWD)
    return exe

def make_install(exe):
    files = FileManifest()
    files.add_python_resource(".", exe)
    return files

register_target("exe", make_exe)
register_target("install", make_install, depends=["exe"], default=True)

resolve_targets()
