# The Python part of the Rust project in this folder. `oxl init-rust-project` wrote the project; this config and
# src/main.rs were then edited.
#
#     oxl eval pyoxidizer.bzl --target build-artifacts
#     ART=$PWD/build/x86_64-unknown-linux-gnu/debug/build-artifacts
#     PYOXIDIZER_ARTIFACT_DIR=$ART PYO3_CONFIG_FILE=$ART/pyo3-build-config-file.txt \
#       cargo build --no-default-features --features build-mode-prebuilt-artifacts

def make_exe():
    dist = default_python_distribution()

    config = dist.make_python_interpreter_config()
    config.run_command = "import greeter; greeter.greet()"

    exe = dist.to_python_executable(name="rust_project", config=config)
    exe.add_python_resources(
        exe.read_package_root(path=CWD + "/python", packages=["greeter"]),
    )
    return exe

def make_embedded_resources(exe):
    return exe.to_embedded_resources()

def make_install(exe):
    files = FileManifest()
    files.add_python_resource(".", exe)
    return files

register_target("exe", make_exe)
register_target(
    "build-artifacts",
    make_embedded_resources,
    depends=["exe"],
    default_build_script=True,
)
register_target("install", make_install, depends=["exe"], default=True)

resolve_targets()
