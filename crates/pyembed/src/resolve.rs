//! Filling the blanks of a configuration.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::{
    NewInterpreterError, OxidizedPythonInterpreterConfig, PackedResourcesSource,
    ResolvedOxidizedPythonInterpreterConfig,
};

const ORIGIN: &str = "$ORIGIN";

/// Replaces `$ORIGIN` everywhere in `path`.
fn replace_origin(path: &Path, origin: &Path) -> PathBuf {
    let bytes = path.as_os_str().as_encoded_bytes();
    let needle = ORIGIN.as_bytes();
    if !bytes.windows(needle.len()).any(|window| window == needle) {
        return path.to_path_buf();
    }
    let mut replaced = OsString::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(needle.len()).position(|window| window == needle) {
        // SAFETY: the text was split beside a piece of ASCII, which is a boundary in the encoding.
        replaced.push(unsafe { OsStr::from_encoded_bytes_unchecked(&rest[..at]) });
        replaced.push(origin);
        rest = &rest[at + needle.len()..];
    }
    // SAFETY: as above.
    replaced.push(unsafe { OsStr::from_encoded_bytes_unchecked(rest) });
    replaced.into()
}

/// The path of the running program.
///
/// The standard library asks `/proc`; where that is not mounted, the kernel has still handed the path
/// over that the program was started with.
pub(crate) fn current_exe() -> std::io::Result<PathBuf> {
    std::env::current_exe().or_else(|error| started_as().ok_or(error))
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn started_as() -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    // SAFETY: looks into the auxiliary vector; the value for this key is the address of a terminated
    // string that lives as long as the process, or 0.
    let path = unsafe {
        let address = libc::getauxval(libc::AT_EXECFN) as *const std::ffi::c_char;
        if address.is_null() {
            return None;
        }
        std::ffi::CStr::from_ptr(address)
    };
    std::path::absolute(OsStr::from_bytes(path.to_bytes())).ok().filter(|path| path.exists())
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn started_as() -> Option<PathBuf> {
    None
}

impl<'a> OxidizedPythonInterpreterConfig<'a> {
    /// Fills what is `None`: arguments, the program's path, the origin; replaces `$ORIGIN` in paths of
    /// packed resources, in the module search path and in `tcl_library`.
    ///
    /// ```
    /// use pyembed::OxidizedPythonInterpreterConfig;
    /// let config = OxidizedPythonInterpreterConfig {
    ///     origin: Some("/opt/app".into()),
    ///     tcl_library: Some("$ORIGIN/tcl8.6".into()),
    ///     ..Default::default()
    /// };
    /// let resolved = config.resolve().unwrap();
    /// assert_eq!(resolved.tcl_library.as_deref(), Some(std::path::Path::new("/opt/app/tcl8.6")));
    /// ```
    pub fn resolve(mut self) -> Result<ResolvedOxidizedPythonInterpreterConfig<'a>, NewInterpreterError> {
        if self.argv.is_none() && self.interpreter_config.argv.is_none() {
            self.argv = Some(std::env::args_os().collect());
        }
        let exe = match &self.exe {
            Some(exe) => exe.clone(),
            None => {
                let found =
                    current_exe().map_err(|_| NewInterpreterError::Simple("could not obtain current executable"))?;
                found
                    .canonicalize()
                    .map_err(|_| NewInterpreterError::Simple("could not obtain current executable path"))?
            }
        };
        let origin = match &self.origin {
            Some(origin) => origin.clone(),
            None => {
                let parent = exe.parent();
                parent
                    .ok_or(NewInterpreterError::Simple("unable to obtain current executable parent directory"))?
                    .to_path_buf()
            }
        };
        for source in &mut self.packed_resources {
            if let PackedResourcesSource::MemoryMappedPath(path) = source {
                *path = replace_origin(path, &origin);
            }
        }
        for path in self.interpreter_config.module_search_paths.iter_mut().flatten() {
            *path = replace_origin(path, &origin);
        }
        if let Some(path) = &mut self.tcl_library {
            *path = replace_origin(path, &origin);
        }
        self.exe = Some(exe.clone());
        self.origin = Some(origin.clone());
        Ok(ResolvedOxidizedPythonInterpreterConfig { inner: self, exe, origin })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origin_is_replaced_everywhere_in_a_path() {
        let replaced = replace_origin(Path::new("$ORIGIN/a$ORIGIN"), Path::new("/x"));
        assert_eq!(replaced, Path::new("/x/a/x"));
        assert_eq!(replace_origin(Path::new("lib"), Path::new("/x")), Path::new("lib"));
    }

    #[test]
    fn arguments_of_the_inner_configuration_stay() {
        let mut config = OxidizedPythonInterpreterConfig::default();
        config.interpreter_config.argv = Some(vec!["p".into(), "x".into()]);
        let resolved = config.resolve().unwrap();
        assert_eq!(resolved.argv, None);
        assert_eq!(resolved.resolve_sys_argv(), ["p", "x"]);
        assert_eq!(resolved.resolve_sys_argvb(), ["p", "x"]);
    }
}
