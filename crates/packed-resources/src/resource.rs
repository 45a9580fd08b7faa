use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::{Entry, Field, Flags, Shape};

/// Named elements of one field, in the order in which a writer puts them down.
pub(crate) type ItemMap<'a> = BTreeMap<Cow<'a, str>, Cow<'a, [u8]>>;

/// One resource with its data: what [`write`](crate::write) takes and [`Entry::decode`] gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resource<'a> {
    /// The full name: dotted for modules, a path for plain files.
    pub name: Cow<'a, str>,
    /// What it is.
    pub flags: Flags,
    data: BTreeMap<Field, Cow<'a, [u8]>>,
    items: BTreeMap<Field, ItemMap<'a>>,
    dependencies: Option<Vec<Cow<'a, str>>>,
}

impl<'a> Resource<'a> {
    /// A resource that has a name and nothing else.
    pub fn new(name: impl Into<Cow<'a, str>>) -> Self {
        Resource { name: name.into(), ..Resource::default() }
    }

    /// Sets a field of one element.
    ///
    /// # Panics
    /// If the field has named elements or names.
    pub fn set_data(&mut self, field: Field, data: impl Into<Cow<'a, [u8]>>) {
        assert!(matches!(field.shape(), Shape::Data32 | Shape::Data64), "{field:?} has no single element");
        self.data.insert(field, data.into());
    }

    /// A field of one element.
    pub fn data(&self, field: Field) -> Option<&[u8]> {
        self.data.get(&field).map(|data| &data[..])
    }

    /// Makes a field of named elements present, even if it stays empty.
    ///
    /// # Panics
    /// If the field has no named elements.
    pub fn items_mut(&mut self, field: Field) -> &mut BTreeMap<Cow<'a, str>, Cow<'a, [u8]>> {
        assert!(matches!(field.shape(), Shape::Items32 | Shape::Items64), "{field:?} has no named elements");
        self.items.entry(field).or_default()
    }

    /// A field of named elements.
    pub fn items(&self, field: Field) -> Option<&BTreeMap<Cow<'a, str>, Cow<'a, [u8]>>> {
        self.items.get(&field)
    }

    /// Sets the names of the shared libraries that this one needs.
    pub fn set_dependencies(&mut self, names: Vec<Cow<'a, str>>) {
        self.dependencies = Some(names);
    }

    /// The names of the shared libraries that this one needs, in order.
    pub fn dependencies(&self) -> Option<&[Cow<'a, str>]> {
        self.dependencies.as_deref()
    }

    /// Takes over what `later` has: flags are united, and each of its fields replaces ours.
    ///
    /// ```
    /// use packed_resources::{Field, Flags, Resource};
    /// let mut first = Resource::new("a");
    /// first.flags.insert(Flags::MODULE);
    /// first.set_data(Field::Source, b"1".as_slice());
    /// let mut second = Resource::new("a");
    /// second.flags.insert(Flags::PACKAGE);
    /// first.merge(second);
    /// assert!(first.flags.contains(Flags::MODULE | Flags::PACKAGE));
    /// assert_eq!(first.data(Field::Source), Some(b"1".as_slice()));
    /// ```
    pub fn merge(&mut self, later: Resource<'a>) {
        self.flags.insert(later.flags);
        self.data.extend(later.data);
        self.items.extend(later.items);
        if later.dependencies.is_some() {
            self.dependencies = later.dependencies;
        }
    }
}

impl<'a> Entry<'a, '_> {
    /// The resource with all its fields, as views into the blob.
    pub fn decode(&self) -> Resource<'a> {
        let mut resource = Resource::new(self.name());
        resource.flags = self.flags();
        for field in Field::ALL {
            match field.shape() {
                Shape::Data32 | Shape::Data64 => {
                    if let Some(data) = self.data(field) {
                        resource.set_data(field, data);
                    }
                }
                Shape::Items32 | Shape::Items64 => {
                    if let Some(items) = self.items(field) {
                        let map = items.map(|(name, data)| (name.into(), data.into())).collect();
                        resource.items.insert(field, map);
                    }
                }
                Shape::Names => {
                    if let Some(items) = self.items(field) {
                        resource.dependencies = Some(items.map(|(name, _)| name.into()).collect());
                    }
                }
            }
        }
        resource
    }
}
