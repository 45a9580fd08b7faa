//! What a started interpreter looks like from inside, and how it ends.

mod common;

use std::ffi::OsString;
use std::path::PathBuf;

use common::{alone, alone_with_code, ask_python, eval, installed_config, packed_config, packed_stdlib};
use packed_resources::Padding;
use pyembed::{
    ExtensionModule, MainPythonInterpreter, ModuleFile, OxidizedPythonInterpreterConfig, PackedResourcesSource,
};

#[test]
fn argvb() {
    alone("argvb", || {
        let given: Vec<OsString> = vec!["program".into(), "中".into()];
        let config =
            OxidizedPythonInterpreterConfig { argvb: true, argv: Some(given), ..packed_config(packed_stdlib()) };
        let interpreter = MainPythonInterpreter::new(config).unwrap();
        let expected =
            if cfg!(windows) { "['program', '中']".to_owned() } else { "[b'program', b'\\xe4\\xb8\\xad']".to_owned() };
        let code = if cfg!(windows) {
            "[a.decode('utf-16-le') for a in __import__('sys').argvb]"
        } else {
            "__import__('sys').argvb"
        };
        assert_eq!(eval(&interpreter, code), expected);
    });
}

const FINDERS: &str = "[getattr(f, '__name__', type(f).__name__) for f in __import__('sys').meta_path]";

fn combination(importer: bool, files: bool, expected: &str) {
    let config = OxidizedPythonInterpreterConfig {
        oxidized_importer: importer,
        filesystem_importer: files,
        packed_resources: packed_config(packed_stdlib()).packed_resources,
        ..installed_config()
    };
    let interpreter = MainPythonInterpreter::new(config).unwrap();
    assert_eq!(eval(&interpreter, FINDERS), expected);
    assert_eq!(eval(&interpreter, "__import__('sys').oxidized"), "True");
    if importer {
        assert!(eval(&interpreter, "__import__('sys').path_hooks[0]").contains("path_hook"));
        assert_eq!(eval(&interpreter, "type(__import__('textwrap').__loader__).__name__"), "OxidizedFinder");
    }
    let hooks = eval(&interpreter, "len(__import__('sys').path_hooks)");
    assert_eq!(hooks, (usize::from(importer) + if files { 2 } else { 0 }).to_string());
}

#[test]
fn importer_combinations() {
    alone("importer_combinations", || {
        combination(true, false, "['OxidizedFinder']");
        combination(true, true, "['OxidizedFinder', 'PathFinder']");
        combination(false, true, "['BuiltinImporter', 'FrozenImporter', 'PathFinder']");
        combination(false, false, "['BuiltinImporter', 'FrozenImporter']");
    });
}

#[cfg(feature = "zipimport")]
#[test]
fn zip_finder() {
    alone("zip_finder", || {
        let archive = std::env::temp_dir().join(format!("pyembed-zip-{}.zip", std::process::id()));
        let script = format!(
            "import zipfile\nwith zipfile.ZipFile({archive:?}, 'w') as z:\n z.writestr('zp/__init__.py', 'v = 1\\r\\n')\n \
             z.writestr('zp/m.py', 'from . import v\\nw = v + 1\\n')\n z.writestr('top.py', 'x = 3')"
        );
        ask_python(&script);
        let interpreter = MainPythonInterpreter::new(OxidizedPythonInterpreterConfig {
            oxidized_importer: true,
            ..installed_config()
        })
        .unwrap();
        let code = format!(
            "import sys, oxidized_importer as o\nf = o.OxidizedZipFinder.from_path({archive:?})\nsys.meta_path.append(f)\n\
             import zp.m, top, os\nassert (zp.m.w, top.x) == (2, 3)\n\
             assert zp.__file__ == os.path.join({archive:?}, 'zp', '__init__.py'), zp.__file__\n\
             assert f.get_source('zp') == 'v = 1\\n' and f.is_package('zp') and not f.is_package('top')\n\
             assert f.find_spec('nope') is None\n\
             g = o.OxidizedZipFinder.from_zip_data(open({archive:?}, 'rb').read())\n\
             assert g.find_spec('top').origin == os.path.join(sys.executable, 'top.py')\n\
             exec(g.get_code('top'), ns := {{}})\nassert ns['x'] == 3\n"
        );
        interpreter.with_gil(|py| py.run(&code)).unwrap();
        std::fs::remove_file(archive).unwrap();
    });
}

