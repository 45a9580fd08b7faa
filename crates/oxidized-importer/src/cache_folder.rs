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

/// Writes the bytes under a name made from them, unless they are there already.
pub fn file(name: &str, bytes: &[u8]) -> std::io::Result<PathBuf> {
    let mut last = std::io::Error::from(std::io::ErrorKind::NotFound);
    for folder in cache_folders() {
        match write_cached(&folder.join("libraries"), name, bytes) {
            Ok(path) => return Ok(path),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn write_cached(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<PathBuf> {
    let folder = folder.join(format!("{:016x}-{}", content_hash(bytes), bytes.len()));
    private_folder(&folder)?;
    let leaf = name.rsplit('/').next().unwrap_or(name);
    let leaf = if leaf.contains(".so") || leaf.ends_with(".dll") || leaf.ends_with(".dylib") {
        leaf.to_owned()
    } else {
        format!("{leaf}.{}", if cfg!(windows) { "pyd" } else { "so" })
    };
    let path = folder.join(&leaf);
    if std::fs::read(&path).is_ok_and(|known| known == bytes) {
        return Ok(path);
    }
    let aside = folder.join(format!("{}.{}", leaf, std::process::id()));
    std::fs::write(&aside, bytes)?;
    std::fs::rename(&aside, &path)?;
    Ok(path)
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

fn content_hash(bytes: &[u8]) -> u64 {
    use std::hash::Hasher;
    let mut hasher = packed_resources::NameHasher::default();
    hasher.write(bytes);
    hasher.finish()
}
