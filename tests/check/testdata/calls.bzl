# arguments of declared functions
def make_exe():
    dist = default_python_distribution(python_versio = "3.10") ### OX0302 "has no parameter `python_versio`"
    exe = dist.to_python_executable() ### OX0301 "misses the argument `name`"
    exe = dist.to_python_executable("a", None, None, 4) ### OX0303 "takes 3 arguments by position, but 4 are given"
    exe = dist.to_python_executable("a", name = "b") ### OX0305 "gets the argument `name` twice"
    exe = dist.to_python_executable(name = 3) ### OX0304 "wants a string for `name`, not an int"
    exe = dist.to_python_executable(name = "a", config = dist) ### OX0304 "for `config`, not `PythonDistribution`"
    exe.add_python_resources(3) ### OX0304 "iterable"
    args = {}
    return dist.to_python_executable(**args)

register_target("exe", make_exe)
resolve_targets()

---
# unknown attributes, with types followed through variables
def make_exe():
    dist = default_python_distribution()
    policy = dist.make_python_packaging_policy()
    policy.include_tests = True ### OX0310 "`PythonPackagingPolicy` has no attribute `include_tests`"
    policy.extension_module_filter = "minimum" ### OX0314
    policy.extension_module_filter = "minimal"
    policy.resources_location = "nowhere" ### OX0314
    policy.resources_location = "filesystem-relative:lib"
    config = dist.make_python_interpreter_config()
    config.bytes_warning = "sometimes" ### OX0314
    config.run_modul = "a" ### OX0310 "run_modul"
    exe = dist.to_python_executable(name = "x", packaging_policy = policy, config = config)
    for resource in exe.read_package_root(CWD, ["x"]):
        exe.add_python_resource(resource)
    exe.pip_instal(["x"]) ### OX0310 "has no attribute or method `pip_instal`"
    return exe

def make_install(exe):
    exe.foo() ### OX0310 "`PythonExecutable` has no attribute or method `foo`"
    files = FileManifest()
    files.add_python_resource(".", exe)
    return files

register_target("exe", make_exe)
register_target("install", make_install, depends = ["exe"])
resolve_targets()

---
# a resource callback gets policy and resource
def choose(policy, resource):
    policy.nothing = 1 ### OX0310 "`PythonPackagingPolicy`"
    if resource.name == "a":
        resource.add_include = True
    resource.no_such = 1 ### OX0310 "no_such"
    resource.no_such() ### OX0310 "no_such"

def make_exe():
    dist = default_python_distribution()
    policy = dist.make_python_packaging_policy()
    policy.register_resource_callback(choose)
    return dist.to_python_executable(name = "x", packaging_policy = policy)

register_target("exe", make_exe)
resolve_targets()

---
# functions of the file
def add(a, b = 1, *, c = 2):
    return a + b + c

x = add() ### OX0301 "`add` misses the argument `a`"
x = add(1, 2, 3) ### OX0303 "takes 2 arguments by position, but 3 are given"
x = add(1, d = 4) ### OX0302 "`add` has no parameter `d`"
x = add(1, a = 4) ### OX0305 "twice"
x = add(1, c = 4)
values = [1]
x = add(*values)
f = lambda one: one
f(1, 2) ### OX0303

---
# what is not known is right
def helper(value):
    value.anything()
    return value.whatever

def other(*args, **kwargs):
    return args[0].x + kwargs["a"].y

unknown = helper(helper)
unknown.foo.bar()
other(helper(1))
names = []
for one in VARS:
    names.append(one)
", ".join(names).nothing ### OX0310 "`string` has no attribute or method `nothing`"

---
# aliases of methods
def make_exe():
    dist = default_python_distribution()
    make = dist.to_python_executable
    return make(nam = "x") ### OX0302 OX0301

register_target("exe", make_exe)
resolve_targets()

---
# unions: an attribute must exist on some part, None does not count
def make(flag):
    exe = None
    if flag:
        exe = default_python_distribution().to_python_executable(name = "x")
    exe.packed_resources_load_mode = "none"
    exe.nothing = 1 ### OX0310
    return exe

make(True)

---
# annotations
def take(dist: PythonDistribution, names: list[str], count: int | None = None) -> FileManifest:
    dist.nothing() ### OX0310
    for name in names:
        name.nothing() ### OX0310
    return FileManifest()

take(None, []).add_nothing() ### OX0310 OX1045

---
# several meanings of a method, and calls with arguments that are not written out
def several(x):
    found = [x]
    found = {one: None for one in found}
    found.pop(x, None)
    return found

several(1)

def spread(names = None):
    for one in names:
        several(one)

def pass_on(*args, **kwargs):
    spread(*args, **kwargs)

pass_on(["a"])
