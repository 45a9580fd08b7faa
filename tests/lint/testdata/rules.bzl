# OX1001 unused-suppression
x = 1 # oxl: ignore[OX1003] ### OX1001 "`OX1003` suppresses nothing"
# oxl: ignore[OX1032]
x == 1
x == 1 # oxl: ignore[useless-expression]
x == 1 # oxl: ignore[ox1032, OX1002] ### OX1001 "OX1002"

---
# OX1002 unused-local
def f(a, b):
    c = 1 ### OX1002 "`c`"
    _d = 2
    for e in [1]:
        g = e
    (h, i) = (1, 2)
    j = 1
    j += 1
    return g

f(1, 2)

---
# OX1003 unused-load
load("@stdlib//paths.star", "join", other = "basename") ### OX1003 "`join`" OX1003 "`other`"

---
# OX1003 names that only annotations use
load("@stdlib//paths.star", A = "join", B = "basename", C = "dirname", D = "is_absolute") ### OX1003 "`D`"

def f(a: A, *b: list[B]) -> C | None:
    return a or b

f(1)

---
# OX1004 shadowed-name
CWD = "x" ### OX1004
len = 3 ### OX1004
def glob(): ### OX1004
    return len + 1
glob()

---
# OX1005 unused-function
def used():
    return 1

def unused(): ### OX1005
    return 1

def _private():
    return used()

---
# OX1006 redefined-function
def f():
    return 1

def f(): ### OX1006
    return 2

f()

---
# OX1010 duplicate-target
def make():
    return FileManifest()

register_target("a", make)
register_target("a", make) ### OX1010
resolve_targets()

---
# OX1011 unknown-dependency
def make(x = None):
    return FileManifest()

register_target("files", make)
register_target("b", make, depends = ["file"]) ### OX1011 "`file`"
register_target("c", make, depends = ["build-artifacts"])
resolve_targets()

---
# OX1012 unresolved-targets
def make():
    return FileManifest()

register_target("a", make) ### OX1012

---
# OX1013 demand-at-module-level
exe = default_python_distribution().to_python_executable(name = "x")
exe.add_python_resources(exe.pip_install(["a"])) ### OX1013
def make():
    exe.add_python_resources(exe.pip_install(["a"]))
    return exe
make()

---
# OX1014 several-default-targets
def make():
    return FileManifest()

register_target("a", make, default = True)
register_target("b", make, default = True) ### OX1014
resolve_targets()

---
# OX1015 unbuildable-target
def make():
    return "text"

def none():
    pass

def distribution():
    return default_python_distribution()

def exe(dist):
    return dist.to_python_executable(name = "x")

register_target("a", make) ### OX1015 "`string`"
register_target("b", none) ### OX1015 "`None`"
register_target("dist", distribution)
register_target("exe", exe, depends = ["dist"])
resolve_targets()

---
# OX1016 dependency-cycle
def make(x):
    return FileManifest()

register_target("a", make, depends = ["b"]) ### OX1016 "`a` → `b` → `c` → `a`"
register_target("b", make, depends = ["c"])
register_target("c", make, depends = ["a"])
register_target("d", make, depends = ["d"]) ### OX1016 "`d` → `d`"
resolve_targets()

---
# OX1017 wrong-number-of-dependencies
def none():
    return FileManifest()

def one(x):
    return FileManifest()

def some(x, y = None):
    return FileManifest()

def rest(*xs):
    return FileManifest()

register_target("a", none)
register_target("b", none, depends = ["a"]) ### OX1017 "takes 0 arguments, but the target has 1 dependency"
register_target("c", one) ### OX1017 "takes 1 argument, but the target has 0 dependencies"
register_target("d", some, depends = ["a"])
register_target("e", some, depends = ["a", "b", "c"]) ### OX1017
register_target("f", rest, depends = ["a", "b", "c"])
resolve_targets()

