//! Finding and executing modules: what every import statement goes through.

use std::path::{Path, PathBuf};

use packed_resources::{Field, Flags};
use pyo3_ffi as ffi;

use crate::extension;
use crate::py::{self, Obj, PyResult, Raised};
use crate::state::{Names, State};
use crate::table::Found;

/// Where the bytes of something are.
pub enum Place {
    /// In a blob. Tables keep their blobs, so the view lives as long as the finder.
    Memory(&'static [u8]),
    /// In a file, relative to the origin; encoded as the target's operating system does.
    File(Vec<u8>),
}

/// How the code of a module is stored.
pub enum Code {
    Bytecode(Place),
    Source(Place),
}

/// What an entry is for the import system.
pub enum Kind {
    Builtin,
    Frozen,
    Extension(Place),
    Module(Code),
    Namespace,
}

/// What `find_spec` needs to know about an entry.
pub struct Plan {
    pub kind: Kind,
    pub is_package: bool,
    /// The source file, or the library of an extension module, relative to the origin.
    pub file: Option<Vec<u8>>,
    /// The bytecode file of the active level.
    pub cached: Option<Vec<u8>>,
}

/// Lengthens the life of a view to that of the table's blobs.
///
/// # Safety
/// The result is used only while the finder that owns the table lives.
pub unsafe fn blob_view(view: &[u8]) -> &'static [u8] {
    // SAFETY: blobs are never taken out of a table nor moved.
    unsafe { &*std::ptr::from_ref(view) }
}

fn place(found: &Found<'_>, memory: Field, file: Field) -> Option<Place> {
    if let Some(data) = found.data(memory) {
        // SAFETY: plans are used by methods of the finder, which hold a reference to it.
        return Some(Place::Memory(unsafe { blob_view(data) }));
    }
    found.data(file).map(|path| Place::File(path.to_vec()))
}

/// The code for an optimization level: bytecode of that level, then source, then bytecode of another
/// level, so that a program packed for level 0 still runs under `-O`.
pub fn code(found: &Found<'_>, level: u8) -> Option<Code> {
    let bytecode = |level| place(found, Field::bytecode(level), Field::bytecode_path(level)).map(Code::Bytecode);
    bytecode(level)
        .or_else(|| place(found, Field::Source, Field::SourcePath).map(Code::Source))
        .or_else(|| (0..3).find_map(bytecode))
}

/// Decides what an entry is; `None` if it cannot be imported.
pub fn plan(found: &Found<'_>, level: u8) -> Option<Plan> {
    let flags = found.flags();
    let mut plan = Plan { kind: Kind::Builtin, is_package: flags.contains(Flags::PACKAGE), file: None, cached: None };
    if flags.contains(Flags::BUILTIN_EXTENSION) {
        return Some(plan);
    }
    if flags.contains(Flags::FROZEN) {
        plan.kind = Kind::Frozen;
        return Some(plan);
    }
    if flags.contains(Flags::EXTENSION) {
        let library = place(found, Field::ExtensionLibrary, Field::ExtensionLibraryPath);
        if let Some(library) = library {
            if let Place::File(path) = &library {
                plan.file = Some(path.clone());
            }
            plan.kind = Kind::Extension(library);
            return Some(plan);
        }
    }
    if flags.intersects(Flags::MODULE | Flags::PACKAGE) {
        if let Some(code) = code(found, level) {
            plan.file = found.data(Field::SourcePath).map(<[u8]>::to_vec);
            plan.cached = found.data(Field::bytecode_path(level)).map(<[u8]>::to_vec);
            plan.kind = Kind::Module(code);
            return Some(plan);
        }
    }
    if flags.contains(Flags::NAMESPACE_PACKAGE) {
        plan.kind = Kind::Namespace;
        plan.is_package = true;
        return Some(plan);
    }
    None
}

/// The path for the bytes that a blob holds.
pub fn relative_path(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        Path::new(std::ffi::OsStr::from_bytes(bytes)).to_path_buf()
    }
    #[cfg(windows)]
    {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        <std::ffi::OsString as std::os::windows::ffi::OsStringExt>::from_wide(&units).into()
    }
}

/// The path that a source file would have whose bytecode is at `cached`.
fn source_of_bytecode(cached: &Path, name: &str, is_package: bool) -> PathBuf {
    let folder = cached.parent().unwrap_or(Path::new(""));
    let folder = if folder.ends_with("__pycache__") { folder.parent().unwrap_or(folder) } else { folder };
    let stem = if is_package { "__init__" } else { name.rsplit('.').next().unwrap_or(name) };
    folder.join(format!("{stem}.py"))
}

