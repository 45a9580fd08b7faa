//! Imports Python modules, extension modules and resources from packed resources.
//!
//! The crate is the Python module `oxidized_importer`: a meta path finder and loader
//! (`OxidizedFinder`) and the classes around it. What every import goes through (the table of
//! names, `find_spec`, `create_module`, `exec_module`, `get_code`) is native code over the C API;
//! the rest of the module's API is Python source inside the crate that is compiled when a program
//! first asks for it, so a program that only imports pays nothing for it.
//!
//! Use it in an interpreter that Rust code starts: put [`PyInit_oxidized_importer`] into the table
//! of built-in modules, import the module, and make a finder with [`new_finder`]. The crate
//! `pyembed` does all of that. Or build the extension module for an ordinary Python:
//! `cargo rustc -p oxidized-importer --release --crate-type cdylib`.

mod after_import;
mod cache_folder;
mod chunks;
#[cfg(any(target_os = "linux", target_os = "android"))]
mod elf;
mod extension;
mod finder;
mod inventory;
mod load;
mod module;
mod patterns;
#[doc(hidden)]
pub mod py;
mod state;
mod table;

pub use finder::new_finder;
pub use load::relative_path;
pub use module::PyInit_oxidized_importer;
pub use packed_resources;
pub use state::{map_file, FinderOptions, ModuleFile};
pub use table::{Found, Table};

/// The name under which Python imports the module.
pub const MODULE_NAME: &std::ffi::CStr = c"oxidized_importer";
