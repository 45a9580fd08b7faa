//! Finds out which Python configuration goes into the program, and how it is linked.
//!
//! Exactly one of three features decides where the configuration comes from:
//!
//! * `build-mode-standalone` (default): nothing is embedded. The program uses the Python that PyO3 found: the one named
//!   by `PYO3_PYTHON`, else an active virtual environment, else `python3` or `python` on PATH.
//! * `build-mode-pyoxidizer-exe`: runs `oxl run-build-script`, which evaluates `pyoxidizer.bzl` and makes the artifacts.
//!   `PYOXIDIZER_EXE` names the executable, `PYOXIDIZER_BUILD_TARGET` the target of the config.
//! * `build-mode-prebuilt-artifacts`: takes artifacts that are already there, in the folder that
//!   `PYOXIDIZER_ARTIFACT_DIR` names, else in `OUT_DIR`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{exit, Command};

const CONFIG_FILE: &str = "default_python_config.rs";
const ALLOCATORS: [&str; 3] = ["JEMALLOC", "MIMALLOC", "SNMALLOC"];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    for name in ["PYOXIDIZER_EXE", "PYOXIDIZER_BUILD_TARGET", "PYOXIDIZER_ARTIFACT_DIR"] {
        println!("cargo:rerun-if-env-changed={name}");
    }
    let allocators = ALLOCATORS
        .iter()
        .filter(|name| feature(&format!("GLOBAL_ALLOCATOR_{name}")))
        .count();
    if allocators > 1 {
        fail(&format!(
            "at most 1 global-allocator-* feature must be defined; got {allocators}"
        ));
    }
    match build_mode() {
        "standalone" => standalone(),
        "pyoxidizer-exe" => run_tool(),
        _ => prebuilt(),
    }
    export_symbols();
    windows_resources();
}

/// The build mode. Several may be on; then the default one gives way, and the first of the others is taken.
fn build_mode() -> &'static str {
    let mut modes = Vec::new();
    for (name, mode) in [
        ("BUILD_MODE_STANDALONE", "standalone"),
        ("BUILD_MODE_PYOXIDIZER_EXE", "pyoxidizer-exe"),
        ("BUILD_MODE_PREBUILT_ARTIFACTS", "prebuilt-artifacts"),
    ] {
        if feature(name) {
            modes.push(mode);
        }
    }
    if modes.is_empty() {
        fail("build-mode-* feature not set");
    }
    let chosen = if modes.len() > 1 && modes[0] == "standalone" { modes[1] } else { modes[0] };
    if modes.len() > 1 {
        println!("cargo:warning=several build-mode-* features are on; using build-mode-{chosen}");
    }
    chosen
}

/// Nothing embedded: the program finds the standard library where the linked Python has it.
fn standalone() {
    let executable = env::var("DEP_PYEMBED_PYTHON_EXECUTABLE").unwrap_or_default();
    // Python works out its paths from its own program, which matters for virtual environments.
    let program_name = if executable.is_empty() {
        "None".to_string()
    } else {
        format!("Some(std::path::PathBuf::from({executable:?}))")
    };
    let text = [
        "/// The configuration of a Python that is installed on this machine.",
        "pub fn default_python_config<'a>() -> pyembed::OxidizedPythonInterpreterConfig<'a> {",
        "    let mut config = pyembed::OxidizedPythonInterpreterConfig::default();",
        "    config.set_missing_path_configuration = false;",
        &format!("    config.interpreter_config.program_name = {program_name};"),
        "    config",
        "}",
        "",
    ]
    .join("\n");
    let path = out_dir().join(CONFIG_FILE);
    fs::write(&path, text).unwrap_or_else(|problem| fail(&format!("cannot write {}: {problem}", path.display())));
    use_config(&path);
    foreign_library_path();
    println!(
        "cargo:warning=build-mode-standalone uses the Python of this machine ({}); the program is not for distribution",
        if executable.is_empty() { "found by PyO3" } else { &executable }
    );
}