#[test]
fn two_interpreters() {
    alone("two_interpreters", || {
        let blob = packed_stdlib();
        for round in 0..3 {
            let extra = (round == 0)
                .then(|| vec![ExtensionModule { name: c"only_in_first".into(), init_func: init_only_in_first }]);
            let config = OxidizedPythonInterpreterConfig { extra_extension_modules: extra, ..packed_config(blob) };
            let interpreter = MainPythonInterpreter::new(config).unwrap();
            assert_eq!(eval(&interpreter, "__import__('json').dumps([1])"), "[1]");
            let builtin = eval(&interpreter, "'only_in_first' in __import__('sys').builtin_module_names");
            assert_eq!(builtin, if round == 0 { "True" } else { "False" });
        }
        let interpreter = MainPythonInterpreter::new(installed_config()).unwrap();
        assert_eq!(eval(&interpreter, "'oxidized_importer' in __import__('sys').builtin_module_names"), "False");
    });
}

/// Paths of one interpreter are nothing to the next, however different their configurations are.
#[test]
fn two_interpreters_of_different_kinds() {
    alone("two_interpreters_of_different_kinds", || {
        let blob = packed_stdlib();
        let both = || OxidizedPythonInterpreterConfig { oxidized_importer: true, ..installed_config() };
        for round in 0..2 {
            for (place, config) in [("files", installed_config()), ("memory", packed_config(blob)), ("files", both())] {
                let interpreter = MainPythonInterpreter::new(config).unwrap();
                let count = eval(&interpreter, "len(__import__('sys').path)").parse::<usize>().unwrap();
                assert_eq!(count > 0, place == "files", "round {round}");
                assert_eq!(eval(&interpreter, "__import__('json').dumps([1])"), "[1]");
                if place == "files" {
                    assert_eq!(eval(&interpreter, "__import__('math').floor(2.5)"), "2");
                }
            }
        }
        let mut config = installed_config();
        config.interpreter_config.run_command = Some("import json".to_owned());
        assert_eq!(MainPythonInterpreter::new(config.clone()).unwrap().run(), 0);
        assert_eq!(MainPythonInterpreter::new(config).unwrap().run(), 0);
    });
}

unsafe extern "C" fn init_only_in_first() -> *mut pyo3_ffi::PyObject {
    static mut DEFINITION: pyo3_ffi::PyModuleDef = pyo3_ffi::PyModuleDef {
        m_base: pyo3_ffi::PyModuleDef_HEAD_INIT,
        m_name: c"only_in_first".as_ptr(),
        m_doc: std::ptr::null(),
        m_size: -1,
        m_methods: std::ptr::null_mut(),
        m_slots: std::ptr::null_mut(),
        m_traverse: None,
        m_clear: None,
        m_free: None,
    };
    // SAFETY: called by Python's import system; the definition is used by one interpreter at a time.
    unsafe { pyo3_ffi::PyModule_Create(&raw mut DEFINITION) }
}

#[test]
fn extra_modules_can_be_imported() {
    alone("extra_modules_can_be_imported", || {
        let module = ExtensionModule { name: c"only_in_first".into(), init_func: init_only_in_first };
        let config = OxidizedPythonInterpreterConfig {
            extra_extension_modules: Some(vec![module]),
            ..packed_config(packed_stdlib())
        };
        let interpreter = MainPythonInterpreter::new(config).unwrap();
        assert_eq!(eval(&interpreter, "__import__('only_in_first').__name__"), "only_in_first");
    });
}

