//! The interpreter of the process.

#[cfg(not(feature = "pyo3"))]
use std::ffi::CStr;
use std::marker::PhantomData;
use std::sync::{Mutex, MutexGuard, PoisonError};

use oxidized_importer::py::{self, Obj, Raised};
use oxidized_importer::{new_finder, FinderOptions};
use pyo3_ffi as ffi;

use crate::bootstrap::Tables;
use crate::resources;
use crate::setup;
use crate::startup::{self, Started};
use crate::{
    allocator, environment, multiprocessing, ModuleFile, MultiprocessingStartMethod, NewInterpreterError,
    OxidizedPythonInterpreterConfig, ResolvedOxidizedPythonInterpreterConfig,
};

#[cfg(feature = "pyo3")]
pub use pyo3::{PyErr, PyResult, Python};

/// Proof that the thread is attached to the interpreter: code may use the C API.
///
/// With the crate's feature `pyo3` this is `pyo3::Python`.
#[cfg(not(feature = "pyo3"))]
#[derive(Clone, Copy, Debug)]
pub struct Python<'py> {
    _attached: PhantomData<(&'py (), *mut ())>,
}

/// A Python exception, as text.
///
/// With the crate's feature `pyo3` this is `pyo3::PyErr`.
#[cfg(not(feature = "pyo3"))]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PyErr {
    text: String,
}

/// The result of running Python code.
#[cfg(not(feature = "pyo3"))]
pub type PyResult<T> = Result<T, PyErr>;

#[cfg(not(feature = "pyo3"))]
impl std::fmt::Display for PyErr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(not(feature = "pyo3"))]
impl std::error::Error for PyErr {}

#[cfg(not(feature = "pyo3"))]
impl Python<'_> {
    /// Runs code in the namespace of `__main__`.
    ///
    /// ```no_run
    /// # fn example(interpreter: &pyembed::MainPythonInterpreter<'_, '_>) -> pyembed::PyResult<()> {
    /// interpreter.with_gil(|py| py.run("import json; print(json.dumps([1]))"))
    /// # }
    /// ```
    pub fn run(&self, code: &str) -> PyResult<()> {
        self.execute(code, c"exec").map(drop).map_err(|_| fetch_error())
    }

    /// Evaluates an expression in the namespace of `__main__`; gives its `str()`.
    ///
    /// ```no_run
    /// # fn example(interpreter: &pyembed::MainPythonInterpreter<'_, '_>) {
    /// let sum = interpreter.with_gil(|py| py.eval("1 + 2"));
    /// assert_eq!(sum.as_deref(), Ok("3"));
    /// # }
    /// ```
    pub fn eval(&self, expression: &str) -> PyResult<String> {
        let text = self.execute(expression, c"eval").and_then(|value| {
            // SAFETY: a live object; the result is a new reference.
            let text = unsafe { Obj::owned(ffi::PyObject_Str(value.as_ptr()))? };
            text.text().map(str::to_owned)
        });
        text.map_err(|_| fetch_error())
    }

    fn execute(&self, code: &str, function: &CStr) -> py::PyResult<Obj> {
        let main = py::import(c"__main__")?.attr(c"__dict__")?;
        py::import(c"builtins")?.call_method(function, &[&py::string(code)?, &main])
    }
}

#[cfg(not(feature = "pyo3"))]
fn fetch_error() -> PyErr {
    PyErr { text: py::take_error_text() }
}

#[cfg(feature = "pyo3")]
fn fetch_error() -> PyErr {
    // SAFETY: called with an exception set, by an attached thread.
    PyErr::fetch(unsafe { Python::assume_attached() })
}

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// The interpreter of the process, from its start to its end.
///
/// There is one at a time: [`new`](Self::new) waits until an earlier one is dropped. After `new` the
/// thread is detached; [`with_gil`](Self::with_gil) attaches it.
///
/// ```no_run
/// use pyembed::{MainPythonInterpreter, OxidizedPythonInterpreterConfig};
/// let interpreter = MainPythonInterpreter::new(OxidizedPythonInterpreterConfig::default())?;
/// interpreter.with_gil(|py| py.run("print(1)")).unwrap();
/// # Ok::<(), pyembed::NewInterpreterError>(())
/// ```
pub struct MainPythonInterpreter<'interpreter, 'resources: 'interpreter> {
    config: ResolvedOxidizedPythonInterpreterConfig<'resources>,
    thread_state: *mut ffi::PyThreadState,
    /// Restores CPython's tables, after finalization and before the lock is freed.
    _tables: Tables,
    _lock: MutexGuard<'static, ()>,
    _interpreter: PhantomData<&'interpreter ()>,
}

