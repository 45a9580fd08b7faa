//! Extension modules: from files beside the program, or from memory.
//!
//! On Linux the bytes of a library go into an anonymous memory file, and the ordinary loader opens
//! `/proc/self/fd/N`. The loader of glibc compares path strings before anything else, so a number that
//! was closed and used again would give an old library: descriptors stay open, and each path is
//! spelled differently. A library names others that it needs; where those are in memory, too, their
//! names are replaced by such paths in the memory file, so the loader finds them in whatever order, and
//! also if two need each other. Names that are shorter than a path stay: those libraries are loaded
//! before, and the loader then knows them by their SONAME.
//!
//! Where memory files are refused, and on other systems, the bytes go into a cache folder under a name
//! made from their content.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use packed_resources::Field;

use crate::cache_folder;
use crate::load::{blob_view, Place, Plan};
use crate::py::{self, Obj, PyResult};
use crate::state::State;

/// Libraries that were made loadable from memory, by name of resource.
#[derive(Default)]
pub struct Loaded {
    paths: HashMap<String, PathBuf>,
    preloaded: HashSet<String>,
}

/// `create_module` for an extension module.
pub fn create(state: &State, finder: &Obj, spec: &Obj, name: &str, plan: &Plan, library: &Place) -> PyResult<Obj> {
    let fail = |message: String| py::raise_import(&message, name);
    let Place::Memory(bytes) = library else {
        preload_files(state, name, None).map_err(fail)?;
        return state.import.call_removed.call(&[&state.import.create_dynamic, spec]);
    };
    let cannot = |error: std::io::Error| fail(format!("cannot load extension module {name} from memory: {error}"));
    let in_memory = match memory_path(state, name, bytes) {
        Ok(path) => {
            preload_short_names(state, bytes).map_err(fail)?;
            Some(create_from(state, finder, name, &path))
        }
        Err(_) => None,
    };
    let module = match in_memory {
        Some(Ok(module)) => module,
        // A system may give out memory files and yet refuse to execute them.
        Some(Err(raised)) if !error_is_refusal() => return Err(raised),
        _ => {
            py::clear_error();
            preload_files(state, name, Some(bytes)).map_err(fail)?;
            let path = cache_folder::file(name, bytes).map_err(cannot)?;
            create_from(state, finder, name, &path)?
        }
    };
    if state.emulates(name) {
        module.set_attr(c"__file__", &py::string(&state.memory_file(name, plan))?)?;
    } else if module.attr_or_none(c"__file__").is_some() {
        module.delete_attr(c"__file__")?;
    }
    Ok(module)
}

fn create_from(state: &State, finder: &Obj, name: &str, path: &Path) -> PyResult<Obj> {
    let spec = state.import.module_spec.call(&[&py::string(name)?, finder])?;
    spec.set_attr(c"origin", &py::path(path)?)?;
    state.import.call_removed.call(&[&state.import.create_dynamic, &spec])
}

/// Whether the set exception says that the system refused to map the file.
fn error_is_refusal() -> bool {
    // SAFETY: the exception is taken out, looked at, and put back; all three may be null.
    unsafe {
        let (mut kind, mut value, mut trace) = (std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut());
        #[allow(deprecated)]
        pyo3_ffi::PyErr_Fetch(&mut kind, &mut value, &mut trace);
        let text = if value.is_null() { Err(py::Raised) } else { Obj::owned(pyo3_ffi::PyObject_Str(value)) };
        if text.is_err() {
            py::clear_error();
        }
        let refused = text.is_ok_and(|text| is_refusal(text.text().unwrap_or_default()));
        #[allow(deprecated)]
        pyo3_ffi::PyErr_Restore(kind, value, trace);
        refused
    }
}

