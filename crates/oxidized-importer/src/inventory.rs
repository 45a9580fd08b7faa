//! The content of a finder as Python code asks for it: names, data, whole resources.

use packed_resources::{Field, Flags, Resource, Shape};
use pyo3_ffi as ffi;

use crate::load::{blob_view, plan, Kind, Plan};
use crate::py::{self, Obj, PyResult};
use crate::state::State;

impl State {
    pub fn names(&self) -> PyResult<Obj> {
        self.complete()?;
        let names: Vec<(String, bool, bool)> = self.with_table(|table| {
            let entries = table.iter();
            entries
                .map(|found| {
                    let importable = matches!(
                        plan(&found, self.level),
                        Some(Plan { kind: Kind::Extension(_) | Kind::Module(_), .. })
                    );
                    let package = found.flags().intersects(Flags::PACKAGE | Flags::NAMESPACE_PACKAGE);
                    (found.name().to_owned(), package, importable)
                })
                .collect()
        });
        let list = py::list()?;
        for (name, package, importable) in names {
            list.list_append(&py::tuple(&[&py::string(&name)?, &py::boolean(package), &py::boolean(importable)])?)?;
        }
        Ok(list)
    }

    /// `(name, {tag: True}, {tag: bytes}, {tag: {name: bytes}}, [dependency] or None)`.
    pub fn describe(&self, name: &str) -> PyResult<Obj> {
        self.complete()?;
        let guard = self.lock();
        let Some(found) = guard.get(name) else { return Ok(py::none()) };
        let flags = found.flags();
        let resource = found.decode();
        // SAFETY: the views point into blobs, which outlive the lock.
        let resource: Resource<'static> = unsafe { std::mem::transmute(resource) };
        drop(guard);
        describe(&resource, flags)
    }

    pub fn add(&self, described: &Obj) -> PyResult<()> {
        // What is added takes the place of a frozen module.
        self.complete()?;
        let mut parts = Vec::new();
        py::for_each(described, |part| {
            parts.push(part);
            Ok(())
        })?;
        let [name, flags, data, items, dependencies] = &parts[..] else {
            return Err(py::raise_type("a description has five parts"));
        };
        let mut resource = Resource::new(name.text()?.to_owned());
        each_item(flags, |tag, _| {
            resource.flags.insert(Flags::from_tag(tag_of(tag)?).unwrap_or_default());
            Ok(())
        })?;
        each_item(data, |tag, value| {
            if let Some(field) = Field::from_tag(tag_of(tag)?) {
                resource.set_data(field, py::bytes_of(value)?.to_vec());
            }
            Ok(())
        })?;
        each_item(items, |tag, map| {
            if let Some(field) = Field::from_tag(tag_of(tag)?) {
                let target = resource.items_mut(field);
                each_item(map, |name, value| {
                    target.insert(name.text()?.to_owned().into(), py::bytes_of(value)?.to_vec().into());
                    Ok(())
                })?;
            }
            Ok(())
        })?;
        if !dependencies.is_none() {
            let mut names = Vec::new();
            py::for_each(dependencies, |name| {
                names.push(name.text()?.to_owned().into());
                Ok(())
            })?;
            resource.set_dependencies(names);
        }
        let added = self.lock().replace(&[resource]);
        added.map_err(|error| py::raise_value(&error.to_string()))
    }

    pub fn serialize(&self, ignore_builtin: bool, ignore_frozen: bool) -> PyResult<Obj> {
        self.complete()?;
        let blob = {
            let guard = self.lock();
            let resources: Vec<Resource<'_>> = guard
                .iter()
                .filter(|found| {
                    let flags = found.flags();
                    !(ignore_builtin && flags.contains(Flags::BUILTIN_EXTENSION)
                        || ignore_frozen && flags.contains(Flags::FROZEN))
                })
                .map(|found| found.decode())
                .collect();
            packed_resources::write(&resources, packed_resources::Padding::None)
        };
        py::bytes(&blob.map_err(|error| py::raise_value(&error.to_string()))?)
    }

    pub fn names_with(&self, field: Field) -> PyResult<Obj> {
        let names: Vec<String> = self.with_table(|table| {
            let entries = table.iter().filter(|found| found.items(field).is_some());
            entries.map(|found| found.name().to_owned()).collect()
        });
        let list = py::list()?;
        for name in names {
            list.list_append(&py::string(&name)?)?;
        }
        Ok(list)
    }

