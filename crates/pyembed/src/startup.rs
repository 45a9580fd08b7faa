//! From a resolved configuration to a running interpreter.

use std::ffi::{c_char, c_int, CString, OsStr, OsString};
use std::path::Path;
use std::ptr;

use oxidized_importer::packed_resources::Field;
use oxidized_importer::Table;
use pyo3_ffi as ffi;

use crate::{
    Allocator, BytecodeOptimizationLevel, BytesWarning, CheckHashPycsMode, CoerceCLocale, ModuleFile,
    NewInterpreterError, PackedResourcesSource, PythonInterpreterConfig, PythonInterpreterProfile,
    ResolvedOxidizedPythonInterpreterConfig,
};

type Config<'c, 'a> = &'c ResolvedOxidizedPythonInterpreterConfig<'a>;

const PRE_INITIALIZATION: &str = "Python pre-initialization";
const CORE: &str = "initializing Python core";
/// Failures that earlier versions of this crate met in a second phase keep its name.
const MAIN: &str = "initializing Python main";

/// Indexed resources, before there is an interpreter.
///
/// ```
/// use pyembed::PythonResourcesState;
/// let blob: &'static [u8] = b"pyembed\x03\0\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0";
/// let mut state = PythonResourcesState::new();
/// state.index_data(blob).unwrap();
/// assert!(state.names().is_empty());
/// ```
#[derive(Default)]
pub struct PythonResourcesState {
    pub(crate) table: Table,
}

impl PythonResourcesState {
    /// No resources.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds packed resources that are in memory.
    pub fn index_data(&mut self, data: &'static [u8]) -> Result<(), NewInterpreterError> {
        self.table.add_static(data).map_err(|error| NewInterpreterError::Dynamic(error.to_string()))
    }

    /// Maps a file and adds its packed resources.
    pub fn index_path_memory_mapped(&mut self, path: impl AsRef<Path>) -> Result<(), NewInterpreterError> {
        let path = path.as_ref();
        let fail = |error: &dyn std::fmt::Display| {
            NewInterpreterError::Dynamic(format!("cannot read packed resources {}: {error}", path.display()))
        };
        let map = oxidized_importer::map_file(path).map_err(|error| fail(&error))?;
        self.table.add_mapped(map).map_err(|error| fail(&error))
    }

    /// The names of all resources, in the order in which they were added.
    pub fn names(&self) -> Vec<String> {
        self.table.iter().map(|found| found.name().to_owned()).collect()
    }
}

/// Indexes the configured resources.
pub fn index_resources(config: Config<'_, '_>) -> Result<PythonResourcesState, NewInterpreterError> {
    let mut state = PythonResourcesState::new();
    for source in &config.packed_resources {
        match source {
            PackedResourcesSource::Memory(data) => {
                // SAFETY: `MainPythonInterpreter` holds the lifetime of the resources, and its drop
                // finalizes the interpreter that reads them.
                let data: &'static [u8] = unsafe { &*ptr::from_ref(*data) };
                let indexed = state.index_data(data);
                indexed.map_err(|error| NewInterpreterError::during("initialization of oxidized importer", error))?;
            }
            PackedResourcesSource::MemoryMappedPath(path) => {
                let indexed = state.index_path_memory_mapped(path);
                indexed.map_err(|error| NewInterpreterError::during("initialization of oxidized importer", error))?;
            }
        }
    }
    Ok(state)
}

/// Whether the finder is the only way to import.
pub fn finder_only(config: Config<'_, '_>) -> bool {
    config.oxidized_importer && !config.filesystem_importer
}

fn failed(status: &ffi::PyStatus) -> bool {
    // SAFETY: looks at the value only.
    unsafe { ffi::PyStatus_Exception(*status) != 0 }
}

