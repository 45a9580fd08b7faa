//! Embeds a Python interpreter in a Rust program.
//!
//! Modules and resource files come from *packed resources*, which may be part of the program, lie in
//! a mapped file, or be absent; then the crate starts an ordinary interpreter.
//!
//! ```no_run
//! use pyembed::{MainPythonInterpreter, OxidizedPythonInterpreterConfig};
//!
//! let mut config = OxidizedPythonInterpreterConfig::default();
//! config.interpreter_config.run_command = Some("print('hello')".to_string());
//! let interpreter = MainPythonInterpreter::new(config).expect("Python did not start");
//! std::process::exit(interpreter.run());
//! ```
//!
//! CPython 3.9 and newer is supported from one source (3.10 to 3.13 are tested), linked statically or
//! as a shared library. Features: see the crate's manifest; [`technotes`] tells how a start works.

mod allocator;
mod bootstrap;
mod c_config;
mod config;
mod environment;
mod error;
mod interpreter;
mod interpreter_config;
mod json;
mod json_config;
pub mod launcher;
mod multiprocessing;
mod payload;
mod resolve;
mod resources;
mod setup;
mod startup;
pub mod technotes;

pub use allocator::PythonMemoryAllocator;
pub use config::{
    ExtensionModule, ModuleFile, OxidizedPythonInterpreterConfig, PackedResourcesSource,
    ResolvedOxidizedPythonInterpreterConfig,
};
pub use error::NewInterpreterError;
pub use interpreter::{MainPythonInterpreter, PyErr, PyResult, Python};
pub use interpreter_config::{
    Allocator, BytecodeOptimizationLevel, BytesWarning, CheckHashPycsMode, CoerceCLocale, MemoryAllocatorBackend,
    MultiprocessingStartMethod, PythonInterpreterConfig, PythonInterpreterProfile, TerminfoResolution,
};
pub use resources::PythonResourcesState;
