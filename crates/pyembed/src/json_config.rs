//! The configuration in a payload: JSON with the names of the Rust fields.

use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;

use crate::json::{self, Value};
use crate::{
    BytecodeOptimizationLevel, OxidizedPythonInterpreterConfig, PackedResourcesSource, PythonInterpreterConfig,
};

/// A named value on its way into a field.
struct Member<'v> {
    key: &'v str,
    value: &'v Value,
}

impl Member<'_> {
    fn wrong(&self, wanted: impl Display) -> String {
        format!("configuration key `{}` must be {wanted}", self.key)
    }

    fn boolean(&self) -> Result<bool, String> {
        match self.value {
            Value::Bool(value) => Ok(*value),
            _ => Err(self.wrong("true or false")),
        }
    }

    fn text(&self) -> Result<&str, String> {
        match self.value {
            Value::String(text) => Ok(text),
            _ => Err(self.wrong("a string")),
        }
    }

    fn path(&self) -> Result<PathBuf, String> {
        self.text().map(PathBuf::from)
    }

    fn choice<T: FromStr<Err = String>>(&self) -> Result<T, String> {
        let parsed = self.text()?.parse::<T>();
        parsed.map_err(|message| format!("configuration key `{}`: {message}", self.key))
    }

    fn number<T: FromStr>(&self) -> Result<T, String> {
        let parsed = match self.value {
            Value::Number(text) => text.parse().ok(),
            _ => None,
        };
        parsed.ok_or_else(|| self.wrong("a number in range"))
    }

    fn list<T: for<'s> From<&'s str>>(&self) -> Result<Vec<T>, String> {
        let Value::Array(values) = self.value else { return Err(self.wrong("a list of strings")) };
        let texts = values.iter().map(|value| match value {
            Value::String(text) => Ok(T::from(text)),
            _ => Err(self.wrong("a list of strings")),
        });
        texts.collect()
    }

    /// Runs `read` unless the value is null.
    fn option<T>(&self, read: impl FnOnce(&Self) -> Result<T, String>) -> Result<Option<T>, String> {
        match self.value {
            Value::Null => Ok(None),
            _ => read(self).map(Some),
        }
    }
}

fn members<'v>(value: &'v Value, what: &str) -> Result<Vec<Member<'v>>, String> {
    match value {
        Value::Object(members) => Ok(members.iter().map(|(key, value)| Member { key, value }).collect()),
        _ => Err(format!("{what} must be an object")),
    }
}

fn unknown(key: &str) -> String {
    format!("unknown configuration key `{key}`")
}

/// Reads a configuration. `blob` gives the parts of the payload that resources refer to.
pub fn read<'a>(
    text: &str,
    blob: &dyn Fn(&str) -> Option<&'a [u8]>,
) -> Result<OxidizedPythonInterpreterConfig<'a>, String> {
    let value = json::parse(text).map_err(|error| format!("the configuration is not JSON: {error}"))?;
    let mut config = OxidizedPythonInterpreterConfig::default();
    for member in members(&value, "the configuration")? {
        match member.key {
            "interpreter_config" => config.interpreter_config = interpreter(member.value)?,
            "allocator_backend" => config.allocator_backend = member.choice()?,
            "allocator_raw" => config.allocator_raw = member.boolean()?,
            "allocator_mem" => config.allocator_mem = member.boolean()?,
            "allocator_obj" => config.allocator_obj = member.boolean()?,
            "allocator_pymalloc_arena" => config.allocator_pymalloc_arena = member.boolean()?,
            "allocator_debug" => config.allocator_debug = member.boolean()?,
            "set_missing_path_configuration" => config.set_missing_path_configuration = member.boolean()?,
            "oxidized_importer" => config.oxidized_importer = member.boolean()?,
            "filesystem_importer" => config.filesystem_importer = member.boolean()?,
            "packed_resources" => config.packed_resources = resources(&member, blob)?,
            "argvb" => config.argvb = member.boolean()?,
            "multiprocessing_auto_dispatch" => config.multiprocessing_auto_dispatch = member.boolean()?,
            "multiprocessing_start_method" => config.multiprocessing_start_method = member.choice()?,
            "sys_frozen" => config.sys_frozen = member.boolean()?,
            "sys_meipass" => config.sys_meipass = member.boolean()?,
            "terminfo_resolution" => config.terminfo_resolution = member.choice()?,
            "tcl_library" => config.tcl_library = member.option(Member::path)?,
            "write_modules_directory_env" => {
                config.write_modules_directory_env = member.option(|member| member.text().map(str::to_owned))?;
            }
            "module_file" => config.module_file = member.choice()?,
            "module_file_exceptions" => config.module_file_exceptions = member.list()?,
            key => return Err(unknown(key)),
        }
    }
    Ok(config)
}

