//! The type `OxidizedFinder`: meta path finder and loader.

use std::ffi::{c_int, c_void, CStr};
use std::path::PathBuf;
use std::ptr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use memmap2::Mmap;
use packed_resources::{Field, Flags, Resource, Shape};
use pyo3_ffi as ffi;
use pyo3_ffi::{PyObject, Py_ssize_t};

use crate::extension::Loaded;
use crate::py::{self, bind, guard, Obj, PyResult};
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

/// What a finder is made from; see [`new_finder`].
pub struct FinderOptions {
    /// The folder that relative paths start from.
    pub origin: PathBuf,
    /// The path that paths of modules in memory start with: the program's own.
    pub program: PathBuf,
    /// What `__file__` of modules in memory is.
    pub module_file: ModuleFile,
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
    pub emulate: bool,
    pub start_method: Option<String>,
    own_frozen: Vec<String>,
}

#[repr(C)]
struct FinderObject {
    base: PyObject,
    state: *mut State,
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
    fn new(module: Obj, options: FinderOptions) -> PyResult<State> {
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
            start_method: options.multiprocessing_start_method,
            own_frozen: options.own_frozen,
        })
    }

    /// Runs `look` with the table. It must not call Python: another thread that waits for the table
    /// may hold the interpreter.
    pub fn with_table<R>(&self, look: impl FnOnce(&Table) -> R) -> R {
        look(&self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
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

    fn index_builtins(&self) {
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

    fn index_frozen(&self) -> PyResult<()> {
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

    fn index_bytes(&self, data: &Obj) -> PyResult<()> {
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

    fn index_file(&self, path: &Obj) -> PyResult<()> {
        let path = py::to_path(path)?;
        let map = map_file(&path).map_err(|error| py::raise_io(&error, &path))?;
        let added = self.lock().add_mapped(map);
        added.map_err(|error| py::raise_value(&error.to_string()))
    }

    fn names(&self) -> PyResult<Obj> {
        let names: Vec<(String, bool, bool)> = self.with_table(|table| {
            let entries = table.iter();
            entries
                .map(|found| {
                    let importable = matches!(
                        crate::load::plan(&found, self.level),
                        Some(crate::load::Plan {
                            kind: crate::load::Kind::Extension(_)
                                | crate::load::Kind::Module(_)
                                | crate::load::Kind::Namespace,
                            ..
                        })
                    );
                    let package = found.flags().intersects(Flags::PACKAGE | Flags::NAMESPACE_PACKAGE);
                    (found.name().to_owned(), package, importable)
                })
                .collect()
        });
        let list = py::list()?;
        for (name, package, importable) in names {
            list.list_append(&py::tuple(&[&py::string(&name)?, &py::boolean(package), &py::boolean(importable)])?)?;
        }
        Ok(list)
    }

    /// `(name, {tag: True}, {tag: bytes}, {tag: {name: bytes}}, [dependency] or None)`.
    fn describe(&self, name: &str) -> PyResult<Obj> {
        let guard = self.lock();
        let Some(found) = guard.get(name) else { return Ok(py::none()) };
        let flags = found.flags();
        let resource = found.decode();
        // SAFETY: the views point into blobs, which outlive the lock.
        let resource: Resource<'static> = unsafe { std::mem::transmute(resource) };
        drop(guard);
        describe(&resource, flags)
    }

    fn add(&self, described: &Obj) -> PyResult<()> {
        let mut parts = Vec::new();
        py::for_each(described, |part| {
            parts.push(part);
            Ok(())
        })?;
        let [name, flags, data, items, dependencies] = &parts[..] else {
            return Err(py::raise_type("a description has five parts"));
        };
        let mut resource = Resource::new(name.text()?.to_owned());
        each_item(flags, |tag, _| {
            resource.flags.insert(Flags::from_tag(tag_of(tag)?).unwrap_or_default());
            Ok(())
        })?;
        each_item(data, |tag, value| {
            if let Some(field) = Field::from_tag(tag_of(tag)?) {
                resource.set_data(field, py::bytes_of(value)?.to_vec());
            }
            Ok(())
        })?;
        each_item(items, |tag, map| {
            if let Some(field) = Field::from_tag(tag_of(tag)?) {
                let target = resource.items_mut(field);
                each_item(map, |name, value| {
                    target.insert(name.text()?.to_owned().into(), py::bytes_of(value)?.to_vec().into());
                    Ok(())
                })?;
            }
            Ok(())
        })?;
        if !dependencies.is_none() {
            let mut names = Vec::new();
            py::for_each(dependencies, |name| {
                names.push(name.text()?.to_owned().into());
                Ok(())
            })?;
            resource.set_dependencies(names);
        }
        let added = self.lock().replace(&[resource]);
        added.map_err(|error| py::raise_value(&error.to_string()))
    }

    fn serialize(&self, ignore_builtin: bool, ignore_frozen: bool) -> PyResult<Obj> {
        let blob = {
            let guard = self.lock();
            let resources: Vec<Resource<'_>> = guard
                .iter()
                .filter(|found| {
                    let flags = found.flags();
                    !(ignore_builtin && flags.contains(Flags::BUILTIN_EXTENSION)
                        || ignore_frozen && flags.contains(Flags::FROZEN))
                })
                .map(|found| found.decode())
                .collect();
            packed_resources::write(&resources, packed_resources::Padding::None)
        };
        py::bytes(&blob.map_err(|error| py::raise_value(&error.to_string()))?)
    }

    fn names_with(&self, field: Field) -> PyResult<Obj> {
        let names: Vec<String> = self.with_table(|table| {
            let entries = table.iter().filter(|found| found.items(field).is_some());
            entries.map(|found| found.name().to_owned()).collect()
        });
        let list = py::list()?;
        for name in names {
            list.list_append(&py::string(&name)?)?;
        }
        Ok(list)
    }

    /// `(is_package, importable)`, or `None` for an unknown name.
    fn kind(&self, name: &str) -> PyResult<Obj> {
        let kind = self.with_table(|table| {
            let found = table.get(name)?;
            let package = found.flags().intersects(Flags::PACKAGE | Flags::NAMESPACE_PACKAGE);
            Some((package, crate::load::plan(&found, self.level).is_some()))
        });
        match kind {
            None => Ok(py::none()),
            Some((package, importable)) => py::tuple(&[&py::boolean(package), &py::boolean(importable)]),
        }
    }

    fn data(&self, name: &str, field: Field) -> PyResult<Obj> {
        let data = self.with_table(|table| {
            // SAFETY: used at once; the finder, which owns the blobs, is alive.
            table.get(name)?.data(field).map(|data| unsafe { crate::load::blob_view(data) })
        });
        data.map_or_else(|| Ok(py::none()), py::bytes)
    }

    fn item_names(&self, name: &str, field: Field) -> PyResult<Obj> {
        let names: Option<Vec<String>> = self.with_table(|table| {
            let items = table.get(name)?.items(field)?;
            Some(items.map(|(name, _)| name.to_owned()).collect())
        });
        let Some(names) = names else { return Ok(py::none()) };
        let list = py::list()?;
        for name in names {
            list.list_append(&py::string(&name)?)?;
        }
        Ok(list)
    }

    fn item(&self, name: &str, field: Field, item: &str) -> PyResult<Obj> {
        let data = self.with_table(|table| {
            let data = table.get(name)?.item(field, item)?;
            // SAFETY: used at once; the finder, which owns the blobs, is alive.
            Some(unsafe { crate::load::blob_view(data) })
        });
        data.map_or_else(|| Ok(py::none()), py::bytes)
    }
}

fn describe(resource: &Resource<'_>, flags: Flags) -> PyResult<Obj> {
    let (flag_map, data, items) = (py::dict()?, py::dict()?, py::dict()?);
    let set = |map: &Obj, key: &Obj, value: &Obj| {
        // SAFETY: live objects.
        py::check(unsafe { ffi::PyDict_SetItem(map.as_ptr(), key.as_ptr(), value.as_ptr()) })
    };
    for (flag, tag) in Flags::TAGS {
        if flags.contains(flag) {
            set(&flag_map, &py::integer(i64::from(tag))?, &py::boolean(true))?;
        }
    }
    for field in Field::ALL {
        let tag = py::integer(field as i64)?;
        if let Some(bytes) = resource.data(field) {
            set(&data, &tag, &py::bytes(bytes)?)?;
        }
        if let Some(map) = resource.items(field) {
            let target = py::dict()?;
            for (name, value) in map {
                set(&target, &py::string(name)?, &py::bytes(value)?)?;
            }
            set(&items, &tag, &target)?;
        }
    }
    let dependencies = match resource.dependencies() {
        None => py::none(),
        Some(names) => {
            let list = py::list()?;
            for name in names {
                list.list_append(&py::string(name)?)?;
            }
            list
        }
    };
    py::tuple(&[&py::string(&resource.name)?, &flag_map, &data, &items, &dependencies])
}

fn each_item(map: &Obj, mut each: impl FnMut(&Obj, &Obj) -> PyResult<()>) -> PyResult<()> {
    py::for_each(&map.call_method(c"items", &[])?, |pair| {
        // SAFETY: `items` gives pairs; a shorter tuple raises.
        let (key, value) = unsafe {
            (
                Obj::owned(ffi::PySequence_GetItem(pair.as_ptr(), 0))?,
                Obj::owned(ffi::PySequence_GetItem(pair.as_ptr(), 1))?,
            )
        };
        each(&key, &value)
    })
}

fn tag_of(object: &Obj) -> PyResult<u8> {
    // SAFETY: a live object; a wrong type gives -1 and an exception.
    let value = unsafe { ffi::PyLong_AsLong(object.as_ptr()) };
    u8::try_from(value).map_err(|_| py::raise_value("invalid field type"))
}

fn item_field(object: &Obj) -> PyResult<Field> {
    Field::from_tag(tag_of(object)?)
        .filter(|field| !matches!(field.shape(), Shape::Data32 | Shape::Data64))
        .ok_or_else(|| py::raise_value("invalid field type"))
}

/// Maps a file for reading.
pub fn map_file(path: &std::path::Path) -> std::io::Result<Mmap> {
    let file = std::fs::File::open(path)?;
    // SAFETY: the program's own data are not changed while it runs; whoever truncates them breaks
    // the program as with any mapped executable.
    unsafe { Mmap::map(&file) }
}

/// The native part of a finder object.
///
/// # Safety
/// `object` is an `OxidizedFinder`, alive for all of `'a`.
unsafe fn state_of<'a>(object: *mut PyObject) -> PyResult<&'a State> {
    // SAFETY: the caller promises the type; the pointer is set once, when the object is made.
    unsafe { (*object.cast::<FinderObject>()).state.as_ref() }
        .ok_or_else(|| py::raise_runtime("OxidizedFinder was not initialized"))
}

/// Makes a finder.
///
/// `module` is the imported module `oxidized_importer`. The interpreter's own built-in and frozen
/// modules are indexed as well.
///
/// # Safety
/// The thread is attached to the interpreter.
pub unsafe fn new_finder(module: &Obj, options: FinderOptions) -> PyResult<Obj> {
    let kind = module.attr(c"OxidizedFinder")?;
    let state = State::new(module.clone(), options)?;
    state.index_builtins();
    state.index_frozen()?;
    // SAFETY: `OxidizedFinder` is the type made from `TYPE_SPEC`.
    unsafe { allocate(kind.as_ptr().cast(), state) }
}

/// # Safety
/// `kind` is the type made from [`new_type`].
unsafe fn allocate(kind: *mut ffi::PyTypeObject, state: State) -> PyResult<Obj> {
    // SAFETY: allocating gives an object with a zeroed tail, into which the state is put.
    unsafe {
        let object = Obj::owned(ffi::PyType_GenericAlloc(kind, 0))?;
        (*object.as_ptr().cast::<FinderObject>()).state = Box::into_raw(Box::new(state));
        Ok(object)
    }
}

unsafe extern "C" fn finder_new(
    kind: *mut ffi::PyTypeObject,
    arguments: *mut PyObject,
    keywords: *mut PyObject,
) -> *mut PyObject {
    guard(ptr::null_mut(), || {
        // SAFETY: Python passes a tuple and a dict or null.
        let given = unsafe {
            let positional = ffi::PyTuple_Size(arguments);
            let named = if keywords.is_null() { 0 } else { ffi::PyDict_Size(keywords) };
            if positional + named > 1 {
                return Err(py::raise_type("OxidizedFinder() takes at most 1 argument"));
            }
            if positional == 1 {
                Some(Obj::borrowed(ffi::PyTuple_GetItem(arguments, 0)))
            } else if named == 1 {
                let found = ffi::PyDict_GetItemString(keywords, c"relative_path_origin".as_ptr());
                if found.is_null() {
                    return Err(py::raise_type("OxidizedFinder() takes only relative_path_origin"));
                }
                Some(Obj::borrowed(found))
            } else {
                None
            }
        };
        let program = match py::sys_attr(c"executable").filter(|path| path.is_true().unwrap_or(false)) {
            Some(path) => py::to_path(&path)?,
            None => std::env::current_exe().unwrap_or_default(),
        };
        let origin = match given.filter(|given| !given.is_none()) {
            Some(given) => py::to_path(&given)?,
            None => {
                let program = std::env::current_exe().unwrap_or_else(|_| program.clone());
                program.parent().map(PathBuf::from).unwrap_or_default()
            }
        };
        let options = FinderOptions {
            origin,
            program,
            module_file: ModuleFile::Emulated,
            multiprocessing_start_method: None,
            resources: Table::default(),
            own_frozen: Vec::new(),
        };
        let module = py::import(crate::MODULE_NAME)?;
        let state = State::new(module, options)?;
        // SAFETY: Python calls this for the type made from `new_type` only; it cannot be subclassed.
        unsafe { allocate(kind, state) }.map(Obj::into_ptr)
    })
}

unsafe extern "C" fn finder_dealloc(object: *mut PyObject) {
    // SAFETY: called once, for an object of this type; heap types count their instances.
    unsafe {
        let kind = ffi::Py_TYPE(object);
        let state = (*object.cast::<FinderObject>()).state;
        if !state.is_null() {
            drop(Box::from_raw(state));
        }
        ffi::PyObject_Free(object.cast());
        ffi::Py_DECREF(kind.cast());
    }
}

/// Defines the C function of a method: arguments are bound, `self` is looked up, panics are caught.
macro_rules! method {
    ($function:ident, $name:literal, [$($parameter:literal),*], $required:literal, $body:expr) => {
        unsafe extern "C" fn $function(
            object: *mut PyObject,
            arguments: *const *mut PyObject,
            count: Py_ssize_t,
            keywords: *mut PyObject,
        ) -> *mut PyObject {
            const PARAMETERS: &[&str] = &[$($parameter),*];
            guard(ptr::null_mut(), || {
                // SAFETY: Python passes what the method's flags promise, and a live `self`.
                let (bound, state, finder) = unsafe {
                    let bound = bind::<{ PARAMETERS.len() }>($name, PARAMETERS, $required, arguments, count, keywords)?;
                    (bound, state_of(object)?, Obj::borrowed(object))
                };
                let body: fn(&State, &Obj, [Option<Obj>; PARAMETERS.len()]) -> PyResult<Obj> = $body;
                body(state, &finder, bound).map(Obj::into_ptr)
            })
        }
    };
}

/// A bound argument that is required, hence present.
fn required(argument: Option<Obj>) -> Obj {
    argument.unwrap_or_else(py::none)
}

fn nothing(result: PyResult<()>) -> PyResult<Obj> {
    result.map(|()| py::none())
}

method!(find_spec, "find_spec", ["fullname", "path", "target"], 1, |state, finder, [name, _, _]| {
    state.find_spec(finder, &required(name))
});
method!(find_module, "find_module", ["fullname", "path"], 1, |state, finder, [name, _]| {
    let spec = state.find_spec(finder, &required(name))?;
    if spec.is_none() { Ok(spec) } else { spec.attr(c"loader") }
});
method!(invalidate_caches, "invalidate_caches", [], 0, |_, _, _| Ok(py::none()));
method!(create_module, "create_module", ["spec"], 1, |state, finder, [spec]| {
    state.create_module(finder, &required(spec))
});
method!(exec_module, "exec_module", ["module"], 1, |state, finder, [module]| {
    nothing(state.exec_module(finder, &required(module)))
});
method!(get_code, "get_code", ["fullname"], 1, |state, _, [name]| state.get_code(&required(name)));
method!(get_source, "get_source", ["fullname"], 1, |state, _, [name]| state.get_source(&required(name)));
method!(get_filename, "get_filename", ["fullname"], 1, |state, _, [name]| state.get_filename(&required(name)));
method!(is_package, "is_package", ["fullname"], 1, |state, _, [name]| {
    state.is_package(&required(name)).map(py::boolean)
});
method!(get_data, "get_data", ["path"], 1, |state, finder, [path]| {
    state.chunk_call(c"_get_data", &[finder, &required(path)])
});
method!(get_resource_reader, "get_resource_reader", ["fullname"], 1, |state, finder, [name]| {
    state.chunk_call(c"_get_resource_reader", &[finder, &required(name)])
});
method!(find_distributions, "find_distributions", ["context"], 0, |state, finder, [context]| {
    state.chunk_call(c"_find_distributions", &[finder, &required(context)])
});
method!(iter_modules, "iter_modules", ["prefix"], 0, |state, finder, [prefix]| {
    state.chunk_call(c"_iter_modules", &[finder, &py::string("")?, &required(prefix)])
});
method!(path_hook, "path_hook", ["path"], 1, |state, finder, [path]| {
    let path = required(path);
    // Every entry of `sys.path` comes through here, so the usual answer is given without Python.
    // SAFETY: a type check of a live object.
    if unsafe { ffi::PyUnicode_Check(path.as_ptr()) } != 0 {
        let base = state.base.as_bytes();
        let origin = state.origin.as_os_str().as_encoded_bytes();
        let ours = path.text().inspect_err(|_| py::clear_error()).is_ok_and(|text| {
            let text = text.as_bytes();
            text.starts_with(base) || (text.len() > origin.len() && text.starts_with(origin))
        });
        if !ours {
            return Err(py::raise_import("path is not handled by this OxidizedFinder", ""));
        }
    }
    state.chunk_call(c"_path_hook", &[finder, &path])
});
method!(index_bytes, "index_bytes", ["data"], 1, |state, _, [data]| {
    nothing(state.index_bytes(&required(data)))
});
method!(index_file, "index_file_memory_mapped", ["path"], 1, |state, _, [path]| {
    nothing(state.index_file(&required(path)))
});
method!(index_builtin_extensions, "index_interpreter_builtin_extension_modules", [], 0, |state, _, _| {
    state.index_builtins();
    Ok(py::none())
});
method!(index_frozen, "index_interpreter_frozen_modules", [], 0, |state, _, _| nothing(state.index_frozen()));
method!(index_interpreter, "index_interpreter_builtins", [], 0, |state, _, _| {
    state.index_builtins();
    nothing(state.index_frozen())
});
method!(indexed_resources, "indexed_resources", [], 0, |state, finder, _| {
    state.chunk_call(c"_indexed_resources", &[finder])
});
method!(add_resource, "add_resource", ["resource"], 1, |state, finder, [resource]| {
    state.chunk_call(c"_add_resource", &[finder, &required(resource)])
});
method!(add_resources, "add_resources", ["resources"], 1, |state, finder, [resources]| {
    state.chunk_call(c"_add_resources", &[finder, &required(resources)])
});
method!(
    serialize,
    "serialize_indexed_resources",
    ["ignore_builtin", "ignore_frozen"],
    0,
    |state, _, [builtin, frozen]| {
        let flag = |value: Option<Obj>| value.map_or(Ok(true), |value| value.is_true());
        state.serialize(flag(builtin)?, flag(frozen)?)
    }
);
method!(names, "_names", [], 0, |state, _, _| state.names());
method!(names_with, "_names_with", ["tag"], 1, |state, _, [tag]| state.names_with(item_field(&required(tag))?));
method!(kind, "_kind", ["name"], 1, |state, _, [name]| state.kind(required(name).text()?));
method!(data, "_data", ["name", "tag"], 2, |state, _, [name, tag]| {
    let field = Field::from_tag(tag_of(&required(tag))?).ok_or_else(|| py::raise_value("invalid field type"))?;
    state.data(required(name).text()?, field)
});
method!(describe_entry, "_describe", ["name"], 1, |state, _, [name]| state.describe(required(name).text()?));
method!(add_described, "_add", ["described"], 1, |state, _, [described]| {
    nothing(state.add(&required(described)))
});
method!(item_names, "_item_names", ["name", "tag"], 2, |state, _, [name, tag]| {
    state.item_names(required(name).text()?, item_field(&required(tag))?)
});
method!(item, "_item", ["name", "tag", "item"], 3, |state, _, [name, tag, item]| {
    state.item(required(name).text()?, item_field(&required(tag))?, required(item).text()?)
});
method!(thread_excepthook, "_thread_excepthook", ["args"], 1, |state, _, [arguments]| {
    state.chunk_call(c"_thread_excepthook", &[&required(arguments)])
});
method!(reduce, "__reduce__", [], 0, |_, _, _| Err(py::raise_type("cannot pickle 'OxidizedFinder' object")));

unsafe extern "C" fn get_attribute(object: *mut PyObject, closure: *mut c_void) -> *mut PyObject {
    guard(ptr::null_mut(), || {
        // SAFETY: Python passes a live `self`.
        let state = unsafe { state_of(object)? };
        match closure as usize {
            0 => match &state.start_method {
                Some(method) => py::string(method),
                None => Ok(py::none()),
            },
            1 => py::path(&state.origin),
            2 => Ok(state.base_object.clone()),
            _ => Ok(py::boolean(true)),
        }
        .map(Obj::into_ptr)
    })
}

type Method = unsafe extern "C" fn(*mut PyObject, *const *mut PyObject, Py_ssize_t, *mut PyObject) -> *mut PyObject;

/// Makes the type `OxidizedFinder`.
pub fn new_type() -> PyResult<Obj> {
    let methods: [(&CStr, Method, &CStr); 34] = [
        (c"find_spec", find_spec, c"Gives the spec of a module, or None."),
        (c"find_module", find_module, c"Gives the loader of a module, or None."),
        (c"invalidate_caches", invalidate_caches, c"Does nothing: there are no caches."),
        (c"create_module", create_module, c"Makes the module object for a spec."),
        (c"exec_module", exec_module, c"Executes a module's code."),
        (c"get_code", get_code, c"Gives the code object of a module, or None."),
        (c"get_source", get_source, c"Gives the source text of a module, or None."),
        (c"get_filename", get_filename, c"Gives what __file__ of a module is."),
        (c"is_package", is_package, c"Tells whether a module is a package."),
        (c"get_data", get_data, c"Gives the bytes of a resource by its path."),
        (c"get_resource_reader", get_resource_reader, c"Gives the resource reader of a package, or None."),
        (c"find_distributions", find_distributions, c"Gives an iterator over installed distributions."),
        (c"iter_modules", iter_modules, c"Lists top-level modules as pairs of name and is-package."),
        (c"path_hook", path_hook, c"Gives a path entry finder for a package's path."),
        (c"index_bytes", index_bytes, c"Indexes packed resources in a buffer."),
        (c"index_file_memory_mapped", index_file, c"Maps a file and indexes its packed resources."),
        (c"index_interpreter_builtins", index_interpreter, c"Indexes built-in and frozen modules."),
        (
            c"index_interpreter_builtin_extension_modules",
            index_builtin_extensions,
            c"Indexes built-in extension modules.",
        ),
        (c"index_interpreter_frozen_modules", index_frozen, c"Indexes frozen modules."),
        (c"indexed_resources", indexed_resources, c"Lists all resources, sorted by name, as copies."),
        (c"add_resource", add_resource, c"Adds a resource; it replaces one of the same name."),
        (c"add_resources", add_resources, c"Adds resources of an iterable."),
        (c"serialize_indexed_resources", serialize, c"Gives all resources as packed resources."),
        (c"_names", names, c""),
        (c"_names_with", names_with, c""),
        (c"_kind", kind, c""),
        (c"_data", data, c""),
        (c"_describe", describe_entry, c""),
        (c"_add", add_described, c""),
        (c"_item_names", item_names, c""),
        (c"_item", item, c""),
        (c"_thread_excepthook", thread_excepthook, c""),
        (c"__reduce__", reduce, c""),
        (c"__reduce_ex__", reduce_ex, c""),
    ];
    let attributes: [&CStr; 4] = [
        c"multiprocessing_set_start_method",
        c"origin",
        c"path_hook_base_str",
        c"pkg_resources_import_auto_register",
    ];
    // The tables live as long as the type, which may be as long as the process: they are leaked. That
    // is one small block for each interpreter that is started.
    let mut method_rows: Vec<ffi::PyMethodDef> = Vec::with_capacity(methods.len() + 1);
    for (name, function, doc) in methods {
        method_rows.push(ffi::PyMethodDef {
            ml_name: name.as_ptr(),
            ml_meth: ffi::PyMethodDefPointer { PyCFunctionFastWithKeywords: function },
            ml_flags: ffi::METH_FASTCALL | ffi::METH_KEYWORDS,
            ml_doc: doc.as_ptr(),
        });
    }
    method_rows.push(ffi::PyMethodDef::zeroed());
    let mut attribute_rows: Vec<ffi::PyGetSetDef> = Vec::with_capacity(attributes.len() + 1);
    for (position, name) in attributes.into_iter().enumerate() {
        attribute_rows.push(ffi::PyGetSetDef {
            name: name.as_ptr(),
            get: Some(get_attribute),
            set: None,
            doc: ptr::null(),
            closure: position as *mut c_void,
        });
    }
    attribute_rows.push(ffi::PyGetSetDef::default());
    let doc = c"OxidizedFinder(relative_path_origin=None)\n--\n\nImports modules from packed resources.";
    let mut slots = [
        ffi::PyType_Slot { slot: ffi::Py_tp_new, pfunc: finder_new as *mut c_void },
        ffi::PyType_Slot { slot: ffi::Py_tp_dealloc, pfunc: finder_dealloc as *mut c_void },
        ffi::PyType_Slot { slot: ffi::Py_tp_methods, pfunc: method_rows.leak().as_mut_ptr().cast() },
        ffi::PyType_Slot { slot: ffi::Py_tp_getset, pfunc: attribute_rows.leak().as_mut_ptr().cast() },
        ffi::PyType_Slot { slot: ffi::Py_tp_doc, pfunc: doc.as_ptr() as *mut c_void },
        ffi::PyType_Slot { slot: 0, pfunc: ptr::null_mut() },
    ];
    let mut spec = ffi::PyType_Spec {
        name: c"oxidized_importer.OxidizedFinder".as_ptr(),
        basicsize: size_of::<FinderObject>() as c_int,
        itemsize: 0,
        flags: ffi::Py_TPFLAGS_DEFAULT as _,
        slots: slots.as_mut_ptr(),
    };
    // SAFETY: the spec and its tables are complete and end with empty rows.
    unsafe { Obj::owned(ffi::PyType_FromSpec(&mut spec)) }
}

method!(reduce_ex, "__reduce_ex__", ["protocol"], 1, |_, _, _| {
    Err(py::raise_type("cannot pickle 'OxidizedFinder' object"))
});
