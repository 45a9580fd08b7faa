//! All resources that a finder knows, by name.
//!
//! Blobs stay where they are (in the program, in a mapped file, in a Python buffer); an entry only
//! says which records of which blobs belong to its name. Blobs are added and never taken away, so
//! views of their data are valid as long as the table.

use std::sync::Arc;

use memmap2::Mmap;
use packed_resources::{write, Error, Field, Flags, Index, Items, NameMap, Padding, Resource};
use pyo3_ffi::{PyBuffer_Release, Py_buffer};

/// What keeps the bytes of a blob alive.
enum Backing {
    Static,
    Mapped { _map: Mmap },
    Buffer(Box<Py_buffer>),
    Owned { _bytes: Vec<u8> },
    // Not boxes: a box is the only way to its content, and moving it would end the views that stay behind.
    Names { _names: Vec<Arc<str>> },
}

impl Drop for Backing {
    fn drop(&mut self) {
        if let Backing::Buffer(buffer) = self {
            // SAFETY: the buffer was filled by PyObject_GetBuffer, and a table dies with its
            // finder, whose thread is attached.
            unsafe { PyBuffer_Release(&mut **buffer) }
        }
    }
}

struct Source {
    // Declared first, so it is dropped before the bytes that it points into.
    index: Index<'static>,
    _backing: Backing,
}

#[derive(Clone, Copy)]
struct Part {
    source: u32,
    record: u32,
}

struct EntryData {
    name: &'static str,
    flags: Flags,
    /// The newest part, which is the only one unless blobs share the name.
    newest: Option<Part>,
    older: Vec<Part>,
}

/// The resources of a finder.
#[derive(Default)]
pub struct Table {
    entries: Vec<EntryData>,
    by_name: NameMap<&'static str, u32>,
    sources: Vec<Source>,
    names: Vec<Backing>,
}

// SAFETY: the raw pointers inside (views of blobs, the buffer's owner) are not tied to a thread;
// the buffer is released only by an attached thread.
unsafe impl Send for Table {}

/// Lengthens the life of a view.
///
/// # Safety
/// The bytes neither move nor change as long as the result, or anything made from it, is used.
unsafe fn forever<T: ?Sized>(view: &T) -> &'static T {
    // SAFETY: the caller promises what the compiler cannot see.
    unsafe { &*std::ptr::from_ref(view) }
}

impl Table {
    fn add_source(&mut self, index: Index<'static>, backing: Backing, replace: bool) {
        let source = self.sources.len() as u32;
        self.by_name.reserve(index.len());
        self.entries.reserve(index.len());
        for (record, entry) in (0u32..).zip(index.iter()) {
            let part = Part { source, record };
            let slot = self.by_name.entry(entry.name()).or_insert(self.entries.len() as u32);
            match self.entries.get_mut(*slot as usize) {
                None => self.entries.push(EntryData {
                    name: entry.name(),
                    flags: entry.flags(),
                    newest: Some(part),
                    older: Vec::new(),
                }),
                Some(known) if replace => {
                    known.flags = entry.flags();
                    known.newest = Some(part);
                    known.older.clear();
                }
                Some(known) => {
                    known.flags.insert(entry.flags());
                    if let Some(before) = known.newest.replace(part) {
                        known.older.push(before);
                    }
                }
            }
        }
        self.sources.push(Source { index, _backing: backing });
    }

    /// Adds a blob that lives as long as the process; its data are not touched.
    pub fn add_static(&mut self, bytes: &'static [u8]) -> Result<(), Error> {
        self.add_source(Index::parse_without_data(bytes)?, Backing::Static, false);
        Ok(())
    }

    /// Adds a mapped file; its data are not touched.
    pub fn add_mapped(&mut self, map: Mmap) -> Result<(), Error> {
        // SAFETY: a mapping does not move with its owner, and the table keeps the owner.
        let bytes = unsafe { forever(&map[..]) };
        self.add_source(Index::parse_without_data(bytes)?, Backing::Mapped { _map: map }, false);
        Ok(())
    }

