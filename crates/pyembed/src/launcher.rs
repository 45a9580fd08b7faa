//! The program that oxl attaches an application to.
//!
//! A launcher is compiled once for a Python; the application (packed resources and the interpreter's
//! configuration) is data in its own executable file. Its whole `main` is:
//!
//! ```no_run
//! pyembed::launcher::main()
//! ```

use crate::json_config;
use crate::payload::Payload;
use crate::MainPythonInterpreter;

/// Runs the application in this program's own file and ends the process with its exit code.
///
/// If the interpreter cannot be started, the reason is printed and the exit code is 1.
pub fn main() -> ! {
    leave_faults_to_python();
    let code = match run() {
        Ok(code) => code,
        Err(message) => {
            eprintln!("error instantiating embedded Python interpreter: {message}");
            1
        }
    };
    std::process::exit(code)
}

/// Takes back the handlers by which Rust's standard library tells a stack overflow from other faults.
///
/// They let a signal that somebody sent pass once, and `faulthandler` ends a process by sending one.
fn leave_faults_to_python() {
    #[cfg(unix)]
    for signal in [libc::SIGSEGV, libc::SIGBUS] {
        // SAFETY: the default action is valid for both signals, and no other thread runs yet.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
}

fn run() -> Result<i32, String> {
    let payload = Payload::of_this_program().map_err(|error| error.to_string())?;
    // The mapping lives as long as the process, because Python keeps views of it.
    let payload: &'static Payload = Box::leak(Box::new(payload));
    let text = payload.part("config").ok_or("the payload has no part `config`")?;
    let text = std::str::from_utf8(text).map_err(|_| "the configuration in the payload is not UTF-8")?;
    let config = json_config::read(text, &|name| payload.part(name))?;
    let interpreter = MainPythonInterpreter::new(config).map_err(|error| error.to_string())?;
    Ok(interpreter.run())
}
