//! Owned references and checked calls over the C API.
//!
//! Everything here may be used only by a thread that is attached to the interpreter. That is so in
//! every function that Python calls; code that is not called by Python attaches first. References
//! are neither `Send` nor `Sync`, so they stay in that thread.

use std::ffi::{c_char, CStr};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr::{self, NonNull};

use pyo3_ffi as ffi;
use pyo3_ffi::{PyObject, Py_ssize_t};

/// A Python exception is set in this thread.
#[derive(Clone, Copy, Debug)]
pub struct Raised;

/// The result of a call into Python.
pub type PyResult<T> = Result<T, Raised>;

/// An owned reference to a Python object.
#[derive(Debug)]
pub struct Obj(NonNull<PyObject>);

impl Drop for Obj {
    fn drop(&mut self) {
        // SAFETY: the reference is owned and the thread attached (see the module's rule).
        unsafe { ffi::Py_DECREF(self.as_ptr()) }
    }
}

impl Clone for Obj {
    fn clone(&self) -> Self {
        // SAFETY: the object is alive because `self` owns a reference.
        unsafe { ffi::Py_INCREF(self.as_ptr()) };
        Obj(self.0)
    }
}

impl Obj {
    /// Takes over a new reference as the C API returns it; null means that an exception is set.
    ///
    /// # Safety
    /// `pointer` is null, or a reference that the caller owns.
    pub unsafe fn owned(pointer: *mut PyObject) -> PyResult<Obj> {
        NonNull::new(pointer).map(Obj).ok_or(Raised)
    }

    /// Makes an owned reference from a borrowed one.
    ///
    /// # Safety
    /// `pointer` refers to a live object.
    pub unsafe fn borrowed(pointer: *mut PyObject) -> Obj {
        // SAFETY: the caller promises a live object.
        unsafe {
            ffi::Py_INCREF(pointer);
            Obj(NonNull::new_unchecked(pointer))
        }
    }

    /// The pointer, still owned by `self`.
    pub fn as_ptr(&self) -> *mut PyObject {
        self.0.as_ptr()
    }

    /// The pointer; the reference passes to the caller.
    pub fn into_ptr(self) -> *mut PyObject {
        let pointer = self.0.as_ptr();
        std::mem::forget(self);
        pointer
    }

    /// An attribute.
    pub fn attr(&self, name: &CStr) -> PyResult<Obj> {
        // SAFETY: a live object and a terminated string.
        unsafe { Obj::owned(ffi::PyObject_GetAttrString(self.as_ptr(), name.as_ptr())) }
    }

    /// An attribute, or `None` if reading it raises.
    pub fn attr_or_none(&self, name: &CStr) -> Option<Obj> {
        let found = self.attr(name).ok();
        if found.is_none() {
            clear_error();
        }
        found
    }

    /// Sets an attribute.
    pub fn set_attr(&self, name: &CStr, value: &Obj) -> PyResult<()> {
        // SAFETY: live objects and a terminated string.
        check(unsafe { ffi::PyObject_SetAttrString(self.as_ptr(), name.as_ptr(), value.as_ptr()) })
    }

    /// Deletes an attribute.
    pub fn delete_attr(&self, name: &CStr) -> PyResult<()> {
        // SAFETY: a live object and a terminated string; a null value deletes.
        check(unsafe { ffi::PyObject_SetAttrString(self.as_ptr(), name.as_ptr(), ptr::null_mut()) })
    }

    /// Calls the object with positional arguments.
    pub fn call(&self, arguments: &[&Obj]) -> PyResult<Obj> {
        self.call_named(arguments, None)
    }

