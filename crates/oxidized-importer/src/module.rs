//! The module object `oxidized_importer`.

use std::ffi::{c_int, c_void};
use std::ptr;

use pyo3_ffi as ffi;
use pyo3_ffi::PyObject;

use crate::chunks;
use crate::finder;
use crate::py::{self, guard, Obj};

unsafe extern "C" fn get_attribute(module: *mut PyObject, name: *mut PyObject) -> *mut PyObject {
    guard(ptr::null_mut(), || {
        // SAFETY: Python passes the module and one argument, both alive.
        let (module, name) = unsafe { (Obj::borrowed(module), Obj::borrowed(name)) };
        let name = name.text()?;
        if name.starts_with("__") {
            // Asked for by the import system all the time; nothing of ours.
            return chunks::define(&module, name).map(Obj::into_ptr);
        }
        chunks::define(&module, name).map(Obj::into_ptr)
    })
}

unsafe extern "C" fn list_names(module: *mut PyObject, _: *mut PyObject) -> *mut PyObject {
    guard(ptr::null_mut(), || {
        let names = py::list()?;
        names.list_append(&py::string("OxidizedFinder")?)?;
        for name in chunks::public_names() {
            names.list_append(&py::string(name)?)?;
        }
        // SAFETY: Python passes the module, alive.
        let module = unsafe { Obj::borrowed(module) };
        py::for_each(&module.attr(c"__dict__")?, |name| {
            if name.text()?.starts_with("__") {
                names.list_append(&name)?;
            }
            Ok(())
        })?;
        names.call_method(c"sort", &[])?;
        Ok(names.into_ptr())
    })
}

unsafe extern "C" fn execute(module: *mut PyObject) -> c_int {
    guard(-1, || {
        // SAFETY: Python passes the new module, alive.
        let module = unsafe { Obj::borrowed(module) };
        module.set_attr(c"OxidizedFinder", &finder::new_type()?)?;
        Ok(0)
    })
}

struct Tables {
    methods: [ffi::PyMethodDef; 3],
    slots: [ffi::PyModuleDef_Slot; 4],
    definition: ffi::PyModuleDef,
}

/// Makes the definition of the module, which Python keeps for as long as the process lives.
fn definition() -> *mut ffi::PyModuleDef {
    use std::sync::OnceLock;
    struct Pointer(*mut Tables);
    // SAFETY: written once below, then used by attached threads only.
    unsafe impl Send for Pointer {}
    // SAFETY: as above.
    unsafe impl Sync for Pointer {}
    static DEFINITION: OnceLock<Pointer> = OnceLock::new();
    let pointer = DEFINITION.get_or_init(|| {
        let end = ffi::PyModuleDef_Slot { slot: 0, value: ptr::null_mut() };
        let mut slots = [end; 4];
        slots[0] = ffi::PyModuleDef_Slot { slot: ffi::Py_mod_exec, value: execute as *mut c_void };
        #[cfg(Py_3_12)]
        {
            slots[1] = ffi::PyModuleDef_Slot {
                slot: ffi::Py_mod_multiple_interpreters,
                value: ffi::Py_MOD_PER_INTERPRETER_GIL_SUPPORTED,
            };
        }
        #[cfg(Py_3_13)]
        {
            slots[2] = ffi::PyModuleDef_Slot { slot: ffi::Py_mod_gil, value: ffi::Py_MOD_GIL_NOT_USED };
        }
        let tables = Box::leak(Box::new(Tables {
            methods: [
                ffi::PyMethodDef {
                    ml_name: c"__getattr__".as_ptr(),
                    ml_meth: ffi::PyMethodDefPointer { PyCFunction: get_attribute },
                    ml_flags: ffi::METH_O,
                    ml_doc: ptr::null(),
                },
                ffi::PyMethodDef {
                    ml_name: c"__dir__".as_ptr(),
                    ml_meth: ffi::PyMethodDefPointer { PyCFunction: list_names },
                    ml_flags: ffi::METH_NOARGS,
                    ml_doc: ptr::null(),
                },
                ffi::PyMethodDef::zeroed(),
            ],
            slots,
            definition: ffi::PyModuleDef {
                m_base: ffi::PyModuleDef_HEAD_INIT,
                m_name: crate::MODULE_NAME.as_ptr(),
                m_doc: c"Imports Python modules and resources from packed resources.".as_ptr(),
                m_size: 0,
                m_methods: ptr::null_mut(),
                m_slots: ptr::null_mut(),
                m_traverse: None,
                m_clear: None,
                m_free: None,
            },
        }));
        tables.definition.m_methods = tables.methods.as_mut_ptr();
        tables.definition.m_slots = tables.slots.as_mut_ptr();
        Pointer(tables)
    });
    // SAFETY: the tables are leaked, so the pointer stays valid.
    unsafe { &raw mut (*pointer.0).definition }
}

/// Makes the module; for the interpreter's table of built-in modules.
///
/// # Safety
/// Called by Python's import system.
#[allow(non_snake_case)]
#[no_mangle]
pub unsafe extern "C" fn PyInit_oxidized_importer() -> *mut PyObject {
    guard(ptr::null_mut(), || {
        // SAFETY: a complete definition that is never freed.
        unsafe { Obj::owned(ffi::PyModuleDef_Init(definition())) }.map(Obj::into_ptr)
    })
}
