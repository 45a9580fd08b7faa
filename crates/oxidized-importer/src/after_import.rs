//! What is done to modules of the standard library, and to `pkg_resources`, once they are imported.
//!
//! They are the ones that read source code as files, start processes or look for things of the system; each learns
//! where an embedded program has them.

use std::path::Path;

use crate::py::{self, Obj, PyResult};
use crate::state::State;

/// Certificate bundles in the places where systems keep them.
const CERTIFICATE_FILES: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

impl State {
    /// Completes a module that the finder has just executed.
    pub fn after_import(&self, finder: &Obj, name: &str, module: &Obj) -> PyResult<()> {
        match name {
            "multiprocessing" => self.set_start_method(module),
            #[cfg(not(Py_3_13))]
            "threading" => {
                // Until 3.12 the built-in hook reads source lines from files only.
                module.set_attr(c"excepthook", &finder.attr(c"_thread_excepthook")?)
            }
            "ssl" => self.set_certificates(module),
            "linecache" => {
                // Asked for a file name alone, as by warnings and debuggers, it would look for files only.
                module.set_attr(c"_updatecache_of_files", &module.attr(c"updatecache")?)?;
                module.set_attr(c"updatecache", &finder.attr(c"_source_lines")?)
            }
            "tokenize" => {
                // The way to source text as Python reads it, for `trace`, `pdb`, `pydoc` and many others.
                module.set_attr(c"_open_of_files", &module.attr(c"open")?)?;
                module.set_attr(c"open", &finder.attr(c"_open_source")?)
            }
            "pdb" => self.chunk_call(c"_teach_pdb", &[finder, module]).map(drop),
            "trace" => self.chunk_call(c"_teach_trace", &[finder, module]).map(drop),
            "unittest.loader" => self.chunk_call(c"_teach_unittest", &[finder, module]).map(drop),
            "pkg_resources" => self.chunk_call(c"register_pkg_resources", &[]).map(drop),
            _ => Ok(()),
        }
    }

    fn set_start_method(&self, module: &Obj) -> PyResult<()> {
        let Some(method) = &self.start_method else { return Ok(()) };
        let arguments = [&py::string(method)?, &py::boolean(true)];
        module.call_method(c"set_start_method", &arguments).map(drop)
    }

    /// Names the system's certificates to an OpenSSL that was built for another machine and looks
    /// into folders that do not exist here.
    fn set_certificates(&self, ssl: &Obj) -> PyResult<()> {
        let paths = ssl.call_method(c"get_default_verify_paths", &[])?;
        if !paths.attr(c"cafile")?.is_none() || !paths.attr(c"capath")?.is_none() {
            return Ok(());
        }
        let Some(file) = CERTIFICATE_FILES.into_iter().find(|path| Path::new(path).exists()) else {
            return Ok(());
        };
        let environ = py::import(c"os")?.attr(c"environ")?;
        environ.call_method(c"setdefault", &[&py::string("SSL_CERT_FILE")?, &py::string(file)?]).map(drop)
    }
}