const SEPARATOR: &str = std::path::MAIN_SEPARATOR_STR;

impl State {
    fn plan(&self, name: &str) -> Option<Plan> {
        let known = self.with_table(|table| table.get(name).and_then(|found| plan(&found, self.level)));
        if matches!(known, Some(Plan { kind: Kind::Builtin | Kind::Frozen, .. })) || !self.is_pending_frozen(name) {
            return known;
        }
        let is_package = known.is_some_and(|plan| plan.is_package);
        Some(Plan { kind: Kind::Frozen, is_package, file: None, cached: None })
    }

    /// The `__path__` entry of a package in memory.
    pub fn memory_folder(&self, name: &str) -> String {
        format!("{}{SEPARATOR}{}", self.base, name.replace('.', SEPARATOR))
    }

    /// The emulated `__file__` of a module in memory.
    pub fn memory_file(&self, name: &str, plan: &Plan) -> String {
        let folder = self.memory_folder(name);
        match plan.kind {
            Kind::Extension(_) if plan.is_package => {
                format!("{folder}{SEPARATOR}__init__{}", self.extension_suffix)
            }
            Kind::Extension(_) => format!("{folder}{}", self.extension_suffix),
            _ if plan.is_package => format!("{folder}{SEPARATOR}__init__.py"),
            _ => format!("{folder}.py"),
        }
    }

    /// The absolute path of a file-relative module, `None` for modules in memory.
    pub fn module_file(&self, name: &str, plan: &Plan) -> Option<PathBuf> {
        if let Some(file) = &plan.file {
            return Some(self.origin.join(relative_path(file)));
        }
        match &plan.kind {
            Kind::Module(Code::Bytecode(Place::File(cached))) if self.emulates(name) => {
                Some(source_of_bytecode(&self.origin.join(relative_path(cached)), name, plan.is_package))
            }
            _ => None,
        }
    }

    /// What `__file__` is, or `None` if the module has none.
    fn file_object(&self, name: &str, plan: &Plan) -> PyResult<Option<Obj>> {
        match self.module_file(name, plan) {
            Some(file) => py::path(&file).map(Some),
            None if !matches!(plan.kind, Kind::Namespace) && self.emulates(name) => {
                py::string(&self.memory_file(name, plan)).map(Some)
            }
            None => Ok(None),
        }
    }

    fn new_spec(&self, finder: &Obj, name: &Obj, origin: Option<&Obj>, is_package: bool) -> PyResult<Obj> {
        let none = py::none();
        let origin = origin.unwrap_or(&none);
        let package = py::boolean(is_package);
        let arguments = [name, finder, origin, &package];
        self.import.module_spec.call_named(&arguments, Some(&self.import.spec_keywords))
    }

    /// `find_spec(fullname, path=None, target=None)`.
    pub fn find_spec(&self, finder: &Obj, fullname: &Obj) -> PyResult<Obj> {
        let asked = fullname.text()?;
        let name = asked.strip_suffix(".__init__").unwrap_or(asked);
        let Some(plan) = self.plan(name) else { return Ok(py::none()) };
        let short;
        let fullname = if name.len() == asked.len() {
            fullname
        } else {
            short = py::string(name)?;
            &short
        };
        let names = &self.import.names;
        match plan.kind {
            Kind::Builtin => return self.import.builtin_importer.call_method(c"find_spec", &[fullname]),
            Kind::Frozen => return self.import.frozen_importer.call_method(c"find_spec", &[fullname]),
            _ => {}
        }
        let origin = self.file_object(name, &plan)?;
        let spec = self.new_spec(finder, fullname, origin.as_ref(), plan.is_package)?;
        let file = self.module_file(name, &plan);
        if plan.is_package {
            let folder = match file.as_deref().and_then(Path::parent) {
                Some(folder) => py::path(folder)?,
                None => py::string(&self.memory_folder(name))?,
            };
            let locations = py::list()?;
            locations.list_append(&folder)?;
            names.set(&spec, &names.submodule_search_locations, &locations)?;
        }
        if file.is_some() {
            names.set(&spec, &names.set_fileattr, &py::boolean(true))?;
            if let Some(cached) = &plan.cached {
                let cached = py::path(&self.origin.join(relative_path(cached)))?;
                names.set(&spec, &names.cached, &cached)?;
            }
        }
        if name.len() != asked.len() {
            names.set(&spec, &names.loader_state, &py::string("alias")?)?;
        }
        Ok(spec)
    }

