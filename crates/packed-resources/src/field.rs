use std::fmt;
use std::ops::BitOr;

/// A tagged field of a resource that carries data. The discriminant is the tag on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Field {
    /// Source code of a module.
    Source = 0x06,
    /// Marshalled code at optimization level 0, without the header of a `.pyc` file.
    Bytecode0 = 0x07,
    /// The same at level 1.
    Bytecode1 = 0x08,
    /// The same at level 2.
    Bytecode2 = 0x09,
    /// Bytes of an extension module's shared library.
    ExtensionLibrary = 0x0a,
    /// Resource files of a package: name to data.
    PackageResources = 0x0b,
    /// Files of a distribution's metadata folder: name to data.
    Metadata = 0x0c,
    /// Bytes of a shared library.
    SharedLibrary = 0x0d,
    /// Names of shared libraries that this one needs.
    Dependencies = 0x0e,
    /// Path of a module's source, relative to the origin.
    SourcePath = 0x0f,
    /// Path of a bytecode file of level 0.
    BytecodePath0 = 0x10,
    /// Path of a bytecode file of level 1.
    BytecodePath1 = 0x11,
    /// Path of a bytecode file of level 2.
    BytecodePath2 = 0x12,
    /// Path of an extension module's shared library.
    ExtensionLibraryPath = 0x13,
    /// Resource files of a package: name to path.
    PackageResourcePaths = 0x14,
    /// Files of a distribution's metadata folder: name to path.
    MetadataPaths = 0x15,
    /// Content of a plain file.
    FileData = 0x1d,
    /// Path of a plain file, always UTF-8.
    FilePath = 0x1e,
}

/// How a field is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One element with a length of 32 bits.
    Data32,
    /// One element with a length of 64 bits.
    Data64,
    /// Named elements whose lengths have 64 bits.
    Items64,
    /// Named elements whose lengths have 32 bits.
    Items32,
    /// A list of names.
    Names,
}

impl Field {
    /// All fields in the order of their tags.
    pub const ALL: [Field; 18] = [
        Field::Source,
        Field::Bytecode0,
        Field::Bytecode1,
        Field::Bytecode2,
        Field::ExtensionLibrary,
        Field::PackageResources,
        Field::Metadata,
        Field::SharedLibrary,
        Field::Dependencies,
        Field::SourcePath,
        Field::BytecodePath0,
        Field::BytecodePath1,
        Field::BytecodePath2,
        Field::ExtensionLibraryPath,
        Field::PackageResourcePaths,
        Field::MetadataPaths,
        Field::FileData,
        Field::FilePath,
    ];

    /// The field with this tag.
    pub fn from_tag(tag: u8) -> Option<Field> {
        const BY_TAG: [Option<Field>; 0x1f] = {
            let mut by_tag = [None; 0x1f];
            let mut at = 0;
            while at < Field::ALL.len() {
                by_tag[Field::ALL[at] as usize] = Some(Field::ALL[at]);
                at += 1;
            }
            by_tag
        };
        BY_TAG.get(usize::from(tag)).copied().flatten()
    }

    /// How the field is laid out.
    pub fn shape(self) -> Shape {
        match self {
            Field::PackageResources | Field::Metadata => Shape::Items64,
            Field::PackageResourcePaths | Field::MetadataPaths => Shape::Items32,
            Field::SharedLibrary | Field::FileData => Shape::Data64,
            Field::Dependencies => Shape::Names,
            _ => Shape::Data32,
        }
    }

    /// In-memory bytecode of an optimization level; levels above 2 count as 2.
    pub fn bytecode(level: u8) -> Field {
        [Field::Bytecode0, Field::Bytecode1, Field::Bytecode2][usize::from(level.min(2))]
    }

    /// Path of a bytecode file of an optimization level; levels above 2 count as 2.
    pub fn bytecode_path(level: u8) -> Field {
        [Field::BytecodePath0, Field::BytecodePath1, Field::BytecodePath2][usize::from(level.min(2))]
    }
}

/// What a resource is; a set, because one name may be several things.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Flags(u16);

impl Flags {
    /// A Python package.
    pub const PACKAGE: Flags = Flags(1);
    /// A namespace package.
    pub const NAMESPACE_PACKAGE: Flags = Flags(1 << 1);
    /// A Python module.
    pub const MODULE: Flags = Flags(1 << 2);
    /// An extension module compiled into the interpreter.
    pub const BUILTIN_EXTENSION: Flags = Flags(1 << 3);
    /// A module frozen into the interpreter.
    pub const FROZEN: Flags = Flags(1 << 4);
    /// An extension module in a shared library of its own.
    pub const EXTENSION: Flags = Flags(1 << 5);
    /// A shared library.
    pub const SHARED_LIBRARY: Flags = Flags(1 << 6);
    /// A plain file.
    pub const FILE: Flags = Flags(1 << 7);
    /// The plain file is executable.
    pub const EXECUTABLE: Flags = Flags(1 << 8);

    /// Every flag with its tag on the wire, in the order in which an encoder writes them.
    pub const TAGS: [(Flags, u8); 9] = [
        (Flags::PACKAGE, 0x04),
        (Flags::NAMESPACE_PACKAGE, 0x05),
        (Flags::MODULE, 0x16),
        (Flags::BUILTIN_EXTENSION, 0x17),
        (Flags::FROZEN, 0x18),
        (Flags::EXTENSION, 0x19),
        (Flags::SHARED_LIBRARY, 0x1a),
        (Flags::FILE, 0x1b),
        (Flags::EXECUTABLE, 0x1c),
    ];

    /// The flag with this tag.
    pub fn from_tag(tag: u8) -> Option<Flags> {
        const BY_TAG: [Option<Flags>; 0x1f] = {
            let mut by_tag = [None; 0x1f];
            let mut at = 0;
            while at < Flags::TAGS.len() {
                by_tag[Flags::TAGS[at].1 as usize] = Some(Flags::TAGS[at].0);
                at += 1;
            }
            by_tag
        };
        BY_TAG.get(usize::from(tag)).copied().flatten()
    }

    /// Whether all of `other` is in this set.
    pub fn contains(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether something of `other` is in this set.
    pub fn intersects(self, other: Flags) -> bool {
        self.0 & other.0 != 0
    }

    /// Adds `other`.
    pub fn insert(&mut self, other: Flags) {
        self.0 |= other.0;
    }

    /// Takes `other` away.
    pub fn remove(&mut self, other: Flags) {
        self.0 &= !other.0;
    }
}

impl BitOr for Flags {
    type Output = Flags;

    fn bitor(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flags({:#x})", self.0)
    }
}
