use std::fmt;

use pyo3_ffi::PyStatus;

/// Why an interpreter could not be started.
///
/// ```
/// use pyembed::NewInterpreterError;
/// let error = NewInterpreterError::Simple("could not obtain current executable");
/// assert_eq!(error.to_string(), "could not obtain current executable");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewInterpreterError {
    /// A fixed text.
    Simple(&'static str),
    /// A text made for the occasion.
    Dynamic(String),
}

impl NewInterpreterError {
    /// The error for a failed status: `during <step>: [<C function>: ]<message>`.
    pub(crate) fn from_status(status: &PyStatus, step: &str) -> Self {
        let text = |pointer: *const std::ffi::c_char| {
            if pointer.is_null() {
                return None;
            }
            // SAFETY: CPython sets these to constant strings.
            Some(unsafe { std::ffi::CStr::from_ptr(pointer) }.to_string_lossy().into_owned())
        };
        let message = text(status.err_msg).unwrap_or_else(|| "unknown failure".to_owned());
        NewInterpreterError::Dynamic(match text(status.func) {
            Some(function) => format!("during {step}: {function}: {message}"),
            None => format!("during {step}: {message}"),
        })
    }

    /// The error for a failure of ours or a Python exception's text.
    pub(crate) fn during(step: &str, message: impl fmt::Display) -> Self {
        NewInterpreterError::Dynamic(format!("during {step}: {message}"))
    }
}

impl fmt::Display for NewInterpreterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NewInterpreterError::Simple(text) => f.write_str(text),
            NewInterpreterError::Dynamic(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for NewInterpreterError {}
