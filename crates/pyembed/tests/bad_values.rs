//! Values that no interpreter can start with: each is an error value that names its field; nothing panics or aborts.

mod common;

use common::{alone, eval, installed_config, packed_config, packed_stdlib};
use pyembed::{
    ExtensionModule, MainPythonInterpreter, OxidizedPythonInterpreterConfig, PackedResourcesSource,
    PythonInterpreterConfig, TerminfoResolution,
};

type Config = OxidizedPythonInterpreterConfig<'static>;
type Set<C> = fn(&mut C);
type SetText = fn(&mut PythonInterpreterConfig, String);

fn error_of(config: Config) -> String {
    MainPythonInterpreter::new(config).expect_err("a bad value was accepted").to_string()
}

/// Sets every text of the interpreter's configuration, one at a time.
const TEXTS: [(&str, SetText); 20] = [
    ("argv", |config, text| config.argv = Some(vec!["program".into(), text.into()])),
    ("base_exec_prefix", |config, text| config.base_exec_prefix = Some(text.into())),
    ("base_executable", |config, text| config.base_executable = Some(text.into())),
    ("base_prefix", |config, text| config.base_prefix = Some(text.into())),
    ("exec_prefix", |config, text| config.exec_prefix = Some(text.into())),
    ("executable", |config, text| config.executable = Some(text.into())),
    ("filesystem_encoding", |config, text| config.filesystem_encoding = Some(text)),
    ("filesystem_errors", |config, text| config.filesystem_errors = Some(text)),
    ("home", |config, text| config.home = Some(text.into())),
    ("module_search_paths", |config, text| config.module_search_paths = Some(vec![text.into()])),
    ("prefix", |config, text| config.prefix = Some(text.into())),
    ("program_name", |config, text| config.program_name = Some(text.into())),
    ("pycache_prefix", |config, text| config.pycache_prefix = Some(text.into())),
    ("python_path_env", |config, text| config.python_path_env = Some(text)),
    ("run_command", |config, text| config.run_command = Some(text)),
    ("run_filename", |config, text| config.run_filename = Some(text.into())),
    ("run_module", |config, text| config.run_module = Some(text)),
    ("stdio_encoding", |config, text| config.stdio_encoding = Some(text)),
    ("warn_options", |config, text| config.warn_options = Some(vec![text])),
    ("x_options", |config, text| config.x_options = Some(vec![text])),
];

#[test]
fn zero_bytes_in_texts() {
    alone("zero_bytes_in_texts", || {
        for (name, set) in TEXTS {
            for value in ["a\0b", "\0", "\0/x"] {
                let mut config = installed_config();
                set(&mut config.interpreter_config, value.to_owned());
                let error = error_of(config);
                assert_eq!(error, format!("during setting {name}: NUL byte in value"));
            }
        }
        // None of them has touched Python, so it can start.
        assert_eq!(eval(&MainPythonInterpreter::new(installed_config()).unwrap(), "1 + 1"), "2");
    });
}

#[test]
fn zero_bytes_in_other_fields() {
    alone("zero_bytes_in_other_fields", || {
        let cases: [(&str, Set<Config>); 6] = [
            ("exe", |config| config.exe = Some("/a\0b".into())),
            ("origin", |config| config.origin = Some("/a\0b".into())),
            ("argv", |config| config.argv = Some(vec!["p".into(), "a\0b".into()])),
            ("tcl_library", |config| config.tcl_library = Some("/a\0b".into())),
            ("terminfo_resolution", |config| config.terminfo_resolution = TerminfoResolution::Static("a\0b".into())),
            ("packed_resources", |config| {
                config.packed_resources = vec![PackedResourcesSource::MemoryMappedPath("a\0b".into())];
            }),
        ];
        let blob = packed_stdlib();
        for (name, set) in cases {
            let mut config = packed_config(blob);
            set(&mut config);
            let error = error_of(config);
            let expected = if name == "packed_resources" { "a\0b" } else { "NUL byte" };
            assert!(error.contains(expected), "{name}: {error}");
        }
        // No variable has such a name, so nothing is written.
        for name in ["", "a\0b", "a=b"] {
            let config = Config { write_modules_directory_env: Some(name.to_owned()), ..packed_config(blob) };
            drop(MainPythonInterpreter::new(config).unwrap());
        }
    });
}

/// An interpreter that did not start cannot be tried again, so each value has a process of its own.
macro_rules! refused {
    ($($name:ident: $text:literal, |$config:ident| $change:expr;)*) => {$(
        #[test]
        fn $name() {
            alone(stringify!($name), || {
                let mut config = installed_config();
                let $config = &mut config.interpreter_config;
                $change;
                let error = error_of(config);
                assert!(error.starts_with("during ") && error.contains($text), "{error}");
            });
        }
    )*};
}

refused! {
    unknown_filesystem_encoding: "filesystem encoding", |c| c.filesystem_encoding = Some("no-such-encoding".into());
    unknown_stdio_encoding: "stdio encoding", |c| c.stdio_encoding = Some("no-such-encoding".into());
    empty_search_path: "encod", |c| c.module_search_paths = Some(Vec::new());
    wrong_search_path: "encod", |c| c.module_search_paths = Some(vec!["/no/such/folder".into()]);
    relative_search_path: "encod", |c| c.module_search_paths = Some(vec!["no such folder".into()]);
    hash_seed_out_of_range: "setting hash_seed", |c| c.hash_seed = Some(std::ffi::c_ulong::MAX);
}

