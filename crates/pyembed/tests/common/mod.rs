//! Interpreters that are really started, each test in a process of its own.
//!
//! The Python is the one that the crate is linked with; its standard library is packed by a short
//! script that this Python runs.

#![allow(dead_code)] // Each test program uses a part.

use std::process::Command;

use packed_resources::{Field, Flags, Padding, Resource};
use pyembed::{
    Allocator, MainPythonInterpreter, OxidizedPythonInterpreterConfig, PackedResourcesSource, PythonInterpreterConfig,
    PythonInterpreterProfile,
};

const PYTHON: &str = env!("PYEMBED_PYTHON_EXECUTABLE");
const CHILD: &str = "PYEMBED_TEST_CHILD";

/// Runs the test's body in a child process, so that nothing is left of earlier interpreters.
pub fn alone(name: &str, body: fn()) {
    alone_with_code(name, 0, body);
}

/// Like `alone`, for bodies that end the process with an exit code.
pub fn alone_with_code(name: &str, code: i32, body: fn()) {
    if std::env::var_os(CHILD).is_some() {
        return body();
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture", "--test-threads=1"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{text}");
}

/// What `python -c code` prints.
pub fn ask_python(code: &str) -> Vec<u8> {
    let output = Command::new(PYTHON).args(["-I", "-S", "-c", code]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// The standard library's pure modules as packed resources (without tests).
pub fn packed_stdlib() -> &'static [u8] {
    const SCRIPT: &str = r#"
import marshal, os, struct, sys, sysconfig
root = sysconfig.get_paths()["stdlib"]
wanted = {"encodings", "importlib", "collections", "json", "re", "email", "urllib"}
for folder, folders, files in os.walk(root):
    where = os.path.relpath(folder, root)
    parts = [] if where == "." else where.split(os.sep)
    folders[:] = [f for f in folders if f in wanted] if not parts else []
    for file in sorted(files):
        if not file.endswith(".py"):
            continue
        package = file == "__init__.py"
        name = ".".join(parts if package else [*parts, file[:-3]])
        if not name:
            continue
        with open(os.path.join(folder, file), "rb") as source:
            code = marshal.dumps(compile(source.read(), name, "exec", dont_inherit=True))
        name = name.encode()
        sys.stdout.buffer.write(struct.pack("<HBI", len(name), package, len(code)) + name + code)
"#;
    let stream = ask_python(SCRIPT);
    let mut resources = Vec::new();
    let mut rest = &stream[..];
    while !rest.is_empty() {
        let name_length = usize::from(u16::from_le_bytes([rest[0], rest[1]]));
        let code_length = u32::from_le_bytes([rest[3], rest[4], rest[5], rest[6]]) as usize;
        let mut resource = Resource::new(std::str::from_utf8(&rest[7..7 + name_length]).unwrap());
        resource.flags = Flags::MODULE;
        if rest[2] != 0 {
            resource.flags.insert(Flags::PACKAGE);
        }
        resource.set_data(Field::Bytecode0, &rest[7 + name_length..7 + name_length + code_length]);
        resources.push(resource);
        rest = &rest[7 + name_length + code_length..];
    }
    packed_resources::write(&resources, Padding::None).unwrap().leak()
}

/// With the variable set, each object is a block of its own, so that a sanitizer sees its ends.
pub fn allocator() -> Option<Allocator> {
    std::env::var_os("PYEMBED_TEST_MALLOC").map(|_| Allocator::Malloc)
}

/// An interpreter that imports from packed resources only.
pub fn packed_config(blob: &'static [u8]) -> OxidizedPythonInterpreterConfig<'static> {
    OxidizedPythonInterpreterConfig {
        interpreter_config: PythonInterpreterConfig {
            profile: PythonInterpreterProfile::Isolated,
            configure_locale: Some(true),
            allocator: allocator(),
            ..Default::default()
        },
        oxidized_importer: true,
        filesystem_importer: false,
        packed_resources: vec![PackedResourcesSource::Memory(blob)],
        ..Default::default()
    }
}

/// An interpreter that imports from the installation that the crate is linked with.
pub fn installed_config() -> OxidizedPythonInterpreterConfig<'static> {
    let prefix = String::from_utf8(ask_python("import sys; print(sys.base_prefix, end='')")).unwrap();
    OxidizedPythonInterpreterConfig {
        interpreter_config: PythonInterpreterConfig {
            profile: PythonInterpreterProfile::Isolated,
            configure_locale: Some(true),
            allocator: allocator(),
            home: Some(prefix.into()),
            site_import: Some(false),
            ..Default::default()
        },
        ..Default::default()
    }
}

pub fn eval(interpreter: &MainPythonInterpreter<'_, '_>, expression: &str) -> String {
    interpreter.with_gil(|py| py.eval(expression)).unwrap()
}
