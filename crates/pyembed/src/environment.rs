//! Environment variables that are set before Python starts.
//!
//! All of this happens before the interpreter, and so before any thread of Python, exists.

use std::env;
use std::ffi::OsStr;
use std::path::Path;

use crate::{NewInterpreterError, ResolvedOxidizedPythonInterpreterConfig, TerminfoResolution};

const DEBIAN: &str = "/etc/terminfo:/lib/terminfo:/usr/share/terminfo";
const FEDORA: &str = "/etc/terminfo:/usr/share/terminfo";
const OTHER: [&str; 7] = [
    "/usr/local/etc/terminfo",
    "/usr/local/lib/terminfo",
    "/usr/local/share/terminfo",
    "/etc/terminfo",
    "/usr/lib/terminfo",
    "/lib/terminfo",
    "/usr/share/terminfo",
];

/// The value of a key in a file like `/etc/os-release`, without quotes.
fn release_value<'t>(text: &'t str, key: &str) -> &'t str {
    let lines = text.lines().filter_map(|line| line.trim().split_once('='));
    let mut values = lines.filter(|(name, _)| *name == key).map(|(_, value)| value.trim_matches(['"', '\'']));
    values.next().unwrap_or_default()
}

/// The folders of terminal descriptions on a Linux system, from its release file.
fn linux_terminfo(release: &str) -> String {
    let (id, like) = (release_value(release, "ID"), release_value(release, "ID_LIKE"));
    if like.contains("debian") || id == "debian" {
        return DEBIAN.to_owned();
    }
    if like.contains("rhel") || like.contains("fedora") || id.contains("fedora") {
        return FEDORA.to_owned();
    }
    let existing: Vec<&str> = OTHER.into_iter().filter(|path| Path::new(path).exists()).collect();
    existing.join(":")
}

fn terminfo(resolution: &TerminfoResolution) -> Option<String> {
    match resolution {
        TerminfoResolution::None => None,
        TerminfoResolution::Static(value) => Some(value.clone()),
        TerminfoResolution::Dynamic if env::var_os("TERMINFO_DIRS").is_some() => None,
        TerminfoResolution::Dynamic if cfg!(target_os = "linux") => {
            Some(linux_terminfo(&std::fs::read_to_string("/etc/os-release").unwrap_or_default()))
        }
        TerminfoResolution::Dynamic if cfg!(target_os = "macos") => Some("/usr/share/terminfo".to_owned()),
        TerminfoResolution::Dynamic => None,
    }
}

/// Sets a variable for a field of the configuration.
fn set(name: &str, value: impl AsRef<OsStr>, field: &str) -> Result<(), NewInterpreterError> {
    if value.as_ref().as_encoded_bytes().contains(&0) {
        return Err(NewInterpreterError::during(&format!("setting {field}"), "NUL byte in value"));
    }
    env::set_var(name, value);
    Ok(())
}

/// Sets `TERMINFO_DIRS` and `TCL_LIBRARY`.
pub fn prepare(config: &ResolvedOxidizedPythonInterpreterConfig<'_>) -> Result<(), NewInterpreterError> {
    if let Some(value) = terminfo(&config.terminfo_resolution) {
        set("TERMINFO_DIRS", value, "terminfo_resolution")?;
    }
    if let Some(path) = &config.tcl_library {
        set("TCL_LIBRARY", path, "tcl_library")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_of_systems_are_told_apart() {
        assert_eq!(linux_terminfo("ID=ubuntu\nID_LIKE=debian\n"), DEBIAN);
        assert_eq!(linux_terminfo("ID=debian\n"), DEBIAN);
        assert_eq!(linux_terminfo("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n"), FEDORA);
        assert_eq!(linux_terminfo("ID=fedora\n"), FEDORA);
        assert!(!linux_terminfo("ID=arch\n").contains("::"));
    }

    #[test]
    fn a_static_value_always_counts() {
        assert_eq!(terminfo(&TerminfoResolution::Static("/x".into())), Some("/x".into()));
        assert_eq!(terminfo(&TerminfoResolution::None), None);
    }
}