#[test]
fn unknown_x_option_value() {
    alone("unknown_x_option_value", || {
        let mut config = installed_config();
        config.interpreter_config.x_options = Some(vec!["int_max_str_digits=x".into()]);
        // From 3.13 on, CPython does not read the option if the profile has a value already.
        match MainPythonInterpreter::new(config) {
            Ok(interpreter) => assert_eq!(eval(&interpreter, "1 + 1"), "2"),
            Err(error) => assert!(error.to_string().contains("int_max_str_digits"), "{error}"),
        }
    });
}

#[test]
fn missing_home() {
    alone("missing_home", || {
        let mut config = installed_config();
        config.interpreter_config.home = Some("/no/such/home".into());
        // CPython prints what it has looked for, and fails because it finds nothing.
        assert!(error_of(config).contains("encod"));
    });
}

/// Values that are strange and legal: Python starts, and what is to be run fails with an exit code.
#[test]
fn wrong_values_that_only_matter_later() {
    alone("wrong_values_that_only_matter_later", || {
        let cases: [(Set<PythonInterpreterConfig>, i32); 6] = [
            (|config| config.run_module = Some("no.such.module".into()), 1),
            (|config| config.run_module = Some("-".into()), 1),
            (|config| config.run_filename = Some("/no/such/file.py".into()), 2),
            (|config| config.run_command = Some("this is not Python".into()), 1),
            (|config| config.warn_options = Some(vec!["nonsense".into(), ":::::::".into()]), 0),
            (|config| config.x_options = Some(vec!["nonsense=1".into(), "".into()]), 0),
        ];
        for (set, code) in cases {
            let mut config = installed_config();
            set(&mut config.interpreter_config);
            let settings = &mut config.interpreter_config;
            if settings.run_module.is_none() && settings.run_filename.is_none() && settings.run_command.is_none() {
                settings.run_command = Some("pass".into());
            }
            assert_eq!(MainPythonInterpreter::new(config).unwrap().run(), code);
        }
    });
}

#[test]
fn strange_paths_are_taken_as_they_are() {
    alone("strange_paths_are_taken_as_they_are", || {
        let settings: [Set<PythonInterpreterConfig>; 5] = [
            |config| config.prefix = Some("".into()),
            |config| config.executable = Some("".into()),
            |config| config.program_name = Some("no/such/program".into()),
            |config| config.pycache_prefix = Some("/dev/null/x".into()),
            |config| config.hash_seed = Some(u32::MAX.into()),
        ];
        let blob = packed_stdlib();
        for set in settings {
            let mut config = packed_config(blob);
            set(&mut config.interpreter_config);
            let interpreter = MainPythonInterpreter::new(config).unwrap();
            assert_eq!(eval(&interpreter, "__import__('textwrap').dedent(' a')"), "a");
        }
    });
}

unsafe extern "C" fn init_nothing() -> *mut pyo3_ffi::PyObject {
    std::ptr::null_mut()
}

#[test]
fn extra_modules_that_fail_are_exceptions() {
    alone("extra_modules_that_fail_are_exceptions", || {
        let module = |name: &std::ffi::CStr| ExtensionModule { name: name.into(), init_func: init_nothing };
        let config = Config {
            extra_extension_modules: Some(vec![module(c"fails"), module(c""), module(c"fails")]),
            ..packed_config(packed_stdlib())
        };
        let interpreter = MainPythonInterpreter::new(config).unwrap();
        let error = interpreter.with_gil(|py| py.run("import fails")).unwrap_err().to_string();
        assert!(error.starts_with("SystemError: "), "{error}");
        drop(interpreter);
        let config = Config { extra_extension_modules: Some(vec![module(c"\xff")]), ..installed_config() };
        assert_eq!(error_of(config), r#"during setting extra_extension_modules: name "\xff" is not UTF-8"#);
    });
}

/// Blobs that end early, at every byte of the index and at many places of the data.
#[test]
fn resources_that_end_early() {
    alone("resources_that_end_early", || {
        let blob = packed_stdlib();
        let length = |at: usize| u32::from_le_bytes(blob[at..at + 4].try_into().unwrap()) as usize;
        let index_end = 21 + length(9) + length(17);
        let step = if cfg!(debug_assertions) { 7 } else { 1 };
        let places = (0..64).chain((64..index_end).step_by(step)).chain((index_end..blob.len()).step_by(4099));
        for end in places {
            let error = error_of(packed_config(&blob[..end]));
            assert!(error.starts_with("during initialization of oxidized importer: "), "{end}: {error}");
        }
        assert_eq!(eval(&MainPythonInterpreter::new(packed_config(blob)).unwrap(), "1 + 1"), "2");
    });
}

/// Bytecode that is no code object, or none at all: exceptions of the import that needs it.
#[test]
fn damaged_bytecode_is_an_import_error() {
    use packed_resources::{Field, Flags, Padding, Resource};
    alone("damaged_bytecode_is_an_import_error", || {
        let mut resources = Vec::new();
        for (name, data) in
            [("empty", &b""[..]), ("number", b"i\x01\x00\x00\x00"), ("cut", b"c"), ("junk", b"\xff\xff")]
        {
            let mut resource = Resource::new(name);
            resource.flags = Flags::MODULE;
            resource.set_data(Field::Bytecode0, data);
            resources.push(resource);
        }
        let damaged: &'static [u8] = packed_resources::write(&resources, Padding::None).unwrap().leak();
        let mut config = packed_config(packed_stdlib());
        config.packed_resources.push(PackedResourcesSource::Memory(damaged));
        let interpreter = MainPythonInterpreter::new(config).unwrap();
        for name in ["empty", "number", "cut", "junk"] {
            let error = interpreter.with_gil(|py| py.run(&format!("import {name}"))).unwrap_err().to_string();
            assert!(!error.is_empty() && !error.starts_with("SystemError"), "{name}: {error}");
        }
    });
}
