//! What is done inside a new interpreter before anybody else's code runs.

use std::ffi::CStr;

#[cfg(not(Py_3_13))]
use oxidized_importer::py::Raised;
use oxidized_importer::py::{self, Obj};
use pyo3_ffi as ffi;
use pyo3_ffi::PyObject;

use crate::ResolvedOxidizedPythonInterpreterConfig;

/// Replaces the content of a list in place.
pub fn replace_list(list: &Obj, content: &Obj) -> py::PyResult<()> {
    // SAFETY: live lists; the range is the whole list.
    py::check(unsafe { ffi::PyList_SetSlice(list.as_ptr(), 0, ffi::PyList_Size(list.as_ptr()), content.as_ptr()) })
}

/// Empties `sys.path` and forgets what was found through it.
pub fn clear_path() -> py::PyResult<()> {
    for name in [c"path", c"path_importer_cache"] {
        if let Some(container) = py::sys_attr(name) {
            container.call_method(c"clear", &[])?;
        }
    }
    Ok(())
}

/// Without any importer of ours: leaves the built-in and frozen ones.
pub fn keep_interpreter_importers() -> py::PyResult<()> {
    let Some(meta_path) = py::sys_attr(c"meta_path") else { return Ok(()) };
    let kept = py::list()?;
    py::for_each(&meta_path, |importer| {
        let home = importer.attr_or_none(c"__module__");
        if home.is_some_and(|home| home.text().is_ok_and(|home| home == "_frozen_importlib")) {
            kept.list_append(&importer)?;
        }
        Ok(())
    })?;
    replace_list(&meta_path, &kept)?;
    if let Some(hooks) = py::sys_attr(c"path_hooks") {
        hooks.call_method(c"clear", &[])?;
    }
    Ok(())
}

/// Makes a module that was needed before the finder look as if the finder had loaded it.
pub fn adopt(finder: &Obj, module: &Obj, name: &str) -> py::PyResult<()> {
    let spec = finder.call_method(c"find_spec", &[&py::string(name)?])?;
    if spec.is_none() {
        return Ok(());
    }
    module.set_attr(c"__spec__", &spec)?;
    module.set_attr(c"__loader__", finder)?;
    let locations = spec.attr(c"submodule_search_locations")?;
    if !locations.is_none() {
        module.set_attr(c"__path__", &locations)?;
    }
    let origin = spec.attr(c"origin")?;
    if !origin.is_none() {
        module.set_attr(c"__file__", &origin)?;
        spec.set_attr(c"_set_fileattr", &py::boolean(true))?;
    }
    for gone in [c"__origname__", c"__cached__"] {
        if module.attr_or_none(gone).is_some() {
            module.delete_attr(gone)?;
        }
    }
    Ok(())
}

/// Gives frozen modules of the standard library a `__file__`, those that are loaded and later ones.
///
/// Frozen modules look into `sys._stdlib_dir`. The C field for it is not used: 3.11 and 3.12 overwrite
/// it when the folder does not exist.
#[cfg(Py_3_11)]
pub fn place_frozen_modules(folder: &std::path::Path) -> py::PyResult<()> {
    py::set_sys_attr(c"_stdlib_dir", &py::path(folder)?)?;
    let importer = py::import(c"_frozen_importlib")?.attr(c"FrozenImporter")?;
    let Some(modules) = py::sys_attr(c"modules") else { return Ok(()) };
    py::for_each(&modules.call_method(c"copy", &[])?.call_method(c"values", &[])?, |module| {
        let Some(spec) = module.attr_or_none(c"__spec__").filter(|spec| !spec.is_none()) else { return Ok(()) };
        if spec.attr(c"loader")?.as_ptr() != importer.as_ptr() || module.attr_or_none(c"__file__").is_some() {
            return Ok(());
        }
        let state = spec.attr(c"loader_state")?;
        let Some(origin) = state.attr_or_none(c"origname").filter(|name| !name.is_none()) else { return Ok(()) };
        let package = py::boolean(module.attr_or_none(c"__path__").is_some());
        let places = importer.call_method(c"_resolve_filename", &[&origin, &spec.attr(c"name")?, &package])?;
        // SAFETY: a pair; the result is a new reference.
        let file = unsafe { Obj::owned(ffi::PySequence_GetItem(places.as_ptr(), 0))? };
        if !file.is_none() {
            state.set_attr(c"filename", &file)?;
            module.set_attr(c"__file__", &file)?;
        }
        Ok(())
    })
}

/// Sets a field of `sys.flags` to 0. Helpers that multiprocessing starts get the flags as options.
fn clear_flag(position: ffi::Py_ssize_t) -> py::PyResult<()> {
    if let Some(flags) = py::sys_attr(c"flags") {
        // SAFETY: nobody but us has seen the flags so far; the slot is owned by the structure, and the
        // old value is a small integer, which lives for ever.
        unsafe { ffi::PyStructSequence_SetItem(flags.as_ptr(), position, py::integer(0)?.into_ptr()) };
    }
    Ok(())
}

/// Undoes what kept CPython's importer from writing bytecode during the start.
pub fn allow_bytecode() -> py::PyResult<()> {
    /// The position of `dont_write_bytecode` in `sys.flags`.
    const DONT_WRITE_BYTECODE: ffi::Py_ssize_t = 4;
    clear_flag(DONT_WRITE_BYTECODE)?;
    py::set_sys_attr(c"dont_write_bytecode", &py::boolean(false))
}

/// What CPython does at its start unless `-S` is given.
pub fn import_site() -> py::PyResult<()> {
    /// The position of `no_site` in `sys.flags`.
    const NO_SITE: ffi::Py_ssize_t = 6;
    clear_flag(NO_SITE)?;
    // With the flag off, importing the module runs it.
    py::import(c"site").map(drop)
}