fn resources<'a>(
    member: &Member<'_>,
    blob: &dyn Fn(&str) -> Option<&'a [u8]>,
) -> Result<Vec<PackedResourcesSource<'a>>, String> {
    let Value::Array(values) = member.value else { return Err(member.wrong("a list of objects")) };
    let mut sources = Vec::new();
    for value in values {
        for source in members(value, "an item of `packed_resources`")? {
            sources.push(match source.key {
                "payload" => {
                    let name = source.text()?;
                    let data = blob(name).ok_or_else(|| format!("the payload has no part `{name}`"))?;
                    PackedResourcesSource::Memory(data)
                }
                "path" => PackedResourcesSource::MemoryMappedPath(source.path()?),
                key => return Err(unknown(key)),
            });
        }
    }
    Ok(sources)
}

fn level(member: &Member<'_>) -> Result<BytecodeOptimizationLevel, String> {
    match member.number::<u8>()? {
        0 => Ok(BytecodeOptimizationLevel::Zero),
        1 => Ok(BytecodeOptimizationLevel::One),
        2 => Ok(BytecodeOptimizationLevel::Two),
        _ => Err(member.wrong("0, 1 or 2")),
    }
}

fn interpreter(value: &Value) -> Result<PythonInterpreterConfig, String> {
    let mut config = PythonInterpreterConfig::default();
    for member in members(value, "`interpreter_config`")? {
        let boolean = || member.option(Member::boolean);
        let text = || member.option(|member| member.text().map(str::to_owned));
        let path = || member.option(Member::path);
        match member.key {
            "profile" => config.profile = member.choice()?,
            "allocator" => config.allocator = member.option(Member::choice)?,
            "configure_locale" => config.configure_locale = boolean()?,
            "coerce_c_locale" => config.coerce_c_locale = member.option(Member::choice)?,
            "coerce_c_locale_warn" => config.coerce_c_locale_warn = boolean()?,
            "development_mode" => config.development_mode = boolean()?,
            "isolated" => config.isolated = boolean()?,
            "legacy_windows_fs_encoding" => config.legacy_windows_fs_encoding = boolean()?,
            "parse_argv" => config.parse_argv = boolean()?,
            "use_environment" => config.use_environment = boolean()?,
            "utf8_mode" => config.utf8_mode = boolean()?,
            "argv" => config.argv = member.option(Member::list)?,
            "base_exec_prefix" => config.base_exec_prefix = path()?,
            "base_executable" => config.base_executable = path()?,
            "base_prefix" => config.base_prefix = path()?,
            "buffered_stdio" => config.buffered_stdio = boolean()?,
            "bytes_warning" => config.bytes_warning = member.option(Member::choice)?,
            "check_hash_pycs_mode" => config.check_hash_pycs_mode = member.option(Member::choice)?,
            "configure_c_stdio" => config.configure_c_stdio = boolean()?,
            "dump_refs" => config.dump_refs = boolean()?,
            "exec_prefix" => config.exec_prefix = path()?,
            "executable" => config.executable = path()?,
            "fault_handler" => config.fault_handler = boolean()?,
            "filesystem_encoding" => config.filesystem_encoding = text()?,
            "filesystem_errors" => config.filesystem_errors = text()?,
            "hash_seed" => config.hash_seed = member.option(Member::number)?,
            "home" => config.home = path()?,
            "import_time" => config.import_time = boolean()?,
            "inspect" => config.inspect = boolean()?,
            "install_signal_handlers" => config.install_signal_handlers = boolean()?,
            "interactive" => config.interactive = boolean()?,
            "legacy_windows_stdio" => config.legacy_windows_stdio = boolean()?,
            "malloc_stats" => config.malloc_stats = boolean()?,
            "module_search_paths" => config.module_search_paths = member.option(Member::list)?,
            "optimization_level" => config.optimization_level = member.option(level)?,
            "parser_debug" => config.parser_debug = boolean()?,
            "pathconfig_warnings" => config.pathconfig_warnings = boolean()?,
            "prefix" => config.prefix = path()?,
            "program_name" => config.program_name = path()?,
            "pycache_prefix" => config.pycache_prefix = path()?,
            "python_path_env" => config.python_path_env = text()?,
            "quiet" => config.quiet = boolean()?,
            "run_command" => config.run_command = text()?,
            "run_filename" => config.run_filename = path()?,
            "run_module" => config.run_module = text()?,
            "show_ref_count" => config.show_ref_count = boolean()?,
            "site_import" => config.site_import = boolean()?,
            "skip_first_source_line" => config.skip_first_source_line = boolean()?,
            "stdio_encoding" => config.stdio_encoding = text()?,
            "stdio_errors" => config.stdio_errors = text()?,
            "tracemalloc" => config.tracemalloc = boolean()?,
            "user_site_directory" => config.user_site_directory = boolean()?,
            "verbose" => config.verbose = boolean()?,
            "warn_options" => config.warn_options = member.option(Member::list)?,
            "write_bytecode" => config.write_bytecode = boolean()?,
            "x_options" => config.x_options = member.option(Member::list)?,
            key => return Err(unknown(key)),
        }
    }
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ModuleFile, PythonInterpreterProfile, TerminfoResolution};

    #[test]
    fn fields_are_read() {
        let text = r#"{"oxidized_importer": true, "terminfo_resolution": "static:/x", "module_file": "absent",
            "module_file_exceptions": ["a", "b.*"],
            "tcl_library": null, "packed_resources": [{"payload": "p"}, {"path": "$ORIGIN/q"}],
            "interpreter_config": {"profile": "isolated", "hash_seed": 7, "optimization_level": 2,
            "warn_options": ["error"], "run_module": null}}"#;
        let config = read(text, &|name| (name == "p").then_some(&b"data"[..])).unwrap();
        assert!(config.oxidized_importer);
        assert_eq!(config.module_file, ModuleFile::Absent);
        assert_eq!(config.module_file_exceptions, ["a", "b.*"]);
        assert_eq!(config.terminfo_resolution, TerminfoResolution::Static("/x".into()));
        assert_eq!(config.packed_resources[0], PackedResourcesSource::Memory(b"data"));
        assert_eq!(config.packed_resources[1], PackedResourcesSource::MemoryMappedPath("$ORIGIN/q".into()));
        assert_eq!(config.interpreter_config.profile, PythonInterpreterProfile::Isolated);
        assert_eq!(config.interpreter_config.hash_seed, Some(7));
        assert_eq!(config.interpreter_config.optimization_level, Some(BytecodeOptimizationLevel::Two));
        assert_eq!(config.interpreter_config.warn_options, Some(vec!["error".to_string()]));
        assert_eq!(config.interpreter_config.run_module, None);
    }

    #[test]
    fn unknown_and_wrong_members_are_named() {
        let error = |text: &str| read(text, &|_| None).unwrap_err();
        assert_eq!(error(r#"{"x": 1}"#), "unknown configuration key `x`");
        assert_eq!(error(r#"{"interpreter_config": {"y": 1}}"#), "unknown configuration key `y`");
        assert_eq!(error(r#"{"argvb": 1}"#), "configuration key `argvb` must be true or false");
        assert_eq!(error(r#"{"packed_resources": [{"payload": "p"}]}"#), "the payload has no part `p`");
        assert!(error(r#"{"module_file": "z"}"#).contains("`z` is not one of emulated, absent"));
        assert!(error("{").starts_with("the configuration is not JSON"));
    }
}