/// Turns a failed status into an error; a request to exit (as for `--version`) ends the process.
fn check(status: ffi::PyStatus, step: &str) -> Result<(), NewInterpreterError> {
    if !failed(&status) {
        return Ok(());
    }
    // SAFETY: looks at the value only.
    if unsafe { ffi::PyStatus_IsExit(status) } != 0 {
        std::process::exit(status.exitcode);
    }
    Err(NewInterpreterError::from_status(&status, step))
}

/// Arguments as the C API takes them.
struct RawArguments {
    #[cfg(unix)]
    _owned: Vec<CString>,
    #[cfg(unix)]
    pointers: Vec<*const c_char>,
    #[cfg(windows)]
    _owned: Vec<Vec<u16>>,
    #[cfg(windows)]
    pointers: Vec<*const libc::wchar_t>,
}

#[cfg(unix)]
fn terminated(text: &OsStr, what: &str) -> Result<CString, NewInterpreterError> {
    use std::os::unix::ffi::OsStrExt;
    CString::new(text.as_bytes()).map_err(|_| NewInterpreterError::during(what, "NUL byte in value"))
}

#[cfg(windows)]
fn terminated(text: &OsStr, _: &str) -> Result<Vec<u16>, NewInterpreterError> {
    use std::os::windows::ffi::OsStrExt;
    Ok(text.encode_wide().chain([0]).collect())
}

impl RawArguments {
    fn new(arguments: &[OsString]) -> Result<Self, NewInterpreterError> {
        let owned: Result<Vec<_>, _> = arguments.iter().map(|argument| terminated(argument, "setting argv")).collect();
        let owned = owned?;
        let pointers = owned.iter().map(|argument| argument.as_ptr()).collect();
        Ok(RawArguments { _owned: owned, pointers })
    }
}

fn set(field: &mut c_int, value: Option<bool>) {
    if let Some(value) = value {
        *field = c_int::from(value);
    }
}

/// Whether the command line is one by which `multiprocessing` starts a helper. Such a line must not be
/// parsed as options of `python`.
pub fn is_dispatched(config: Config<'_, '_>) -> bool {
    config.multiprocessing_auto_dispatch && crate::multiprocessing::is_worker(config.resolve_sys_argv())
}

/// `Py_PreInitialize` with the pre-configuration.
pub fn pre_initialize(config: Config<'_, '_>) -> Result<(), NewInterpreterError> {
    let settings = &config.interpreter_config;
    // SAFETY: a structure of integers, filled by the initialization that follows.
    let mut pre: ffi::PyPreConfig = unsafe { std::mem::zeroed() };
    // SAFETY: fills the structure.
    unsafe {
        match settings.profile {
            PythonInterpreterProfile::Isolated => ffi::PyPreConfig_InitIsolatedConfig(&mut pre),
            PythonInterpreterProfile::Python => ffi::PyPreConfig_InitPythonConfig(&mut pre),
        }
    }
    if let Some(allocator) = settings.allocator {
        pre.allocator = match allocator {
            Allocator::NotSet => 0,
            Allocator::Default => 1,
            Allocator::Debug => 2,
            Allocator::Malloc => 3,
            Allocator::MallocDebug => 4,
            Allocator::PyMalloc => 5,
            Allocator::PyMallocDebug => 6,
        };
    }
    set(&mut pre.configure_locale, settings.configure_locale);
    if let Some(coerce) = settings.coerce_c_locale {
        pre.coerce_c_locale = match coerce {
            CoerceCLocale::LCCtype => 1,
            CoerceCLocale::C => 2,
        };
    }
    set(&mut pre.coerce_c_locale_warn, settings.coerce_c_locale_warn);
    set(&mut pre.dev_mode, settings.development_mode);
    set(&mut pre.isolated, settings.isolated);
    #[cfg(windows)]
    set(&mut pre.legacy_windows_fs_encoding, settings.legacy_windows_fs_encoding);
    set(&mut pre.parse_argv, settings.parse_argv);
    set(&mut pre.use_environment, settings.use_environment);
    set(&mut pre.utf8_mode, settings.utf8_mode);
    let isolated = settings.profile == PythonInterpreterProfile::Isolated;
    if cfg!(unix) && isolated && settings.utf8_mode.is_none() && settings.configure_locale == Some(true) {
        // Left to CPython, which turns UTF-8 mode on in the locale `C`; the isolated profile forbids it.
        pre.utf8_mode = -1;
    }
    if is_dispatched(config) {
        pre.parse_argv = 0;
    }
    let arguments = RawArguments::new(config.resolve_sys_argv())?;
    let count = arguments.pointers.len() as ffi::Py_ssize_t;
    // SAFETY: the arguments are terminated and outlive the call, which does not change them.
    let status = unsafe {
        #[cfg(unix)]
        {
            ffi::Py_PreInitializeFromBytesArgs(&pre, count, arguments.pointers.as_ptr().cast_mut().cast())
        }
        #[cfg(windows)]
        {
            ffi::Py_PreInitializeFromArgs(&pre, count, arguments.pointers.as_ptr().cast_mut().cast())
        }
    };
    check(status, PRE_INITIALIZATION)
}

