# Decides about single resources: a callback is called for each one before it is added.
#
#     oxl run --path examples/resource_callbacks

# Packages of the standard library that this program never imports.
UNWANTED = [
    "ensurepip",
    "idlelib",
    "lib2to3",
    "pydoc_data",
    "tkinter",
    "turtledemo",
    "unittest",
]

def is_below(name, packages):
    for package in packages:
        if name == package or name.startswith(package + "."):
            return True
    return False

def choose(policy, resource):
    if type(resource) == "PythonModuleSource":
        if is_below(resource.name, UNWANTED):
            resource.add_include = False

    # The package's documents are files that people may open; its code stays in memory.
    if type(resource) == "PythonPackageResource" and resource.package == "notes":
        resource.add_location = "filesystem-relative:share"

def make_exe():
    dist = default_python_distribution()

    policy = dist.make_python_packaging_policy()
    policy.extension_module_filter = "no-copyleft"
    policy.resources_location_fallback = "filesystem-relative:lib"
    policy.register_resource_callback(choose)

    config = dist.make_python_interpreter_config()
    config.run_module = "notes"

    exe = dist.to_python_executable(
        name="notes",
        packaging_policy=policy,
        config=config,
    )
    for resource in exe.read_package_root(path=CWD + "/src", packages=["notes"]):
        exe.add_python_resource(resource)
    return exe

def make_install(exe):
    files = FileManifest()
    files.add_python_resource(".", exe)
    return files

register_target("exe", make_exe)
register_target("install", make_install, depends=["exe"], default=True)

resolve_targets()
