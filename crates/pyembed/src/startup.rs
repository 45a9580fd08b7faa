//! From a resolved configuration to a running interpreter.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use oxidized_importer::packed_resources::Field;
use oxidized_importer::Table;
use pyo3_ffi as ffi;

use crate::c_config::{check, set, Builder, RawArguments, TextField};
use crate::{
    Allocator, CoerceCLocale, ModuleFile, NewInterpreterError, PythonInterpreterProfile,
    ResolvedOxidizedPythonInterpreterConfig,
};

type Config<'c, 'a> = &'c ResolvedOxidizedPythonInterpreterConfig<'a>;

const PRE_INITIALIZATION: &str = "Python pre-initialization";
const CORE: &str = "initializing Python core";
/// Failures that earlier versions of this crate met in a second phase keep its name.
const MAIN: &str = "initializing Python main";

/// Whether an interpreter has started only halfway. CPython cannot end such an interpreter, and starting
/// another one crashes (3.12) or fails at an unexpected place.
static HALFWAY: AtomicBool = AtomicBool::new(false);

/// Whether an earlier start has failed inside of CPython.
pub fn is_halfway() -> bool {
    HALFWAY.load(Ordering::Relaxed)
}

/// Refuses what CPython would stumble over when it is half started.
pub fn check_values(config: Config<'_, '_>) -> Result<(), NewInterpreterError> {
    if config.interpreter_config.hash_seed.is_some_and(|seed| u32::try_from(seed).is_err()) {
        return Err(NewInterpreterError::during("setting hash_seed", "value is larger than 4294967295"));
    }
    match config.extra_extension_modules.iter().flatten().find(|module| module.name.to_str().is_err()) {
        Some(module) => {
            let message = format!("name {:?} is not UTF-8", module.name);
            Err(NewInterpreterError::during("setting extra_extension_modules", message))
        }
        None => Ok(()),
    }
}

/// Whether the finder is the only way to import.
pub fn finder_only(config: Config<'_, '_>) -> bool {
    config.oxidized_importer && !config.filesystem_importer
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

/// Paths for an interpreter whose modules do not come from folders: nothing is left to look for.
fn own_paths(builder: &mut Builder, config: Config<'_, '_>) -> Result<(), NewInterpreterError> {
    let settings = &config.interpreter_config;
    if settings.module_search_paths.is_none() {
        builder.raw.module_search_paths_set = 1;
    }
    if settings.pathconfig_warnings.is_none() {
        builder.raw.pathconfig_warnings = 0;
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
                builder.text(name, field, value)?;
            }
        }
    }
    Ok(())
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
    /// Whether `sys.dont_write_bytecode` is set for the start only.
    pub write_bytecode: bool,
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
    let mut started = Started { import_site: false, stdlib_folder: None, temporary_path: false, write_bytecode: false };
    if finder_only(config) {
        own_paths(&mut builder, config)?;
        started.stdlib_folder = stdlib_folder(config, resources);
        if let Some(folder) = source_folder(config, resources).filter(|_| !bootstrapped) {
            // Modules that are source files cannot be frozen; for the start they come from a path.
            let folder = std::iter::once(folder.as_os_str());
            builder.list("module_search_paths", |raw| &mut raw.module_search_paths, folder)?;
            started.temporary_path = true;
        }
    }
    if config.oxidized_importer {
        // Reads the command line, which may contain `-S`.
        // SAFETY: the structure is complete.
        check(unsafe { ffi::PyConfig_Read(&mut *builder.raw) }, CORE)?;
        #[cfg(Py_3_11)]
        if bootstrapped {
            // Off, it would hide the modules that the start is made from.
            builder.forget_x_option("frozen_modules");
            builder.raw.use_frozen_modules = 1;
        }
        if started.temporary_path {
            // CPython's own importer would leave `__pycache__` beside the program.
            started.write_bytecode = builder.raw.write_bytecode != 0;
            builder.raw.write_bytecode = 0;
        }
        let wanted = match settings.profile {
            _ if !finder_only(config) => true,
            PythonInterpreterProfile::Isolated => settings.site_import.unwrap_or(false),
            PythonInterpreterProfile::Python => true,
        };
        started.import_site = wanted && builder.raw.site_import != 0;
        // The module comes from the finder, which is not there yet: before 3.11 it is not frozen.
        builder.raw.site_import = 0;
    }
    // SAFETY: the structure is complete; nobody else starts an interpreter (`MainPythonInterpreter`).
    let status = unsafe { ffi::Py_InitializeFromConfig(&*builder.raw) };
    let step = if status.func.is_null() { CORE } else { MAIN };
    check(status, step).inspect_err(|_| HALFWAY.store(true, Ordering::Relaxed))?;
    Ok(started)
}