/// A `PyConfig` on its way to `Py_InitializeFromConfig`.
struct Builder {
    raw: Box<ffi::PyConfig>,
}

impl Drop for Builder {
    fn drop(&mut self) {
        // SAFETY: the structure was initialized; this frees its strings.
        unsafe { ffi::PyConfig_Clear(&mut *self.raw) }
    }
}

/// A field of text, chosen by a function that gives its address.
type TextField = fn(&mut ffi::PyConfig) -> *mut *mut libc::wchar_t;

impl Builder {
    fn new(profile: PythonInterpreterProfile) -> Builder {
        // SAFETY: a structure of integers and null pointers, filled by the initialization below.
        let mut raw: Box<ffi::PyConfig> = Box::new(unsafe { std::mem::zeroed() });
        // SAFETY: fills the structure.
        unsafe {
            match profile {
                PythonInterpreterProfile::Isolated => ffi::PyConfig_InitIsolatedConfig(&mut *raw),
                PythonInterpreterProfile::Python => ffi::PyConfig_InitPythonConfig(&mut *raw),
            }
        }
        Builder { raw }
    }

    fn text(&mut self, name: &str, field: TextField, value: Option<&OsStr>) -> Result<(), NewInterpreterError> {
        let Some(value) = value else { return Ok(()) };
        let step = format!("setting {name}");
        let value = terminated(value, &step)?;
        let field = field(&mut self.raw);
        // SAFETY: the field belongs to this structure; the text is terminated and copied.
        let status = unsafe {
            #[cfg(unix)]
            {
                ffi::PyConfig_SetBytesString(&mut *self.raw, field, value.as_ptr())
            }
            #[cfg(windows)]
            {
                ffi::PyConfig_SetString(&mut *self.raw, field, value.as_ptr())
            }
        };
        check(status, &step)
    }

