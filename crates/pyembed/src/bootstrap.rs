//! Modules without which CPython cannot start.
//!
//! `PyImport_FrozenModules` is a public table of modules that the interpreter finds without a path.
//! Entries point straight at bytecode in the packed resources. The tables of built-in and frozen
//! modules are process-wide variables of CPython; they are changed only while no interpreter exists,
//! and their first values are kept, so that a second interpreter starts from the same state.

use std::ffi::{c_int, CString};
use std::path::Path;
use std::ptr;
use std::sync::OnceLock;

use oxidized_importer::packed_resources::{Field, Flags};
use oxidized_importer::{relative_path, Table};
use pyo3_ffi as ffi;

use crate::ExtensionModule;

/// Besides `encodings`: what some start needs before the finder is there. `io` and what it imports
/// (3.11 and newer have it frozen in); `warnings` for the option `-W`, and `re` for its patterns.
const EARLY: [&str; 20] = [
    "_collections_abc",
    "_py_warnings",
    "_weakrefset",
    "abc",
    "codecs",
    "collections",
    "collections.abc",
    "copyreg",
    "enum",
    "functools",
    "io",
    "keyword",
    "operator",
    "re",
    "reprlib",
    "sre_compile",
    "sre_constants",
    "sre_parse",
    "types",
    "warnings",
];

/// What every start needs; more is not read if modules lie in files.
const ALWAYS: [&str; 8] = [
    "abc",
    "codecs",
    "encodings",
    "encodings.aliases",
    "encodings.ascii",
    "encodings.latin_1",
    "encodings.utf_8",
    "io",
];

/// Those of them that 3.11 and newer have frozen in.
const FROZEN_IN: [&str; 4] = ["_collections_abc", "abc", "codecs", "io"];

/// Whether a module may be needed before the finder is there.
fn is_early(name: &str) -> bool {
    name == "encodings" || name.starts_with("encodings.") || name.starts_with("re._") || EARLY.contains(&name)
}

/// Whether the environment asks for nothing but UTF-8, so that a start needs no other codec.
fn is_plain_environment() -> bool {
    if std::env::var_os("PYTHONIOENCODING").is_some() || std::env::var_os("PYTHONWARNINGS").is_some() {
        return false;
    }
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(std::env::var_os).find(|value| !value.is_empty());
    set.is_none_or(|value| {
        let value = value.to_string_lossy().to_lowercase();
        value == "c" || value == "posix" || value.ends_with("utf-8") || value.ends_with("utf8")
    })
}

/// The values that CPython's variables had when the process started.
struct Originals {
    inittab: *mut ffi::_inittab,
    frozen: *const ffi::_frozen,
}

// SAFETY: the arrays are constants of the interpreter's library.
unsafe impl Send for Originals {}
// SAFETY: as above.
unsafe impl Sync for Originals {}

fn originals() -> &'static Originals {
    static ORIGINALS: OnceLock<Originals> = OnceLock::new();
    ORIGINALS.get_or_init(|| Originals {
        // SAFETY: read while no interpreter exists (see `Tables`).
        inittab: unsafe { ffi::PyImport_Inittab },
        // SAFETY: as above.
        frozen: unsafe { ffi::PyImport_FrozenModules },
    })
}

/// CPython's tables while one interpreter lives; dropping this restores the first ones.
pub struct Tables {
    _builtin: Vec<ffi::_inittab>,
    _frozen: Vec<ffi::_frozen>,
    _names: Vec<CString>,
    _read: Vec<Vec<u8>>,
    /// The names of the modules that were added to the frozen ones.
    pub own_frozen: Vec<String>,
}

// SAFETY: the pointers are names owned by the same structure, and constants.
unsafe impl Send for Tables {}