/// Lets `oxl` evaluate the config and make the artifacts.
fn run_tool() {
    let folder = artifact_dir();
    let mut command = Command::new(tool());
    command.arg("run-build-script").arg("build.rs");
    if let Ok(target) = env::var("PYOXIDIZER_BUILD_TARGET") {
        command.arg("--target").arg(target);
    }
    // What the tool prints on stdout goes to cargo: the place of the config, and what to watch.
    match command.status() {
        Ok(status) if status.success() => {}
        Ok(status) => fail(&format!("`{}` failed ({status})", shown(&command))),
        Err(problem) => fail(&format!("cannot run `{}`: {problem}", shown(&command))),
    }
    check_artifacts(&folder);
    print_lines(&folder);
    if env::var_os("PYO3_CONFIG_FILE").is_none() {
        foreign_library_path();
    }
}

/// Takes artifacts that another command has made.
fn prebuilt() {
    let folder = artifact_dir();
    let config = folder.join(CONFIG_FILE);
    if !config.is_file() {
        fail(&format!(
            "{} does not exist; PYOXIDIZER_ARTIFACT_DIR (or OUT_DIR) has to name a folder with artifacts, \
             but {} holds none (make them with `oxl run-build-script` or `oxl generate-python-embedding-artifacts`)",
            config.display(),
            folder.display()
        ));
    }
    check_artifacts(&folder);
    use_config(&config);
    println!("cargo:rerun-if-changed={}", config.display());
    let resources = folder.join("packed-resources");
    if resources.exists() {
        println!("cargo:rerun-if-changed={}", resources.display());
    }
    print_lines(&folder);
}

/// Refuses artifacts for another platform, or of another Python version than the one that is linked.
fn check_artifacts(folder: &Path) {
    let triple = env::var("TARGET").unwrap_or_default();
    let description = fs::read_to_string(folder.join("artifacts.json")).unwrap_or_default();
    if let Some(made_for) = description.split("\"triple\": \"").nth(1).and_then(|rest| rest.split('"').next()) {
        if made_for != triple {
            fail(&format!(
                "the artifacts in {} are for {made_for}, but the program is being built for {triple}: \
                 make them with `TARGET={triple} oxl run-build-script`",
                folder.display()
            ));
        }
    }
    let linked = env::var("DEP_PYEMBED_PYTHON_VERSION").unwrap_or_default();
    let Ok(settings) = fs::read_to_string(folder.join("pyo3-build-config-file.txt")) else {
        return;
    };
    let Some(made_for) = settings.lines().find_map(|line| line.strip_prefix("version=")) else {
        return;
    };
    if !linked.is_empty() && minor(&linked) != minor(made_for) {
        fail(&format!(
            "the artifacts are for Python {}, but the program is being linked with Python {}: \
             set PYO3_CONFIG_FILE={}",
            minor(made_for),
            minor(&linked),
            folder.join("pyo3-build-config-file.txt").display()
        ));
    }
}

/// Prints the cargo lines that the artifacts ask for, such as where the program looks for libpython.
fn print_lines(folder: &Path) {
    let path = folder.join("oxlang-cargo-lines.txt");
    if let Ok(lines) = fs::read_to_string(&path) {
        println!("cargo:rerun-if-changed={}", path.display());
        for line in lines.lines().filter(|line| line.starts_with("cargo:")) {
            println!("{line}");
        }
    }
}

/// Lets the program find the shared libpython that it was linked with, where it is installed.
fn foreign_library_path() {
    let shared = matches!(env::var("DEP_PYEMBED_LIBPYTHON_SHARED").as_deref(), Ok("true" | "1"));
    let folder = env::var("DEP_PYEMBED_LIBPYTHON_DIR").unwrap_or_default();
    if shared && !folder.is_empty() && target("FAMILY").split(',').any(|family| family == "unix") {
        println!("cargo:rustc-link-arg-bins=-Wl,-rpath,{folder}");
    }
}