impl std::fmt::Debug for MainPythonInterpreter<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MainPythonInterpreter").field("exe", &self.config.exe).finish_non_exhaustive()
    }
}

/// Turns a set exception into an error of a step.
fn during(step: &'static str) -> impl Fn(Raised) -> NewInterpreterError {
    move |_| NewInterpreterError::during(step, py::take_error_text())
}

impl<'interpreter, 'resources> MainPythonInterpreter<'interpreter, 'resources> {
    /// Starts an interpreter.
    ///
    /// Every failure is an error value; only command lines that ask CPython to print something and
    /// exit (`--version`, with the profile `python`) end the process. After a failure inside of CPython
    /// (`during initializing Python …`) there is no second try in the same process: CPython leaves
    /// itself half started, and every further call is an error.
    pub fn new(config: OxidizedPythonInterpreterConfig<'resources>) -> Result<Self, NewInterpreterError> {
        let config = config.resolve()?;
        let lock = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: only asks.
        if unsafe { ffi::Py_IsInitialized() } != 0 {
            return Err(NewInterpreterError::Simple("a Python interpreter is already running in this process"));
        }
        if startup::is_halfway() {
            let message = "Python cannot be started again in this process: an earlier start failed halfway";
            return Err(NewInterpreterError::Simple(message));
        }
        startup::check_values(&config)?;
        environment::prepare(&config)?;
        let modules_folder = setup::modules_folder(&config);

        let resources =
            if config.oxidized_importer { resources::index_resources(&config)? } else { Default::default() };
        // SAFETY: no interpreter exists, as asked above, and the lock keeps it so; the resources live
        // as long as the interpreter.
        let tables = unsafe {
            Tables::install(
                config.oxidized_importer,
                config.extra_extension_modules.as_deref().unwrap_or_default(),
                config.oxidized_importer.then_some(&resources.table),
                startup::early_level(&config),
                config.origin(),
            )
        };
        startup::pre_initialize(&config)?;
        allocator::install(&config)?;
        let started = startup::initialize(&config, &resources.table, !tables.own_frozen.is_empty())?;

        let mut interpreter = MainPythonInterpreter {
            config,
            thread_state: std::ptr::null_mut(),
            _tables: tables,
            _lock: lock,
            _interpreter: PhantomData,
        };
        let prepared = interpreter.prepare(resources, &started, modules_folder);
        // SAFETY: this thread is attached since initialization.
        interpreter.thread_state = unsafe { ffi::PyEval_SaveThread() };
        prepared.map(|()| interpreter)
    }

    /// What is done by the attached thread before anybody else's code runs.
    fn prepare(
        &self,
        resources: resources::PythonResourcesState,
        started: &Started,
        modules_folder: Option<std::path::PathBuf>,
    ) -> Result<(), NewInterpreterError> {
        if self.config.oxidized_importer {
            if started.temporary_path {
                setup::clear_path().map_err(during("initialization of oxidized importer"))?;
            }
            if started.write_bytecode {
                setup::allow_bytecode().map_err(during("initialization of oxidized importer"))?;
            }
            self.install_finder(resources)?;
            #[cfg(Py_3_11)]
            if let Some(folder) = &started.stdlib_folder {
                setup::place_frozen_modules(folder).map_err(during("initialization of oxidized importer"))?;
            }
        } else if !self.config.filesystem_importer {
            setup::keep_interpreter_importers().map_err(during("removing external importers"))?;
        }
        self.set_sys_attributes().map_err(during("setting attributes of sys"))?;
        if let Some(folder) = modules_folder {
            setup::write_modules_at_exit(&folder).map_err(during("preparing the list of modules"))?;
        }
        if started.import_site {
            setup::import_site().map_err(during("initializing Python main"))?;
        }
        Ok(())
    }

