//! The decoder: one pass over the index.
//!
//! The format stores no offsets. Each field number has a section of its own and the decoder keeps
//! one cursor per section; an element of length n is the next n bytes there. Entries must therefore
//! be walked from front to back, once. Every step checks the cursor against the section's end.

use std::sync::OnceLock;

use crate::{Error, Field, Flags, NameMap, Shape, MAGIC};

const NAME_TAG: u8 = 0x03;
const SECTIONS: usize = 0x1f;
const NO_ITEMS: u32 = u32::MAX;

/// The decoded index of a blob; all data are views into the blob.
#[derive(Debug)]
pub struct Index<'a> {
    records: Vec<Record<'a>>,
    fields: Vec<FieldRef<'a>>,
    tables: Vec<&'a [u8]>,
    padded: [bool; SECTIONS],
    /// Whether names of elements are checked while the index is read.
    checks_names: bool,
    by_name: OnceLock<NameMap<&'a str, u32>>,
}

#[derive(Debug)]
struct Record<'a> {
    name: &'a str,
    first: u32,
    fields: u16,
    flags: Flags,
}

/// One field of one record. For fields of named elements `data` spans all of them, and `table` is
/// the number of the slice of the index that tells their lengths.
#[derive(Debug)]
struct FieldRef<'a> {
    data: &'a [u8],
    table: u32,
    tag: u8,
}

/// Reads little-endian integers from a slice of the blob.
struct Cursor<'a> {
    blob: &'a [u8],
    at: usize,
    end: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Error> {
        match self.at.checked_add(length) {
            Some(end) if end <= self.end => {
                let bytes = &self.blob[self.at..end];
                self.at = end;
                Ok(bytes)
            }
            _ => Err(Error::at(self.at, "unexpected end of the index")),
        }
    }

    fn u8(&mut self) -> Result<u8, Error> {
        Ok(self.take(1)?[0])
    }

    fn u16(&mut self) -> Result<usize, Error> {
        Ok(usize::from(le_u16(self.take(2)?)))
    }

    fn u32(&mut self) -> Result<usize, Error> {
        Ok(le_u32(self.take(4)?) as usize)
    }

    fn u64(&mut self) -> Result<usize, Error> {
        let at = self.at;
        usize::try_from(le_u64(self.take(8)?)).map_err(|_| Error::at(at, "length does not fit into memory"))
    }
}

fn le_u16(bytes: &[u8]) -> u16 {
    u16::from_le_bytes([bytes[0], bytes[1]])
}

fn le_u32(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

fn le_u64(bytes: &[u8]) -> u64 {
    u64::from(le_u32(bytes)) | u64::from(le_u32(&bytes[4..])) << 32
}

/// One section with its cursor.
#[derive(Clone, Copy, Default)]
struct Section {
    at: usize,
    end: usize,
    padding: usize,
    known: bool,
}

impl Section {
    fn take<'a>(&mut self, blob: &'a [u8], length: usize, index_at: usize) -> Result<&'a [u8], Error> {
        let start = self.at;
        let end = start.checked_add(length).filter(|end| *end <= self.end);
        // A section that the blob index does not name is an empty one.
        let Some(end) = end else {
            return Err(Error::at(index_at, "length runs past the end of its section"));
        };
        let past = if self.known { end + self.padding } else { end };
        if past > self.end {
            return Err(Error::at(index_at, "padding runs past the end of its section"));
        }
        self.at = past;
        Ok(&blob[start..end])
    }
}

/// The section of names as one text: checking it whole takes a tenth of checking name by name.
struct Names<'a> {
    text: &'a str,
    start: usize,
}

impl<'a> Names<'a> {
    fn new(blob: &'a [u8], section: &Section) -> Names<'a> {
        let text = std::str::from_utf8(&blob[section.at..section.end]).unwrap_or_default();
        Names { text, start: section.at }
    }

    /// The name at an offset of the blob; `None` if it must be checked by itself.
    fn get(&self, at: usize, length: usize) -> Option<&'a str> {
        let from = at - self.start;
        self.text.get(from..from + length)
    }
}