#[test]
fn missing_stdlib_is_error() {
    alone("missing_stdlib_is_error", || {
        let empty = packed_resources::write(&[], Padding::None).unwrap().leak();
        let error = MainPythonInterpreter::new(packed_config(empty)).unwrap_err().to_string();
        assert!(error.starts_with("during initializing Python"), "{error}");
        assert!(error.contains("filesystem encoding") || error.contains("encodings"), "{error}");
        // CPython itself would crash.
        let error = MainPythonInterpreter::new(installed_config()).unwrap_err().to_string();
        assert!(error.contains("cannot be started again"), "{error}");
    });
}

#[test]
fn broken_resources_are_errors() {
    alone("broken_resources_are_errors", || {
        let error = MainPythonInterpreter::new(packed_config(b"foo")).unwrap_err().to_string();
        assert_eq!(error, "during initialization of oxidized importer: error reading 8 byte header");
        let config = OxidizedPythonInterpreterConfig {
            packed_resources: vec![PackedResourcesSource::MemoryMappedPath("$ORIGIN/no-such-file".into())],
            ..packed_config(b"")
        };
        let error = MainPythonInterpreter::new(config).unwrap_err().to_string();
        assert!(error.contains("no-such-file") && !error.contains("$ORIGIN"), "{error}");
    });
}

#[test]
fn resources_can_be_mapped_files() {
    alone("resources_can_be_mapped_files", || {
        let path = std::env::temp_dir().join(format!("pyembed-blob-{}", std::process::id()));
        std::fs::write(&path, packed_stdlib()).unwrap();
        let config = OxidizedPythonInterpreterConfig {
            packed_resources: vec![PackedResourcesSource::MemoryMappedPath(path.clone())],
            ..packed_config(b"")
        };
        let interpreter = MainPythonInterpreter::new(config).unwrap();
        assert_eq!(eval(&interpreter, "__import__('textwrap').dedent(' a')"), "a");
        std::fs::remove_file(path).unwrap();
    });
}

#[test]
fn module_file_can_be_absent() {
    alone("module_file_can_be_absent", || {
        let blob = packed_stdlib();
        let absent = OxidizedPythonInterpreterConfig { module_file: ModuleFile::Absent, ..packed_config(blob) };
        let interpreter = MainPythonInterpreter::new(absent).unwrap();
        let code = "[hasattr(__import__('textwrap'), a) for a in ('__file__', '__cached__')]";
        assert_eq!(eval(&interpreter, code), "[False, False]");
        let spec = "(lambda s: (s.origin, s.has_location, s.cached))(__import__('textwrap').__spec__)";
        assert_eq!(eval(&interpreter, spec), "(None, False, None)");
        drop(interpreter);
        let interpreter = MainPythonInterpreter::new(packed_config(blob)).unwrap();
        assert_eq!(eval(&interpreter, code), "[True, False]");
        let file = PathBuf::from(eval(&interpreter, "__import__('json').__file__"));
        assert!(file.ends_with("json/__init__.py"));
        assert!(file.starts_with(std::env::current_exe().unwrap().canonicalize().unwrap()));
        assert_eq!(eval(&interpreter, "__import__('textwrap').__spec__.has_location"), "True");
    });
}

#[test]
fn module_file_can_differ_by_package() {
    alone("module_file_can_differ_by_package", || {
        let blob = packed_stdlib();
        let code = "[hasattr(__import__(m, fromlist=['x']), '__file__') for m in ('textwrap', 'json', 'json.decoder')]";
        let emulated = [(ModuleFile::Absent, "[False, True, True]"), (ModuleFile::Emulated, "[True, False, False]")];
        for (module_file, expected) in emulated {
            let module_file_exceptions = vec!["json".to_owned(), "no*thing".to_owned()];
            let config = OxidizedPythonInterpreterConfig { module_file, module_file_exceptions, ..packed_config(blob) };
            let interpreter = MainPythonInterpreter::new(config).unwrap();
            assert_eq!(eval(&interpreter, code), expected);
        }
    });
}

