//! Data that belong to a launcher: part of its own executable file.
//!
//! A payload is one byte string: the magic `oxlpay01`, a count, a table of named parts, the parts. In
//! an ELF file it is the content of a section `.oxlang`, which no segment loads; elsewhere it stands
//! at the end, before a footer of 24 bytes. The file is mapped, so parts cost what is read of them.

use std::io;

use memmap2::Mmap;

const MAGIC: &[u8; 8] = b"oxlpay01";
const FOOTER_MAGIC: &[u8; 8] = b"oxlfoot1";
const FOOTER_LENGTH: usize = 24;
const SECTION: &[u8] = b".oxlang";

/// Reads an unsigned little-endian number of 2, 4 or 8 bytes.
fn number(data: &[u8], offset: usize, length: usize) -> Option<usize> {
    let bytes = data.get(offset..offset.checked_add(length)?)?;
    let value = bytes.iter().rev().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
    usize::try_from(value).ok()
}

fn slice(data: &[u8], offset: usize, length: usize) -> Option<&[u8]> {
    data.get(offset..offset.checked_add(length)?)
}

/// The content of the section `.oxlang`, if `file` is a little-endian ELF file that has one.
fn elf_section(file: &[u8]) -> Option<&[u8]> {
    if file.get(..4)? != b"\x7fELF" || *file.get(5)? != 1 {
        return None;
    }
    let wide = *file.get(4)? == 2;
    // Offsets in the file header: table of sections, size and count of its rows, row of names.
    let (table, row_size, count, names) = if wide {
        (number(file, 0x28, 8)?, number(file, 0x3a, 2)?, number(file, 0x3c, 2)?, number(file, 0x3e, 2)?)
    } else {
        (number(file, 0x20, 4)?, number(file, 0x2e, 2)?, number(file, 0x30, 2)?, number(file, 0x32, 2)?)
    };
    let row = |index: usize| slice(file, table.checked_add(index.checked_mul(row_size)?)?, row_size);
    let content = |row: &[u8]| {
        let (offset, length) = if wide {
            (number(row, 0x18, 8)?, number(row, 0x20, 8)?)
        } else {
            (number(row, 0x10, 4)?, number(row, 0x14, 4)?)
        };
        slice(file, offset, length)
    };
    let names = content(row(names)?)?;
    (0..count).rev().filter_map(row).find_map(|row| {
        let name = names.get(number(row, 0, 4)?..)?;
        let name = &name[..name.iter().position(|byte| *byte == 0)?];
        if name == SECTION {
            content(row)
        } else {
            None
        }
    })
}

/// The payload before the footer at the end of the file.
fn footed(file: &[u8]) -> Option<&[u8]> {
    let footer = &file[file.len().checked_sub(FOOTER_LENGTH)?..];
    if &footer[16..] != FOOTER_MAGIC {
        return None;
    }
    slice(file, number(footer, 0, 8)?, number(footer, 8, 8)?)
}

/// The payload of an executable file.
fn find(file: &[u8]) -> Option<&[u8]> {
    let found = elf_section(file).or_else(|| footed(file))?;
    found.starts_with(MAGIC).then_some(found)
}

/// A part of a payload.
fn part<'p>(payload: &'p [u8], name: &str) -> Option<&'p [u8]> {
    let count = number(payload, 8, 4)?;
    let mut at = 12;
    for _ in 0..count {
        let length = number(payload, at, 2)?;
        let known = slice(payload, at + 2, length)?;
        at += 2 + length;
        if known == name.as_bytes() {
            return slice(payload, number(payload, at, 8)?, number(payload, at + 8, 8)?);
        }
        at += 16;
    }
    None
}

/// The payload of the running program.
pub struct Payload {
    file: Mmap,
}

impl Payload {
    /// Maps the program's own file; an error if it has no payload.
    pub fn of_this_program() -> io::Result<Payload> {
        // The link also works when the program was moved or deleted after its start.
        let path = if cfg!(target_os = "linux") && std::path::Path::new("/proc/self/exe").exists() {
            "/proc/self/exe".into()
        } else {
            crate::resolve::current_exe()?
        };
        let file = oxidized_importer::map_file(&path)?;
        if find(&file).is_none() {
            let message = "this program is a launcher without a payload";
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(Payload { file })
    }

    /// A named part.
    pub fn part(&self, name: &str) -> Option<&[u8]> {
        part(find(&self.file)?, name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let table: usize = parts.iter().map(|(name, _)| 18 + name.len()).sum();
        let mut at = (12 + table).next_multiple_of(16);
        let mut head = MAGIC.to_vec();
        head.extend((parts.len() as u32).to_le_bytes());
        let mut data = Vec::new();
        for (name, content) in parts {
            head.extend((name.len() as u16).to_le_bytes());
            head.extend(name.as_bytes());
            head.extend((at as u64).to_le_bytes());
            head.extend((content.len() as u64).to_le_bytes());
            let padded = content.len().next_multiple_of(16);
            data.extend(*content);
            data.resize(data.len() + padded - content.len(), 0);
            at += padded;
        }
        head.resize((12 + table).next_multiple_of(16), 0);
        head.extend(data);
        head
    }

    #[test]
    fn parts_are_found_before_a_footer() {
        let payload = payload(&[("config", b"{}"), ("packed-resources", b"pyembed")]);
        let mut file = b"program".to_vec();
        let offset = file.len() as u64;
        file.extend(&payload);
        file.extend(offset.to_le_bytes());
        file.extend((payload.len() as u64).to_le_bytes());
        file.extend(FOOTER_MAGIC);
        let found = find(&file).unwrap();
        assert_eq!(part(found, "config"), Some(&b"{}"[..]));
        assert_eq!(part(found, "packed-resources"), Some(&b"pyembed"[..]));
        assert_eq!(part(found, "x"), None);
    }

    #[test]
    fn damaged_files_have_no_payload() {
        let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert!(find(&own).is_none());
        for cut in [0, 5, 24, 63, 64] {
            assert!(find(&own[..cut]).is_none());
        }
        let mut short = payload(&[("config", b"{}")]);
        short.truncate(20);
        assert_eq!(part(&short, "config"), None);
    }
}
