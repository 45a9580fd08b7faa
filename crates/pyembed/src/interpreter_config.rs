//! Settings that mirror CPython's own configuration.

use std::ffi::{c_ulong, OsString};
use std::path::PathBuf;

/// Declares an enum with the text form of each variant.
macro_rules! named_enum {
    ($(#[$outer:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident => $text:literal,)* }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "serialization", derive(serde::Serialize, serde::Deserialize))]
        pub enum $name {
            $(
                $(#[$inner])*
                #[cfg_attr(feature = "serialization", serde(rename = $text))]
                $variant,
            )*
        }

        impl $name {
            /// All text forms.
            pub(crate) const TEXTS: &'static [&'static str] = &[$($text),*];
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self { $($name::$variant => $text,)* })
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($text => Ok($name::$variant),)*
                    _ => Err(format!("`{text}` is not one of {}", Self::TEXTS.join(", "))),
                }
            }
        }
    };
}

pub(crate) use named_enum;

named_enum! {
    /// Which defaults CPython starts from.
    #[derive(Default)]
    PythonInterpreterProfile {
        /// Nothing outside the program matters: no environment variables, no command line options.
        #[default]
        Isolated => "isolated",
        /// Like the program `python`.
        Python => "python",
    }
}

named_enum! {
    /// CPython's own choice of memory allocators (`PyPreConfig.allocator`).
    Allocator {
        /// The default, whatever it is (0).
        NotSet => "not-set",
        /// Default memory allocators (1).
        Default => "default",
        /// Default memory allocators with debug hooks (2).
        Debug => "debug",
        /// The C library's allocator (3).
        Malloc => "malloc",
        /// The C library's allocator with debug hooks (4).
        MallocDebug => "malloc-debug",
        /// Python's allocator for small objects (5).
        PyMalloc => "py-malloc",
        /// Python's allocator with debug hooks (6).
        PyMallocDebug => "py-malloc-debug",
    }
}

named_enum! {
    /// What happens when bytes are compared with text.
    BytesWarning {
        /// Nothing.
        None => "none",
        /// A warning.
        Warn => "warn",
        /// An exception.
        Raise => "raise",
    }
}

named_enum! {
    /// When hash-based bytecode files are compared with their source.
    CheckHashPycsMode {
        /// Always.
        Always => "always",
        /// Never.
        Never => "never",
        /// As the file says.
        Default => "default",
    }
}

named_enum! {
    /// What is done about the locale `C`.
    CoerceCLocale {
        /// The locale category `LC_CTYPE` decides.
        LCCtype => "LC_CTYPE",
        /// The locale `C` is replaced.
        C => "C",
    }
}

named_enum! {
    /// Which allocator Python uses; see the crate's features.
    #[derive(Default)]
    MemoryAllocatorBackend {
        /// Python's own.
        #[default]
        Default => "default",
        /// jemalloc; needs the feature `allocator-jemalloc`.
        Jemalloc => "jemalloc",
        /// mimalloc; needs the feature `allocator-mimalloc`.
        Mimalloc => "mimalloc",
        /// snmalloc; needs the feature `allocator-snmalloc`.
        Snmalloc => "snmalloc",
        /// The global allocator of the Rust program.
        Rust => "rust",
    }
}

named_enum! {
    /// How `multiprocessing` starts workers.
    #[derive(Default)]
    MultiprocessingStartMethod {
        /// Whatever the standard library chooses.
        None => "none",
        /// `fork`.
        Fork => "fork",
        /// `forkserver`.
        ForkServer => "forkserver",
        /// `spawn`.
        Spawn => "spawn",
        /// `spawn` on Windows, else `fork`.
        #[default]
        Auto => "auto",
    }
}

/// Optimization of bytecode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serialization", derive(serde::Serialize, serde::Deserialize))]
pub enum BytecodeOptimizationLevel {
    /// None.
    Zero = 0,
    /// Assertions are removed.
    One = 1,
    /// Docstrings are removed, too.
    Two = 2,
}

/// Where the descriptions of terminals are looked for.
///
/// ```
/// use pyembed::TerminfoResolution;
/// let fixed: TerminfoResolution = "static:/usr/share/terminfo".parse().unwrap();
/// assert_eq!(fixed, TerminfoResolution::Static("/usr/share/terminfo".to_string()));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serialization", derive(serde::Serialize, serde::Deserialize))]
pub enum TerminfoResolution {
    /// In the places where the running system keeps them.
    #[default]
    Dynamic,
    /// Nothing is set.
    None,
    /// `TERMINFO_DIRS` gets this value.
    Static(String),
}

