//! The libraries that an ELF file names, and where their names stand in the file.

const DYNAMIC: u64 = 2;
const LOAD: u64 = 1;
const TAG_END: u64 = 0;
const TAG_NEEDED: u64 = 1;
const TAG_STRINGS: u64 = 5;

/// A little-endian file of either word size.
struct Elf<'f> {
    file: &'f [u8],
    wide: bool,
}

impl<'f> Elf<'f> {
    fn open(file: &'f [u8]) -> Option<Elf<'f>> {
        let little = file.get(..4)? == b"\x7fELF" && *file.get(5)? == 1;
        little.then_some(Elf { file, wide: *file.get(4)? == 2 })
    }

    fn number(&self, offset: u64, length: usize) -> Option<u64> {
        let start = usize::try_from(offset).ok()?;
        let bytes = self.file.get(start..start.checked_add(length)?)?;
        Some(bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    /// A field of the size of a word, at the offset that it has in wide or in narrow files.
    fn word(&self, base: u64, wide: u64, narrow: u64) -> Option<u64> {
        if self.wide {
            self.number(base.checked_add(wide)?, 8)
        } else {
            self.number(base.checked_add(narrow)?, 4)
        }
    }

    /// The program headers: type, offset in the file, address, size in the file.
    fn segments(&self) -> Option<Vec<(u64, u64, u64, u64)>> {
        let table = self.word(0, 0x20, 0x1c)?;
        let (size, count) = if self.wide { (0x36, 0x38) } else { (0x2a, 0x2c) };
        let (size, count) = (self.number(size, 2)?, self.number(count, 2)?);
        (0..count)
            .map(|index| {
                let row = table.checked_add(index * size)?;
                Some((
                    self.number(row, 4)?,
                    self.word(row, 0x08, 0x04)?,
                    self.word(row, 0x10, 0x08)?,
                    self.word(row, 0x20, 0x10)?,
                ))
            })
            .collect()
    }
}

/// Gives the names in the entries "needed" with their offsets in the file; `None` if the file is not
/// understood.
pub fn needed(file: &[u8]) -> Option<Vec<(usize, &str)>> {
    let elf = Elf::open(file)?;
    let segments = elf.segments()?;
    let (_, dynamic, _, size) = *segments.iter().find(|(kind, ..)| *kind == DYNAMIC)?;
    let entry = if elf.wide { 16 } else { 8 };
    let mut names = Vec::new();
    let mut strings = None;
    for index in 0..size / entry {
        let row = dynamic.checked_add(index * entry)?;
        let value = elf.word(row, 8, 4)?;
        match elf.word(row, 0, 0)? {
            TAG_END => break,
            TAG_NEEDED => names.push(value),
            TAG_STRINGS => strings = Some(value),
            _ => {}
        }
    }
    if names.is_empty() {
        return Some(Vec::new());
    }
    // The table is named by its address; a segment tells where that is in the file.
    let address = strings?;
    let table = segments.iter().find_map(|(kind, offset, start, size)| {
        let inside = *kind == LOAD && address >= *start && address - start < *size;
        inside.then(|| offset.checked_add(address - start)).flatten()
    })?;
    names
        .into_iter()
        .map(|name| {
            let start = usize::try_from(table.checked_add(name)?).ok()?;
            let rest = file.get(start..)?;
            let end = rest.iter().position(|byte| *byte == 0)?;
            Some((start, std::str::from_utf8(&rest[..end]).ok()?))
        })
        .collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_own_program_needs_libc() {
        let file = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let names = needed(&file).unwrap();
        let (offset, name) = names.iter().find(|(_, name)| name.starts_with("libc.so")).unwrap();
        assert_eq!(&file[*offset..*offset + name.len()], name.as_bytes());
        assert_eq!(file[offset - 1], 0);
    }

    #[test]
    fn other_data_are_not_understood() {
        assert!(needed(b"").is_none());
        assert!(needed(b"MZ and more").is_none());
        let file = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        for length in [5, 16, 63, 64, 100, 4096] {
            assert!(needed(&file[..length]).is_none());
        }
    }
}