    /// `(is_package, importable)`, or `None` for an unknown name.
    pub fn kind(&self, name: &str) -> PyResult<Obj> {
        self.complete()?;
        let kind = self.with_table(|table| {
            let found = table.get(name)?;
            let package = found.flags().intersects(Flags::PACKAGE | Flags::NAMESPACE_PACKAGE);
            Some((package, plan(&found, self.level).is_some()))
        });
        match kind {
            None => Ok(py::none()),
            Some((package, importable)) => py::tuple(&[&py::boolean(package), &py::boolean(importable)]),
        }
    }

    pub fn data(&self, name: &str, field: Field) -> PyResult<Obj> {
        let data = self.with_table(|table| {
            // SAFETY: used at once; the finder, which owns the blobs, is alive.
            table.get(name)?.data(field).map(|data| unsafe { blob_view(data) })
        });
        data.map_or_else(|| Ok(py::none()), py::bytes)
    }

    pub fn item_names(&self, name: &str, field: Field) -> PyResult<Obj> {
        let names: Option<Vec<String>> = self.with_table(|table| {
            let items = table.get(name)?.items(field)?;
            Some(items.map(|(name, _)| name.to_owned()).collect())
        });
        let Some(names) = names else { return Ok(py::none()) };
        let list = py::list()?;
        for name in names {
            list.list_append(&py::string(&name)?)?;
        }
        Ok(list)
    }

    pub fn item(&self, name: &str, field: Field, item: &str) -> PyResult<Obj> {
        let data = self.with_table(|table| {
            let data = table.get(name)?.item(field, item)?;
            // SAFETY: used at once; the finder, which owns the blobs, is alive.
            Some(unsafe { blob_view(data) })
        });
        data.map_or_else(|| Ok(py::none()), py::bytes)
    }
}

fn describe(resource: &Resource<'_>, flags: Flags) -> PyResult<Obj> {
    let (flag_map, data, items) = (py::dict()?, py::dict()?, py::dict()?);
    let set = |map: &Obj, key: &Obj, value: &Obj| {
        // SAFETY: live objects.
        py::check(unsafe { ffi::PyDict_SetItem(map.as_ptr(), key.as_ptr(), value.as_ptr()) })
    };
    for (flag, tag) in Flags::TAGS {
        if flags.contains(flag) {
            set(&flag_map, &py::integer(i64::from(tag))?, &py::boolean(true))?;
        }
    }
    for field in Field::ALL {
        let tag = py::integer(field as i64)?;
        if let Some(bytes) = resource.data(field) {
            set(&data, &tag, &py::bytes(bytes)?)?;
        }
        if let Some(map) = resource.items(field) {
            let target = py::dict()?;
            for (name, value) in map {
                set(&target, &py::string(name)?, &py::bytes(value)?)?;
            }
            set(&items, &tag, &target)?;
        }
    }
    let dependencies = match resource.dependencies() {
        None => py::none(),
        Some(names) => {
            let list = py::list()?;
            for name in names {
                list.list_append(&py::string(name)?)?;
            }
            list
        }
    };
    py::tuple(&[&py::string(&resource.name)?, &flag_map, &data, &items, &dependencies])
}

fn each_item(map: &Obj, mut each: impl FnMut(&Obj, &Obj) -> PyResult<()>) -> PyResult<()> {
    py::for_each(&map.call_method(c"items", &[])?, |pair| {
        // SAFETY: `items` gives pairs; a shorter tuple raises.
        let (key, value) = unsafe {
            (
                Obj::owned(ffi::PySequence_GetItem(pair.as_ptr(), 0))?,
                Obj::owned(ffi::PySequence_GetItem(pair.as_ptr(), 1))?,
            )
        };
        each(&key, &value)
    })
}

/// The number of a field, as Python code names it.
pub fn tag_of(object: &Obj) -> PyResult<u8> {
    // SAFETY: a live object; a wrong type gives -1 and an exception.
    let value = unsafe { ffi::PyLong_AsLong(object.as_ptr()) };
    u8::try_from(value).map_err(|_| py::raise_value("invalid field type"))
}

/// A field that holds named items.
pub fn item_field(object: &Obj) -> PyResult<Field> {
    Field::from_tag(tag_of(object)?)
        .filter(|field| !matches!(field.shape(), Shape::Data32 | Shape::Data64))
        .ok_or_else(|| py::raise_value("invalid field type"))
}
