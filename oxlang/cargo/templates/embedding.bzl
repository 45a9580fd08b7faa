# What `oxl generate-python-embedding-artifacts` evaluates: the standard library, embedded for an ordinary interpreter.

def make_resources():
    dist = default_python_distribution(
        flavor=VARS["FLAVOR"],
        python_version=VARS["PYTHON_VERSION"],
    )

    config = dist.make_python_interpreter_config()
    config.config_profile = "python"
    config.allocator_backend = "default"

    exe = dist.to_python_executable(name="python", config=config)
    exe.tcl_files_path = VARS["TCL_FILES_PATH"]
    return exe.to_embedded_resources()

register_target("python", make_resources, default=True)

resolve_targets()
