//! Any bytes as packed resources: an error, or resources that can all be read and written again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use packed_resources::{write, Field, Index, Padding, Resource};

/// Reads each element by all ways that lead to it.
fn touch(index: &Index<'_>) -> usize {
    let mut size = 0;
    for entry in index.iter() {
        assert!(index.get(entry.name()).is_some());
        for field in Field::ALL {
            size += entry.data(field).map_or(0, <[u8]>::len);
            for (name, data) in entry.items(field).into_iter().flatten() {
                assert!(entry.item(field, name).is_some());
                size += data.len();
            }
        }
    }
    size
}

/// The same where names may be wrong, which must not lead to anything but absence.
fn touch_everything(index: &Index<'_>) {
    for entry in index.iter() {
        entry.decode();
        for field in Field::ALL {
            assert!(entry.items(field).into_iter().flatten().all(|(name, _)| entry.item(field, name).is_some()));
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let without_data = Index::parse_without_data(data);
    if let Ok(index) = &without_data {
        touch_everything(index);
    }
    let Ok(index) = Index::parse(data) else { return };
    assert_eq!(without_data.expect("it checks less").len(), index.len());
    assert!(touch(&index) <= data.len() * Field::ALL.len());
    let resources: Vec<Resource<'_>> = index.iter().map(|entry| entry.decode()).collect();
    for padding in [Padding::None, Padding::Null] {
        let blob = write(&resources, padding).expect("what was read can be written");
        let again = Index::parse(&blob).expect("what was written can be read");
        let mut decoded: Vec<Resource<'_>> = again.iter().map(|entry| entry.decode()).collect();
        let mut expected = resources.clone();
        // The writer sorts by name and keeps the order of equal names.
        expected.sort_by(|a, b| a.name.cmp(&b.name));
        decoded.sort_by(|a, b| a.name.cmp(&b.name));
        assert_eq!(decoded, expected);
    }
});
