//! Extension modules: from files beside the program, or from memory.
//!
//! On Linux the bytes of a library go into an anonymous memory file, and the ordinary loader opens
//! `/proc/self/fd/N`. The loader of glibc compares path strings before anything else, so a number that
//! was closed and used again would give an old library: descriptors stay open, and each path is
//! spelled differently. Where that is refused, and on other systems, the bytes go into a cache folder
//! under a name made from their content. Libraries that an extension needs are loaded before it; the
//! loader then finds them by their SONAME.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use packed_resources::Field;

use crate::finder::State;
use crate::load::{blob_view, relative_path, Place, Plan};
use crate::py::{self, Obj, PyResult};

/// Libraries that were made loadable from memory, by name of resource.
#[derive(Default)]
pub struct Loaded {
    paths: HashMap<String, PathBuf>,
    preloaded: HashMap<String, bool>,
}

/// `create_module` for an extension module.
pub fn create(
    state: &State,
    finder: &Obj,
    spec: &Obj,
    name: &str,
    plan: &Plan,
    library: &Place,
) -> PyResult<Obj> {
    preload_dependencies(state, name).map_err(|message| py::raise_import(&message, name))?;
    let create = &state.import.create_dynamic;
    let Place::Memory(bytes) = library else {
        return state.import.call_removed.call(&[create, spec]);
    };
    let fail = |error: std::io::Error| {
        py::raise_import(&format!("cannot load extension module {name} from memory: {error}"), name)
    };
    let path = state.with_loaded(|loaded| loaded.path_for(name, bytes, true)).map_err(fail)?;
    let module = match create_from(state, finder, name, &path) {
        Ok(module) => module,
        Err(raised) => {
            // A system may give out memory files and yet refuse to execute them.
            if !path.starts_with("/proc") || !py_error_is_refusal() {
                return Err(raised);
            }
            py::clear_error();
            let path = state.with_loaded(|loaded| loaded.path_for(name, bytes, false)).map_err(fail)?;
            create_from(state, finder, name, &path)?
        }
    };
    if state.emulate {
        module.set_attr(c"__file__", &py::string(&state.memory_file(name, plan))?)?;
    } else if module.attr_or_none(c"__file__").is_some() {
        // SAFETY: deleting an attribute of a live module.
        py::check(unsafe { pyo3_ffi::PyObject_SetAttrString(module.as_ptr(), c"__file__".as_ptr(), std::ptr::null_mut()) })?;
    }
    Ok(module)
}

fn create_from(state: &State, finder: &Obj, name: &str, path: &Path) -> PyResult<Obj> {
    let spec = state.import.module_spec.call(&[&py::string(name)?, finder])?;
    spec.set_attr(c"origin", &py::path(path)?)?;
    state.import.call_removed.call(&[&state.import.create_dynamic, &spec])
}

/// Whether the set exception says that the system refused to map the file.
fn py_error_is_refusal() -> bool {
    // SAFETY: the exception is taken out, looked at, and put back; all three may be null.
    unsafe {
        let (mut kind, mut value, mut trace) = (std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut());
        #[allow(deprecated)]
        pyo3_ffi::PyErr_Fetch(&mut kind, &mut value, &mut trace);
        let text = if value.is_null() { Err(py::Raised) } else { Obj::owned(pyo3_ffi::PyObject_Str(value)) };
        if text.is_err() {
            py::clear_error();
        }
        let refused = text.is_ok_and(|text| {
            let text = text.text().unwrap_or_default();
            ["failed to map segment", "Operation not permitted", "Permission denied", "cannot open shared object file: No such file"]
                .iter()
                .any(|part| text.contains(part))
                && text.contains("/proc/")
        });
        #[allow(deprecated)]
        pyo3_ffi::PyErr_Restore(kind, value, trace);
        refused
    }
}

/// Loads the libraries that `name` lists, each after those that it needs itself.
fn preload_dependencies(state: &State, name: &str) -> Result<(), String> {
    let dependencies: Vec<String> = state.with_table(|table| {
        let items = table.get(name).and_then(|found| found.items(Field::Dependencies));
        items.into_iter().flatten().map(|(name, _)| name.to_owned()).collect()
    });
    for dependency in dependencies {
        if state.with_loaded(|loaded| loaded.preloaded.insert(dependency.clone(), true)).is_some() {
            continue;
        }
        let library = state.with_table(|table| {
            // SAFETY: the finder is alive during the import that asks for the library.
            table.get(&dependency)?.data(Field::SharedLibrary).map(|bytes| unsafe { blob_view(bytes) })
        });
        // Without bytes of its own it is a library of the system, which the loader finds.
        let Some(bytes) = library else { continue };
        preload_dependencies(state, &dependency)?;
        state.with_loaded(|loaded| loaded.preload(&dependency, bytes))?;
    }
    Ok(())
}

impl Loaded {
    /// A path from which the system's loader can open the library.
    fn path_for(&mut self, name: &str, bytes: &[u8], memory: bool) -> std::io::Result<PathBuf> {
        if memory {
            if let Some(path) = self.paths.get(name) {
                return Ok(path.clone());
            }
        }
        let path = match memory.then(|| memory_file(name, bytes, self.paths.len())) {
            Some(Ok(path)) => path,
            _ => cached_file(name, bytes)?,
        };
        self.paths.insert(name.to_owned(), path.clone());
        Ok(path)
    }

