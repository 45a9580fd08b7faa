//! What a finder knows: its table of resources, the names it uses, and how both are asked.

use std::ffi::CStr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use memmap2::Mmap;
use packed_resources::{Flags, Index};
use pyo3_ffi as ffi;

use crate::extension::Loaded;
use crate::py::{self, Obj, PyResult};
use crate::table::Table;

/// What `__file__` of a module in memory is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ModuleFile {
    /// A path below the program's own path; no such file exists.
    #[default]
    Emulated,
    /// Modules in memory have no `__file__`.
    Absent,
}

/// What a finder is made from; see [`new_finder`](crate::new_finder).
pub struct FinderOptions {
    /// The folder that relative paths start from.
    pub origin: PathBuf,
    /// The path that paths of modules in memory start with: the program's own.
    pub program: PathBuf,
    /// What `__file__` of modules in memory is.
    pub module_file: ModuleFile,
    /// Packages for whose modules the other value holds: names, or patterns with `*`.
    pub module_file_exceptions: Vec<String>,
    /// The start method that is set when `multiprocessing` is imported.
    pub multiprocessing_start_method: Option<String>,
    /// The resources.
    pub resources: Table,
    /// Frozen modules that the embedding program added itself and that the finder should load.
    pub own_frozen: Vec<String>,
}

/// Interned names of attributes.
pub struct Names {
    pub name: Obj,
    pub spec: Obj,
    pub dict: Obj,
    pub file: Obj,
    pub cached: Obj,
    pub loader_state: Obj,
    pub set_fileattr: Obj,
    pub submodule_search_locations: Obj,
}

/// What the finder uses of Python's import system.
pub struct Importlib {
    pub module_spec: Obj,
    pub spec_keywords: Obj,
    pub builtin_importer: Obj,
    pub frozen_importer: Obj,
    pub call_removed: Obj,
    pub exec: Obj,
    pub compile: Obj,
    pub create_dynamic: Obj,
    pub exec_dynamic: Obj,
    pub fix_co_filename: Obj,
    pub is_frozen: Obj,
    pub names: Names,
}

/// The native part of a finder.
pub struct State {
    table: Mutex<Table>,
    loaded: Mutex<Loaded>,
    pub import: Importlib,
    pub module: Obj,
    pub origin: PathBuf,
    /// `path_hook_base_str`, which is the program's path as text.
    pub base: String,
    pub base_object: Obj,
    pub extension_suffix: String,
    pub level: u8,
    emulate: bool,
    emulate_exceptions: Vec<String>,
    pub start_method: Option<String>,
    own_frozen: Vec<String>,
    /// Whether the interpreter's frozen modules are still to be entered into the table.
    frozen_pending: AtomicBool,
}

fn interned(name: &CStr) -> PyResult<Obj> {
    // SAFETY: a terminated string gives a new reference.
    unsafe { Obj::owned(ffi::PyUnicode_InternFromString(name.as_ptr())) }
}

impl Importlib {
    fn new() -> PyResult<Importlib> {
        let bootstrap = py::import(c"_frozen_importlib")?;
        let native = py::import(c"_imp")?;
        let builtins = py::import(c"builtins")?;
        Ok(Importlib {
            module_spec: bootstrap.attr(c"ModuleSpec")?,
            spec_keywords: py::tuple(&[&interned(c"origin")?, &interned(c"is_package")?])?,
            builtin_importer: bootstrap.attr(c"BuiltinImporter")?,
            frozen_importer: bootstrap.attr(c"FrozenImporter")?,
            call_removed: bootstrap.attr(c"_call_with_frames_removed")?,
            exec: builtins.attr(c"exec")?,
            compile: builtins.attr(c"compile")?,
            create_dynamic: native.attr(c"create_dynamic")?,
            exec_dynamic: native.attr(c"exec_dynamic")?,
            fix_co_filename: native.attr(c"_fix_co_filename")?,
            is_frozen: native.attr(c"is_frozen")?,
            names: Names {
                name: interned(c"name")?,
                spec: interned(c"__spec__")?,
                dict: interned(c"__dict__")?,
                file: interned(c"__file__")?,
                cached: interned(c"cached")?,
                loader_state: interned(c"loader_state")?,
                set_fileattr: interned(c"_set_fileattr")?,
                submodule_search_locations: interned(c"submodule_search_locations")?,
            },
        })
    }
}

impl State {
    pub fn new(module: Obj, options: FinderOptions) -> PyResult<State> {
        let base_object = py::path(&options.program)?;
        let base = base_object.text().map(str::to_owned).or_else(|raised| {
            // A program path that is not valid text cannot be a prefix of emulated paths.
            py::clear_error();
            let _ = raised;
            Ok(options.program.to_string_lossy().into_owned())
        })?;
        let suffixes = py::import(c"_imp")?.call_method(c"extension_suffixes", &[])?;
        // SAFETY: a sequence; the result is a new reference or null with an error.
        let suffix = unsafe { Obj::owned(ffi::PySequence_GetItem(suffixes.as_ptr(), 0)) };
        let extension_suffix = match &suffix {
            Ok(suffix) => suffix.text()?.to_owned(),
            Err(_) => {
                py::clear_error();
                String::new()
            }
        };
        let level = match py::sys_attr(c"flags") {
            Some(flags) => {
                let level = flags.attr(c"optimize")?;
                // SAFETY: a live object; a wrong type gives -1, which the range takes care of.
                unsafe { ffi::PyLong_AsLong(level.as_ptr()) }.clamp(0, 2) as u8
            }
            None => 0,
        };
        Ok(State {
            table: Mutex::new(options.resources),
            loaded: Mutex::default(),
            import: Importlib::new()?,
            module,
            origin: options.origin,
            base,
            base_object,
            extension_suffix,
            level,
            emulate: options.module_file == ModuleFile::Emulated,
            emulate_exceptions: options.module_file_exceptions,
            start_method: options.multiprocessing_start_method,
            own_frozen: options.own_frozen,
            frozen_pending: AtomicBool::new(false),
        })
    }

