//! Links the program with the Python that PyO3 found: `PYO3_PYTHON`, else `python3` on PATH.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-env=PYTHON={}", env::var("DEP_PYEMBED_PYTHON_EXECUTABLE").unwrap_or_default());
    match env::var("CARGO_CFG_TARGET_OS").as_deref() {
        // Extension modules find Python's functions in the program.
        Ok("linux") => println!("cargo:rustc-link-arg-bins=-Wl,-export-dynamic"),
        Ok("macos") => println!("cargo:rustc-link-arg-bins=-rdynamic"),
        _ => return,
    }
    if env::var("DEP_PYEMBED_LIBPYTHON_SHARED").as_deref() == Ok("true") {
        let folder = env::var("DEP_PYEMBED_LIBPYTHON_DIR").unwrap_or_default();
        println!("cargo:rustc-link-arg-bins=-Wl,-rpath,{folder}");
    }
}