---
# OX1018 unused-result
def make():
    dist = default_python_distribution()
    exe = dist.to_python_executable(name = "x")
    exe.pip_install(["a"]) ### OX1018 "`PythonExecutable.pip_install`"
    exe.read_package_root(CWD, ["a"]) ### OX1018
    len([]) ### OX1018
    [].append(1)
    files = FileManifest()
    files.remove("a/b")
    files.add_python_resource(".", exe)
    files.install("dist")
    bundle = MacOsApplicationBundleBuilder("x")
    bundle.build("dist")
    bundle.write_to_directory("dist")
    WiXInstaller("x", "x.msi").write_to_directory("dist")
    FileContent(filename = "x", content = "").write_to_directory("dist")
    print("x")
    return files

register_target("a", make)
resolve_targets()

---
# OX1030 unreachable-code
def f(x):
    if x:
        return 1
    else:
        fail("no")
    print("never") ### OX1030
    print("never")

for y in [1]:
    if y:
        continue
        print("never") ### OX1030
    f(1)

---
# OX1031 missing-return
def f(x): ### OX1031
    if x:
        return 1

def g(x):
    if x:
        return 1
    return None

def h(x):
    if x:
        return
    print(x)

def i(x):
    if x:
        return 1
    fail("no")

def j(x):
    return None if x else 1

[f(1), g(1), h(1), i(1), j(1)]

---
# OX1032 useless-expression
"a docstring"
x = 1
"text as a comment"
x == 2 ### OX1032 "no effect"
x ### OX1032
1 ### OX1032
[print(y) for y in [1]]
def f():
    "docs"
    x.foo ### OX1032
f()

---
# OX1033 constant-condition
x = 1
if True: ### OX1033 "always true"
    x = 2
if (): ### OX1033 "always false"
    x = 2
if (x, x): ### OX1033
    x = 3
y = 1 if 0 else 2 ### OX1033 "always false"

---
# OX1034 self-comparison
def f(x):
    x = x ### OX1034
    x.a = x.a ### OX1034
    return x == x or x.y != x.y ### OX1034 OX1034
f(1)

---
# OX1035 mutation-in-loop
xs = [1]
for x in xs:
    xs.append(x) ### OX1035
for x in list(xs):
    xs.append(x)
for x in xs:
    if x:
        xs.append(x)
        break
ys = {}
for y in ys:
    if y:
        ys.pop(y) ### OX1035

---
# OX1036 redundant-pass
def f():
    pass

def g():
    pass ### OX1036
    return 1

[f(), g()]

---
# OX1040 repeated-key
x = {"a": 1, "b": 2, "a": 3} ### OX1040 "`.a.`"
y = {1: 1, True: 2, "1": 3}
z = {(1, 2): 1, (1, 2): 2} ### OX1040

---
# OX1041 not-iterable
for c in "abc": ### OX1041 "a string"
    print(c)
for i in 3: ### OX1041 "an int"
    print(i)
x = [y for y in None] ### OX1041 "None"
z = [y for y in "abc".elems()]

---
# OX1042 wrong-operands
x = "a" + 1 ### OX1042 "string and int"
x = 1 + "a" ### OX1042
x = [1] + (2,) ### OX1042
x = "a" * "b" ### OX1042
x = {} + {} ### OX1042
x = {} | {}
x = None + 1 ### OX1042
x = True + 1 ### OX1042
x = 1.5 & 2 ### OX1042
x = 3 * [1]
x = "a" % 3
x = 2 - "b" ### OX1042

---
# OX1043 unhashable-key
x = {[1]: 2} ### OX1043
y = {(1,): 2}
z = {k: 1 for k in [[1]]} ### OX1043

---
# OX1044 missing-comma
x = ["a" ("b")] ### OX1044 OX0304
y = [
    ["a"] ### OX1044
    ["b"],
]
z = [[1] [0]]

---
# OX1050 python-syntax
def make(dist):
    config = dist.make_python_interpreter_config()
    config.run_command = "import x; x.main(" ### OX1050 "was never closed"
    return config

def good():
    config = default_python_distribution().make_python_interpreter_config()
    config.run_command = "import x; x.main()"
    return config

def bad():
    config = default_python_distribution().make_python_interpreter_config()
    config.run_command = "import x\nif" ### OX1050
    return config

make(default_python_distribution())
good()
bad()