    /// `create_module(spec)`.
    pub fn create_module(&self, finder: &Obj, spec: &Obj) -> PyResult<Obj> {
        let names = &self.import.names;
        let fullname = names.get(spec, &names.name)?;
        let name = fullname.text()?;
        let Some(plan) = self.plan(name) else { return Ok(py::none()) };
        if self.is_alias(spec)? {
            // SAFETY: a live str; the result is a new reference or null with or without an error.
            match unsafe { Obj::owned(ffi::PyImport_GetModule(fullname.as_ptr())) } {
                Ok(module) => return Ok(module),
                Err(Raised) => py::clear_error(),
            }
        }
        if let Kind::Extension(library) = &plan.kind {
            return extension::create(self, finder, spec, name, &plan, library);
        }
        let Some(file) = self.file_object(name, &plan)? else { return Ok(py::none()) };
        // SAFETY: a live str gives a new module.
        let module = unsafe { Obj::owned(ffi::PyModule_NewObject(fullname.as_ptr()))? };
        names.set(&module, &names.file, &file)?;
        Ok(module)
    }

    fn is_alias(&self, spec: &Obj) -> PyResult<bool> {
        let names = &self.import.names;
        let state = names.get(spec, &names.loader_state)?;
        if state.is_none() {
            return Ok(false);
        }
        Ok(state.text().inspect_err(|_| py::clear_error()).unwrap_or_default() == "alias")
    }

    /// `exec_module(module)`.
    pub fn exec_module(&self, finder: &Obj, module: &Obj) -> PyResult<()> {
        let names = &self.import.names;
        let spec = names.get(module, &names.spec)?;
        let fullname = if spec.is_none() { module.attr(c"__name__")? } else { names.get(&spec, &names.name)? };
        let name = fullname.text()?;
        let plan = self.plan(name).ok_or_else(|| unknown(name))?;
        if !spec.is_none() {
            if self.is_alias(&spec)? {
                return names.set(&spec, &names.loader_state, &py::none());
            }
            if !matches!(plan.kind, Kind::Namespace) && self.emulates(name) {
                // Until now the flag was off: with it on, the import system would compute a path in
                // `__pycache__` for every module.
                names.set(&spec, &names.set_fileattr, &py::boolean(true))?;
            }
        }
        match &plan.kind {
            Kind::Namespace => return Ok(()),
            Kind::Extension(_) => {
                self.import.call_removed.call(&[&self.import.exec_dynamic, module])?;
                return Ok(());
            }
            _ => {}
        }
        let code = self.load_code(name, &plan)?;
        let namespace = names.get(module, &names.dict)?;
        self.import.call_removed.call(&[&self.import.exec, &code, &namespace])?;
        self.after_import(finder, name, module)
    }

