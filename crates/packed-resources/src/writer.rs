use crate::{Error, Field, Flags, Resource, Shape, MAGIC};

/// What stands after each element of a section.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Padding {
    /// Nothing.
    #[default]
    None,
    /// One zero byte, which lengths in the index do not count.
    Null,
}

const NAME_TAG: u8 = 0x03;
/// One section for each tag up to the last one.
const SECTIONS: usize = 0x1f;

struct Writer {
    padding: Padding,
    index: Vec<u8>,
    /// `None` as long as the field has not occurred at all.
    sections: [Option<Vec<u8>>; SECTIONS],
}

impl Writer {
    fn push(&mut self, tag: u8, element: &[u8]) {
        let section = self.sections[usize::from(tag)].get_or_insert_with(Vec::new);
        section.extend_from_slice(element);
        if self.padding == Padding::Null {
            section.push(0);
        }
    }

    fn u16(&mut self, value: usize, resource: &str, what: &str) -> Result<(), Error> {
        let value = u16::try_from(value).map_err(|_| too_long(resource, what))?;
        self.index.extend_from_slice(&value.to_le_bytes());
        Ok(())
    }

    fn u32(&mut self, value: usize, resource: &str, what: &str) -> Result<(), Error> {
        let value = u32::try_from(value).map_err(|_| too_long(resource, what))?;
        self.index.extend_from_slice(&value.to_le_bytes());
        Ok(())
    }

    fn u64(&mut self, value: usize) {
        self.index.extend_from_slice(&(value as u64).to_le_bytes());
    }

    fn field(&mut self, resource: &Resource<'_>, field: Field) -> Result<(), Error> {
        let tag = field as u8;
        let name = resource.name.as_ref();
        match field.shape() {
            shape @ (Shape::Data32 | Shape::Data64) => {
                let Some(data) = resource.data(field) else { return Ok(()) };
                self.index.push(tag);
                if shape == Shape::Data64 {
                    self.u64(data.len());
                } else {
                    self.u32(data.len(), name, "data")?;
                }
                self.push(tag, data);
            }
            shape @ (Shape::Items32 | Shape::Items64) => {
                let Some(items) = resource.items(field) else { return Ok(()) };
                self.index.push(tag);
                self.sections[usize::from(tag)].get_or_insert_with(Vec::new);
                self.u32(items.len(), name, "list of files")?;
                for (item, data) in items {
                    self.u16(item.len(), name, "file name")?;
                    if shape == Shape::Items64 {
                        self.u64(data.len());
                    } else {
                        self.u32(data.len(), name, "path")?;
                    }
                    self.push(tag, item.as_bytes());
                    self.push(tag, data);
                }
            }
            Shape::Names => {
                let Some(names) = resource.dependencies() else { return Ok(()) };
                self.index.push(tag);
                self.sections[usize::from(tag)].get_or_insert_with(Vec::new);
                self.u16(names.len(), name, "list of dependencies")?;
                for dependency in names {
                    self.u16(dependency.len(), name, "dependency name")?;
                    self.push(tag, dependency.as_bytes());
                }
            }
        }
        Ok(())
    }

    fn resource(&mut self, resource: &Resource<'_>) -> Result<(), Error> {
        self.index.push(0x01);
        self.index.push(NAME_TAG);
        self.u16(resource.name.len(), &resource.name, "name")?;
        self.push(NAME_TAG, resource.name.as_bytes());
        let flag = |tag: u8| Flags::from_tag(tag).is_some_and(|flag| resource.flags.contains(flag));
        for tag in 0x04..=0x1e {
            if flag(tag) {
                self.index.push(tag);
            } else if let Some(field) = Field::from_tag(tag) {
                self.field(resource, field)?;
            }
        }
        self.index.push(0xff);
        Ok(())
    }
}

fn too_long(resource: &str, what: &str) -> Error {
    let shown: String = resource.chars().take(80).collect();
    Error::plain(format!("{what} of resource `{shown}` is too long for the format"))
}

/// Makes a blob of `resources`, sorted by name; equal input gives equal bytes.
///
/// Fails if a name or an element is longer than the format can say.
///
/// ```
/// let empty = packed_resources::write(&[], packed_resources::Padding::None)?;
/// assert_eq!(empty.len(), 23);
/// # Ok::<(), packed_resources::Error>(())
/// ```
pub fn write(resources: &[Resource<'_>], padding: Padding) -> Result<Vec<u8>, Error> {
    let mut writer = Writer { padding, index: Vec::new(), sections: [const { None }; SECTIONS] };
    let mut sorted: Vec<&Resource<'_>> = resources.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    for resource in &sorted {
        writer.resource(resource)?;
    }
    writer.index.push(0x00);

    let mut blob_index = Vec::new();
    let mut count = 0u8;
    for (tag, section) in (0u8..).zip(&writer.sections) {
        let Some(section) = section else { continue };
        count += 1;
        blob_index.extend_from_slice(&[0x01, 0x02, tag, 0x03]);
        blob_index.extend_from_slice(&(section.len() as u64).to_le_bytes());
        if padding == Padding::Null {
            blob_index.extend_from_slice(&[0x04, 0x02]);
        }
        blob_index.push(0xff);
    }
    blob_index.push(0x00);

    let too_many = |_| Error::plain("too many resources for one blob");
    let mut blob = MAGIC.to_vec();
    blob.push(count);
    blob.extend_from_slice(&(blob_index.len() as u32).to_le_bytes());
    blob.extend_from_slice(&u32::try_from(sorted.len()).map_err(too_many)?.to_le_bytes());
    blob.extend_from_slice(&u32::try_from(writer.index.len()).map_err(too_many)?.to_le_bytes());
    blob.extend_from_slice(&blob_index);
    blob.extend_from_slice(&writer.index);
    for section in writer.sections.into_iter().flatten() {
        blob.extend_from_slice(&section);
    }
    Ok(blob)
}
