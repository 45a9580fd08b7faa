//! Packed Python resources, format version 3.
//!
//! One byte string holds any number of named resources: Python modules, packages, extension
//! modules, shared libraries, plain files. [`Index`] reads it without copying: it makes one pass
//! over the index part, checks every length against the bounds of the section it points into, and
//! keeps views of the data. Bytes that nobody asks for are never touched, so a memory-mapped blob
//! costs only the pages that a program uses. [`write()`] makes such a byte string.
//!
//! ```
//! use packed_resources::{write, Field, Flags, Index, Padding, Resource};
//!
//! let mut module = Resource::new("greeting");
//! module.flags.insert(Flags::MODULE);
//! module.set_data(Field::Source, b"word = 'hello'\n".as_slice());
//!
//! let blob = write(&[module], Padding::None)?;
//! let index = Index::parse(&blob)?;
//! let found = index.get("greeting").unwrap();
//! assert!(found.flags().contains(Flags::MODULE));
//! assert_eq!(found.data(Field::Source), Some(b"word = 'hello'\n".as_slice()));
//! # Ok::<(), packed_resources::Error>(())
//! ```

#![forbid(unsafe_code)]

mod error;
mod field;
mod hash;
mod index;
mod resource;
mod writer;

pub use error::Error;
pub use field::{Field, Flags, Shape};
pub use hash::{NameHasher, NameMap};
pub use index::{Entry, Index, Items};
pub use resource::Resource;
pub use writer::{write, Padding};

/// The first eight bytes of every blob: `pyembed` and the version of the format.
pub const MAGIC: [u8; 8] = *b"pyembed\x03";