    fn list<'s>(
        &mut self,
        name: &str,
        field: fn(&mut ffi::PyConfig) -> *mut ffi::PyWideStringList,
        values: impl Iterator<Item = &'s OsStr>,
    ) -> Result<(), NewInterpreterError> {
        let step = format!("setting {name}");
        for value in values {
            let value = terminated(value, &step)?;
            let list = field(&mut self.raw);
            // SAFETY: the list belongs to this structure; the decoded text is copied, then freed.
            let status = unsafe {
                #[cfg(unix)]
                {
                    let mut length = 0;
                    let wide = ffi::Py_DecodeLocale(value.as_ptr(), &mut length);
                    if wide.is_null() {
                        return Err(NewInterpreterError::during(&step, "value cannot be decoded"));
                    }
                    let status = ffi::PyWideStringList_Append(list, wide);
                    ffi::PyMem_RawFree(wide.cast());
                    status
                }
                #[cfg(windows)]
                {
                    ffi::PyWideStringList_Append(list, value.as_ptr())
                }
            };
            check(status, &step)?;
        }
        Ok(())
    }

    fn integers(&mut self, settings: &PythonInterpreterConfig) {
        let raw = &mut *self.raw;
        set(&mut raw.buffered_stdio, settings.buffered_stdio);
        if let Some(warning) = settings.bytes_warning {
            raw.bytes_warning = match warning {
                BytesWarning::None => 0,
                BytesWarning::Warn => 1,
                BytesWarning::Raise => 2,
            };
        }
        set(&mut raw.configure_c_stdio, settings.configure_c_stdio);
        set(&mut raw.dev_mode, settings.development_mode);
        set(&mut raw.dump_refs, settings.dump_refs);
        set(&mut raw.faulthandler, settings.fault_handler);
        if let Some(seed) = settings.hash_seed {
            raw.hash_seed = seed;
            raw.use_hash_seed = 1;
        }
        set(&mut raw.import_time, settings.import_time);
        set(&mut raw.inspect, settings.inspect);
        set(&mut raw.install_signal_handlers, settings.install_signal_handlers);
        set(&mut raw.interactive, settings.interactive);
        set(&mut raw.isolated, settings.isolated);
        #[cfg(windows)]
        set(&mut raw.legacy_windows_stdio, settings.legacy_windows_stdio);
        set(&mut raw.malloc_stats, settings.malloc_stats);
        if let Some(level) = settings.optimization_level {
            raw.optimization_level = match level {
                BytecodeOptimizationLevel::Zero => 0,
                BytecodeOptimizationLevel::One => 1,
                BytecodeOptimizationLevel::Two => 2,
            };
        }
        set(&mut raw.parse_argv, settings.parse_argv);
        set(&mut raw.parser_debug, settings.parser_debug);
        set(&mut raw.pathconfig_warnings, settings.pathconfig_warnings);
        set(&mut raw.quiet, settings.quiet);
        set(&mut raw.show_ref_count, settings.show_ref_count);
        set(&mut raw.site_import, settings.site_import);
        set(&mut raw.skip_source_first_line, settings.skip_first_source_line);
        set(&mut raw.tracemalloc, settings.tracemalloc);
        set(&mut raw.use_environment, settings.use_environment);
        set(&mut raw.user_site_directory, settings.user_site_directory);
        set(&mut raw.verbose, settings.verbose);
        set(&mut raw.write_bytecode, settings.write_bytecode);
    }

    fn texts(&mut self, settings: &PythonInterpreterConfig) -> Result<(), NewInterpreterError> {
        let path = |value: &Option<std::path::PathBuf>| value.as_ref().map(|path| path.clone().into_os_string());
        let text = |value: &Option<String>| value.as_ref().map(OsString::from);
        let mode = settings.check_hash_pycs_mode.map(|mode| {
            OsString::from(match mode {
                CheckHashPycsMode::Always => "always",
                CheckHashPycsMode::Never => "never",
                CheckHashPycsMode::Default => "default",
            })
        });
        let fields: [(&str, TextField, Option<OsString>); 18] = [
            ("base_exec_prefix", |raw| &mut raw.base_exec_prefix, path(&settings.base_exec_prefix)),
            ("base_executable", |raw| &mut raw.base_executable, path(&settings.base_executable)),
            ("base_prefix", |raw| &mut raw.base_prefix, path(&settings.base_prefix)),
            ("check_hash_pycs_mode", |raw| &mut raw.check_hash_pycs_mode, mode),
            ("exec_prefix", |raw| &mut raw.exec_prefix, path(&settings.exec_prefix)),
            ("executable", |raw| &mut raw.executable, path(&settings.executable)),
            ("filesystem_encoding", |raw| &mut raw.filesystem_encoding, text(&settings.filesystem_encoding)),
            ("filesystem_errors", |raw| &mut raw.filesystem_errors, text(&settings.filesystem_errors)),
            ("home", |raw| &mut raw.home, path(&settings.home)),
            ("prefix", |raw| &mut raw.prefix, path(&settings.prefix)),
            ("program_name", |raw| &mut raw.program_name, path(&settings.program_name)),
            ("pycache_prefix", |raw| &mut raw.pycache_prefix, path(&settings.pycache_prefix)),
            ("python_path_env", |raw| &mut raw.pythonpath_env, text(&settings.python_path_env)),
            ("run_command", |raw| &mut raw.run_command, text(&settings.run_command)),
            ("run_filename", |raw| &mut raw.run_filename, path(&settings.run_filename)),
            ("run_module", |raw| &mut raw.run_module, text(&settings.run_module)),
            ("stdio_encoding", |raw| &mut raw.stdio_encoding, text(&settings.stdio_encoding)),
            ("stdio_errors", |raw| &mut raw.stdio_errors, text(&settings.stdio_errors)),
        ];
        for (name, field, value) in fields {
            self.text(name, field, value.as_deref())?;
        }
        if let Some(paths) = &settings.module_search_paths {
            self.list(
                "module_search_paths",
                |raw| &mut raw.module_search_paths,
                paths.iter().map(|path| path.as_os_str()),
            )?;
            self.raw.module_search_paths_set = 1;
        }
        let options = settings.warn_options.iter().flatten().map(OsStr::new);
        self.list("warn_options", |raw| &mut raw.warnoptions, options)?;
        let options = settings.x_options.iter().flatten().map(OsStr::new);
        self.list("x_options", |raw| &mut raw.xoptions, options)
    }

    fn arguments(&mut self, arguments: &[OsString]) -> Result<(), NewInterpreterError> {
        let arguments = RawArguments::new(arguments)?;
        let count = arguments.pointers.len() as ffi::Py_ssize_t;
        // SAFETY: the arguments are terminated and copied.
        let status = unsafe {
            #[cfg(unix)]
            {
                ffi::PyConfig_SetBytesArgv(&mut *self.raw, count, arguments.pointers.as_ptr().cast_mut())
            }
            #[cfg(windows)]
            {
                ffi::PyConfig_SetArgv(&mut *self.raw, count, arguments.pointers.as_ptr().cast_mut())
            }
        };
        check(status, "setting argv")
    }

    /// Paths for an interpreter whose modules do not come from folders: nothing is left to look for.
    fn own_paths(&mut self, config: Config<'_, '_>) -> Result<(), NewInterpreterError> {
        let settings = &config.interpreter_config;
        if settings.module_search_paths.is_none() {
            self.raw.module_search_paths_set = 1;
        }
        if settings.pathconfig_warnings.is_none() {
            self.raw.pathconfig_warnings = 0;
        }
        if config.set_missing_path_configuration {
            let origin = Some(config.origin().as_os_str());
            let exe = Some(config.exe().as_os_str());
            let missing: [(&str, TextField, Option<&OsStr>, bool); 6] = [
                ("prefix", |raw| &mut raw.prefix, origin, settings.prefix.is_none()),
                ("exec_prefix", |raw| &mut raw.exec_prefix, origin, settings.exec_prefix.is_none()),
                ("base_prefix", |raw| &mut raw.base_prefix, origin, settings.base_prefix.is_none()),
                ("base_exec_prefix", |raw| &mut raw.base_exec_prefix, origin, settings.base_exec_prefix.is_none()),
                ("executable", |raw| &mut raw.executable, exe, settings.executable.is_none()),
                ("base_executable", |raw| &mut raw.base_executable, exe, settings.base_executable.is_none()),
            ];
            for (name, field, value, wanted) in missing {
                if wanted {
                    self.text(name, field, value)?;
                }
            }
        }
        Ok(())
    }
}

