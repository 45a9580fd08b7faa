//! How an interpreter starts, for readers of the source.
//!
//! 1. The configuration is [resolved](crate::OxidizedPythonInterpreterConfig::resolve): arguments,
//!    the program's path, `$ORIGIN`.
//! 2. `PyImport_Inittab` is replaced by a copy with `oxidized_importer` and the caller's own modules.
//! 3. Packed resources are indexed; that is one pass over their index and needs no Python.
//! 4. CPython cannot start without the package `encodings`. Its modules are put into
//!    `PyImport_FrozenModules`, straight from the bytecode in the packed resources, so the start needs
//!    no file and no private function of CPython. The search path is empty meanwhile.
//! 5. `Py_PreInitialize`, allocators, `Py_InitializeFromConfig`.
//! 6. The finder is made and takes over `sys.meta_path` and `sys.path_hooks`; modules that came from
//!    step 4 get the finder as their loader. `site` is imported now, if it is wanted.
//! 7. Attributes of `sys` are set and the thread detaches.
//!
//! # Interpreters in sequence
//! After a drop, another interpreter can be started in the same process. This crate restores what it
//! has changed in CPython's globals, and up to 3.10 it also clears the search path that CPython keeps
//! from the last interpreter. What extension modules do with a second interpreter is their own
//! affair: a plain C program that imports `datetime` in one interpreter after the other dies of a double
//! free in CPython 3.12.1. A start that fails inside of CPython cannot be undone; further ones are errors.
//!
//! # Settings by Python version
//! Fields of [`PythonInterpreterConfig`](crate::PythonInterpreterConfig) mirror C fields of the same
//! name. All exist in 3.9 to 3.13; `dump_refs` and `show_ref_count` need specially built
//! interpreters, and the `legacy_windows_…` fields have no effect elsewhere than on Windows.