    /// Adds the content of a Python buffer, which is released when the table is dropped.
    ///
    /// # Safety
    /// The buffer is contiguous, read only by agreement, and was filled by `PyObject_GetBuffer`.
    pub unsafe fn add_buffer(&mut self, buffer: Box<Py_buffer>) -> Result<(), Error> {
        let bytes: &'static [u8] = if buffer.len == 0 {
            &[]
        } else {
            // SAFETY: the exporter keeps `len` bytes in place until the buffer is released.
            unsafe { std::slice::from_raw_parts(buffer.buf.cast(), buffer.len as usize) }
        };
        // The backing first: it releases the buffer whatever becomes of the index.
        let backing = Backing::Buffer(buffer);
        self.add_source(Index::parse(bytes)?, backing, false);
        Ok(())
    }

    /// Adds resources; each replaces whatever had its name.
    pub fn replace(&mut self, resources: &[Resource<'_>]) -> Result<(), Error> {
        let blob = write(resources, Padding::None)?;
        // SAFETY: the heap block of a vector that is never changed does not move with its owner.
        let bytes = unsafe { forever(&blob[..]) };
        self.add_source(Index::parse(bytes)?, Backing::Owned { _bytes: blob }, true);
        Ok(())
    }

    /// Adds flags to names, for modules whose code the interpreter holds.
    pub fn add_flags(&mut self, names: impl IntoIterator<Item = Box<str>>, flags: Flags) {
        let mut kept = Vec::new();
        for name in names {
            let name: Arc<str> = name.into();
            if let Some(position) = self.by_name.get(&*name) {
                self.entries[*position as usize].flags.insert(flags);
                continue;
            }
            // SAFETY: the counted text stays in place as long as the table, which keeps a count.
            let text = unsafe { forever(&*name) };
            self.by_name.insert(text, self.entries.len() as u32);
            self.entries.push(EntryData { name: text, flags, newest: None, older: Vec::new() });
            kept.push(name);
        }
        self.names.push(Backing::Names { _names: kept });
    }

    /// The entry with this name.
    pub fn get(&self, name: &str) -> Option<Found<'_>> {
        let position = *self.by_name.get(name)?;
        Some(Found { table: self, entry: &self.entries[position as usize] })
    }

    /// All entries, in the order in which names were first added.
    pub fn iter(&self) -> impl Iterator<Item = Found<'_>> {
        self.entries.iter().map(|entry| Found { table: self, entry })
    }
}

/// One entry of a [`Table`].
#[derive(Clone, Copy)]
pub struct Found<'t> {
    table: &'t Table,
    entry: &'t EntryData,
}

impl<'t> Found<'t> {
    /// The full name.
    pub fn name(&self) -> &'t str {
        self.entry.name
    }

    /// The flags of all parts together.
    pub fn flags(&self) -> Flags {
        self.entry.flags
    }

    fn parts(&self) -> impl Iterator<Item = packed_resources::Entry<'static, 't>> + use<'t> {
        let table = self.table;
        let parts = self.entry.newest.into_iter().chain(self.entry.older.iter().rev().copied());
        parts.map(move |part| table.sources[part.source as usize].index.entry(part.record as usize))
    }

    /// The bytes of a field: those of the newest blob that has it.
    pub fn data(&self, field: Field) -> Option<&'t [u8]> {
        self.parts().find_map(|part| part.data(field))
    }

    /// The named elements of a field: those of the newest blob that has it.
    pub fn items(&self, field: Field) -> Option<Items<'t>> {
        self.parts().find_map(|part| part.items(field))
    }

    /// One named element of a field.
    pub fn item(&self, field: Field, name: &str) -> Option<&'t [u8]> {
        self.items(field)?.find(|(known, _)| *known == name).map(|(_, data)| data)
    }

    /// The resource with all its fields.
    pub fn decode(&self) -> Resource<'t> {
        let mut merged = Resource::new(self.entry.name);
        let parts: Vec<_> = self.parts().collect();
        for part in parts.into_iter().rev() {
            merged.merge(part.decode());
        }
        merged.flags = self.entry.flags;
        merged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blob(name: &'static str, flags: Flags, fields: &[(Field, &'static [u8])]) -> &'static [u8] {
        let mut resource = Resource::new(name);
        resource.flags = flags;
        for (field, data) in fields {
            resource.set_data(*field, *data);
        }
        write(&[resource], Padding::None).unwrap().leak()
    }

    #[test]
    fn later_blobs_unite_flags_and_replace_fields() {
        let mut table = Table::default();
        let first: &[(Field, &[u8])] = &[(Field::Source, b"1"), (Field::Bytecode0, b"b")];
        table.add_static(blob("a", Flags::MODULE, first)).unwrap();
        table.add_static(blob("a", Flags::PACKAGE, &[(Field::Source, b"2")])).unwrap();
        let found = table.get("a").unwrap();
        assert!(found.flags().contains(Flags::MODULE | Flags::PACKAGE));
        assert_eq!(found.data(Field::Source), Some(&b"2"[..]));
        assert_eq!(found.data(Field::Bytecode0), Some(&b"b"[..]));
        assert_eq!(found.decode().data(Field::Bytecode0), Some(&b"b"[..]));
    }

    #[test]
    fn an_added_resource_replaces_the_whole_entry() {
        let mut table = Table::default();
        table.add_static(blob("a", Flags::MODULE, &[(Field::Bytecode0, b"b")])).unwrap();
        let mut resource = Resource::new("a");
        resource.flags = Flags::PACKAGE;
        table.replace(&[resource]).unwrap();
        let found = table.get("a").unwrap();
        assert_eq!(found.flags(), Flags::PACKAGE);
        assert_eq!(found.data(Field::Bytecode0), None);
    }

    #[test]
    fn names_of_the_interpreter_join_known_entries() {
        let mut table = Table::default();
        table.add_static(blob("os", Flags::MODULE, &[])).unwrap();
        table.add_flags(["os".into(), "sys".into()], Flags::FROZEN);
        assert_eq!(table.get("os").unwrap().flags(), Flags::MODULE | Flags::FROZEN);
        assert_eq!(table.get("sys").unwrap().flags(), Flags::FROZEN);
    }
}
