//! Libraries as files in a cache folder: the way where memory files are refused.
//!
//! A file's folder is named by the hash of its content, belongs to the user alone, and the content is
//! compared before it is used, so neither an old nor a foreign file is ever loaded.

use std::path::{Path, PathBuf};

fn cache_folders() -> Vec<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let mut folders = Vec::new();
    if cfg!(windows) {
        folders.extend(variable("LOCALAPPDATA").map(|folder| folder.join("oxlang")));
    } else if cfg!(target_os = "macos") {
        folders.extend(variable("HOME").map(|home| home.join("Library/Caches/oxlang")));
    } else {
        folders.extend(variable("XDG_CACHE_HOME").filter(|path| path.is_absolute()).map(|path| path.join("oxlang")));
        folders.extend(variable("HOME").map(|home| home.join(".cache/oxlang")));
    }
    #[cfg(unix)]
    // SAFETY: asks for a number, cannot fail.
    folders.push(std::env::temp_dir().join(format!("oxlang-{}", unsafe { libc::getuid() })));
    #[cfg(windows)]
    folders.push(std::env::temp_dir().join("oxlang"));
    folders
}

/// Runs `work` with the first cache folder in which it succeeds.
fn anywhere<T>(work: impl Fn(&Path) -> std::io::Result<T>) -> std::io::Result<T> {
    let mut last = std::io::Error::from(std::io::ErrorKind::NotFound);
    for folder in cache_folders() {
        match work(&folder.join("libraries")) {
            Ok(value) => return Ok(value),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Writes an extension module; gives its path.
pub fn file(name: &str, bytes: &[u8]) -> std::io::Result<PathBuf> {
    let leaf = format!("{name}.{}", if cfg!(windows) { "pyd" } else { "so" });
    anywhere(|cache| {
        let folder = cache.join(format!("{:016x}-{}", content_hash([bytes]), bytes.len()));
        write(&folder, &leaf, bytes)?;
        Ok(folder.join(&leaf))
    })
}

/// Writes libraries under their own names into one folder; gives the folder.
pub fn files(libraries: &[(String, &[u8])]) -> std::io::Result<PathBuf> {
    if libraries.iter().any(|(name, _)| name.contains(['/', '\\'])) {
        return Err(std::io::ErrorKind::InvalidInput.into());
    }
    anywhere(|cache| {
        let parts = libraries.iter().flat_map(|(name, bytes)| [name.as_bytes(), bytes]);
        let folder = cache.join(format!("{:016x}-{}", content_hash(parts), libraries.len()));
        for (name, bytes) in libraries {
            write(&folder, name, bytes)?;
        }
        Ok(folder)
    })
}

/// Writes a file unless it is there already; it appears under its name when it is whole.
fn write(folder: &Path, leaf: &str, bytes: &[u8]) -> std::io::Result<()> {
    private_folder(folder)?;
    let path = folder.join(leaf);
    if std::fs::read(&path).is_ok_and(|known| known == bytes) {
        return Ok(());
    }
    let aside = folder.join(format!("{leaf}.{}", std::process::id()));
    std::fs::write(&aside, bytes)?;
    std::fs::rename(&aside, &path)
}

/// Makes the folder, and refuses one that another user could write into.
fn private_folder(folder: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, MetadataExt};
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let facts = std::fs::symlink_metadata(folder)?;
        // SAFETY: asks for a number, cannot fail.
        if facts.uid() != unsafe { libc::getuid() } || facts.mode() & 0o022 != 0 {
            return Err(std::io::ErrorKind::PermissionDenied.into());
        }
        Ok(())
    }
    #[cfg(windows)]
    {
        std::fs::create_dir_all(folder)
    }
}

fn content_hash<'b>(parts: impl IntoIterator<Item = &'b [u8]>) -> u64 {
    use std::hash::Hasher;
    let mut hasher = packed_resources::NameHasher::default();
    for part in parts {
        hasher.write(part);
    }
    hasher.finish()
}
