use std::fmt;

/// Why a blob cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    message: String,
    offset: Option<usize>,
}

impl Error {
    pub(crate) fn plain(message: impl Into<String>) -> Self {
        Error { message: message.into(), offset: None }
    }

    pub(crate) fn at(offset: usize, message: impl Into<String>) -> Self {
        Error { message: message.into(), offset: Some(offset) }
    }

    /// The offset from the start of the blob at which reading stopped, if the fault has a place.
    pub fn offset(&self) -> Option<usize> {
        self.offset
    }

    /// What is wrong, without the offset.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.offset {
            Some(offset) => write!(f, "{} (at offset {offset})", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Error {}