pub fn raw_bytes(argument: &std::ffi::OsStr) -> Vec<u8> {
    #[cfg(unix)]
    {
        std::os::unix::ffi::OsStrExt::as_bytes(argument).to_vec()
    }
    #[cfg(windows)]
    {
        std::os::windows::ffi::OsStrExt::encode_wide(argument).flat_map(u16::to_le_bytes).collect()
    }
}

/// A `PyMethodDef` that Python may keep for ever.
fn leak_method(name: &'static CStr, function: ffi::PyMethodDefPointer, flags: i32) -> *mut ffi::PyMethodDef {
    Box::leak(Box::new(ffi::PyMethodDef {
        ml_name: name.as_ptr(),
        ml_meth: function,
        ml_flags: flags,
        ml_doc: std::ptr::null(),
    }))
}

fn new_function(method: *mut ffi::PyMethodDef, receiver: Option<&Obj>) -> py::PyResult<Obj> {
    let receiver = receiver.map_or(std::ptr::null_mut(), Obj::as_ptr);
    // SAFETY: the method definition is leaked; the receiver is alive.
    unsafe { Obj::owned(ffi::PyCFunction_NewEx(method, receiver, std::ptr::null_mut())) }
}

/// `sys.excepthook` that asks loaders for source lines.
#[cfg(not(Py_3_13))]
pub fn set_exception_hook() -> py::PyResult<()> {
    unsafe extern "C" fn hook(_: *mut PyObject, arguments: *mut PyObject) -> *mut PyObject {
        py::guard(std::ptr::null_mut(), || {
            // SAFETY: Python passes a tuple of live objects.
            let print = py::import(oxidized_importer::MODULE_NAME).and_then(|module| module.attr(c"_print_exception"));
            let printed = print.and_then(|print| {
                // SAFETY: a callable and a tuple, alive.
                unsafe { Obj::owned(ffi::PyObject_CallObject(print.as_ptr(), arguments)) }
            });
            if printed.is_ok() {
                // SAFETY: a tuple with the exception's class in front, alive.
                let kind = unsafe { ffi::PyTuple_GetItem(arguments, 0) };
                // SAFETY: the class is alive as long as the interpreter.
                if kind == unsafe { ffi::PyExc_KeyboardInterrupt } {
                    mark_interrupted();
                }
                return Ok(py::none().into_ptr());
            }
            py::clear_error();
            let original = py::sys_attr(c"__excepthook__").ok_or(Raised)?;
            // SAFETY: as above.
            unsafe { Obj::owned(ffi::PyObject_CallObject(original.as_ptr(), arguments)) }.map(Obj::into_ptr)
        })
    }
    let method = leak_method(c"excepthook", ffi::PyMethodDefPointer { PyCFunction: hook }, ffi::METH_VARARGS);
    py::set_sys_attr(c"excepthook", &new_function(method, None)?)
}

/// Makes CPython end the process by the signal, as it does after an uncaught KeyboardInterrupt.
///
/// It remembers whether the last code that it ran from source text ended so; printing has run some
/// (`eval` in `namedtuple`), and there is no function that sets the mark.
#[cfg(not(Py_3_13))]
fn mark_interrupted() {
    let run = || {
        let code = py::string("raise KeyboardInterrupt")?;
        py::import(c"builtins")?.call_method(c"exec", &[&code, &py::dict()?])
    };
    if run().is_err() {
        py::clear_error();
    }
}

/// The folder for the list of modules, if the environment names one.
pub fn modules_folder(config: &ResolvedOxidizedPythonInterpreterConfig<'_>) -> Option<std::path::PathBuf> {
    let variable = config.write_modules_directory_env.as_ref()?;
    std::env::var_os(variable).map(Into::into)
}

/// Registers with `atexit`, which runs before modules are cleared, however the interpreter ends.
pub fn write_modules_at_exit(folder: &std::path::Path) -> py::PyResult<()> {
    unsafe extern "C" fn write(folder: *mut PyObject, _: *mut PyObject) -> *mut PyObject {
        py::guard(std::ptr::null_mut(), || {
            // SAFETY: the receiver is the text that the function was made with.
            let folder = py::to_path(&unsafe { Obj::borrowed(folder) })?;
            let mut names = Vec::new();
            if let Some(modules) = py::sys_attr(c"modules") {
                py::for_each(&modules.call_method(c"copy", &[])?, |name| {
                    names.extend(name.text().map(str::to_owned).inspect_err(|_| py::clear_error()));
                    Ok(())
                })?;
            }
            names.sort();
            let file = folder.join(format!("modules-{}", uuid4()));
            let text = names.join("\n") + "\n";
            std::fs::write(&file, text).map_err(|error| py::raise_io(&error, &file))?;
            Ok(py::none().into_ptr())
        })
    }
    std::fs::create_dir_all(folder).map_err(|error| py::raise_io(&error, folder))?;
    let method = leak_method(c"write_modules", ffi::PyMethodDefPointer { PyCFunction: write }, ffi::METH_NOARGS);
    let function = new_function(method, Some(&py::path(folder)?))?;
    py::import(c"atexit")?.call_method(c"register", &[&function]).map(drop)
}

/// A random UUID; the standard library's hash keys are the source of randomness.
fn uuid4() -> String {
    use std::hash::{BuildHasher, Hasher};
    let random = || std::collections::hash_map::RandomState::new().build_hasher().finish();
    let (high, low) = (random() & !0xf000 | 0x4000, random() & !(0xc << 60) | 0x8 << 60);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}