    /// Calls the object; the last arguments are named by the tuple `names`.
    pub fn call_named(&self, arguments: &[&Obj], names: Option<&Obj>) -> PyResult<Obj> {
        /// More arguments than any call of ours has.
        const MOST: usize = 8;
        let mut pointers = [ptr::null_mut(); MOST];
        for (slot, argument) in pointers[..arguments.len()].iter_mut().zip(arguments) {
            *slot = argument.as_ptr();
        }
        // SAFETY: a tuple of str, if there is one.
        let named = names.map_or(0, |names| unsafe { ffi::PyTuple_Size(names.as_ptr()) as usize });
        // SAFETY: live objects, as many positional ones as are not named.
        unsafe {
            Obj::owned(ffi::PyObject_Vectorcall(
                self.as_ptr(),
                pointers.as_ptr(),
                arguments.len() - named,
                names.map_or(ptr::null_mut(), Obj::as_ptr),
            ))
        }
    }

    /// Calls a method with positional arguments.
    pub fn call_method(&self, name: &CStr, arguments: &[&Obj]) -> PyResult<Obj> {
        self.attr(name)?.call(arguments)
    }

    /// Whether this is `None`.
    pub fn is_none(&self) -> bool {
        // SAFETY: `None` is immortal or at least alive as long as the interpreter.
        self.as_ptr() == unsafe { ffi::Py_None() }
    }

    /// Whether Python takes it as true.
    pub fn is_true(&self) -> PyResult<bool> {
        // SAFETY: a live object.
        match unsafe { ffi::PyObject_IsTrue(self.as_ptr()) } {
            -1 => Err(Raised),
            value => Ok(value == 1),
        }
    }

    /// The text of a `str`, encoded as UTF-8; raises TypeError for other types.
    pub fn text(&self) -> PyResult<&str> {
        // SAFETY: the bytes are cached in the object, which lives as long as `self` is borrowed.
        unsafe { text_of(self.as_ptr()) }
    }

    /// Sets an item of a `dict`.
    pub fn dict_set(&self, key: &CStr, value: &Obj) -> PyResult<()> {
        // SAFETY: live objects and a terminated string; another type than dict raises.
        check(unsafe { ffi::PyDict_SetItemString(self.as_ptr(), key.as_ptr(), value.as_ptr()) })
    }

    /// Appends to a `list`.
    pub fn list_append(&self, value: &Obj) -> PyResult<()> {
        // SAFETY: live objects; another type than list raises.
        check(unsafe { ffi::PyList_Append(self.as_ptr(), value.as_ptr()) })
    }
}

/// The text of a `str` object; raises TypeError for other types.
///
/// # Safety
/// The object is alive for all of `'a`.
pub unsafe fn text_of<'a>(object: *mut PyObject) -> PyResult<&'a str> {
    let mut length: Py_ssize_t = 0;
    // SAFETY: a live object; other types than str raise.
    let bytes = unsafe { ffi::PyUnicode_AsUTF8AndSize(object, &mut length) };
    if bytes.is_null() {
        return Err(Raised);
    }
    // SAFETY: Python gives `length` bytes of valid UTF-8 that live as long as the object.
    Ok(unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(bytes.cast(), length as usize)) })
}

/// Turns the C API's status of -1 into [`Raised`].
pub fn check(status: i32) -> PyResult<()> {
    if status == -1 {
        Err(Raised)
    } else {
        Ok(())
    }
}

/// Forgets a set exception.
pub fn clear_error() {
    // SAFETY: allowed whether or not an exception is set.
    unsafe { ffi::PyErr_Clear() }
}

/// `None`.
pub fn none() -> Obj {
    // SAFETY: `None` is always alive.
    unsafe { Obj::borrowed(ffi::Py_None()) }
}

/// A `bool`.
pub fn boolean(value: bool) -> Obj {
    // SAFETY: both singletons are always alive.
    unsafe { Obj::borrowed(if value { ffi::Py_True() } else { ffi::Py_False() }) }
}

/// An `int`.
pub fn integer(value: i64) -> PyResult<Obj> {
    // SAFETY: makes a new object.
    unsafe { Obj::owned(ffi::PyLong_FromLongLong(value)) }
}