impl<'a> Index<'a> {
    /// Reads the index of a blob.
    ///
    /// Fails if the bytes are not a blob of version 3, if anything in the index points outside its
    /// section, or if a name is not UTF-8; the error names the offset.
    pub fn parse(blob: &'a [u8]) -> Result<Index<'a>, Error> {
        Index::read(blob, true)
    }

    /// Like [`parse`](Index::parse), without a look at the data.
    ///
    /// Names inside of fields of named elements stand among the data. They are left alone until
    /// somebody asks for them, so that a mapped file of any size is not read; an element whose name
    /// turns out not to be UTF-8 is passed over.
    ///
    /// ```
    /// use packed_resources::{write, Field, Index, Padding, Resource};
    ///
    /// let mut package = Resource::new("package");
    /// package.items_mut(Field::PackageResources).insert("name".into(), b"data".as_slice().into());
    /// let mut blob = write(&[package], Padding::None)?;
    /// let at = blob.len() - b"namedata".len();
    /// blob[at] = 0xff;
    /// assert!(Index::parse(&blob).is_err());
    /// let index = Index::parse_without_data(&blob)?;
    /// assert_eq!(index.entry(0).items(Field::PackageResources).unwrap().count(), 0);
    /// # Ok::<(), packed_resources::Error>(())
    /// ```
    pub fn parse_without_data(blob: &'a [u8]) -> Result<Index<'a>, Error> {
        Index::read(blob, false)
    }

    fn read(blob: &'a [u8], checks_names: bool) -> Result<Index<'a>, Error> {
        let Some(magic) = blob.get(..8) else {
            return Err(Error::plain("error reading 8 byte header"));
        };
        if magic != MAGIC {
            return Err(Error::plain("unrecognized file format"));
        }
        let mut header = Cursor { blob, at: 8, end: blob.len() };
        let sections_count = usize::from(header.u8()?);
        let blob_index_length = header.u32()?;
        let resources_count = header.u32()?;
        let resources_length = header.u32()?;
        let blob_index_start = header.at;
        header.take(blob_index_length)?;
        let resources_start = header.at;
        header.take(resources_length)?;
        let data_start = header.at;

        let mut index = Index {
            records: Vec::new(),
            fields: Vec::new(),
            tables: Vec::new(),
            padded: [false; SECTIONS],
            checks_names,
            by_name: OnceLock::new(),
        };
        let mut sections = [Section::default(); SECTIONS];
        if sections_count != 0 || blob_index_length != 0 {
            let cursor = Cursor { blob, at: blob_index_start, end: resources_start };
            index.read_sections(cursor, sections_count, data_start, &mut sections)?;
        }
        if resources_count != 0 && resources_length != 0 {
            let cursor = Cursor { blob, at: resources_start, end: data_start };
            index.read_resources(cursor, resources_count, &mut sections)?;
        }
        Ok(index)
    }

    fn read_sections(
        &mut self,
        mut cursor: Cursor<'a>,
        count: usize,
        data_start: usize,
        sections: &mut [Section; SECTIONS],
    ) -> Result<(), Error> {
        let mut seen = 0;
        let mut next = data_start;
        loop {
            let at = cursor.at;
            match cursor.u8()? {
                0x00 => break,
                0x01 => seen += 1,
                tag => return Err(Error::at(at, format!("invalid blob index tag {tag:#04x}"))),
            }
            let (mut field, mut length, mut padding) = (None, None, 0);
            loop {
                let at = cursor.at;
                match cursor.u8()? {
                    0x02 => field = Some(cursor.u8()?),
                    0x03 => length = Some(cursor.u64()?),
                    0x04 => match cursor.u8()? {
                        0x01 => padding = 0,
                        0x02 => padding = 1,
                        value => {
                            return Err(Error::at(at, format!("invalid padding value {value:#04x}")));
                        }
                    },
                    0xff => break,
                    tag => return Err(Error::at(at, format!("invalid blob index tag {tag:#04x}"))),
                }
            }
            let field = field.ok_or_else(|| Error::at(at, "blob resource field is required"))?;
            let length = length.ok_or_else(|| Error::at(at, "blob raw payload length is required"))?;
            if field != NAME_TAG && Field::from_tag(field).is_none() {
                return Err(Error::at(at, format!("invalid field type {field:#04x} in blob index")));
            }
            let end = next.checked_add(length).filter(|end| *end <= cursor.blob.len());
            let end = end.ok_or_else(|| Error::at(at, "blob section runs past the end of the data"))?;
            let section = &mut sections[usize::from(field)];
            if section.known {
                return Err(Error::at(at, format!("blob section {field:#04x} occurs twice")));
            }
            *section = Section { at: next, end, padding, known: true };
            self.padded[usize::from(field)] = padding == 1;
            next = end;
        }
        if seen != count {
            return Err(Error::plain("mismatch between advertised blob count and actual"));
        }
        Ok(())
    }

    fn read_resources(
        &mut self,
        mut cursor: Cursor<'a>,
        count: usize,
        sections: &mut [Section; SECTIONS],
    ) -> Result<(), Error> {
        // An entry takes at least five bytes, which bounds what a wrong count can reserve.
        let expected = count.min((cursor.end - cursor.at) / 5 + 1);
        self.records.reserve(expected);
        self.fields.reserve(expected * 3);
        let names = Names::new(cursor.blob, &sections[usize::from(NAME_TAG)]);
        loop {
            let at = cursor.at;
            match cursor.u8()? {
                0x00 => break,
                0x01 => self.read_entry(&mut cursor, sections, &names)?,
                tag => return Err(Error::at(at, format!("invalid field type {tag:#04x}"))),
            }
        }
        if self.records.len() != count {
            return Err(Error::plain("mismatch between advertised index count and actual"));
        }
        Ok(())
    }

    fn read_entry(
        &mut self,
        cursor: &mut Cursor<'a>,
        sections: &mut [Section; SECTIONS],
        names: &Names<'a>,
    ) -> Result<(), Error> {
        let entry_at = cursor.at - 1;
        let first = self.fields.len();
        let mut name = None;
        let mut flags = Flags::default();
        loop {
            let at = cursor.at;
            let tag = cursor.u8()?;
            match tag {
                NAME_TAG => {
                    let length = cursor.u16()?;
                    let section = &mut sections[usize::from(tag)];
                    let start = section.at;
                    let bytes = section.take(cursor.blob, length, at)?;
                    let text = names.get(start, length).or_else(|| std::str::from_utf8(bytes).ok());
                    name = Some(text.ok_or_else(|| Error::at(at, "resource name is not UTF-8"))?);
                }
                0xff => break,
                _ => {
                    if let Some(flag) = Flags::from_tag(tag) {
                        flags.insert(flag);
                    } else if let Some(field) = Field::from_tag(tag) {
                        self.read_field(cursor, field, at, &mut sections[usize::from(tag)])?;
                    } else {
                        return Err(Error::at(at, format!("invalid field type {tag:#04x}")));
                    }
                }
            }
        }
        let name = name.ok_or_else(|| Error::at(entry_at, "resource name field is required"))?;
        let fields = u16::try_from(self.fields.len() - first)
            .map_err(|_| Error::at(entry_at, "too many fields in one resource"))?;
        let first = u32::try_from(first).map_err(|_| Error::at(entry_at, "too many fields"))?;
        self.records.push(Record { name, first, fields, flags });
        Ok(())
    }

    fn read_field(
        &mut self,
        cursor: &mut Cursor<'a>,
        field: Field,
        at: usize,
        section: &mut Section,
    ) -> Result<(), Error> {
        let blob = cursor.blob;
        let tag = field as u8;
        let (count, item_length) = match field.shape() {
            Shape::Data32 | Shape::Data64 => {
                let length = if field.shape() == Shape::Data64 { cursor.u64()? } else { cursor.u32()? };
                let data = section.take(blob, length, at)?;
                self.fields.push(FieldRef { data, table: NO_ITEMS, tag });
                return Ok(());
            }
            Shape::Items32 => (cursor.u32()?, 6),
            Shape::Items64 => (cursor.u32()?, 10),
            Shape::Names => (cursor.u16()?, 2),
        };
        let length = count.checked_mul(item_length);
        let table = cursor.take(length.ok_or_else(|| Error::at(at, "too many elements"))?)?;
        let start = section.at;
        for item in table.chunks_exact(item_length) {
            let name = section.take(blob, usize::from(le_u16(item)), at)?;
            if self.checks_names && std::str::from_utf8(name).is_err() {
                return Err(Error::at(at, "name of an element is not UTF-8"));
            }
            let data_length = match item_length {
                6 => Some(u64::from(le_u32(&item[2..]))),
                10 => Some(le_u64(&item[2..])),
                _ => None,
            };
            if let Some(length) = data_length {
                let length = usize::try_from(length).map_err(|_| Error::at(at, "length does not fit into memory"))?;
                section.take(blob, length, at)?;
            }
        }
        let number = u32::try_from(self.tables.len()).map_err(|_| Error::at(at, "too many fields"))?;
        self.tables.push(table);
        self.fields.push(FieldRef { data: &blob[start..section.at], table: number, tag });
        Ok(())
    }

    /// The number of resources.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether the blob has no resource at all.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The resource at a position in the order of the blob.
    ///
    /// # Panics
    /// If `position` is not less than [`len`](Index::len).
    pub fn entry(&self, position: usize) -> Entry<'a, '_> {
        Entry { index: self, record: &self.records[position] }
    }

    /// All resources in the order of the blob.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Entry<'a, '_>> {
        self.records.iter().map(|record| Entry { index: self, record })
    }

    /// The resource with this name, the last one if there are several. The first call builds a
    /// table of all names; after that a look-up takes constant time.
    pub fn get(&self, name: &str) -> Option<Entry<'a, '_>> {
        let table = self.by_name.get_or_init(|| {
            let names = self.records.iter().enumerate();
            names.map(|(position, record)| (record.name, position as u32)).collect()
        });
        table.get(name).map(|position| self.entry(*position as usize))
    }
}

/// One resource of an [`Index`].
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a, 'i> {
    index: &'i Index<'a>,
    record: &'i Record<'a>,
}

impl<'a> Entry<'a, '_> {
    /// The full name.
    pub fn name(&self) -> &'a str {
        self.record.name
    }

    /// What it is.
    pub fn flags(&self) -> Flags {
        self.record.flags
    }

    fn find(&self, field: Field) -> Option<&FieldRef<'a>> {
        let first = self.record.first as usize;
        let fields = &self.index.fields[first..first + usize::from(self.record.fields)];
        // The last one wins where an encoder wrote a field twice.
        fields.iter().rev().find(|found| found.tag == field as u8)
    }

    /// The bytes of a field of one element.
    pub fn data(&self, field: Field) -> Option<&'a [u8]> {
        self.find(field).filter(|found| found.table == NO_ITEMS).map(|found| found.data)
    }

    /// The elements of a field of named elements; for [`Field::Dependencies`] the data are empty.
    pub fn items(&self, field: Field) -> Option<Items<'a>> {
        let found = self.find(field).filter(|found| found.table != NO_ITEMS)?;
        Some(Items {
            table: self.index.tables[found.table as usize],
            data: found.data,
            shape: field.shape(),
            padding: usize::from(self.index.padded[usize::from(found.tag)]),
        })
    }

    /// The data of one named element.
    pub fn item(&self, field: Field, name: &str) -> Option<&'a [u8]> {
        self.items(field)?.find(|(known, _)| *known == name).map(|(_, data)| data)
    }
}

/// Named elements of one field, in the order of the blob.
#[derive(Clone, Debug)]
pub struct Items<'a> {
    table: &'a [u8],
    data: &'a [u8],
    shape: Shape,
    padding: usize,
}

impl<'a> Items<'a> {
    fn take(&mut self, length: usize) -> &'a [u8] {
        let (element, rest) = self.data.split_at(length);
        self.data = &rest[self.padding.min(rest.len())..];
        element
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = (&'a str, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let item_length = match self.shape {
            Shape::Items64 => 10,
            Shape::Items32 => 6,
            _ => 2,
        };
        loop {
            let lengths = self.table.get(..item_length)?;
            self.table = &self.table[item_length..];
            // Lengths were checked when the index was read, names perhaps not.
            let name = std::str::from_utf8(self.take(usize::from(le_u16(lengths))));
            let data = match self.shape {
                Shape::Items64 => self.take(le_u64(&lengths[2..]) as usize),
                Shape::Items32 => self.take(le_u32(&lengths[2..]) as usize),
                _ => &[],
            };
            if let Ok(name) = name {
                return Some((name, data));
            }
        }
    }
}