    fn install_finder(&self, resources: resources::PythonResourcesState) -> Result<(), NewInterpreterError> {
        let module =
            py::import(oxidized_importer::MODULE_NAME).map_err(during("import of oxidized importer module"))?;
        let method = match self.config.multiprocessing_start_method {
            MultiprocessingStartMethod::None => None,
            MultiprocessingStartMethod::Auto if cfg!(windows) => Some("spawn".to_owned()),
            MultiprocessingStartMethod::Auto => Some("fork".to_owned()),
            method => Some(method.to_string()),
        };
        let options = FinderOptions {
            origin: self.config.origin.clone(),
            program: self.config.exe.clone(),
            module_file: match self.config.module_file {
                ModuleFile::Emulated => oxidized_importer::ModuleFile::Emulated,
                ModuleFile::Absent => oxidized_importer::ModuleFile::Absent,
            },
            module_file_exceptions: self.config.module_file_exceptions.clone(),
            multiprocessing_start_method: method,
            resources: resources.table,
            own_frozen: self._tables.own_frozen.clone(),
        };
        let step = during("initialization of oxidized importer");
        // SAFETY: this thread is attached since initialization.
        let finder = unsafe { new_finder(&module, options) }.map_err(&step)?;
        self.take_over(&finder).map_err(step)
    }

    /// Puts the finder in charge of imports.
    fn take_over(&self, finder: &Obj) -> py::PyResult<()> {
        let missing = || py::raise_runtime("sys has no meta_path or path_hooks");
        let meta_path = py::sys_attr(c"meta_path").ok_or_else(missing)?;
        let hooks = py::sys_attr(c"path_hooks").ok_or_else(missing)?;
        let finders = py::list()?;
        finders.list_append(finder)?;
        if self.config.filesystem_importer {
            let bootstrap = py::import(c"_frozen_importlib")?;
            let own = [bootstrap.attr(c"BuiltinImporter")?, bootstrap.attr(c"FrozenImporter")?];
            py::for_each(&meta_path, |other| {
                if own.iter().all(|own| own.as_ptr() != other.as_ptr()) {
                    finders.list_append(&other)?;
                }
                Ok(())
            })?;
        } else {
            hooks.call_method(c"clear", &[])?;
        }
        setup::replace_list(&meta_path, &finders)?;
        hooks.call_method(c"insert", &[&py::integer(0)?, &finder.attr(c"path_hook")?])?;
        if let Some(cache) = py::sys_attr(c"path_importer_cache") {
            cache.call_method(c"clear", &[])?;
        }
        // Frozen modules have no source of their own; the packed resources may have it.
        let frozen_importer = py::import(c"_frozen_importlib")?.attr(c"FrozenImporter")?;
        frozen_importer.set_attr(c"get_source", &finder.attr(c"get_source")?)?;
        let modules = py::sys_attr(c"modules").ok_or_else(missing)?;
        for name in &self._tables.own_frozen {
            let module = modules.call_method(c"get", &[&py::string(name)?])?;
            if !module.is_none() {
                setup::adopt(finder, &module, name)?;
            }
        }
        if self._tables.own_frozen.is_empty() {
            py::for_each(&modules.call_method(c"copy", &[])?, |name| {
                let module = modules.call_method(c"get", &[&name])?;
                let name = name.text()?;
                let early = name == "encodings" || name.starts_with("encodings.");
                if early {
                    setup::adopt(finder, &module, name)
                } else {
                    Ok(())
                }
            })?;
        }
        Ok(())
    }

    fn set_sys_attributes(&self) -> py::PyResult<()> {
        let yes = py::boolean(true);
        py::set_sys_attr(c"oxidized", &yes)?;
        if self.config.sys_frozen {
            py::set_sys_attr(c"frozen", &yes)?;
        }
        if self.config.sys_meipass {
            py::set_sys_attr(c"_MEIPASS", &py::path(&self.config.origin)?)?;
        }
        if self.config.argvb {
            let list = py::list()?;
            for argument in self.config.resolve_sys_argvb() {
                list.list_append(&py::bytes(&setup::raw_bytes(&argument))?)?;
            }
            py::set_sys_attr(c"argvb", &list)?;
        }
        #[cfg(not(Py_3_13))]
        if self.config.oxidized_importer {
            // The built-in hook of these versions reads source lines from files only.
            setup::set_exception_hook()?;
        }
        Ok(())
    }