/// The folder that holds the package `encodings` as source files.
fn source_folder(config: Config<'_, '_>, resources: &Table) -> Option<std::path::PathBuf> {
    let found = resources.get("encodings")?;
    let file = config.origin().join(oxidized_importer::relative_path(found.data(Field::SourcePath)?));
    file.parent()?.parent().map(Path::to_path_buf)
}

/// The folder in which the standard library seems to be: a real one, or one below the program.
fn stdlib_folder(config: Config<'_, '_>, resources: &Table) -> Option<std::path::PathBuf> {
    let os = resources.get("os")?;
    if let Some(path) = os.data(Field::SourcePath) {
        let path = config.origin().join(std::str::from_utf8(path).ok()?);
        return path.parent().map(Path::to_path_buf);
    }
    (config.module_file == ModuleFile::Emulated).then(|| config.exe().to_path_buf())
}

/// What became of the configuration once CPython had read the command line.
pub struct Started {
    /// Whether `site` is to be imported when the finder is in place.
    pub import_site: bool,
    /// Where the standard library seems to be, if its modules do not come from the file system.
    pub stdlib_folder: Option<std::path::PathBuf>,
    /// Whether `sys.path` holds a folder that was there for the start only.
    pub temporary_path: bool,
}

/// The optimization level that the settings and environment ask for, as far as it is known before
/// CPython reads its command line.
pub fn early_level(config: Config<'_, '_>) -> u8 {
    config.interpreter_config.optimization_level.map_or(0, |level| level as u8)
}

