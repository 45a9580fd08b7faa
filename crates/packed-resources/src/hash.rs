use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map keyed by names of resources.
pub type NameMap<K, V> = HashMap<K, V, BuildHasherDefault<NameHasher>>;

/// Hashes short names, eight bytes at a time.
///
/// Names come from the program's own data, so resistance against chosen keys is not needed, and
/// the standard library's keyed hash would cost more than the rest of the start-up pass.
#[derive(Clone, Copy, Debug, Default)]
pub struct NameHasher(u64);

const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

impl NameHasher {
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(MULTIPLIER);
    }
}

impl Hasher for NameHasher {
    fn write(&mut self, bytes: &[u8]) {
        let mut words = bytes.chunks_exact(8);
        for word in words.by_ref() {
            let mut buffer = [0; 8];
            buffer.copy_from_slice(word);
            self.mix(u64::from_le_bytes(buffer));
        }
        let rest = words.remainder();
        if !rest.is_empty() {
            let mut buffer = [0; 8];
            buffer[..rest.len()].copy_from_slice(rest);
            self.mix(u64::from_le_bytes(buffer) ^ (rest.len() as u64) << 56);
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.mix(u64::from(value));
    }

    fn finish(&self) -> u64 {
        // The table takes its position from the high and its tag from the low bits; multiplication
        // leaves the low ones weak.
        self.0 ^ (self.0 >> 32)
    }
}