    fn read(&self, place: &Place) -> PyResult<std::borrow::Cow<'static, [u8]>> {
        match place {
            Place::Memory(data) => Ok((*data).into()),
            Place::File(path) => {
                let path = self.origin.join(relative_path(path));
                std::fs::read(&path).map(Into::into).map_err(|error| py::raise_io(&error, &path))
            }
        }
    }

    /// The code object of a module.
    pub fn load_code(&self, name: &str, plan: &Plan) -> PyResult<Obj> {
        let Kind::Module(code) = &plan.kind else { return Err(unknown(name)) };
        let file = self.file_object(name, plan)?;
        match code {
            Code::Bytecode(place) => {
                let data = self.read(place)?;
                let data = match place {
                    Place::Memory(_) => &data[..],
                    // The header of a `.pyc` file; what it says is not checked.
                    Place::File(_) => data.get(16..).unwrap_or_default(),
                };
                // SAFETY: the pointer and length describe `data`, which is only read.
                let code = unsafe {
                    Obj::owned(ffi::PyMarshal_ReadObjectFromString(data.as_ptr().cast(), data.len() as isize))?
                };
                // SAFETY: a type check of a live object.
                if unsafe { ffi::PyCode_Check(code.as_ptr()) } == 0 {
                    return Err(py::raise_import(&format!("bytecode of {name} is not a code object"), name));
                }
                if let Some(file) = file {
                    self.import.fix_co_filename.call(&[&code, &file])?;
                }
                Ok(code)
            }
            Code::Source(place) => {
                let source = py::bytes(&self.read(place)?)?;
                let file = match file {
                    Some(file) => file,
                    None => py::string(name)?,
                };
                let flags = py::integer(0)?;
                let level = py::integer(i64::from(self.level))?;
                let mode = py::string("exec")?;
                let arguments = [&source, &file, &mode, &flags, &py::boolean(true), &level];
                self.import.compile.call(&arguments)
            }
        }
    }

    /// `get_code(fullname)`: the code object, or `None`.
    pub fn get_code(&self, fullname: &Obj) -> PyResult<Obj> {
        let name = self.module_name(fullname)?;
        match self.plan(name) {
            Some(plan) if matches!(plan.kind, Kind::Module(_)) => self.load_code(name, &plan),
            Some(plan) if matches!(plan.kind, Kind::Namespace) => {
                let empty = py::bytes(b"")?;
                let file = py::string("<string>")?;
                self.import.compile.call(&[&empty, &file, &py::string("exec")?])
            }
            _ => Ok(py::none()),
        }
    }

    /// A requested name without a trailing `.__init__`.
    pub fn module_name<'n>(&self, fullname: &'n Obj) -> PyResult<&'n str> {
        let name = fullname.text()?;
        Ok(name.strip_suffix(".__init__").unwrap_or(name))
    }

    /// `get_source(fullname)`: the text, or `None`.
    pub fn get_source(&self, fullname: &Obj) -> PyResult<Obj> {
        let running;
        let mut name = self.module_name(fullname)?;
        if name == "__main__" || name == "__mp_main__" {
            // A module that runs under another name: older versions of `linecache` ask for that one.
            running = self.name_in_spec(fullname);
            name = running.as_deref().unwrap_or(name);
        }
        let place = self.with_table(|table| {
            let found = table.get(name)?;
            place(&found, Field::Source, Field::SourcePath)
        });
        match place {
            None => Ok(py::none()),
            Some(place) => {
                let bytes = py::bytes(&self.read(&place)?)?;
                py::import(c"_frozen_importlib_external")?.call_method(c"decode_source", &[&bytes])
            }
        }
    }

    /// The name in the spec of a module that is in `sys.modules`.
    fn name_in_spec(&self, fullname: &Obj) -> Option<String> {
        let find = || {
            // SAFETY: a live str; the result is a new reference or null with or without an error.
            let module = unsafe { Obj::owned(ffi::PyImport_GetModule(fullname.as_ptr()))? };
            let spec = self.import.names.get(&module, &self.import.names.spec)?;
            self.import.names.get(&spec, &self.import.names.name)?.text().map(str::to_owned)
        };
        find().inspect_err(|_| py::clear_error()).ok()
    }

    /// `get_filename(fullname)`.
    pub fn get_filename(&self, fullname: &Obj) -> PyResult<Obj> {
        let name = self.module_name(fullname)?;
        let plan = self.plan(name).ok_or_else(|| unknown(name))?;
        match self.file_object(name, &plan)? {
            Some(file) if !matches!(plan.kind, Kind::Builtin | Kind::Frozen) => Ok(file),
            _ => Err(py::raise_import("no origin", name)),
        }
    }

    /// `is_package(fullname)`.
    pub fn is_package(&self, fullname: &Obj) -> PyResult<bool> {
        let name = self.module_name(fullname)?;
        match self.plan(name).ok_or_else(|| unknown(name))? {
            Plan { kind: Kind::Builtin, .. } => Ok(false),
            Plan { kind: Kind::Frozen, .. } => {
                self.import.frozen_importer.call_method(c"is_package", &[fullname])?.is_true()
            }
            plan => Ok(plan.is_package),
        }
    }
}

fn unknown(name: &str) -> Raised {
    py::raise_import(&format!("unknown module: {name}"), name)
}

impl Names {
    /// Reads an attribute by an interned name.
    pub fn get(&self, object: &Obj, name: &Obj) -> PyResult<Obj> {
        // SAFETY: live objects; the result is a new reference.
        unsafe { Obj::owned(ffi::PyObject_GetAttr(object.as_ptr(), name.as_ptr())) }
    }

    /// Sets an attribute by an interned name.
    pub fn set(&self, object: &Obj, name: &Obj, value: &Obj) -> PyResult<()> {
        // SAFETY: live objects.
        py::check(unsafe { ffi::PyObject_SetAttr(object.as_ptr(), name.as_ptr(), value.as_ptr()) })
    }
}