/// A `str`.
pub fn string(text: &str) -> PyResult<Obj> {
    // SAFETY: the pointer and length describe `text`, which is copied.
    unsafe { Obj::owned(ffi::PyUnicode_FromStringAndSize(text.as_ptr().cast(), text.len() as Py_ssize_t)) }
}

/// A `str` made of bytes in the file system encoding (surrogates stand for bytes it cannot decode).
pub fn file_name(bytes: &[u8]) -> PyResult<Obj> {
    // SAFETY: the pointer and length describe `bytes`, which are copied.
    unsafe { Obj::owned(ffi::PyUnicode_DecodeFSDefaultAndSize(bytes.as_ptr().cast(), bytes.len() as Py_ssize_t)) }
}

/// A `str` for a path.
pub fn path(path: &std::path::Path) -> PyResult<Obj> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        file_name(path.as_os_str().as_bytes())
    }
    #[cfg(windows)]
    {
        use std::os::windows::ffi::OsStrExt;
        let units: Vec<u16> = path.as_os_str().encode_wide().collect();
        // SAFETY: the pointer and length describe `units`, which are copied.
        unsafe { Obj::owned(ffi::PyUnicode_FromWideChar(units.as_ptr().cast(), units.len() as Py_ssize_t)) }
    }
}

/// The path that a `str`, `bytes` or path-like object stands for.
pub fn to_path(object: &Obj) -> PyResult<std::path::PathBuf> {
    // SAFETY: a live object; the result is owned.
    let text = unsafe { Obj::owned(ffi::PyOS_FSPath(object.as_ptr()))? };
    // SAFETY: type checks and conversions of live objects; results are owned and copied at once.
    unsafe {
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStringExt;
            let encoded = if ffi::PyUnicode_Check(text.as_ptr()) != 0 {
                Obj::owned(ffi::PyUnicode_EncodeFSDefault(text.as_ptr()))?
            } else {
                text
            };
            Ok(std::ffi::OsString::from_vec(bytes_of(&encoded)?.to_vec()).into())
        }
        #[cfg(windows)]
        {
            if ffi::PyUnicode_Check(text.as_ptr()) == 0 {
                return Err(raise_type("path must be str or os.PathLike"));
            }
            let mut length: Py_ssize_t = 0;
            let wide = ffi::PyUnicode_AsWideCharString(text.as_ptr(), &mut length);
            if wide.is_null() {
                return Err(Raised);
            }
            let units = std::slice::from_raw_parts(wide.cast::<u16>(), length as usize);
            let path = <std::ffi::OsString as std::os::windows::ffi::OsStringExt>::from_wide(units);
            ffi::PyMem_Free(wide.cast());
            Ok(path.into())
        }
    }
}

/// A `bytes` with a copy of `data`.
pub fn bytes(data: &[u8]) -> PyResult<Obj> {
    // SAFETY: the pointer and length describe `data`, which is copied.
    unsafe { Obj::owned(ffi::PyBytes_FromStringAndSize(data.as_ptr().cast(), data.len() as Py_ssize_t)) }
}

/// The content of a `bytes` object; raises TypeError for other types.
pub fn bytes_of(object: &Obj) -> PyResult<&[u8]> {
    let mut data: *mut c_char = ptr::null_mut();
    let mut length: Py_ssize_t = 0;
    // SAFETY: a live object; other types raise.
    check(unsafe { ffi::PyBytes_AsStringAndSize(object.as_ptr(), &mut data, &mut length) })?;
    // SAFETY: Python gives `length` immutable bytes that live as long as the object.
    Ok(unsafe { std::slice::from_raw_parts(data.cast(), length as usize) })
}

/// An empty `list`.
pub fn list() -> PyResult<Obj> {
    // SAFETY: makes a new object.
    unsafe { Obj::owned(ffi::PyList_New(0)) }
}

/// An empty `dict`.
pub fn dict() -> PyResult<Obj> {
    // SAFETY: makes a new object.
    unsafe { Obj::owned(ffi::PyDict_New()) }
}