---
# OX1051 conflicting-run-settings
def make(flag):
    config = default_python_distribution().make_python_interpreter_config()
    config.run_command = "1"
    config.run_module = "a" ### OX1051
    config.run_filename = None
    if flag:
        config.run_filename = "/x"
    return config

make(1)

---
# OX1055 unpacked-script
def make(path):
    config = default_python_distribution().make_python_interpreter_config()
    config.run_filename = "src/main.py" ### OX1055 "`src/main.py` is not packed"
    config.run_filename = "/opt/app/main.py"
    config.run_filename = "C:\\app\\main.py"
    config.run_filename = path
    config.run_filename = None
    return config

make("x")

---
# OX1052 setting-after-use
def make():
    dist = default_python_distribution()
    config = dist.make_python_interpreter_config()
    policy = dist.make_python_packaging_policy()
    config.run_module = "a"
    exe = dist.to_python_executable(name = "x", packaging_policy = policy, config = config)
    config.verbose = 1 ### OX1052
    policy.include_test = True ### OX1052
    policy.resources_location_fallback = "filesystem-relative:lib"
    exe.windows_runtime_dlls_mode = "never"
    return exe

make()

---
# OX1053 ignored-settings
def make():
    dist = default_python_distribution()
    policy = dist.make_python_packaging_policy() ### OX1053
    policy.include_test = True
    return dist.to_python_executable(name = "x")

make()

---
# OX0201 names inside functions are found before they run
def make():
    return not_defined ### OX0201

make()

---
# consequences of a syntax error are not shown
def make(:     ### OX0110
    return 1
x == 1

---
# loads: what is not there
load("nowhere.star", "a") ### OX0210 "`nowhere.star`"
load("@stdlib//path.star", "b") ### OX0210 "no such file"
load("@stdlib//paths.star", "joni", "join") ### OX0211 "`@stdlib//paths.star` has no `joni`"
load("//pkg:x.bzl", "c") ### OX0210
print(a, b, c, join, joni)

---
# OX1045 wrong-type
def f(a: int, b: str = "x", *rest: int, c: float = 1, d: list[str] = None, **more: bool) -> str:
    for one in rest:
        a += one
    for one in more:
        b += one
    return b

f("x") ### OX1045 "`f` wants `int` for `a`, not `string`"
f(1, 2) ### OX1045 "`b`"
f(1, "x", 3, "4") ### OX1045 "`rest`"
f(1, c = 2, d = ["x"], e = True, g = 1) ### OX1045 "`more`"
f(1, d = [1]) ### OX1045 "`list.string.` for `d`, not `list.int.`"
f(b = 2, *[1])
f(a = None) ### OX1045 "`a`, not `None`"

def g(a: int = "x", b: int = None, c: unknown = 1) -> int: ### OX1045 "the default of `a`"
    if a:
        return "x" ### OX1045 "`g` is to return `int`, not `string`"
    if c == 2:
        return c
    return b or 1

def h() -> dict[str, int]: ### OX1045 "`h` is to return `dict.string, int.`, and returns nothing"
    g()

def i() -> int | None:
    g()

def j() -> int:
    fail("never")

def k() -> int:
    """Later."""

def l() -> list[(str, int)]:
    return [("a", 1)]

def m(pairs: list[(str, int)]) -> (str, int):
    return [pairs] ### OX1045 "tuple.string, int."

l() and m(["a"]) ### OX1045

x: int = "x" ### OX1045 "`x` is to be `int`, not `string`"
y: list[int] = []
z: int | None = None
w: float = 2
v = z + 1
u: PythonExecutable = default_python_distribution() ### OX1045 "`PythonExecutable`, not `PythonDistribution`"
y.append("x")
[h(), i(), j(), k(), u, v, w, x, (lambda a: g(a))(1)]

---
# OX1046 comparison-of-comparison
x = 2
y = 1 < x < 3 ### OX1046 "compares `1` with the result of `x < 3`"
z = 1 == x == 2 == 3 ### OX1046
v = 1 < x and x < 3
w = (1 == x) == True
u = "a" in ["a"] != False ### OX1046