    /// Whether a module in memory has a `__file__`.
    pub fn emulates(&self, name: &str) -> bool {
        let excepted = self.emulate_exceptions.iter().any(|pattern| crate::patterns::covers(pattern, name));
        self.emulate != excepted
    }

    /// Runs `look` with the table. It must not call Python: another thread that waits for the table
    /// may hold the interpreter.
    pub fn with_table<R>(&self, look: impl FnOnce(&Table) -> R) -> R {
        look(&self.lock())
    }

    pub fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` with the libraries loaded from memory; it must not call Python.
    pub fn with_loaded<R>(&self, work: impl FnOnce(&mut Loaded) -> R) -> R {
        work(&mut self.loaded.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Calls a function of the module, compiling its part of the module first if need be.
    pub fn chunk_call(&self, name: &CStr, arguments: &[&Obj]) -> PyResult<Obj> {
        crate::chunks::member(&self.module, name)?.call(arguments)
    }

    pub fn index_builtins(&self) {
        let mut names = Vec::new();
        // SAFETY: the table of built-in modules ends with a row without name; rows and names live as
        // long as the process.
        unsafe {
            let mut row = ffi::PyImport_Inittab;
            while !row.is_null() && !(*row).name.is_null() {
                names.push(CStr::from_ptr((*row).name).to_string_lossy().into());
                row = row.add(1);
            }
        }
        self.lock().add_flags(names, Flags::BUILTIN_EXTENSION);
    }

    /// Makes the interpreter's frozen modules known. Entering their names takes CPython a fifteenth of the
    /// start of an empty program, so it is put off until somebody wants to see the table; imports ask
    /// about one name at a time.
    pub fn know_frozen(&self) {
        self.frozen_pending.store(true, Ordering::Relaxed);
    }

    /// Whether a module is frozen that is not marked so in the table yet.
    pub fn is_pending_frozen(&self, name: &str) -> bool {
        if !self.frozen_pending.load(Ordering::Relaxed) || self.own_frozen.iter().any(|own| own == name) {
            return false;
        }
        let asked = py::string(name).and_then(|name| self.import.is_frozen.call(&[&name])?.is_true());
        asked.inspect_err(|_| py::clear_error()).unwrap_or(false)
    }

    /// Completes the table for those who look at all of it.
    pub fn complete(&self) -> PyResult<()> {
        if self.frozen_pending.load(Ordering::Relaxed) {
            self.index_frozen()?;
            // Only now: until the table is complete, other threads ask about each name.
            self.frozen_pending.store(false, Ordering::Relaxed);
        }
        Ok(())
    }

    pub fn index_frozen(&self) -> PyResult<()> {
        let mut names: Vec<Box<str>> = Vec::new();
        let mut add = |name: &str| {
            if !self.own_frozen.iter().any(|own| own == name) {
                names.push(name.into());
            }
        };
        match py::import(c"_imp")?.attr_or_none(c"_frozen_module_names") {
            Some(function) => py::for_each(&function.call(&[])?, |name| {
                add(name.text()?);
                Ok(())
            })?,
            None => {
                // SAFETY: before 3.11 this is an array that ends with a row without name.
                unsafe {
                    let mut row = ffi::PyImport_FrozenModules;
                    while !row.is_null() && !(*row).name.is_null() {
                        add(&CStr::from_ptr((*row).name).to_string_lossy());
                        row = row.add(1);
                    }
                }
            }
        }
        self.lock().add_flags(names, Flags::FROZEN);
        Ok(())
    }

    pub fn index_bytes(&self, data: &Obj) -> PyResult<()> {
        // SAFETY: a live object (str included) says whether it has a buffer.
        unsafe {
            if ffi::PyObject_CheckBuffer(data.as_ptr()) == 0 {
                return Err(py::raise_type("a bytes-like object is required"));
            }
            let mut buffer: Box<ffi::Py_buffer> = Box::new(std::mem::zeroed());
            py::check(ffi::PyObject_GetBuffer(data.as_ptr(), &mut *buffer, ffi::PyBUF_SIMPLE))?;
            let added = self.lock().add_buffer(buffer);
            added.map_err(|error| py::raise_value(&error.to_string()))
        }
    }

    pub fn index_file(&self, path: &Obj) -> PyResult<()> {
        let path = py::to_path(path)?;
        let map = map_file(&path).map_err(|error| py::raise_io(&error, &path))?;
        // What Python code indexes may come from anywhere, so all of it is checked.
        let added = Index::parse(&map).map(drop).and_then(|()| self.lock().add_mapped(map));
        added.map_err(|error| py::raise_value(&error.to_string()))
    }
}

/// Maps a file for reading.
pub fn map_file(path: &std::path::Path) -> std::io::Result<Mmap> {
    let file = std::fs::File::open(path)?;
    // SAFETY: the program's own data are not changed while it runs; whoever truncates them breaks
    // the program as with any mapped executable.
    unsafe { Mmap::map(&file) }
}
