//! Packed resources, indexed before there is an interpreter.

use std::path::Path;
use std::ptr;

use oxidized_importer::Table;

use crate::{NewInterpreterError, PackedResourcesSource, ResolvedOxidizedPythonInterpreterConfig};

/// Indexed resources, before there is an interpreter.
///
/// ```
/// use pyembed::PythonResourcesState;
/// let blob: &'static [u8] = b"pyembed\x03\0\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0";
/// let mut state = PythonResourcesState::new();
/// state.index_data(blob).unwrap();
/// assert!(state.names().is_empty());
/// ```
#[derive(Default)]
pub struct PythonResourcesState {
    pub(crate) table: Table,
}

impl PythonResourcesState {
    /// No resources.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds packed resources that are in memory.
    pub fn index_data(&mut self, data: &'static [u8]) -> Result<(), NewInterpreterError> {
        self.table.add_static(data).map_err(|error| NewInterpreterError::Dynamic(error.to_string()))
    }

    /// Maps a file and adds its packed resources.
    pub fn index_path_memory_mapped(&mut self, path: impl AsRef<Path>) -> Result<(), NewInterpreterError> {
        let path = path.as_ref();
        let fail = |error: &dyn std::fmt::Display| {
            NewInterpreterError::Dynamic(format!("cannot read packed resources {}: {error}", path.display()))
        };
        let map = oxidized_importer::map_file(path).map_err(|error| fail(&error))?;
        self.table.add_mapped(map).map_err(|error| fail(&error))
    }

    /// The names of all resources, in the order in which they were added.
    pub fn names(&self) -> Vec<String> {
        self.table.iter().map(|found| found.name().to_owned()).collect()
    }
}

/// Indexes the configured resources.
pub fn index_resources(
    config: &ResolvedOxidizedPythonInterpreterConfig<'_>,
) -> Result<PythonResourcesState, NewInterpreterError> {
    let mut state = PythonResourcesState::new();
    for source in &config.packed_resources {
        match source {
            PackedResourcesSource::Memory(data) => {
                // SAFETY: `MainPythonInterpreter` holds the lifetime of the resources, and its drop
                // finalizes the interpreter that reads them.
                let data: &'static [u8] = unsafe { &*ptr::from_ref(*data) };
                let indexed = state.index_data(data);
                indexed.map_err(|error| NewInterpreterError::during("initialization of oxidized importer", error))?;
            }
            PackedResourcesSource::MemoryMappedPath(path) => {
                let indexed = state.index_path_memory_mapped(path);
                indexed.map_err(|error| NewInterpreterError::during("initialization of oxidized importer", error))?;
            }
        }
    }
    Ok(state)
}
