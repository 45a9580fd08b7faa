//! `PyConfig` and the values that it takes.

#[cfg(unix)]
use std::ffi::{c_char, CString};
use std::ffi::{c_int, OsStr, OsString};

use pyo3_ffi as ffi;

use crate::{
    BytecodeOptimizationLevel, BytesWarning, CheckHashPycsMode, NewInterpreterError, PythonInterpreterConfig,
    PythonInterpreterProfile,
};

fn failed(status: &ffi::PyStatus) -> bool {
    // SAFETY: looks at the value only.
    unsafe { ffi::PyStatus_Exception(*status) != 0 }
}

/// Turns a failed status into an error; a request to exit (as for `--version`) ends the process.
pub fn check(status: ffi::PyStatus, step: &str) -> Result<(), NewInterpreterError> {
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
pub struct RawArguments {
    #[cfg(unix)]
    _owned: Vec<CString>,
    #[cfg(unix)]
    pub pointers: Vec<*const c_char>,
    #[cfg(windows)]
    _owned: Vec<Vec<u16>>,
    #[cfg(windows)]
    pub pointers: Vec<*const libc::wchar_t>,
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
    pub fn new(arguments: &[OsString]) -> Result<Self, NewInterpreterError> {
        let owned: Result<Vec<_>, _> = arguments.iter().map(|argument| terminated(argument, "setting argv")).collect();
        let owned = owned?;
        let pointers = owned.iter().map(|argument| argument.as_ptr()).collect();
        Ok(RawArguments { _owned: owned, pointers })
    }
}

pub fn set(field: &mut c_int, value: Option<bool>) {
    if let Some(value) = value {
        *field = c_int::from(value);
    }
}

/// A `PyConfig` on its way to `Py_InitializeFromConfig`.
pub struct Builder {
    pub raw: Box<ffi::PyConfig>,
}

impl Drop for Builder {
    fn drop(&mut self) {
        // SAFETY: the structure was initialized; this frees its strings.
        unsafe { ffi::PyConfig_Clear(&mut *self.raw) }
    }
}

/// A field of text, chosen by a function that gives its address.
pub type TextField = fn(&mut ffi::PyConfig) -> *mut *mut libc::wchar_t;

impl Builder {
    pub fn new(profile: PythonInterpreterProfile) -> Builder {
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

    pub fn text(&mut self, name: &str, field: TextField, value: Option<&OsStr>) -> Result<(), NewInterpreterError> {
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

    pub fn list<'s>(
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

    /// Takes an option `-X name` or `-X name=value` out of what was read from the command line.
    #[cfg(Py_3_11)]
    pub fn forget_x_option(&mut self, name: &str) {
        let options = &mut self.raw.xoptions;
        let is_named = |option: *const libc::wchar_t| {
            // SAFETY: options are terminated; nothing behind the first difference or the end is read.
            let unit = |at: usize| unsafe { *option.add(at) as u32 };
            let same = name.chars().enumerate().all(|(at, letter)| unit(at) == u32::from(letter));
            same && [0, u32::from('=')].contains(&unit(name.len()))
        };
        let mut kept = 0;
        for at in 0..options.length {
            // SAFETY: the list has that many entries; those that go are CPython's to free, and moved to no place.
            unsafe {
                let option = *options.items.offset(at);
                if is_named(option) {
                    ffi::PyMem_RawFree(option.cast());
                } else {
                    *options.items.offset(kept) = option;
                    kept += 1;
                }
            }
        }
        options.length = kept;
    }

    pub fn integers(&mut self, settings: &PythonInterpreterConfig) {
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

    pub fn texts(&mut self, settings: &PythonInterpreterConfig) -> Result<(), NewInterpreterError> {
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

    pub fn arguments(&mut self, arguments: &[OsString]) -> Result<(), NewInterpreterError> {
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
}