/// Whether the loader's text says that the system refused to map a memory file.
fn is_refusal(text: &str) -> bool {
    const REFUSALS: [&str; 4] = [
        "failed to map segment",
        "Operation not permitted",
        "Permission denied",
        "cannot open shared object file: No such file",
    ];
    text.contains("/proc/") && REFUSALS.iter().any(|part| text.contains(part))
}

/// The bytes of a shared library that is a resource.
fn library(state: &State, name: &str) -> Option<&'static [u8]> {
    state.with_table(|table| {
        // SAFETY: the finder is alive during the import that asks for the library.
        table.get(name)?.data(Field::SharedLibrary).map(|bytes| unsafe { blob_view(bytes) })
    })
}

/// The names of libraries that an extension module or a library lists.
fn dependencies(state: &State, name: &str) -> Vec<String> {
    state.with_table(|table| {
        let items = table.get(name).and_then(|found| found.items(Field::Dependencies));
        items.into_iter().flatten().map(|(name, _)| name.to_owned()).collect()
    })
}

/// Puts a library and those that it needs into memory files; gives its path.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn memory_path(state: &State, name: &str, bytes: &[u8]) -> std::io::Result<PathBuf> {
    use std::io::Write;
    use std::os::unix::fs::FileExt;

    if let Some(path) = state.with_loaded(|loaded| loaded.paths.get(name).cloned()) {
        return Ok(path);
    }
    let count = state.with_loaded(|loaded| loaded.paths.len());
    let (mut file, path) = memory_file(name, count)?;
    // Known before those that it needs are looked at, because they may need it in turn.
    state.with_loaded(|loaded| loaded.paths.insert(name.to_owned(), path.clone()));
    file.write_all(bytes)?;
    for (offset, needed) in crate::elf::needed(bytes).unwrap_or_default() {
        let Some(other) = library(state, needed) else { continue };
        let other = memory_path(state, needed, other)?;
        let other = other.as_os_str().as_encoded_bytes();
        // A name that is the end of a longer string must not be written over.
        if other.len() <= needed.len() && offset > 0 && bytes[offset - 1] == 0 {
            file.write_all_at(other, offset as u64)?;
            file.write_all_at(&[0], (offset + other.len()) as u64)?;
        }
    }
    // The descriptor stays open as long as the process lives.
    std::mem::forget(file);
    Ok(path)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn memory_path(_: &State, _: &str, _: &[u8]) -> std::io::Result<PathBuf> {
    Err(std::io::ErrorKind::Unsupported.into())
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn memory_file(name: &str, count: usize) -> std::io::Result<(std::fs::File, PathBuf)> {
    use std::os::fd::{AsRawFd, FromRawFd};
    /// Not to be executed as a program, which libraries need not be. Where `vm.memfd_noexec` is 2, files
    /// without this flag are refused. Linux 6.3 and newer know it.
    const MFD_NOEXEC_SEAL: libc::c_uint = 0x0008;
    let label = std::ffi::CString::new(name).unwrap_or_default();
    // SAFETY: a terminated name; the result is a new descriptor or -1.
    let create = |flags| unsafe { libc::memfd_create(label.as_ptr(), flags) };
    let mut descriptor = create(libc::MFD_CLOEXEC | MFD_NOEXEC_SEAL);
    if descriptor < 0 && std::io::Error::last_os_error().raw_os_error() == Some(libc::EINVAL) {
        descriptor = create(libc::MFD_CLOEXEC);
    }
    if descriptor < 0 {
        return Err(std::io::Error::last_os_error());
    }
    // SAFETY: the descriptor is new and nobody else's.
    let file = unsafe { std::fs::File::from_raw_fd(descriptor) };
    // A different spelling for each file: `count` written with "/" and "/." as digits.
    let mut path = String::from("/proc/self/fd");
    let mut digits = count;
    while digits > 0 {
        path.push_str(if digits & 1 == 1 { "/." } else { "/" });
        digits >>= 1;
    }
    path.push_str(&format!("/{}", file.as_raw_fd()));
    let path = PathBuf::from(path);
    if path.exists() {
        Ok((file, path))
    } else {
        Err(std::io::ErrorKind::NotFound.into())
    }
}

/// Loads the libraries whose names in `bytes` had no room for a path.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn preload_short_names(state: &State, bytes: &[u8]) -> Result<(), String> {
    for (_, needed) in crate::elf::needed(bytes).unwrap_or_default() {
        let Some(other) = library(state, needed) else { continue };
        if !state.with_loaded(|loaded| loaded.preloaded.insert(needed.to_owned())) {
            continue;
        }
        preload_short_names(state, other)?;
        let path =
            memory_path(state, needed, other).map_err(|error| format!("cannot load library {needed}: {error}"))?;
        if path.as_os_str().len() > needed.len() {
            open_library(&path).or_else(|reason| if is_refusal(&reason) { Ok(()) } else { Err(reason) })?;
        }
    }
    Ok(())
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn preload_short_names(_: &State, _: &[u8]) -> Result<(), String> {
    Ok(())
}

/// The names of libraries that `bytes` needs: as the file itself says, else as the resource lists them.
fn needed_names(state: &State, name: &str, bytes: &[u8]) -> Vec<String> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if let Some(needed) = crate::elf::needed(bytes) {
        return needed.into_iter().map(|(_, name)| name.to_owned()).collect();
    }
    let _ = bytes;
    dependencies(state, name)
}

