use std::ffi::{CString, OsString};
use std::ops::Deref;
use std::path::{Path, PathBuf};

use pyo3_ffi::PyObject;

use crate::interpreter_config::named_enum;
use crate::{MemoryAllocatorBackend, MultiprocessingStartMethod, PythonInterpreterConfig, TerminfoResolution};

named_enum! {
    /// What `__file__` of a module in memory is.
    #[derive(Default)]
    ModuleFile {
        /// A path below the program's own path, where no file is. Many packages need no more than that.
        #[default]
        Emulated => "emulated",
        /// Such modules have no `__file__`.
        Absent => "absent",
    }
}

/// Where packed resources are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackedResourcesSource<'a> {
    /// In memory, usually by `include_bytes!`.
    Memory(&'a [u8]),
    /// In a file, which is mapped. `$ORIGIN` in the path is the folder of the program.
    MemoryMappedPath(PathBuf),
}

impl<'a> From<&'a [u8]> for PackedResourcesSource<'a> {
    fn from(data: &'a [u8]) -> Self {
        PackedResourcesSource::Memory(data)
    }
}

/// An extension module that is part of the program.
#[derive(Clone, Debug)]
pub struct ExtensionModule {
    /// Its name.
    pub name: CString,
    /// Its initialization function.
    pub init_func: unsafe extern "C" fn() -> *mut PyObject,
}

/// Everything that can be set about an interpreter.
///
/// ```
/// use pyembed::{OxidizedPythonInterpreterConfig, PackedResourcesSource};
/// static RESOURCES: &[u8] = b"";
/// let config = OxidizedPythonInterpreterConfig {
///     oxidized_importer: true,
///     filesystem_importer: false,
///     packed_resources: vec![PackedResourcesSource::Memory(RESOURCES)],
///     ..Default::default()
/// };
/// assert!(config.multiprocessing_auto_dispatch);
/// ```
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serialization", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serialization", serde(default, bound(deserialize = "'de: 'a")))]
pub struct OxidizedPythonInterpreterConfig<'a> {
    /// The path of the running program; `None`: asked from the system, symbolic links followed.
    pub exe: Option<PathBuf>,
    /// What relative paths start from; `None`: the folder of `exe`.
    pub origin: Option<PathBuf>,
    /// Settings of CPython.
    pub interpreter_config: PythonInterpreterConfig,
    /// Which allocator Python uses.
    pub allocator_backend: MemoryAllocatorBackend,
    /// Use it for the "raw" domain.
    pub allocator_raw: bool,
    /// Use it for the "mem" domain.
    pub allocator_mem: bool,
    /// Use it for the "obj" domain.
    pub allocator_obj: bool,
    /// Use it for the arenas of pymalloc; excludes `allocator_mem` and `allocator_obj`.
    pub allocator_pymalloc_arena: bool,
    /// Install debug hooks over the allocators.
    pub allocator_debug: bool,
    /// Set `program_name` to `exe` and `home` to `origin` where they are `None`.
    pub set_missing_path_configuration: bool,
    /// Import from packed resources.
    pub oxidized_importer: bool,
    /// Import from the file system.
    pub filesystem_importer: bool,
    /// Packed resources, indexed in order; unused without `oxidized_importer`.
    #[cfg_attr(feature = "serialization", serde(skip))]
    pub packed_resources: Vec<PackedResourcesSource<'a>>,
    /// More built-in modules.
    #[cfg_attr(feature = "serialization", serde(skip))]
    pub extra_extension_modules: Option<Vec<ExtensionModule>>,
    /// The arguments; `None`: those of `interpreter_config`, else those of the process.
    pub argv: Option<Vec<OsString>>,
    /// Set `sys.argvb` to the arguments as bytes.
    pub argvb: bool,
    /// Recognize and serve command lines by which `multiprocessing` starts its helpers.
    pub multiprocessing_auto_dispatch: bool,
    /// Set when `multiprocessing` is imported from packed resources.
    pub multiprocessing_start_method: MultiprocessingStartMethod,
    /// Set `sys.frozen`.
    pub sys_frozen: bool,
    /// Set `sys._MEIPASS` to the origin.
    pub sys_meipass: bool,
    /// How `TERMINFO_DIRS` is set.
    pub terminfo_resolution: TerminfoResolution,
    /// Value for `TCL_LIBRARY`.
    pub tcl_library: Option<PathBuf>,
    /// Name of an environment variable that holds a folder; names of loaded modules are written there.
    pub write_modules_directory_env: Option<String>,
    /// What `__file__` of modules in memory is.
    pub module_file: ModuleFile,
    /// Packages for whose modules the other value of `module_file` holds: dotted names, which stand for
    /// everything below, too, or patterns in which `*` is any text.
    pub module_file_exceptions: Vec<String>,
}

impl Default for OxidizedPythonInterpreterConfig<'_> {
    fn default() -> Self {
        Self {
            exe: None,
            origin: None,
            interpreter_config: PythonInterpreterConfig {
                profile: crate::PythonInterpreterProfile::Python,
                ..PythonInterpreterConfig::default()
            },
            allocator_backend: MemoryAllocatorBackend::Default,
            allocator_raw: true,
            allocator_mem: false,
            allocator_obj: false,
            allocator_pymalloc_arena: false,
            allocator_debug: false,
            set_missing_path_configuration: true,
            oxidized_importer: false,
            filesystem_importer: true,
            packed_resources: Vec::new(),
            extra_extension_modules: None,
            argv: None,
            argvb: false,
            multiprocessing_auto_dispatch: true,
            multiprocessing_start_method: MultiprocessingStartMethod::Auto,
            sys_frozen: false,
            sys_meipass: false,
            terminfo_resolution: TerminfoResolution::Dynamic,
            tcl_library: None,
            write_modules_directory_env: None,
            module_file: ModuleFile::Emulated,
            module_file_exceptions: Vec::new(),
        }
    }
}

/// A configuration whose blanks are filled; made by
/// [`resolve`](OxidizedPythonInterpreterConfig::resolve).
#[derive(Clone, Debug)]
pub struct ResolvedOxidizedPythonInterpreterConfig<'a> {
    pub(crate) inner: OxidizedPythonInterpreterConfig<'a>,
    pub(crate) exe: PathBuf,
    pub(crate) origin: PathBuf,
}

impl<'a> Deref for ResolvedOxidizedPythonInterpreterConfig<'a> {
    type Target = OxidizedPythonInterpreterConfig<'a>;

    fn deref(&self) -> &Self::Target {
        &self.inner
    }
}

impl ResolvedOxidizedPythonInterpreterConfig<'_> {
    /// The path of the running program.
    pub fn exe(&self) -> &Path {
        &self.exe
    }

    /// What relative paths start from.
    pub fn origin(&self) -> &Path {
        &self.origin
    }

    /// What `sys.argv` is made from.
    pub fn resolve_sys_argv(&self) -> &[OsString] {
        let own = self.inner.argv.as_deref();
        own.or(self.inner.interpreter_config.argv.as_deref()).unwrap_or_default()
    }

    /// What `sys.argvb` is made from.
    pub fn resolve_sys_argvb(&self) -> Vec<OsString> {
        match (&self.inner.interpreter_config.argv, &self.inner.argv) {
            (Some(argv), _) | (None, Some(argv)) => argv.clone(),
            (None, None) => std::env::args_os().collect(),
        }
    }
}
