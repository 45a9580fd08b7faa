//! Tells dependents which Python is linked, and links this crate's own tests.
//!
//! `links = "pyembed"` makes the values available to build scripts of applications as
//! `DEP_PYEMBED_PYTHON_VERSION`, `…_PYTHON_EXECUTABLE`, `…_LIBPYTHON_DIR`, `…_LIBPYTHON_SHARED`.

use std::process::exit;

fn main() {
    pyo3_build_config::use_pyo3_cfgs();
    let config = pyo3_build_config::get();
    let version = config.version();
    if (version.major, version.minor) < (3, 9) {
        eprintln!(
            "error: pyembed needs Python 3.9 or newer, but the configured interpreter is Python {}.{}; \
             set PYO3_PYTHON or PYO3_CONFIG_FILE to a newer one",
            version.major, version.minor
        );
        exit(1);
    }
    let lines = config.extra_build_script_lines();
    let searched = lines.iter().find_map(|line| {
        let path = line.trim().split_once("rustc-link-search=")?.1;
        Some(path.strip_prefix("native=").unwrap_or(path).to_owned())
    });
    let folder = config.lib_dir().map(str::to_owned).or(searched).unwrap_or_default();
    println!("cargo:PYTHON_VERSION={}.{}", version.major, version.minor);
    println!("cargo:PYTHON_EXECUTABLE={}", config.executable().unwrap_or_default());
    println!("cargo:LIBPYTHON_DIR={folder}");
    println!("cargo:LIBPYTHON_SHARED={}", config.shared());
    println!("cargo:rustc-env=PYEMBED_PYTHON_EXECUTABLE={}", config.executable().unwrap_or_default());

    // Arguments for the linker reach only this package's own tests and examples.
    let target = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    if target == "linux" {
        println!("cargo:rustc-link-arg=-Wl,-export-dynamic");
    } else if target == "macos" {
        println!("cargo:rustc-link-arg=-rdynamic");
    }
    if config.shared() && target != "windows" && !folder.is_empty() {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{folder}");
    }
}