impl Tables {
    /// Sets CPython's tables.
    ///
    /// # Safety
    /// No interpreter exists, nobody else starts one, and `resources` outlives it.
    pub unsafe fn install(
        importer: bool,
        extra: &[ExtensionModule],
        resources: Option<&Table>,
        level: u8,
        origin: &Path,
    ) -> Tables {
        let originals = originals();
        let mut builtin = Vec::new();
        // SAFETY: the table ends with a row without name.
        unsafe {
            let mut row = originals.inittab;
            while !row.is_null() && !(*row).name.is_null() {
                builtin.push(*row);
                row = row.add(1);
            }
        }
        if importer {
            builtin.push(ffi::_inittab {
                name: oxidized_importer::MODULE_NAME.as_ptr(),
                initfunc: Some(oxidized_importer::PyInit_oxidized_importer),
            });
        }
        let mut names: Vec<CString> = extra.iter().map(|module| module.name.clone()).collect();
        for (name, module) in names.iter().zip(extra) {
            builtin.push(ffi::_inittab { name: name.as_ptr(), initfunc: Some(module.init_func) });
        }
        builtin.push(ffi::_inittab { name: ptr::null(), initfunc: None });
        // SAFETY: no interpreter exists; the vector lives until the tables are restored.
        unsafe { ffi::PyImport_Inittab = builtin.as_mut_ptr() };

        let mut frozen = Vec::new();
        let mut own_frozen = Vec::new();
        let mut read = Vec::new();
        if let Some(resources) = resources {
            // SAFETY: before 3.11 the table ends with a row without name, since then it is null.
            unsafe {
                let mut row = originals.frozen;
                while !row.is_null() && !(*row).name.is_null() {
                    frozen.push(*row);
                    row = row.add(1);
                }
            }
            let plain = is_plain_environment();
            for entry in resources.iter() {
                let frozen_in = entry.flags().intersects(Flags::FROZEN | Flags::BUILTIN_EXTENSION);
                if frozen_in || !is_early(entry.name()) || (cfg!(Py_3_11) && FROZEN_IN.contains(&entry.name())) {
                    continue;
                }
                let levels = [level, 0, 1, 2];
                let packed = levels.into_iter().find_map(|level| entry.data(Field::bytecode(level)));
                let is_package = entry.flags().contains(Flags::PACKAGE);
                let Ok(name) = CString::new(entry.name()) else { continue };
                if let Some(code) = packed {
                    frozen.push(frozen_row(&name, code, is_package));
                } else if plain && !ALWAYS.contains(&entry.name()) {
                    continue;
                } else {
                    // A module in a file: there is no finder yet that could load it.
                    let mut places = levels.into_iter().filter_map(|level| entry.data(Field::bytecode_path(level)));
                    let Some(code) = places.find_map(|place| read_bytecode(&origin.join(relative_path(place)))) else {
                        continue;
                    };
                    frozen.push(frozen_row(&name, &code, is_package));
                    read.push(code);
                }
                own_frozen.push(entry.name().to_owned());
                names.push(name);
            }
        }
        if own_frozen.is_empty() {
            frozen.clear();
            // SAFETY: no interpreter exists.
            unsafe { ffi::PyImport_FrozenModules = originals.frozen };
        } else {
            frozen.push(end_row());
            // SAFETY: no interpreter exists; the vector lives until the tables are restored.
            unsafe { ffi::PyImport_FrozenModules = frozen.as_ptr() };
        }
        Tables { _builtin: builtin, _frozen: frozen, _names: names, _read: read, own_frozen }
    }
}

impl Drop for Tables {
    fn drop(&mut self) {
        let originals = originals();
        // SAFETY: dropped after the interpreter was finalized or when its start failed. CPython reads
        // the tables only while an interpreter exists.
        unsafe {
            ffi::PyImport_Inittab = originals.inittab;
            ffi::PyImport_FrozenModules = originals.frozen;
        }
        forget_paths();
    }
}

/// Makes the next interpreter look for its paths anew.
///
/// Until 3.10 CPython takes the module search path of the last interpreter for one that the program
/// has set, and then does not compute another.
fn forget_paths() {
    #[cfg(not(Py_3_11))]
    // SAFETY: null clears what is kept in globals, which a finalized interpreter does not use.
    unsafe {
        #[allow(deprecated)]
        ffi::Py_SetPath(ptr::null());
    }
}

/// The code of a bytecode file: what follows its header of 16 bytes.
fn read_bytecode(path: &Path) -> Option<Vec<u8>> {
    let mut content = std::fs::read(path).ok()?;
    (content.len() > 16).then(|| content.split_off(16))
}

fn frozen_row(name: &CString, code: &[u8], is_package: bool) -> ffi::_frozen {
    let size = c_int::try_from(code.len()).unwrap_or(c_int::MAX);
    ffi::_frozen {
        name: name.as_ptr(),
        code: code.as_ptr(),
        #[cfg(not(Py_3_11))]
        // Until 3.10 a negative size marks a package.
        size: if is_package { -size } else { size },
        #[cfg(Py_3_11)]
        size,
        #[cfg(Py_3_11)]
        is_package: c_int::from(is_package),
        #[cfg(all(Py_3_11, not(Py_3_13)))]
        get_code: None,
    }
}

fn end_row() -> ffi::_frozen {
    // SAFETY: a row of null pointers and zeros is how the table ends.
    unsafe { std::mem::zeroed() }
}
