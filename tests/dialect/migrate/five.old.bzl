# A config of PyOxidizer 0.5.
# It has comments.

build = BuildConfig(application_name="app")
embedded = EmbeddedPythonConfig(raw_allocator="system", ignore_environment=True, use_hash_seed=False)
rules = [
    StdlibExtensionsPolicy("no-gpl"),
    Stdlib(include_source=False, include_resources=True),
    PackageRoot(path=CWD + "/src", packages=["pkg"]),
    PipRequirementsFile("req.txt"),
    FilterInclude(files=["names.txt"]),
    WriteLicenseFiles(""),
    Unknown("x"),
]

Config(
    build_config=build,
    embedded_python_config=embedded,
    python_distribution=default_python_distribution(),
    python_run_mode=python_run_mode_eval("import app"),
    packaging_rules=rules,
)
