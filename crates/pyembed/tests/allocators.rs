//! Allocators for Python's domains, in interpreters that are really started.

mod common;

use common::{alone, eval, installed_config};
use pyembed::{MainPythonInterpreter, MemoryAllocatorBackend, OxidizedPythonInterpreterConfig, PythonMemoryAllocator};

#[test]
fn allocator_without_feature_is_error() {
    alone("allocator_without_feature_is_error", || {
        let backends = [
            (MemoryAllocatorBackend::Jemalloc, cfg!(feature = "allocator-jemalloc")),
            (MemoryAllocatorBackend::Mimalloc, cfg!(feature = "allocator-mimalloc")),
            (MemoryAllocatorBackend::Snmalloc, cfg!(feature = "allocator-snmalloc")),
        ];
        for (backend, available) in backends {
            match PythonMemoryAllocator::from_backend(backend) {
                Ok(found) => assert!(available && found.is_some()),
                Err(error) => {
                    assert!(!available);
                    assert!(error.to_string().contains(&format!("feature allocator-{backend}")), "{error}");
                    let config = OxidizedPythonInterpreterConfig { allocator_backend: backend, ..installed_config() };
                    let started = MainPythonInterpreter::new(config);
                    assert!(started.unwrap_err().to_string().contains("is not available"));
                }
            }
        }
    });
}

/// Starts an interpreter with an allocator for every domain, or for the arenas, and uses it. A process
/// can have one set of allocators only, so each backend has tests of its own.
fn use_allocator(backend: MemoryAllocatorBackend, arenas: bool) {
    if PythonMemoryAllocator::from_backend(backend).is_err() {
        return;
    }
    let config = OxidizedPythonInterpreterConfig {
        allocator_backend: backend,
        allocator_mem: !arenas,
        allocator_obj: !arenas,
        allocator_pymalloc_arena: arenas,
        allocator_debug: backend == MemoryAllocatorBackend::Rust,
        ..installed_config()
    };
    let interpreter = MainPythonInterpreter::new(config).unwrap();
    let code = "len([bytes(n) for n in range(3000)] + list(map(str, range(100000))))";
    assert_eq!(eval(&interpreter, code), "103000");
    let code = "[b := bytearray(), [b.extend(bytes(n)) for n in range(2000)], len(b)][-1]";
    assert_eq!(eval(&interpreter, code), "1999000");
}

macro_rules! allocator_tests {
    ($($name:ident: $backend:ident, $arenas:literal;)*) => {$(
        #[test]
        fn $name() {
            alone(stringify!($name), || use_allocator(MemoryAllocatorBackend::$backend, $arenas));
        }
    )*};
}

allocator_tests! {
    allocator_default: Default, false;
    allocator_rust: Rust, false;
    allocator_rust_arenas: Rust, true;
    allocator_jemalloc: Jemalloc, false;
    allocator_mimalloc: Mimalloc, false;
    allocator_mimalloc_arenas: Mimalloc, true;
    allocator_snmalloc: Snmalloc, false;
    allocator_snmalloc_arenas: Snmalloc, true;
}

#[test]
fn allocator_for_arenas_excludes_domains() {
    alone("allocator_for_arenas_excludes_domains", || {
        let config = OxidizedPythonInterpreterConfig {
            allocator_backend: MemoryAllocatorBackend::Rust,
            allocator_pymalloc_arena: true,
            allocator_mem: true,
            ..installed_config()
        };
        let error = MainPythonInterpreter::new(config).unwrap_err();
        assert!(error.to_string().contains("allocator_pymalloc_arena"));
    });
}
