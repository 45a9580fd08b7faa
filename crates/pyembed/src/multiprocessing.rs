//! Command lines by which the standard library starts its helper processes.
//!
//! `multiprocessing` starts a program of its own kind, `sys.executable`, with arguments that `python`
//! understands or, if `sys.frozen` is set, with `--multiprocessing-fork key=value …`. An application
//! that takes its arguments for itself has to recognize them.

use std::ffi::OsString;

use oxidized_importer::py::{self, Obj, PyResult};

/// The argument after the program's name that marks a worker of a frozen program.
const WORKER: &str = "--multiprocessing-fork";

/// What helper processes are asked to execute, behind an `import sys; ` that newer versions begin with;
/// the rest is the arguments of one call.
const HELPERS: [&str; 3] = [
    "from multiprocessing.resource_tracker import main;main(",
    "from multiprocessing.forkserver import main; main(",
    "from multiprocessing.spawn import spawn_main; spawn_main(",
];

/// How the call of such a helper names the arguments that follow its code on the command line.
const TAKES_ARGUMENTS: &str = "sys_argv=sys.argv[1:]";

/// A helper process.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Helper<'a> {
    /// Python code: one call of one of the known functions.
    code: &'a str,
    /// What follows it on the command line.
    arguments: &'a [OsString],
}

/// Whether these are the arguments of a worker process.
pub fn is_worker(arguments: &[OsString]) -> bool {
    arguments.get(1).is_some_and(|argument| argument == WORKER)
}

/// The helper process that a command line asks for: after interpreter flags, `-c` and exactly one call
/// of one of the known functions.
pub fn helper(arguments: &[OsString]) -> Option<Helper<'_>> {
    let mut rest = arguments.get(1..)?;
    loop {
        let argument = rest.first()?.to_str()?;
        rest = match argument {
            "-c" => break,
            // Flags that take their value from the next argument.
            "-W" | "-X" => rest.get(2..)?,
            _ if argument.starts_with('-') && argument.len() > 1 => &rest[1..],
            _ => return None,
        }
    }
    let code = rest.get(1)?.to_str()?;
    let rest = &rest[2..];
    let statements = code.strip_prefix("import sys; ").unwrap_or(code);
    let call = HELPERS.into_iter().find_map(|start| statements.strip_prefix(start))?.strip_suffix(')')?;
    let rest_is_ours = call.contains(TAKES_ARGUMENTS) || rest.iter().all(|argument| argument == WORKER);
    (rest_is_ours && !call.contains([';', '\n'])).then_some(Helper { code, arguments: rest })
}

/// Runs `multiprocessing.spawn.spawn_main` with the arguments of the command line; gives the exit
/// code that it ends with.
pub fn run_worker(arguments: &[OsString]) -> PyResult<i32> {
    let keywords = py::dict()?;
    for argument in arguments.iter().skip(2) {
        let text = argument.to_string_lossy();
        let Some((key, value)) = text.split_once('=') else {
            return Err(py::raise_value(&format!("unexpected argument of a worker process: {text}")));
        };
        let value = if value == "None" {
            py::none()
        } else {
            let number = value.parse::<i64>();
            py::integer(
                number.map_err(|_| py::raise_value(&format!("unexpected argument of a worker process: {text}")))?,
            )?
        };
        keywords.call_method(c"__setitem__", &[&py::string(key)?, &value])?;
    }
    let spawn_main = py::import(c"multiprocessing.spawn")?.attr(c"spawn_main")?;
    let nothing = py::tuple(&[])?;
    // SAFETY: live objects: a callable, a tuple and a dict.
    let result =
        unsafe { Obj::owned(pyo3_ffi::PyObject_Call(spawn_main.as_ptr(), nothing.as_ptr(), keywords.as_ptr())) };
    match result {
        Ok(_) => Ok(0),
        Err(raised) => exit_code().ok_or(raised),
    }
}

