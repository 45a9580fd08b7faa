//! The part of the module that is Python source.
//!
//! Each chunk is compiled when one of its names is asked for. All chunks run in one namespace, apart
//! from the module's own, so that their helpers do not show in the module; the names they define for
//! others are copied over.

use std::ffi::CStr;

use crate::py::{self, Obj, PyResult};

struct Chunk {
    file: &'static str,
    source: &'static str,
    /// Names for everybody.
    public: &'static [&'static str],
    /// Names for other chunks and for the native code.
    private: &'static [&'static str],
}

const CHUNKS: &[Chunk] = &[
    Chunk {
        file: "<oxidized_importer/resources.py>",
        source: include_str!("../python/resources.py"),
        public: &["OxidizedResourceReader"],
        private: &["_get_resource_reader", "_get_data"],
    },
    Chunk {
        file: "<oxidized_importer/metadata.py>",
        source: include_str!("../python/metadata.py"),
        public: &["OxidizedDistribution"],
        private: &["_find_distributions", "_metadata_names", "_metadata_bytes"],
    },
    Chunk {
        file: "<oxidized_importer/paths.py>",
        source: include_str!("../python/paths.py"),
        public: &["OxidizedPathEntryFinder", "decode_source"],
        private: &["_path_hook", "_iter_modules"],
    },
    Chunk {
        file: "<oxidized_importer/hooks.py>",
        source: include_str!("../python/hooks.py"),
        public: &[],
        private: &[
            "_thread_excepthook",
            "_print_exception",
            "_source_lines",
            "_open_source",
            "_teach_pdb",
            "_teach_trace",
            "_module_of_file",
        ],
    },
    Chunk {
        file: "<oxidized_importer/discovery.py>",
        source: include_str!("../python/discovery.py"),
        public: &[],
        private: &["_teach_unittest"],
    },
    Chunk {
        file: "<oxidized_importer/types.py>",
        source: include_str!("../python/types.py"),
        public: &[
            "OxidizedResource",
            "PythonExtensionModule",
            "PythonModuleBytecode",
            "PythonModuleSource",
            "PythonPackageDistributionResource",
            "PythonPackageResource",
        ],
        private: &["_indexed_resources", "_add_resource", "_add_resources", "_make"],
    },
    Chunk {
        file: "<oxidized_importer/collect.py>",
        source: include_str!("../python/collect.py"),
        public: &["OxidizedResourceCollector", "find_resources_in_path"],
        private: &[],
    },
    Chunk {
        file: "<oxidized_importer/legacy.py>",
        source: include_str!("../python/legacy.py"),
        public: &["OxidizedPkgResourcesProvider", "pkg_resources_find_distributions", "register_pkg_resources"],
        private: &[],
    },
    #[cfg(feature = "zipimport")]
    Chunk {
        file: "<oxidized_importer/archive.py>",
        source: include_str!("../python/archive.py"),
        public: &["OxidizedZipFinder"],
        private: &[],
    },
];

/// The public names of all chunks.
pub fn public_names() -> impl Iterator<Item = &'static str> {
    CHUNKS.iter().flat_map(|chunk| chunk.public.iter().copied())
}

/// Whether a member of the module is there already.
pub fn is_defined(module: &Obj, name: &CStr) -> bool {
    let Ok(namespace) = module.attr(c"__dict__") else {
        py::clear_error();
        return false;
    };
    // SAFETY: a live dict and a terminated string; a borrowed reference is only compared.
    unsafe { !pyo3_ffi::PyDict_GetItemString(namespace.as_ptr(), name.as_ptr()).is_null() }
}

/// A member of the module: an attribute that is there already, or one that a chunk defines.
pub fn member(module: &Obj, name: &CStr) -> PyResult<Obj> {
    let namespace = module.attr(c"__dict__")?;
    // SAFETY: a live dict and a terminated string; the result is borrowed from the dict.
    let found = unsafe { pyo3_ffi::PyDict_GetItemString(namespace.as_ptr(), name.as_ptr()) };
    if !found.is_null() {
        // SAFETY: not null, and alive because the dict holds it.
        return Ok(unsafe { Obj::borrowed(found) });
    }
    define(module, &name.to_string_lossy())
}

/// Compiles the chunk that has `name` and gives that member; AttributeError if there is none.
pub fn define(module: &Obj, name: &str) -> PyResult<Obj> {
    let chunk = CHUNKS.iter().find(|chunk| chunk.public.contains(&name) || chunk.private.contains(&name));
    let Some(chunk) = chunk else {
        let message = py::string(&format!("module 'oxidized_importer' has no attribute '{name}'"))?;
        // SAFETY: the class is alive as long as the interpreter.
        unsafe { pyo3_ffi::PyErr_SetObject(pyo3_ffi::PyExc_AttributeError, message.as_ptr()) };
        return Err(py::Raised);
    };
    let namespace = py::dict()?;
    namespace.dict_set(c"__name__", &py::string("oxidized_importer")?)?;
    namespace.dict_set(c"_module", module)?;
    let builtins = py::import(c"builtins")?;
    namespace.dict_set(c"__builtins__", &builtins)?;
    let source = py::string(chunk.source)?;
    let mode = py::string("exec")?;
    let level = py::integer(0)?;
    let arguments = [&source, &py::string(chunk.file)?, &mode, &level, &py::boolean(true)];
    let code = builtins.call_method(c"compile", &arguments)?;
    builtins.call_method(c"exec", &[&code, &namespace])?;
    let mut wanted = None;
    for known in chunk.public.iter().chain(chunk.private) {
        let key = py::string(known)?;
        let value = namespace.call_method(c"__getitem__", &[&key])?;
        // SAFETY: live objects.
        py::check(unsafe { pyo3_ffi::PyObject_SetAttr(module.as_ptr(), key.as_ptr(), value.as_ptr()) })?;
        if *known == name {
            wanted = Some(value);
        }
    }
    wanted.ok_or(py::Raised)
}
