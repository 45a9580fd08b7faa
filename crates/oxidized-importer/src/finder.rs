//! The type `OxidizedFinder`: meta path finder and loader.

use std::cell::Cell;
use std::ffi::{c_int, c_void, CStr};
use std::path::PathBuf;
use std::ptr;

use packed_resources::Field;
use pyo3_ffi as ffi;
use pyo3_ffi::{PyObject, Py_ssize_t};

use crate::inventory::{item_field, tag_of};
use crate::py::{self, bind, guard, Obj, PyResult};
use crate::state::{FinderOptions, ModuleFile, State};
use crate::table::Table;

#[repr(C)]
struct FinderObject {
    base: PyObject,
    state: *mut State,
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
    state.know_frozen();
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
            module_file_exceptions: Vec::new(),
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
    if spec.is_none() {
        Ok(spec)
    } else {
        spec.attr(c"loader")
    }
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
    first_path_hook(state, finder, &path)
});

thread_local! {
    /// Whether this thread is compiling the Python part of the path hook.
    static COMPILING: Cell<bool> = const { Cell::new(false) };
}

/// Calls the Python part of the path hook. Compiling it imports `os`, which before 3.11 is not frozen: in a program
/// without modules in memory that asks this hook about the same folder. It is CPython's folder for that while.
fn first_path_hook(state: &State, finder: &Obj, path: &Obj) -> PyResult<Obj> {
    const HOOK: &CStr = c"_path_hook";
    if crate::chunks::is_defined(&state.module, HOOK) {
        return state.chunk_call(HOOK, &[finder, path]);
    }
    if COMPILING.replace(true) {
        return Err(py::raise_import("path is not handled by this OxidizedFinder", ""));
    }
    let found = state.chunk_call(HOOK, &[finder, path]);
    COMPILING.set(false);
    found
}

method!(index_bytes, "index_bytes", ["data"], 1, |state, _, [data]| { nothing(state.index_bytes(&required(data))) });
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
method!(add_described, "_add", ["described"], 1, |state, _, [described]| { nothing(state.add(&required(described))) });
method!(item_names, "_item_names", ["name", "tag"], 2, |state, _, [name, tag]| {
    state.item_names(required(name).text()?, item_field(&required(tag))?)
});
method!(item, "_item", ["name", "tag", "item"], 3, |state, _, [name, tag, item]| {
    state.item(required(name).text()?, item_field(&required(tag))?, required(item).text()?)
});
method!(thread_excepthook, "_thread_excepthook", ["args"], 1, |state, _, [arguments]| {
    state.chunk_call(c"_thread_excepthook", &[&required(arguments)])
});
method!(source_lines, "_source_lines", ["filename", "module_globals"], 1, |state, finder, [file, globals]| {
    state.chunk_call(c"_source_lines", &[finder, &required(file), &required(globals)])
});
method!(open_source, "_open_source", ["filename"], 1, |state, finder, [file]| {
    state.chunk_call(c"_open_source", &[finder, &required(file)])
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
    let methods: [(&CStr, Method, &CStr); 36] = [
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
        (c"_source_lines", source_lines, c""),
        (c"_open_source", open_source, c""),
        (c"__reduce__", reduce, c""),
        (c"__reduce_ex__", reduce_ex, c""),
    ];
    let attributes: [&CStr; 4] =
        [c"multiprocessing_set_start_method", c"origin", c"path_hook_base_str", c"pkg_resources_import_auto_register"];
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
