"""Settings of the embedded interpreter, declared once for evaluator, editor, pages and the Rust runtime.

`rust` of an attribute names the field it is written to: `interpreter_config.X` is field X of
`PythonInterpreterConfig`, a plain name a field of `OxidizedPythonInterpreterConfig`. `runtime_config` lists these
fields and gives the same settings as the JSON that a launcher reads.
"""

from __future__ import annotations

from typing import Any

from oxlang.declare import attribute, starlark_type


@starlark_type(
    "PythonInterpreterConfig",
    origin="pyoxidizer",
    obtained=("dist.make_python_interpreter_config()",),
)
class InterpreterConfig:
    """How the embedded interpreter starts and what it runs.

    Each attribute is written into the program. None leaves what the profile sets; with none of the three `run_`
    attributes the program is an interactive interpreter.
    """

    config_profile: str = attribute(
        default="isolated",
        enum=("isolated", "python"),
        set="enum",
        rust="interpreter_config.profile",
        doc="Which of CPython's two initial configurations the settings start from.",
    )
    allocator: str | None = attribute(
        default=None,
        enum=("not-set", "default", "debug", "malloc", "malloc-debug", "py-malloc", "py-malloc-debug"),
        set="enum-or-none",
        rust="interpreter_config.allocator",
        doc="Field allocator of PyPreConfig; None leaves what the profile sets.",
    )
    configure_locale: bool | None = attribute(
        default=True,
        set="truthy-or-none",
        rust="interpreter_config.configure_locale",
        doc="Field configure_locale of PyPreConfig; None leaves what the profile sets.",
    )
    coerce_c_locale: str | None = attribute(
        default=None,
        enum=("LC_CTYPE", "C"),
        set="enum-or-none",
        rust="interpreter_config.coerce_c_locale",
        doc="Field coerce_c_locale of PyPreConfig; None leaves what the profile sets.",
    )
    coerce_c_locale_warn: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.coerce_c_locale_warn",
        doc="Field coerce_c_locale_warn of PyPreConfig; None leaves what the profile sets.",
    )
    development_mode: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.development_mode",
        doc="Field dev_mode of PyConfig; None leaves what the profile sets.",
    )
    isolated: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.isolated",
        doc="Field isolated of PyConfig; None leaves what the profile sets.",
    )
    legacy_windows_fs_encoding: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.legacy_windows_fs_encoding",
        platforms=("windows",),
        doc="Field legacy_windows_fs_encoding of PyPreConfig; None leaves what the profile sets.",
    )
    parse_argv: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.parse_argv",
        doc="Field parse_argv of PyConfig; None leaves what the profile sets.",
    )
    use_environment: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.use_environment",
        doc="Field use_environment of PyConfig; None leaves what the profile sets.",
    )
    utf8_mode: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.utf8_mode",
        doc="Field utf8_mode of PyPreConfig; None turns it on in the locale C, False leaves ASCII there.",
    )
    base_exec_prefix: str | None = attribute(
        default=None,
        set="str-or-none",
        rust="interpreter_config.base_exec_prefix",
        doc="Field base_exec_prefix of PyConfig; None leaves what the profile sets.",
    )
    base_executable: str | None = attribute(
        default=None,
        set="str-or-none",
        rust="interpreter_config.base_executable",
        doc="Field base_executable of PyConfig; None leaves what the profile sets.",
    )
    base_prefix: str | None = attribute(
        default=None,
        set="str-or-none",
        rust="interpreter_config.base_prefix",
        doc="Field base_prefix of PyConfig; None leaves what the profile sets.",
    )
    buffered_stdio: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.buffered_stdio",
        doc="Field buffered_stdio of PyConfig; None leaves what the profile sets.",
    )
    bytes_warning: str | None = attribute(
        default=None,
        enum=("none", "warn", "raise"),
        set="enum-or-none",
        rust="interpreter_config.bytes_warning",
        doc="Field bytes_warning of PyConfig; None leaves what the profile sets.",
    )
    check_hash_pycs_mode: str | None = attribute(
        default=None,
        enum=("always", "never", "default"),
        set="enum-or-none",
        rust="interpreter_config.check_hash_pycs_mode",
        doc="Field check_hash_pycs_mode of PyConfig; None leaves what the profile sets.",
    )
    configure_c_stdio: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.configure_c_stdio",
        doc="Field configure_c_stdio of PyConfig; None leaves what the profile sets.",
    )
    dump_refs: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.dump_refs",
        doc="Field dump_refs of PyConfig; None leaves what the profile sets.",
    )
    exec_prefix: str | None = attribute(
        default=None,
        set="str-or-none",
        rust="interpreter_config.exec_prefix",
        doc="Field exec_prefix of PyConfig; None leaves what the profile sets.",
    )
    executable: str | None = attribute(
        default=None,
        set="str-or-none",
        rust="interpreter_config.executable",
        doc="Field executable of PyConfig; None leaves what the profile sets.",
    )
    fault_handler: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.fault_handler",
        doc="Field faulthandler of PyConfig; None leaves what the profile sets.",
    )
    filesystem_encoding: str | None = attribute(
        default=None,
        set="str-or-none",
        rust="interpreter_config.filesystem_encoding",
        doc="Field filesystem_encoding of PyConfig; None leaves what the profile sets.",
    )
    filesystem_errors: str | None = attribute(
        default=None,
        set="str-or-none",
        rust="interpreter_config.filesystem_errors",
        doc="Field filesystem_errors of PyConfig; None leaves what the profile sets.",
    )
    hash_seed: int | None = attribute(
        default=None,
        set="int-or-none",
        rust="interpreter_config.hash_seed",
        doc="Field hash_seed of PyConfig, which also turns use_hash_seed on; negative values wrap to an unsigned long.",
    )
    home: str | None = attribute(
        default=None,
        set="str-or-none",
        rust="interpreter_config.home",
        doc="Field home of PyConfig; None leaves what the profile sets.",
    )
    import_time: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.import_time",
        doc="Field import_time of PyConfig; None leaves what the profile sets.",
    )
    inspect: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.inspect",
        doc="Field inspect of PyConfig; None leaves what the profile sets.",
    )
    install_signal_handlers: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.install_signal_handlers",
        doc="Field install_signal_handlers of PyConfig; None leaves what the profile sets.",
    )
    interactive: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.interactive",
        doc="Field interactive of PyConfig; None leaves what the profile sets.",
    )
    legacy_windows_stdio: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.legacy_windows_stdio",
        platforms=("windows",),
        doc="Field legacy_windows_stdio of PyConfig; None leaves what the profile sets.",
    )
    malloc_stats: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.malloc_stats",
        doc="Field malloc_stats of PyConfig; None leaves what the profile sets.",
    )
    module_search_paths: list[str] | None = attribute(
        default=None,
        set="strs-or-none",
        rust="interpreter_config.module_search_paths",
        doc="Field module_search_paths of PyConfig; a value that is not empty also turns filesystem_importer on. `$ORIGIN` is the folder of the program.",
    )
    optimization_level: int | None = attribute(
        default=None,
        set="opt-level-or-none",
        rust="interpreter_config.optimization_level",
        doc="Field optimization_level of PyConfig; None leaves what the profile sets.",
    )
    parser_debug: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.parser_debug",
        doc="Field parser_debug of PyConfig; None leaves what the profile sets.",
    )
    pathconfig_warnings: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.pathconfig_warnings",
        doc="Field pathconfig_warnings of PyConfig; None leaves what the profile sets.",
    )
    prefix: str | None = attribute(
        default=None,
        set="str-or-none",
        rust="interpreter_config.prefix",
        doc="Field prefix of PyConfig; None leaves what the profile sets.",
    )
    program_name: str | None = attribute(
        default=None,
        set="str-or-none",
        rust="interpreter_config.program_name",
        doc="Field program_name of PyConfig; None leaves what the profile sets.",
    )
    pycache_prefix: str | None = attribute(
        default=None,
        set="str-or-none",
        rust="interpreter_config.pycache_prefix",
        doc="Field pycache_prefix of PyConfig; None leaves what the profile sets.",
    )
    python_path_env: str | None = attribute(
        default=None,
        set="str-or-none",
        rust="interpreter_config.python_path_env",
        doc="Field pythonpath_env of PyConfig; None leaves what the profile sets.",
    )
    quiet: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.quiet",
        doc="Field quiet of PyConfig; None leaves what the profile sets.",
    )
    run_command: str | None = attribute(
        default=None,
        set="str-or-none",
        rust="interpreter_config.run_command",
        doc="Python code to run, as `python -c` does.",
    )
    run_filename: str | None = attribute(
        default=None,
        set="str-or-none",
        rust="interpreter_config.run_filename",
        doc="Script to run, as `python FILE` does.",
    )
    run_module: str | None = attribute(
        default=None,
        set="str-or-none",
        rust="interpreter_config.run_module",
        doc="Module to run, as `python -m` does.",
    )
    show_ref_count: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.show_ref_count",
        doc="Field show_ref_count of PyConfig; None leaves what the profile sets.",
    )
    site_import: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.site_import",
        doc="Field site_import of PyConfig; None leaves what the profile sets.",
    )
    skip_first_source_line: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.skip_first_source_line",
        doc="Field skip_first_source_line of PyConfig; None leaves what the profile sets.",
    )
    stdio_encoding: str | None = attribute(
        default=None,
        set="str-or-none",
        rust="interpreter_config.stdio_encoding",
        doc="Field stdio_encoding of PyConfig; None leaves what the profile sets.",
    )
    stdio_errors: str | None = attribute(
        default=None,
        set="str-or-none",
        rust="interpreter_config.stdio_errors",
        doc="Field stdio_errors of PyConfig; None leaves what the profile sets.",
    )
    tracemalloc: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.tracemalloc",
        doc="Field tracemalloc of PyConfig, as a flag: a number becomes True.",
    )
    user_site_directory: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.user_site_directory",
        doc="Field user_site_directory of PyConfig; None leaves what the profile sets.",
    )
    verbose: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.verbose",
        doc="Field verbose of PyConfig: whether imports are traced.",
    )
    warn_options: list[str] | None = attribute(
        default=None,
        set="strs-or-none",
        rust="interpreter_config.warn_options",
        doc="Field warnoptions of PyConfig; None leaves what the profile sets.",
    )
    write_bytecode: bool | None = attribute(
        default=None,
        set="truthy-or-none",
        rust="interpreter_config.write_bytecode",
        doc="Field write_bytecode of PyConfig; None leaves what the profile sets.",
    )
    x_options: list[str] | None = attribute(
        default=None,
        set="strs-or-none",
        rust="interpreter_config.x_options",
        doc="Field xoptions of PyConfig; None leaves what the profile sets.",
    )
    allocator_backend: str = attribute(
        default="default",
        enum=("default", "jemalloc", "mimalloc", "snmalloc", "rust"),
        set="enum",
        rust="allocator_backend",
        doc="Library that allocates Python's memory; it also becomes the allocator of the generated Rust program.",
    )
    allocator_raw: bool = attribute(
        default=True,
        set="truthy",
        rust="allocator_raw",
        doc='Whether the backend serves the raw domain; without effect for the backend "default".',
    )
    allocator_mem: bool = attribute(
        default=False,
        set="truthy",
        rust="allocator_mem",
        doc="Whether the backend serves the mem domain.",
    )
    allocator_obj: bool = attribute(
        default=False,
        set="truthy",
        rust="allocator_obj",
        doc="Whether the backend serves the object domain.",
    )
    allocator_pymalloc_arena: bool = attribute(
        default=False,
        set="truthy",
        rust="allocator_pymalloc_arena",
        doc="Whether pymalloc takes its arenas from the backend; allocator_mem and allocator_obj must be off.",
    )
    allocator_debug: bool = attribute(
        default=False,
        set="truthy",
        rust="allocator_debug",
        doc="Whether debug hooks are put around the allocators.",
    )
    oxidized_importer: bool = attribute(
        default=True,
        set="truthy",
        rust="oxidized_importer",
        doc="Whether the importer of packed resources comes first on `sys.meta_path`.",
    )
    filesystem_importer: bool = attribute(
        default=False,
        set="truthy",
        rust="filesystem_importer",
        doc="Whether Python's own importer of files stays.",
    )
    argvb: bool = attribute(
        default=False,
        set="truthy",
        rust="argvb",
        doc="Whether `sys.argvb` holds the arguments as bytes.",
    )
    multiprocessing_auto_dispatch: bool = attribute(
        default=True,
        set="truthy",
        rust="multiprocessing_auto_dispatch",
        doc="Whether the program acts as a worker process when multiprocessing starts it as one.",
    )
    multiprocessing_start_method: str = attribute(
        default="auto",
        enum=("none", "fork", "forkserver", "spawn", "auto"),
        set="enum",
        rust="multiprocessing_start_method",
        doc='Start method set when multiprocessing is imported; "auto" is spawn on Windows and fork elsewhere.',
    )
    sys_frozen: bool = attribute(
        default=True,
        set="truthy",
        rust="sys_frozen",
        doc="Whether `sys.frozen` is True.",
    )
    sys_meipass: bool = attribute(
        default=False,
        set="truthy",
        rust="sys_meipass",
        doc="Whether `sys._MEIPASS` names the folder of the program.",
    )
    terminfo_resolution: str = attribute(
        default="dynamic",
        enum=("dynamic", "none", "static:<path>"),
        set="enum",
        rust="terminfo_resolution",
        doc="How the terminfo database is found.",
    )
    write_modules_directory_env: str | None = attribute(
        default=None,
        set="str-or-none",
        rust="write_modules_directory_env",
        doc="Environment variable that names a folder; the names of imported modules are written to a file in it at exit.",
    )
    tcl_library: str | None = attribute(
        default=None,
        set="str-or-none",
        rust="tcl_library",
        extension=True,
        doc="Folder of Tcl's scripts; `$ORIGIN` is the folder of the program. Set from tcl_files_path unless given.",
    )

    def _set_module_search_paths(self, value: object, host: object) -> None:
        from oxlang.declare.setmodes import convert

        declared = type(self).__starlark__.attribute("module_search_paths")  # type: ignore[attr-defined]
        self.__dict__["module_search_paths"] = convert(declared, value)
        if self.module_search_paths:
            self.filesystem_importer = True

    def copy(self) -> InterpreterConfig:
        """Gives an independent copy."""
        new = InterpreterConfig()
        for name, value in self.__dict__.items():
            new.__dict__[name] = list(value) if isinstance(value, list) else value
        return new

    def settings(self) -> dict[str, Any]:
        """Gives all settings by name, as plain values."""
        from oxlang.packaging.runtime_config import rust_fields

        return {field.name: getattr(self, field.name) for field in rust_fields()}


TYPES = (InterpreterConfig,)
