#![windows_subsystem = "console"]

use pyembed::MainPythonInterpreter;

#[cfg(feature = "global-allocator-jemalloc")]
#[global_allocator]
static GLOBAL: jemallocator::Jemalloc = jemallocator::Jemalloc;

#[cfg(feature = "global-allocator-mimalloc")]
#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[cfg(feature = "global-allocator-snmalloc")]
#[global_allocator]
static GLOBAL: snmalloc_rs::SnMalloc = snmalloc_rs::SnMalloc;

// Brings in `default_python_config()`: how the interpreter starts, and the Python resources inside the program.
// build.rs decides which file it is.
include!(env!("DEFAULT_PYTHON_CONFIG_RS"));

/// Arguments that are for the Rust side: `--quiet` is not shown to Python.
fn arguments() -> (bool, Vec<std::ffi::OsString>) {
    let mut quiet = false;
    let mut rest = Vec::new();
    for argument in std::env::args_os() {
        if argument == "--quiet" {
            quiet = true;
        } else {
            rest.push(argument);
        }
    }
    (quiet, rest)
}

fn main() {
    let (quiet, argv) = arguments();
    if !quiet {
        println!("Rust {} starts Python", env!("CARGO_PKG_VERSION"));
    }
    // The interpreter is dropped before the process ends, so that Python's own clean-up happens.
    let code = {
        let mut config = default_python_config();
        config.argv = Some(argv);
        match MainPythonInterpreter::new(config) {
            // Runs what the configuration names (code, a module, a file), else the interactive interpreter.
            Ok(interpreter) => interpreter.run(),
            Err(problem) => {
                eprintln!("error instantiating embedded Python interpreter: {}", problem);
                1
            }
        }
    };
    std::process::exit(code);
}