    /// Runs `function` with the thread attached to the interpreter.
    ///
    /// ```no_run
    /// # fn example(interpreter: &pyembed::MainPythonInterpreter<'_, '_>) {
    /// interpreter.with_gil(|py| py.run("import sys; sys.stdout.flush()")).unwrap();
    /// # }
    /// ```
    pub fn with_gil<F, R>(&self, function: F) -> R
    where
        F: for<'py> FnOnce(Python<'py>) -> R,
    {
        struct Attached(ffi::PyGILState_STATE);
        impl Drop for Attached {
            fn drop(&mut self) {
                // SAFETY: undoes what the same thread did below.
                unsafe { ffi::PyGILState_Release(self.0) }
            }
        }
        // SAFETY: the interpreter runs as long as `self` exists.
        let _attached = Attached(unsafe { ffi::PyGILState_Ensure() });
        #[cfg(not(feature = "pyo3"))]
        let python = Python { _attached: PhantomData };
        // SAFETY: the thread was attached above and stays so while `function` runs.
        #[cfg(feature = "pyo3")]
        let python = unsafe { Python::assume_attached() };
        function(python)
    }

    /// [`with_gil`](Self::with_gil) under the name that current Python documentation uses.
    pub fn attach<F, R>(&self, function: F) -> R
    where
        F: for<'py> FnOnce(Python<'py>) -> R,
    {
        self.with_gil(function)
    }

    /// Runs what the configuration names (command, module, file, else the interactive interpreter or
    /// a program from standard input) and ends the interpreter. Gives the exit code.
    pub fn py_runmain(mut self) -> i32 {
        self.restore();
        // SAFETY: the thread is attached; the call finalizes the interpreter.
        unsafe { ffi::Py_RunMain() }
    }

    /// Like [`py_runmain`](Self::py_runmain); but if this process is a helper of `multiprocessing`,
    /// it does that work instead.
    pub fn run(self) -> i32 {
        if self.config.multiprocessing_auto_dispatch {
            if self.is_multiprocessing() {
                return self.print_failure(Self::run_multiprocessing);
            }
            // CPython runs such a line itself if it parses the command line.
            if multiprocessing::helper(self.config.resolve_sys_argv()).is_some() && !self.parses_arguments() {
                return self.print_failure(|interpreter| {
                    let Some(helper) = multiprocessing::helper(interpreter.config.resolve_sys_argv()) else {
                        return Ok(1);
                    };
                    interpreter.with_gil(|_| multiprocessing::run_helper(helper).map_err(|_| fetch_error()))
                });
            }
        }
        self.py_runmain()
    }

    fn parses_arguments(&self) -> bool {
        let settings = &self.config.interpreter_config;
        let profile = settings.profile == crate::PythonInterpreterProfile::Python;
        settings.parse_argv.unwrap_or(profile)
    }

    fn print_failure(&self, work: impl FnOnce(&Self) -> PyResult<i32>) -> i32 {
        match work(self) {
            Ok(code) => code,
            Err(error) => {
                eprintln!("{error}");
                1
            }
        }
    }

    /// Whether this process is a worker of `multiprocessing`.
    pub fn is_multiprocessing(&self) -> bool {
        multiprocessing::is_worker(self.config.resolve_sys_argv())
    }

    /// Does the work of a `multiprocessing` worker process; gives its exit code.
    pub fn run_multiprocessing(&self) -> PyResult<i32> {
        let arguments = self.config.resolve_sys_argv();
        self.with_gil(|_| multiprocessing::run_worker(arguments).map_err(|_| fetch_error()))
    }

    fn restore(&mut self) {
        if !self.thread_state.is_null() {
            // SAFETY: the state that this thread gave back, used once.
            unsafe { ffi::PyEval_RestoreThread(self.thread_state) };
            self.thread_state = std::ptr::null_mut();
        }
    }
}

impl Drop for MainPythonInterpreter<'_, '_> {
    fn drop(&mut self) {
        // SAFETY: only asks.
        if unsafe { ffi::Py_IsInitialized() } == 0 {
            return;
        }
        self.restore();
        // SAFETY: the thread is attached.
        unsafe { ffi::Py_FinalizeEx() };
    }
}