/// A `tuple`.
pub fn tuple(items: &[&Obj]) -> PyResult<Obj> {
    // SAFETY: a new tuple of that length takes one new reference per slot.
    unsafe {
        let tuple = Obj::owned(ffi::PyTuple_New(items.len() as Py_ssize_t))?;
        for (position, item) in items.iter().enumerate() {
            check(ffi::PyTuple_SetItem(tuple.as_ptr(), position as Py_ssize_t, (*item).clone().into_ptr()))?;
        }
        Ok(tuple)
    }
}

/// Calls `each` with every item of an iterable.
pub fn for_each(iterable: &Obj, mut each: impl FnMut(Obj) -> PyResult<()>) -> PyResult<()> {
    // SAFETY: live objects; a null result of `PyIter_Next` without an exception is the end.
    unsafe {
        let iterator = Obj::owned(ffi::PyObject_GetIter(iterable.as_ptr()))?;
        while let Ok(item) = Obj::owned(ffi::PyIter_Next(iterator.as_ptr())) {
            each(item)?;
        }
        if ffi::PyErr_Occurred().is_null() {
            Ok(())
        } else {
            Err(Raised)
        }
    }
}

/// Imports a module.
pub fn import(name: &CStr) -> PyResult<Obj> {
    // SAFETY: a terminated string.
    unsafe { Obj::owned(ffi::PyImport_ImportModule(name.as_ptr())) }
}

/// An attribute of `sys`, or `None` if there is none.
pub fn sys_attr(name: &CStr) -> Option<Obj> {
    // SAFETY: a terminated string; the result is borrowed from a live dictionary.
    let found = unsafe { ffi::PySys_GetObject(name.as_ptr()) };
    if found.is_null() {
        None
    } else {
        // SAFETY: not null, alive.
        Some(unsafe { Obj::borrowed(found) })
    }
}

/// Sets an attribute of `sys`.
pub fn set_sys_attr(name: &CStr, value: &Obj) -> PyResult<()> {
    // SAFETY: a terminated string and a live object.
    check(unsafe { ffi::PySys_SetObject(name.as_ptr(), value.as_ptr()) })
}

fn raise(kind: *mut PyObject, message: &str) -> Raised {
    if let Ok(text) = string(message) {
        // SAFETY: `kind` is one of Python's exception classes.
        unsafe { ffi::PyErr_SetObject(kind, text.as_ptr()) };
    }
    Raised
}

/// Sets a TypeError.
pub fn raise_type(message: &str) -> Raised {
    // SAFETY: the class is alive as long as the interpreter.
    raise(unsafe { ffi::PyExc_TypeError }, message)
}

/// Sets a ValueError.
pub fn raise_value(message: &str) -> Raised {
    // SAFETY: the class is alive as long as the interpreter.
    raise(unsafe { ffi::PyExc_ValueError }, message)
}

/// Sets a RuntimeError.
pub fn raise_runtime(message: &str) -> Raised {
    // SAFETY: the class is alive as long as the interpreter.
    raise(unsafe { ffi::PyExc_RuntimeError }, message)
}

/// Sets an ImportError with the attribute `name`.
pub fn raise_import(message: &str, name: &str) -> Raised {
    if let (Ok(text), Ok(name)) = (string(message), string(name)) {
        // SAFETY: live objects; no path is allowed.
        unsafe { ffi::PyErr_SetImportError(text.as_ptr(), name.as_ptr(), ptr::null_mut()) };
    }
    Raised
}

/// Sets an OSError with errno, text and file name.
pub fn raise_os(number: i32, message: &str, file: &Obj) -> Raised {
    // The instance is made here, because its class depends on the number (FileNotFoundError and such);
    // until 3.10 an `except` clause looks at the class that is set.
    let make = || {
        // SAFETY: the class is alive as long as the interpreter.
        let class = unsafe { Obj::borrowed(ffi::PyExc_OSError) };
        class.call(&[&integer(i64::from(number))?, &string(message)?, file])
    };
    if let Ok(error) = make() {
        // SAFETY: an instance of an exception class, and that class, alive.
        unsafe { ffi::PyErr_SetObject(ffi::Py_TYPE(error.as_ptr()).cast(), error.as_ptr()) };
    }
    Raised
}