    #[cfg(unix)]
    fn preload(&mut self, name: &str, bytes: &[u8]) -> Result<(), String> {
        use std::os::unix::ffi::OsStrExt;
        let mut error = String::new();
        for memory in [true, false] {
            let path = self.path_for(name, bytes, memory).map_err(|error| format!("cannot load library {name}: {error}"))?;
            let Ok(file) = std::ffi::CString::new(path.as_os_str().as_bytes()) else { continue };
            // SAFETY: a terminated path; running the library's constructors is what loading means.
            let handle = unsafe { libc::dlopen(file.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
            if !handle.is_null() {
                return Ok(());
            }
            // SAFETY: after a failure the loader gives a terminated text, valid until the next call.
            let text = unsafe { libc::dlerror() };
            if !text.is_null() {
                // SAFETY: as above.
                error = unsafe { std::ffi::CStr::from_ptr(text) }.to_string_lossy().into_owned();
            }
        }
        Err(format!("cannot load library {name}: {error}"))
    }

    #[cfg(windows)]
    fn preload(&mut self, name: &str, bytes: &[u8]) -> Result<(), String> {
        // The loader looks into the folder of the importing library, where all of them are put.
        self.path_for(name, bytes, false).map(drop).map_err(|error| format!("cannot load library {name}: {error}"))
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn memory_file(name: &str, bytes: &[u8], count: usize) -> std::io::Result<PathBuf> {
    use std::io::Write;
    use std::os::fd::{FromRawFd, IntoRawFd};
    let label = std::ffi::CString::new(name).unwrap_or_default();
    // SAFETY: a terminated name; the result is a new descriptor or -1.
    let descriptor = unsafe { libc::memfd_create(label.as_ptr(), libc::MFD_CLOEXEC) };
    if descriptor < 0 {
        return Err(std::io::Error::last_os_error());
    }
    // SAFETY: the descriptor is new and nobody else's.
    let mut file = unsafe { std::fs::File::from_raw_fd(descriptor) };
    file.write_all(bytes)?;
    // A different spelling for each file: `count` written with "/" and "/./" as digits.
    let mut path = String::from("/proc/self/fd");
    let mut digits = count;
    while digits > 0 {
        path.push_str(if digits & 1 == 1 { "/./" } else { "//" });
        digits >>= 1;
    }
    let descriptor = file.into_raw_fd();
    path.push_str(&format!("/{descriptor}"));
    if !Path::new(&path).exists() {
        // SAFETY: ours, and not handed out.
        unsafe { libc::close(descriptor) };
        return Err(std::io::ErrorKind::NotFound.into());
    }
    Ok(path.into())
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn memory_file(_name: &str, _bytes: &[u8], _count: usize) -> std::io::Result<PathBuf> {
    Err(std::io::ErrorKind::Unsupported.into())
}

fn cache_folders() -> Vec<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let mut folders = Vec::new();
    if cfg!(windows) {
        folders.extend(variable("LOCALAPPDATA").map(|folder| folder.join("oxlang")));
    } else if cfg!(target_os = "macos") {
        folders.extend(variable("HOME").map(|home| home.join("Library/Caches/oxlang")));
    } else {
        folders.extend(variable("XDG_CACHE_HOME").filter(|path| path.is_absolute()).map(|path| path.join("oxlang")));
        folders.extend(variable("HOME").map(|home| home.join(".cache/oxlang")));
    }
    #[cfg(unix)]
    // SAFETY: asks for a number, cannot fail.
    folders.push(std::env::temp_dir().join(format!("oxlang-{}", unsafe { libc::getuid() })));
    #[cfg(windows)]
    folders.push(std::env::temp_dir().join("oxlang"));
    folders
}

/// Writes the bytes under a name made from them, unless they are there already.
fn cached_file(name: &str, bytes: &[u8]) -> std::io::Result<PathBuf> {
    let mut last = std::io::Error::from(std::io::ErrorKind::NotFound);
    for folder in cache_folders() {
        match write_cached(&folder.join("libraries"), name, bytes) {
            Ok(path) => return Ok(path),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn write_cached(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<PathBuf> {
    let folder = folder.join(format!("{:016x}-{}", content_hash(bytes), bytes.len()));
    private_folder(&folder)?;
    let leaf = name.rsplit('/').next().unwrap_or(name);
    let leaf = if leaf.contains(".so") || leaf.ends_with(".dll") || leaf.ends_with(".dylib") {
        leaf.to_owned()
    } else {
        format!("{leaf}.{}", if cfg!(windows) { "pyd" } else { "so" })
    };
    let path = folder.join(relative_path_text(&leaf));
    if std::fs::read(&path).is_ok_and(|known| known == bytes) {
        return Ok(path);
    }
    let aside = folder.join(format!("{}.{}", leaf, std::process::id()));
    std::fs::write(&aside, bytes)?;
    std::fs::rename(&aside, &path)?;
    Ok(path)
}

fn relative_path_text(text: &str) -> PathBuf {
    if cfg!(unix) {
        relative_path(text.as_bytes())
    } else {
        PathBuf::from(text)
    }
}

/// Makes the folder, and refuses one that another user could write into.
fn private_folder(folder: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, MetadataExt};
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let facts = std::fs::symlink_metadata(folder)?;
        // SAFETY: asks for a number, cannot fail.
        if facts.uid() != unsafe { libc::getuid() } || facts.mode() & 0o022 != 0 {
            return Err(std::io::ErrorKind::PermissionDenied.into());
        }
        Ok(())
    }
    #[cfg(windows)]
    {
        std::fs::create_dir_all(folder)
    }
}

fn content_hash(bytes: &[u8]) -> u64 {
    use std::hash::Hasher;
    let mut hasher = packed_resources::NameHasher::default();
    hasher.write(bytes);
    hasher.finish()
}