/// Extension modules that are loaded from files find the symbols of Python in the program.
fn export_symbols() {
    // Programs for musl are static unless a flag says otherwise (CARGO_CFG_TARGET_FEATURE does not tell). They load nothing,
    // and musl does not relocate exported names at their start.
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    if target("ENV") == "musl" && !flags.contains("-crt-static") {
        return;
    }
    match target("OS").as_str() {
        "linux" | "android" | "freebsd" | "netbsd" | "openbsd" | "dragonfly" => {
            println!("cargo:rustc-link-arg-bins=-Wl,-export-dynamic");
        }
        "macos" | "ios" => println!("cargo:rustc-link-arg-bins=-rdynamic"),
        _ => {}
    }
}

/// Windows: the application manifest (long paths) and what else stands in the resource script.
fn windows_resources() {
    if target("OS") != "windows" {
        return;
    }
    let script = "rust_project-manifest.rc";
    let manifest = "rust_project.exe.manifest";
    println!("cargo:rerun-if-changed={script}");
    println!("cargo:rerun-if-changed={manifest}");
    println!("cargo:rerun-if-env-changed=RC");
    if target("ENV") == "gnu" {
        let object = out_dir().join("resources.o");
        let prefix = if target("ARCH") == "x86" { "i686" } else { "x86_64" };
        let compilers = [env::var("RC").ok(), Some(format!("{prefix}-w64-mingw32-windres")), Some("windres".to_string())];
        for compiler in compilers.iter().flatten() {
            let run = Command::new(compiler).arg(script).args(["-O", "coff", "-o"]).arg(&object).status();
            if matches!(run, Ok(status) if status.success()) {
                println!("cargo:rustc-link-arg-bins={}", object.display());
                return;
            }
        }
        println!("cargo:warning=no windres found; the program has no Windows manifest (long paths stay off)");
        return;
    }
    let object = out_dir().join("resources.res");
    for compiler in [env::var("RC").ok(), Some("rc.exe".to_string()), Some("llvm-rc".to_string())].iter().flatten() {
        let run = Command::new(compiler).arg("/fo").arg(&object).arg(script).status();
        if matches!(run, Ok(status) if status.success()) {
            println!("cargo:rustc-link-arg-bins={}", object.display());
            return;
        }
    }
    // Without a resource compiler the linker can at least embed the manifest itself.
    let folder = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    println!("cargo:rustc-link-arg-bins=/MANIFEST:EMBED");
    println!("cargo:rustc-link-arg-bins=/MANIFESTINPUT:{}", Path::new(&folder).join(manifest).display());
}

/// The executable that evaluates the config: `PYOXIDIZER_EXE`, else `oxl` on PATH, else `pyoxidizer` on PATH.
fn tool() -> PathBuf {
    if let Some(path) = env::var_os("PYOXIDIZER_EXE") {
        return PathBuf::from(path);
    }
    let suffix = env::consts::EXE_SUFFIX;
    let path = env::var_os("PATH").unwrap_or_default();
    for name in ["oxl", "pyoxidizer"] {
        for folder in env::split_paths(&path) {
            let candidate = folder.join(format!("{name}{suffix}"));
            if candidate.is_file() {
                return candidate;
            }
        }
    }
    fail("neither `oxl` nor `pyoxidizer` is on PATH; set PYOXIDIZER_EXE to the executable")
}

fn use_config(path: &Path) {
    println!("cargo:rustc-env=DEFAULT_PYTHON_CONFIG_RS={}", path.display());
}

fn artifact_dir() -> PathBuf {
    let folder = env::var_os("PYOXIDIZER_ARTIFACT_DIR").map_or_else(out_dir, PathBuf::from);
    std::path::absolute(&folder).unwrap_or(folder)
}

fn out_dir() -> PathBuf {
    PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"))
}

fn feature(name: &str) -> bool {
    env::var_os(format!("CARGO_FEATURE_{name}")).is_some()
}

fn target(name: &str) -> String {
    env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default()
}

fn minor(version: &str) -> String {
    version.trim().split('.').take(2).collect::<Vec<_>>().join(".")
}

fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}

fn fail(message: &str) -> ! {
    eprintln!("error: {message}");
    exit(1)
}
