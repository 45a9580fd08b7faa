//! Makes the version of the Python that is being linked known to `cfg`.

fn main() {
    pyo3_build_config::use_pyo3_cfgs();
    println!("cargo:rerun-if-changed=python");
}