#[test]
fn run_gives_exit_codes() {
    alone("run_gives_exit_codes", || {
        let blob = packed_stdlib();
        for (code, expected) in [("pass", 0), ("1 / 0", 1)] {
            let mut config = packed_config(blob);
            config.interpreter_config.run_command = Some(code.to_owned());
            assert_eq!(MainPythonInterpreter::new(config).unwrap().run(), expected);
        }
        let mut config = packed_config(blob);
        config.interpreter_config.run_module = Some("textwrap".to_owned());
        assert_eq!(MainPythonInterpreter::new(config).unwrap().py_runmain(), 0);
    });
}

#[test]
fn system_exit_ends_the_process() {
    alone_with_code("system_exit_ends_the_process", 7, || {
        let mut config = packed_config(packed_stdlib());
        config.interpreter_config.run_command = Some("raise SystemExit(7)".to_owned());
        let code = MainPythonInterpreter::new(config).unwrap().run();
        std::process::exit(code);
    });
}

#[test]
fn interpreter_is_usable_from_other_threads() {
    alone("interpreter_is_usable_from_other_threads", || {
        let interpreter = MainPythonInterpreter::new(packed_config(packed_stdlib())).unwrap();
        assert_eq!(interpreter.attach(|py| py.eval("1 + 1")).as_deref(), Ok("2"));
        let error = interpreter.with_gil(|py| py.run("raise ValueError('x')")).unwrap_err();
        assert_eq!(error.to_string(), "ValueError: x");
        // Threads of Python run while this one is detached.
        let code = "import threading; t = threading.Thread(target=print); t.start(); t.join()";
        interpreter.with_gil(|py| py.run(code)).unwrap();
    });
}

#[test]
fn modules_are_written_at_exit() {
    alone("modules_are_written_at_exit", || {
        let folder = std::env::temp_dir().join(format!("pyembed-modules-{}", std::process::id()));
        std::env::set_var("PYEMBED_TEST_MODULES", &folder);
        for run in [true, false] {
            let mut config = packed_config(packed_stdlib());
            config.write_modules_directory_env = Some("PYEMBED_TEST_MODULES".to_owned());
            config.interpreter_config.run_command = Some("import textwrap".to_owned());
            let interpreter = MainPythonInterpreter::new(config).unwrap();
            if run {
                assert_eq!(interpreter.run(), 0);
            } else {
                drop(interpreter);
            }
        }
        let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap()).collect();
        assert_eq!(files.len(), 2);
        let texts: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file.path()).unwrap()).collect();
        assert!(texts.iter().any(|text| text.lines().any(|line| line == "textwrap")));
        std::fs::remove_dir_all(folder).unwrap();
    });
}

/// What `sys.stdout` encodes with in a process without locale, under the isolated profile.
#[cfg(unix)]
fn stdout_in_locale_c(utf8_mode: Option<bool>, configure_locale: Option<bool>) -> String {
    for name in ["LC_ALL", "LC_CTYPE", "LANG", "PYTHONUTF8"] {
        std::env::remove_var(name);
    }
    let mut config = installed_config();
    config.interpreter_config.utf8_mode = utf8_mode;
    config.interpreter_config.configure_locale = configure_locale;
    let interpreter = MainPythonInterpreter::new(config).unwrap();
    eval(&interpreter, "__import__('sys').stdout.encoding + ' ' + str(__import__('sys').flags.utf8_mode)")
}

#[cfg(unix)]
#[test]
fn locale_c_is_utf8_unless_switched_off() {
    alone("locale_c_is_utf8_unless_switched_off", || {
        assert_eq!(stdout_in_locale_c(None, Some(true)), "utf-8 1");
    });
}

#[cfg(unix)]
#[test]
fn locale_c_is_ascii_without_utf8_mode() {
    alone("locale_c_is_ascii_without_utf8_mode", || {
        let encoding = stdout_in_locale_c(Some(false), Some(true)).to_lowercase();
        assert!(encoding.ends_with(" 0") && !encoding.starts_with("utf"), "{encoding}");
    });
}
