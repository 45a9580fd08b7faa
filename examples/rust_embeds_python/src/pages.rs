//! The Python side: an interpreter, the functions that make pages, and the Rust functions that they may call.

use std::ffi::CString;
use std::sync::atomic::{AtomicU64, Ordering};

use pyembed::{ExtensionModule, MainPythonInterpreter, NewInterpreterError, OxidizedPythonInterpreterConfig};
use pyo3::exceptions::PyLookupError;
use pyo3::prelude::*;

static REQUESTS: AtomicU64 = AtomicU64::new(0);

/// What Python sees as `import server`.
#[pymodule]
mod server {
    use super::{Ordering, REQUESTS};
    use pyo3::exceptions::PyFileNotFoundError;
    use pyo3::prelude::*;

    /// How many requests there were.
    #[pyfunction]
    fn count() -> u64 {
        REQUESTS.load(Ordering::Relaxed)
    }

    /// A file that is part of the program. Raises FileNotFoundError for an unknown name.
    #[pyfunction]
    fn asset(name: &str) -> PyResult<&'static str> {
        match name {
            "style.css" => Ok(include_str!("../assets/style.css")),
            _ => Err(PyFileNotFoundError::new_err(format!("the program has no file {name:?}"))),
        }
    }
}

/// Starts the one interpreter of this process.
pub fn start() -> Result<MainPythonInterpreter<'static, 'static>, NewInterpreterError> {
    let mut config = OxidizedPythonInterpreterConfig {
        // The standard library is that of the linked Python, where it is installed.
        set_missing_path_configuration: false,
        extra_extension_modules: Some(vec![ExtensionModule {
            name: c"server".into(),
            // The function that `#[pymodule]` makes, as `pyo3::append_to_inittab!` takes it.
            init_func: server::__pyo3_init,
        }]),
        ..Default::default()
    };
    // The arguments are for Rust.
    config.interpreter_config.parse_argv = Some(false);
    // Python finds its standard library from the place of its own program.
    config.interpreter_config.program_name = option_env!("PYTHON").map(Into::into);
    MainPythonInterpreter::new(config)
}

/// What is made of a request.
pub struct Page {
    pub status: u16,
    pub text: String,
}

/// The functions of `python/pages.py`.
pub struct Pages {
    page: Py<PyAny>,
}

impl Pages {
    /// Loads the module, whose source is part of this program.
    pub fn load(interpreter: &MainPythonInterpreter<'_, '_>) -> PyResult<Self> {
        interpreter.with_gil(|py| {
            let source = CString::new(include_str!("../python/pages.py"))?;
            let module = PyModule::from_code(py, &source, c"pages.py", c"pages")?;
            Ok(Self { page: module.getattr("page")?.unbind() })
        })
    }

    /// Makes the page of a path. What Python does not expect becomes a page, too, and its traceback is shown here.
    pub fn page(&self, path: &str) -> Page {
        REQUESTS.fetch_add(1, Ordering::Relaxed);
        Python::attach(|py| {
            let made = self.page.call1(py, (path,)).and_then(|text| text.extract::<String>(py));
            match made {
                Ok(text) => Page { status: 200, text },
                Err(problem) if problem.is_instance_of::<PyLookupError>(py) => {
                    Page { status: 404, text: "no such page\n".into() }
                }
                Err(problem) => {
                    problem.print(py);
                    Page { status: 500, text: "the page could not be made\n".into() }
                }
            }
        })
    }
}
