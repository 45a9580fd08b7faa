//! Fails with one sentence when the Python that PyO3 is going to take is too old for `pyembed`.
//!
//! The Python is found as PyO3 finds it. Whatever else may be wrong with it is left for PyO3 to say.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

const OLDEST: (u32, u32) = (3, 9);

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if let Some(path) = variable("PYO3_CONFIG_FILE") {
        println!("cargo::rerun-if-changed={}", Path::new(&path).display());
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let version = text.lines().find_map(|line| parse(line.strip_prefix("version=")?));
        judge(version, &format!("PYO3_CONFIG_FILE={}", Path::new(&path).display()));
        return;
    }
    if variable("PYO3_NO_PYTHON").is_some() || env::var_os("HOST") != env::var_os("TARGET") {
        return;
    }
    let named = variable("PYO3_PYTHON").map(PathBuf::from).or_else(of_environment);
    let programs = named.map_or_else(|| vec!["python".into(), "python3".into()], |one| vec![one]);
    for program in programs {
        let version = ask(&program);
        if version.is_some_and(|(major, _)| major >= 3) {
            judge(version, &program.display().to_string());
            return;
        }
    }
}

/// A variable of the user; a change of it is a reason to look again.
fn variable(name: &str) -> Option<OsString> {
    println!("cargo::rerun-if-env-changed={name}");
    env::var_os(name).filter(|value| !value.is_empty())
}

/// The interpreter of the active virtual or Conda environment, unless both are active.
fn of_environment() -> Option<PathBuf> {
    println!("cargo::rerun-if-env-changed=PATH");
    let folder = if cfg!(windows) { "Scripts" } else { "bin" };
    match (variable("VIRTUAL_ENV"), variable("CONDA_PREFIX")) {
        (Some(top), None) => Some(Path::new(&top).join(folder).join("python")),
        (None, Some(top)) if cfg!(windows) => Some(Path::new(&top).join("python")),
        (None, Some(top)) => Some(Path::new(&top).join(folder).join("python")),
        _ => None,
    }
}

/// What the program says of its version; old ones say it on standard error.
fn ask(program: &Path) -> Option<(u32, u32)> {
    let output = Command::new(program).arg("--version").output().ok()?;
    [output.stdout, output.stderr].iter().find_map(|said| {
        let said = String::from_utf8_lossy(said);
        said.lines().find_map(|line| parse(line.strip_prefix("Python ")?))
    })
}

fn parse(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim().split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

fn judge(version: Option<(u32, u32)>, source: &str) {
    if let Some((major, minor)) = version {
        if (major, minor) < OLDEST {
            println!(
                "cargo::error=pyembed needs Python {}.{} or newer, but {source} is Python {major}.{minor}; \
                 set PYO3_PYTHON or PYO3_CONFIG_FILE to a newer one",
                OLDEST.0, OLDEST.1
            );
        }
    }
}