/// Executes the code of a helper process in `__main__`; gives its exit code.
pub fn run_helper(helper: Helper<'_>) -> PyResult<i32> {
    // What `python -c` makes of such a line.
    let argv = py::list()?;
    argv.list_append(&py::string("-c")?)?;
    for argument in helper.arguments {
        argv.list_append(&py::path(argument.as_ref())?)?;
    }
    py::set_sys_attr(c"argv", &argv)?;
    let main = py::import(c"__main__")?.attr(c"__dict__")?;
    match py::import(c"builtins")?.call_method(c"exec", &[&py::string(helper.code)?, &main]) {
        Ok(_) => Ok(0),
        Err(raised) => exit_code().ok_or(raised),
    }
}

/// The exit code of a set `SystemExit`, which is cleared; `None` for other exceptions.
fn exit_code() -> Option<i32> {
    // SAFETY: the exception is fetched, owned from then on, and dropped or restored.
    unsafe {
        if pyo3_ffi::PyErr_ExceptionMatches(pyo3_ffi::PyExc_SystemExit) == 0 {
            return None;
        }
        let (mut kind, mut value, mut trace) = (std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut());
        #[allow(deprecated)]
        {
            pyo3_ffi::PyErr_Fetch(&mut kind, &mut value, &mut trace);
            pyo3_ffi::PyErr_NormalizeException(&mut kind, &mut value, &mut trace);
        }
        drop((Obj::owned(kind), Obj::owned(trace)));
        let code = Obj::owned(value).and_then(|value| value.attr(c"code"));
        let code = match code {
            Ok(code) if code.is_none() => 0,
            Ok(code) => match pyo3_ffi::PyLong_AsLong(code.as_ptr()) {
                -1 if !pyo3_ffi::PyErr_Occurred().is_null() => 1,
                number => i32::try_from(number).unwrap_or(1),
            },
            Err(_) => 1,
        };
        py::clear_error();
        Some(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(arguments: &[&str]) -> Vec<OsString> {
        arguments.iter().map(OsString::from).collect()
    }

    #[test]
    fn helpers_are_recognized_exactly() {
        let tracker = "from multiprocessing.resource_tracker import main;main(5)";
        let server = "from multiprocessing.forkserver import main; main(1, 2, ['__main__'], **{})";
        let later = "import sys; from multiprocessing.forkserver import main; \
                     main(1, 2, ['__main__'], sys_argv=sys.argv[1:], **{'authkey_r': 7})";
        let known: [(&[&str], &str, &[&str]); 4] = [
            (&["app", "-I", "-S", "-X", "dev", "-c", tracker], tracker, &[]),
            (&["app", "-c", server], server, &[]),
            (&["app", "-c", server, WORKER], server, &[WORKER]),
            (&["app", "-I", "-c", later, "-c", "any argument", "é"], later, &["-c", "any argument", "é"]),
        ];
        for (arguments, code, rest) in known {
            let arguments = line(arguments);
            assert_eq!(helper(&arguments), Some(Helper { code, arguments: &line(rest) }), "{arguments:?}");
        }
        for other in [
            vec!["app", "-c", "print(1)"],
            vec!["app", "-c", "from multiprocessing.resource_tracker import main;main(5);x()"],
            vec!["app", "-c", "import os; from multiprocessing.resource_tracker import main;main(5)"],
            vec!["app", "-c", tracker, "more"],
            vec!["app", "-c", server, "more"],
            vec!["app", "file", "-c", tracker],
            vec!["app", "-c"],
            vec!["app", "-W"],
            vec!["app"],
        ] {
            assert_eq!(helper(&line(&other)), None, "{other:?}");
        }
    }

    #[test]
    fn workers_are_recognized() {
        assert!(is_worker(&line(&["app", "--multiprocessing-fork", "pipe_handle=7"])));
        assert!(!is_worker(&line(&["app", "x", "--multiprocessing-fork"])));
        assert!(!is_worker(&line(&["app"])));
    }
}
