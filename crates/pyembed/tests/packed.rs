//! The packed resources format against damaged input.

use packed_resources::{write, Field, Flags, Index, Padding, Resource};

/// The three resources of the worked examples in the description of the format.
fn example() -> Vec<Resource<'static>> {
    let mut app = Resource::new("app");
    app.flags = Flags::MODULE | Flags::PACKAGE;
    app.set_data(Field::Source, b"x = 1\n".as_slice());
    app.items_mut(Field::PackageResources).insert("a.txt".into(), b"hi".as_slice().into());
    let mut module = Resource::new("app.b");
    module.flags = Flags::MODULE;
    module.set_data(Field::SourcePath, b"lib/app/b.py".as_slice());
    let mut file = Resource::new("bin/run");
    file.flags = Flags::FILE | Flags::EXECUTABLE;
    file.set_data(Field::FileData, b"#!".as_slice());
    vec![app, module, file]
}

/// Reads everything that a blob says it has.
fn read_all(blob: &[u8]) -> Result<usize, packed_resources::Error> {
    let index = Index::parse(blob)?;
    let mut size = 0;
    for entry in index.iter() {
        let resource = entry.decode();
        size += resource.name.len();
        for field in Field::ALL {
            size += resource.data(field).map_or(0, <[u8]>::len);
            for (name, data) in resource.items(field).into_iter().flatten() {
                size += name.len() + data.len();
            }
        }
        size += resource.dependencies().map_or(0, <[_]>::len);
    }
    Ok(size)
}

#[test]
fn packed_examples() {
    assert_eq!(write(&[], Padding::None).unwrap().len(), 23);
    let plain = write(&example(), Padding::None).unwrap();
    assert_eq!(plain.len(), 184);
    assert_eq!(&plain[0x8e..], b"appapp.bbin/runx = 1\na.txthilib/app/b.py#!");
    let padded = write(&example(), Padding::Null).unwrap();
    assert_eq!(padded.len(), 202);
    for blob in [plain, padded] {
        let index = Index::parse(&blob).unwrap();
        let decoded: Vec<_> = index.iter().map(|entry| entry.decode()).collect();
        assert_eq!(decoded, example());
    }
}

#[test]
fn packed_fuzz() {
    // Miri is some thousand times slower; every value then stands for seventeen.
    let step = if cfg!(miri) { 17 } else { 1 };
    for padding in [Padding::None, Padding::Null] {
        let blob = write(&example(), padding).unwrap();
        let expected = read_all(&blob).unwrap();
        for position in (0..blob.len()).step_by(step) {
            let mut changed = blob.clone();
            for value in (0..=255).step_by(step) {
                changed[position] = value;
                // Any value or error will do; what must not happen is a panic or data from elsewhere.
                if let Ok(size) = read_all(&changed) {
                    assert!(size <= expected);
                }
            }
        }
        for length in 0..blob.len() {
            assert!(read_all(&blob[..length]).is_err());
        }
    }
}

#[test]
fn packed_random_changes() {
    let blob = write(&example(), Padding::None).unwrap();
    let mut state = 1u64;
    for _ in 0..if cfg!(miri) { 100 } else { 200_000 } {
        let mut changed = blob.clone();
        for _ in 0..3 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let position = (state >> 33) as usize % changed.len();
            changed[position] = (state >> 24) as u8;
        }
        let _ = read_all(&changed);
    }
}

#[test]
fn packed_messages() {
    let error = |blob: &[u8]| Index::parse(blob).unwrap_err().to_string();
    assert_eq!(error(b"foo"), "error reading 8 byte header");
    assert_eq!(error(b"pyembed\x04rest"), "unrecognized file format");
    let mut blob = write(&example(), Padding::None).unwrap();
    blob[0x0d] = 4;
    assert_eq!(error(&blob), "mismatch between advertised index count and actual");
    blob[0x0d] = 3;
    blob[0x58] = 0x02;
    assert_eq!(error(&blob), "invalid field type 0x02 (at offset 88)");
}