impl std::fmt::Display for TerminfoResolution {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            TerminfoResolution::Dynamic => f.write_str("dynamic"),
            TerminfoResolution::None => f.write_str("none"),
            TerminfoResolution::Static(value) => write!(f, "static:{value}"),
        }
    }
}

impl std::str::FromStr for TerminfoResolution {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "dynamic" => Ok(TerminfoResolution::Dynamic),
            "none" => Ok(TerminfoResolution::None),
            _ => match text.strip_prefix("static:") {
                Some(value) => Ok(TerminfoResolution::Static(value.to_owned())),
                None => Err(format!("`{text}` is not one of dynamic, none, static:VALUE")),
            },
        }
    }
}

/// Settings of CPython; each mirrors a field of `PyPreConfig` or `PyConfig`, whose meaning is in the
/// documentation of CPython. `None` leaves the value of the [profile](PythonInterpreterProfile).
///
/// Strings are decoded with the locale that is in force after pre-initialization. With the isolated
/// profile set `configure_locale`, or arguments that are not ASCII arrive as surrogates.
///
/// ```
/// use pyembed::{PythonInterpreterConfig, PythonInterpreterProfile};
/// let config = PythonInterpreterConfig {
///     profile: PythonInterpreterProfile::Python,
///     run_module: Some("json.tool".to_string()),
///     ..Default::default()
/// };
/// assert_eq!(config.isolated, None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serialization", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serialization", serde(default))]
#[allow(missing_docs)] // The names are CPython's.
pub struct PythonInterpreterConfig {
    /// Which defaults the rest starts from.
    pub profile: PythonInterpreterProfile,

    // Pre-configuration.
    pub allocator: Option<Allocator>,
    pub configure_locale: Option<bool>,
    pub coerce_c_locale: Option<CoerceCLocale>,
    pub coerce_c_locale_warn: Option<bool>,
    pub development_mode: Option<bool>,
    pub isolated: Option<bool>,
    pub legacy_windows_fs_encoding: Option<bool>,
    pub parse_argv: Option<bool>,
    pub use_environment: Option<bool>,
    /// With the isolated profile and `configure_locale`, `None` turns UTF-8 mode on where the locale
    /// `LC_CTYPE` is `C` or `POSIX`, as the profile of `python` does: an empty environment would leave
    /// ASCII for files, arguments and standard streams. `Some(false)` keeps ASCII there.
    pub utf8_mode: Option<bool>,

    // Configuration.
    pub argv: Option<Vec<OsString>>,
    pub base_exec_prefix: Option<PathBuf>,
    pub base_executable: Option<PathBuf>,
    pub base_prefix: Option<PathBuf>,
    pub buffered_stdio: Option<bool>,
    pub bytes_warning: Option<BytesWarning>,
    pub check_hash_pycs_mode: Option<CheckHashPycsMode>,
    pub configure_c_stdio: Option<bool>,
    pub dump_refs: Option<bool>,
    pub exec_prefix: Option<PathBuf>,
    pub executable: Option<PathBuf>,
    pub fault_handler: Option<bool>,
    pub filesystem_encoding: Option<String>,
    pub filesystem_errors: Option<String>,
    /// Also turns on `use_hash_seed`.
    pub hash_seed: Option<c_ulong>,
    pub home: Option<PathBuf>,
    pub import_time: Option<bool>,
    pub inspect: Option<bool>,
    pub install_signal_handlers: Option<bool>,
    pub interactive: Option<bool>,
    pub legacy_windows_stdio: Option<bool>,
    pub malloc_stats: Option<bool>,
    /// `Some`, even if empty, means that CPython computes no search path of its own.
    pub module_search_paths: Option<Vec<PathBuf>>,
    pub optimization_level: Option<BytecodeOptimizationLevel>,
    pub parser_debug: Option<bool>,
    pub pathconfig_warnings: Option<bool>,
    pub prefix: Option<PathBuf>,
    pub program_name: Option<PathBuf>,
    pub pycache_prefix: Option<PathBuf>,
    pub python_path_env: Option<String>,
    pub quiet: Option<bool>,
    pub run_command: Option<String>,
    pub run_filename: Option<PathBuf>,
    pub run_module: Option<String>,
    pub show_ref_count: Option<bool>,
    /// With the isolated profile and the finder as the only importer, `None` means no.
    pub site_import: Option<bool>,
    pub skip_first_source_line: Option<bool>,
    pub stdio_encoding: Option<String>,
    pub stdio_errors: Option<String>,
    pub tracemalloc: Option<bool>,
    pub user_site_directory: Option<bool>,
    pub verbose: Option<bool>,
    pub warn_options: Option<Vec<String>>,
    pub write_bytecode: Option<bool>,
    pub x_options: Option<Vec<String>>,
}
