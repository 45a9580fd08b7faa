//! A small web server in Rust. Python functions make its pages, and call Rust functions for what Rust knows.
//!
//!     cargo run                  serves on http://127.0.0.1:8000/
//!     cargo run -- --check       serves one request to itself and prints the answer

use std::ffi::CString;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use pyembed::{ExtensionModule, MainPythonInterpreter, OxidizedPythonInterpreterConfig};
use pyo3::exceptions::PyLookupError;
use pyo3::prelude::*;

static REQUESTS: AtomicU64 = AtomicU64::new(0);

/// What Python sees as `import server`.
#[pymodule]
mod server {
    use super::{Ordering, REQUESTS};
    use pyo3::prelude::*;

    /// How many requests there were.
    #[pyfunction]
    fn count() -> u64 {
        REQUESTS.load(Ordering::Relaxed)
    }
}

fn main() {
    let check = std::env::args().any(|argument| argument == "--check");
    let mut config = OxidizedPythonInterpreterConfig {
        set_missing_path_configuration: false,
        extra_extension_modules: Some(vec![ExtensionModule {
            name: CString::new("server").expect("no zero byte"),
            // The function that `#[pymodule]` makes, as `pyo3::append_to_inittab!` takes it.
            init_func: server::__pyo3_init,
        }]),
        ..Default::default()
    };
    config.interpreter_config.parse_argv = Some(false);
    // Python finds its standard library from the place of its own program.
    config.interpreter_config.program_name = option_env!("PYTHON").map(Into::into);
    let interpreter = match MainPythonInterpreter::new(config) {
        Ok(interpreter) => interpreter,
        Err(problem) => {
            eprintln!("error: {problem}");
            std::process::exit(1);
        }
    };
    let code = match interpreter.with_gil(load_pages) {
        Ok(pages) => serve(&pages, check),
        Err(problem) => {
            interpreter.with_gil(|py| problem.print(py));
            1
        }
    };
    drop(interpreter);
    std::process::exit(code);
}

/// The Python function `page`, from source that is part of this program.
fn load_pages(py: Python<'_>) -> PyResult<Py<PyAny>> {
    let source = CString::new(include_str!("../python/pages.py"))?;
    let module = PyModule::from_code(py, &source, c"pages.py", c"pages")?;
    Ok(module.getattr("page")?.unbind())
}

fn serve(page: &Py<PyAny>, check: bool) -> i32 {
    let address = if check { "127.0.0.1:0" } else { "127.0.0.1:8000" };
    let listener = TcpListener::bind(address).expect("the port is free");
    let place = listener.local_addr().expect("a bound socket has an address");
    if check {
        let client = thread::spawn(move || ask(TcpStream::connect(place).expect("the server listens")));
        let (stream, _) = listener.accept().expect("the client connects");
        answer(stream, page);
        println!("{}", client.join().expect("the client gets an answer").trim());
        return 0;
    }
    println!("serving on http://{place}/");
    thread::scope(|threads| {
        for stream in listener.incoming().flatten() {
            threads.spawn(|| answer(stream, page));
        }
    });
    0
}

/// Answers one request with what Python says.
fn answer(mut stream: TcpStream, page: &Py<PyAny>) {
    let mut line = String::new();
    if BufReader::new(&stream).read_line(&mut line).is_err() {
        return;
    }
    let path = line.split(' ').nth(1).unwrap_or("/").to_owned();
    REQUESTS.fetch_add(1, Ordering::Relaxed);
    let made = Python::attach(|py| match page.call1(py, (path,)).and_then(|text| text.extract::<String>(py)) {
        Ok(text) => (200, text),
        Err(problem) if problem.is_instance_of::<PyLookupError>(py) => (404, String::from("no such page\n")),
        Err(problem) => (500, format!("{problem}\n")),
    });
    let (status, text) = made;
    let head = format!("HTTP/1.0 {status} -\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\r\n", text.len());
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(text.as_bytes()));
}

/// Asks for a page and gives the answer without its head.
fn ask(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    stream.write_all(b"GET /Rust HTTP/1.0\r\n\r\n").expect("the request is sent");
    stream.read_to_string(&mut answer).expect("the answer is text");
    answer.split_once("\r\n\r\n").map_or(String::new(), |(_, body)| body.to_owned())
}