/// Sets the OSError that belongs to a failed Rust operation on `file`.
pub fn raise_io(error: &std::io::Error, file: &std::path::Path) -> Raised {
    match path(file) {
        Ok(name) => raise_os(error.raw_os_error().unwrap_or(0), &error.to_string(), &name),
        Err(raised) => raised,
    }
}

/// The text of the set exception, which is cleared: its type and message.
pub fn take_error_text() -> String {
    // SAFETY: fetching and normalizing moves three owned references (some null) to us.
    unsafe {
        let (mut kind, mut value, mut trace) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        #[allow(deprecated)]
        {
            ffi::PyErr_Fetch(&mut kind, &mut value, &mut trace);
            ffi::PyErr_NormalizeException(&mut kind, &mut value, &mut trace);
        }
        drop(Obj::owned(trace));
        let kind = Obj::owned(kind).ok();
        let value = Obj::owned(value).ok();
        let name = kind.and_then(|kind| kind.attr_or_none(c"__name__"));
        let text = value.and_then(|value| Obj::owned(ffi::PyObject_Str(value.as_ptr())).ok());
        clear_error();
        let name = name.as_ref().and_then(|name| name.text().ok()).unwrap_or("unknown error").to_owned();
        match text.as_ref().and_then(|text| text.text().ok()) {
            Some(text) if !text.is_empty() => format!("{name}: {text}"),
            _ => name,
        }
    }
}

/// Runs the body of a function that Python calls: panics become a RuntimeError.
pub fn guard<T>(on_error: T, body: impl FnOnce() -> PyResult<T>) -> T {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(value)) => value,
        Ok(Err(Raised)) => on_error,
        Err(_) => {
            raise_runtime("internal error: a panic in native code");
            on_error
        }
    }
}

/// The arguments of a call in the vectorcall form, bound to `names`.
///
/// # Safety
/// The pointers are those that Python gave to a function with `METH_FASTCALL | METH_KEYWORDS`.
pub unsafe fn bind<const N: usize>(
    function: &str,
    names: &[&str],
    required: usize,
    arguments: *const *mut PyObject,
    count: Py_ssize_t,
    keywords: *mut PyObject,
) -> PyResult<[Option<Obj>; N]> {
    let count = count as usize;
    if count > N {
        return Err(raise_type(&format!("{function}() takes at most {N} arguments ({count} given)")));
    }
    let mut bound = [const { None }; N];
    for (position, slot) in bound.iter_mut().enumerate().take(count) {
        // SAFETY: there are `count` live arguments.
        *slot = Some(unsafe { Obj::borrowed(*arguments.add(position)) });
    }
    // SAFETY: a non-null `keywords` is a tuple of str.
    let named = if keywords.is_null() { 0 } else { unsafe { ffi::PyTuple_Size(keywords) as usize } };
    for position in 0..named {
        // SAFETY: within the tuple; the values follow the positional arguments.
        let (name, value) = unsafe {
            let name = text_of(ffi::PyTuple_GetItem(keywords, position as Py_ssize_t))?;
            (name, Obj::borrowed(*arguments.add(count + position)))
        };
        match names.iter().position(|known| *known == name) {
            Some(slot) if bound[slot].is_none() => bound[slot] = Some(value),
            Some(_) => {
                return Err(raise_type(&format!("{function}() got multiple values for argument '{name}'")));
            }
            None => {
                return Err(raise_type(&format!("{function}() got an unexpected keyword argument '{name}'")));
            }
        }
    }
    match bound.iter().take(required).position(Option::is_none) {
        None => Ok(bound),
        Some(missing) => Err(raise_type(&format!("{function}() missing required argument: '{}'", names[missing]))),
    }
}
