//! Two blobs, one after the other, as a finder indexes them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use packed_resources::{Field, Index, Resource};

fuzz_target!(|data: (&[u8], &[u8])| {
    let (Ok(first), Ok(second)) = (Index::parse(data.0), Index::parse(data.1)) else { return };
    for later in second.iter() {
        let mut merged = first.get(later.name()).map_or_else(|| Resource::new(later.name()), |entry| entry.decode());
        merged.merge(later.decode());
        assert!(merged.flags.contains(later.flags()));
        for field in Field::ALL {
            if let Some(data) = later.data(field) {
                assert_eq!(merged.data(field), Some(data));
            }
        }
    }
});