/// `Py_InitializeFromConfig`. Afterwards this thread holds the interpreter.
///
/// `bootstrapped` tells whether the modules without which it cannot start are frozen.
pub fn initialize(
    config: Config<'_, '_>,
    resources: &Table,
    bootstrapped: bool,
) -> Result<Started, NewInterpreterError> {
    let settings = &config.interpreter_config;
    let mut builder = Builder::new(settings.profile);
    builder.integers(settings);
    builder.arguments(config.resolve_sys_argv())?;
    builder.texts(settings)?;
    if is_dispatched(config) {
        builder.raw.parse_argv = 0;
    }
    if config.set_missing_path_configuration {
        if settings.program_name.is_none() {
            builder.text("program_name", |raw| &mut raw.program_name, Some(config.exe().as_os_str()))?;
        }
        if settings.home.is_none() {
            builder.text("home", |raw| &mut raw.home, Some(config.origin().as_os_str()))?;
        }
    }
    let mut started = Started { import_site: false, stdlib_folder: None, temporary_path: false };
    if finder_only(config) {
        builder.own_paths(config)?;
        started.stdlib_folder = stdlib_folder(config, resources);
        if let Some(folder) = source_folder(config, resources).filter(|_| !bootstrapped) {
            // Modules that are source files cannot be frozen; for the start they come from a path.
            let folder = std::iter::once(folder.as_os_str());
            builder.list("module_search_paths", |raw| &mut raw.module_search_paths, folder)?;
            started.temporary_path = true;
        }
        // Reads the command line, which may contain `-S`.
        // SAFETY: the structure is complete.
        check(unsafe { ffi::PyConfig_Read(&mut *builder.raw) }, CORE)?;
        let wanted = match settings.profile {
            PythonInterpreterProfile::Isolated => settings.site_import.unwrap_or(false),
            PythonInterpreterProfile::Python => true,
        };
        started.import_site = wanted && builder.raw.site_import != 0;
        // The module comes from the finder, which is not there yet.
        builder.raw.site_import = 0;
    }
    // SAFETY: the structure is complete; nobody else starts an interpreter (`MainPythonInterpreter`).
    let status = unsafe { ffi::Py_InitializeFromConfig(&*builder.raw) };
    let step = if status.func.is_null() { CORE } else { MAIN };
    check(status, step)?;
    Ok(started)
}