/// Adds the libraries that a file needs, each after those that it needs itself.
fn collect(state: &State, names: Vec<String>, found: &mut Vec<(String, &'static [u8])>, seen: &mut HashSet<String>) {
    for name in names {
        // Without bytes of its own it is a library of the system, which the loader finds.
        let Some(bytes) = library(state, &name) else { continue };
        if seen.insert(name.clone()) {
            collect(state, needed_names(state, &name, bytes), found, seen);
            found.push((name, bytes));
        }
    }
}

/// Loads the libraries that an extension module needs from a cache folder.
///
/// They lie side by side, where the loader finds them for each other if they say so (`$ORIGIN`).
fn preload_files(state: &State, name: &str, bytes: Option<&[u8]>) -> Result<(), String> {
    let names = bytes.map_or_else(|| dependencies(state, name), |bytes| needed_names(state, name, bytes));
    let mut libraries = Vec::new();
    collect(state, names, &mut libraries, &mut HashSet::new());
    libraries.retain(|(name, _)| state.with_loaded(|loaded| !loaded.preloaded.contains(name)));
    if libraries.is_empty() {
        return Ok(());
    }
    let folder = cache_folder::files(&libraries)
        .map_err(|error| format!("cannot write the libraries of {name} into a cache folder: {error}"))?;
    for (library, _) in libraries {
        open_library(&folder.join(&library))?;
        state.with_loaded(|loaded| loaded.preloaded.insert(library));
    }
    Ok(())
}

#[cfg(unix)]
fn open_library(path: &Path) -> Result<(), String> {
    use std::os::unix::ffi::OsStrExt;
    let file = std::ffi::CString::new(path.as_os_str().as_bytes()).map_err(|error| error.to_string())?;
    // SAFETY: a terminated path; running the library's constructors is what loading means.
    let handle = unsafe { libc::dlopen(file.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
    if !handle.is_null() {
        return Ok(());
    }
    // SAFETY: after a failure the loader gives a terminated text, valid until the next call.
    let text = unsafe { libc::dlerror() };
    if text.is_null() {
        return Err(format!("cannot load library {}", path.display()));
    }
    // SAFETY: as above.
    Err(format!("cannot load library {}", unsafe { std::ffi::CStr::from_ptr(text) }.to_string_lossy()))
}

#[cfg(windows)]
fn open_library(_: &Path) -> Result<(), String> {
    // The system looks into the folder of the importing library, where all of them are put.
    Ok(())
}