#[test]
fn packed_empty_fields_have_sections() {
    let mut resource = Resource::new("e");
    resource.set_data(Field::Source, b"".as_slice());
    resource.items_mut(Field::Metadata);
    resource.set_dependencies(Vec::new());
    let blob = write(std::slice::from_ref(&resource), Padding::None).unwrap();
    assert_eq!(blob[8], 4);
    assert_eq!(Index::parse(&blob).unwrap().get("e").unwrap().decode(), resource);
}

/// Indexing and looking up must not read data: here every page of them would end the process.
#[cfg(all(unix, not(miri)))]
#[test]
fn packed_data_are_not_touched() {
    let page = 16_384;
    let mut resources = Vec::new();
    for number in 0..100 {
        let mut resource = Resource::new(format!("package{number}"));
        resource.flags = Flags::MODULE | Flags::PACKAGE;
        resource.set_data(Field::Source, vec![b'#'; page]);
        for item in 0..10 {
            resource.items_mut(Field::PackageResources).insert(format!("file{item}").into(), vec![7; page].into());
        }
        resource.set_dependencies(vec!["libc.so.6".into()]);
        resources.push(resource);
    }
    let blob = write(&resources, Padding::None).unwrap();
    let index = Index::parse(&blob).unwrap();
    // The section of names is the first one.
    let names = index.iter().map(|entry| entry.name().len()).sum::<usize>();
    let length = |at: usize| u32::from_le_bytes(blob[at..at + 4].try_into().unwrap()) as usize;
    let data = 21 + length(9) + length(17) + names;
    // SAFETY: a fresh mapping of that size, written inside of its bounds, then partly closed.
    let mapped: &'static [u8] = unsafe {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANON;
        let access = libc::PROT_READ | libc::PROT_WRITE;
        let start = libc::mmap(std::ptr::null_mut(), blob.len(), access, flags, -1, 0);
        assert_ne!(start, libc::MAP_FAILED);
        start.cast::<u8>().copy_from_nonoverlapping(blob.as_ptr(), blob.len());
        let closed = data.next_multiple_of(page);
        let rest = start.cast::<u8>().add(closed).cast();
        assert_eq!(libc::mprotect(rest, blob.len() - closed, libc::PROT_NONE), 0);
        std::slice::from_raw_parts(start.cast::<u8>(), blob.len())
    };
    let mut table = oxidized_importer::Table::default();
    table.add_static(mapped).unwrap();
    for number in 0..100 {
        let found = table.get(&format!("package{number}")).unwrap();
        assert!(found.flags().contains(Flags::PACKAGE));
        assert_eq!(found.data(Field::Source).unwrap().len(), page);
        assert!(found.items(Field::PackageResources).is_some() && found.data(Field::Bytecode0).is_none());
    }
    assert!(table.get("package100").is_none());
}

/// Names that are not looked at while a program's own resources are indexed still harm nobody.
#[test]
fn packed_names_of_elements_are_checked_when_asked_for() {
    let mut resource = Resource::new("p");
    for name in ["a", "b", "c"] {
        resource.items_mut(Field::PackageResources).insert(name.into(), name.repeat(3).into_bytes().into());
    }
    let mut blob = write(&[resource], Padding::None).unwrap();
    let at = blob.windows(4).position(|window| window == b"bbbb").unwrap();
    blob[at] = 0xff;
    let error = Index::parse(&blob).unwrap_err();
    assert_eq!(error.message(), "name of an element is not UTF-8");
    let index = Index::parse_without_data(&blob).unwrap();
    let entry = index.get("p").unwrap();
    let left: Vec<_> = entry.items(Field::PackageResources).unwrap().collect();
    assert_eq!(left, [("a", &b"aaa"[..]), ("c", &b"ccc"[..])]);
    assert_eq!(entry.item(Field::PackageResources, "c"), Some(&b"ccc"[..]));
    assert_eq!(entry.decode().items(Field::PackageResources).unwrap().len(), 2);
}
