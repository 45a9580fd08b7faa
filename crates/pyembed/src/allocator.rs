//! Memory allocators for Python's three domains and for the arenas of pymalloc.
//!
//! Python asks for at least one byte and accepts `realloc` of null, and it tells no size when it
//! frees. The Rust allocator wants the size, so blocks from it begin with a header that holds it.

use std::alloc::{alloc, alloc_zeroed, dealloc, realloc, Layout};
use std::ffi::c_void;
use std::ptr;

use pyo3_ffi as ffi;

use crate::{MemoryAllocatorBackend, NewInterpreterError, ResolvedOxidizedPythonInterpreterConfig};

type Malloc = extern "C" fn(*mut c_void, usize) -> *mut c_void;
type Calloc = extern "C" fn(*mut c_void, usize, usize) -> *mut c_void;
type Realloc = extern "C" fn(*mut c_void, *mut c_void, usize) -> *mut c_void;
type Free = extern "C" fn(*mut c_void, *mut c_void);
type ArenaFree = extern "C" fn(*mut c_void, *mut c_void, usize);

/// The functions of one allocator, in the form that Python calls.
#[derive(Clone, Copy)]
pub struct PythonMemoryAllocator {
    malloc: Malloc,
    calloc: Calloc,
    realloc: Realloc,
    free: Free,
    arena_free: ArenaFree,
}

impl std::fmt::Debug for PythonMemoryAllocator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PythonMemoryAllocator")
    }
}

/// Wraps four functions of a C allocator.
#[allow(unused_macros)] // Without allocator features there is nothing to wrap.
macro_rules! c_allocator {
    ($module:ident, $malloc:path, $calloc:path, $realloc:path, $free:path) => {
        mod $module {
            use std::ffi::c_void;

            extern "C" fn malloc(_: *mut c_void, size: usize) -> *mut c_void {
                // SAFETY: any size may be asked for.
                unsafe { $malloc(size.max(1)).cast() }
            }

            extern "C" fn calloc(_: *mut c_void, count: usize, size: usize) -> *mut c_void {
                // SAFETY: any sizes may be asked for; the allocator checks their product.
                unsafe { $calloc(count.max(1), size.max(1)).cast() }
            }

            extern "C" fn realloc(_: *mut c_void, block: *mut c_void, size: usize) -> *mut c_void {
                // SAFETY: Python gives null or a block of this allocator.
                unsafe { $realloc(block.cast(), size.max(1)).cast() }
            }

            extern "C" fn free(_: *mut c_void, block: *mut c_void) {
                // SAFETY: Python gives null or a block of this allocator, once.
                unsafe { $free(block.cast()) }
            }

            extern "C" fn arena_free(context: *mut c_void, block: *mut c_void, _: usize) {
                free(context, block);
            }

            pub const FUNCTIONS: super::PythonMemoryAllocator =
                super::PythonMemoryAllocator { malloc, calloc, realloc, free, arena_free };
        }
    };
}

#[cfg(all(feature = "allocator-jemalloc", not(target_env = "msvc")))]
c_allocator!(
    jemalloc,
    tikv_jemalloc_sys::malloc,
    tikv_jemalloc_sys::calloc,
    tikv_jemalloc_sys::realloc,
    tikv_jemalloc_sys::free
);

#[cfg(feature = "allocator-mimalloc")]
c_allocator!(
    mimalloc,
    libmimalloc_sys::mi_malloc,
    libmimalloc_sys::mi_calloc,
    libmimalloc_sys::mi_realloc,
    libmimalloc_sys::mi_free
);

#[cfg(feature = "allocator-snmalloc")]
mod snmalloc {
    use std::ffi::c_void;

    /// The alignment that Python relies on.
    const ALIGNMENT: usize = 16;

    extern "C" fn malloc(_: *mut c_void, size: usize) -> *mut c_void {
        // SAFETY: any size may be asked for, with an alignment that is a power of two.
        unsafe { snmalloc_sys::sn_rust_alloc(ALIGNMENT, size.max(1)).cast() }
    }

    extern "C" fn calloc(_: *mut c_void, count: usize, size: usize) -> *mut c_void {
        match count.checked_mul(size) {
            // SAFETY: as above.
            Some(size) => unsafe { snmalloc_sys::sn_rust_alloc_zeroed(ALIGNMENT, size.max(1)).cast() },
            None => std::ptr::null_mut(),
        }
    }

    extern "C" fn realloc(context: *mut c_void, block: *mut c_void, size: usize) -> *mut c_void {
        if block.is_null() {
            return malloc(context, size);
        }
        // SAFETY: Python gives a block of this allocator, which knows how large it is.
        unsafe {
            let old = snmalloc_sys::sn_rust_usable_size(block.cast());
            snmalloc_sys::sn_rust_realloc(block.cast(), ALIGNMENT, old, size.max(1)).cast()
        }
    }

    extern "C" fn free(_: *mut c_void, block: *mut c_void) {
        if !block.is_null() {
            // SAFETY: Python gives a block of this allocator, once.
            unsafe {
                let size = snmalloc_sys::sn_rust_usable_size(block.cast());
                snmalloc_sys::sn_rust_dealloc(block.cast(), ALIGNMENT, size);
            }
        }
    }

    extern "C" fn arena_free(context: *mut c_void, block: *mut c_void, _: usize) {
        free(context, block);
    }

    pub const FUNCTIONS: super::PythonMemoryAllocator =
        super::PythonMemoryAllocator { malloc, calloc, realloc, free, arena_free };
}

/// Blocks of Rust's global allocator, each behind a header with its whole size.
mod rust {
    use super::*;

    /// Keeps the block behind it aligned as Python wants.
    const HEADER: usize = 16;

    fn layout(size: usize) -> Option<Layout> {
        Layout::from_size_align(size.max(1).checked_add(HEADER)?, HEADER).ok()
    }

    /// # Safety
    /// `start` is null or the start of a block of that layout.
    unsafe fn finish(start: *mut u8, layout: Layout) -> *mut c_void {
        if start.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: the header is part of the block, and aligned for a usize.
        unsafe {
            start.cast::<usize>().write(layout.size());
            start.add(HEADER).cast()
        }
    }

    extern "C" fn malloc(_: *mut c_void, size: usize) -> *mut c_void {
        // SAFETY: the layout is not empty.
        layout(size).map_or(ptr::null_mut(), |layout| unsafe { finish(alloc(layout), layout) })
    }

    extern "C" fn calloc(_: *mut c_void, count: usize, size: usize) -> *mut c_void {
        let layout = count.checked_mul(size).and_then(layout);
        // SAFETY: the layout is not empty.
        layout.map_or(ptr::null_mut(), |layout| unsafe { finish(alloc_zeroed(layout), layout) })
    }

    extern "C" fn resize(context: *mut c_void, block: *mut c_void, size: usize) -> *mut c_void {
        if block.is_null() {
            return malloc(context, size);
        }
        let Some(layout) = layout(size) else { return ptr::null_mut() };
        // SAFETY: Python gives a block of ours, whose header holds its size.
        unsafe {
            let start = block.cast::<u8>().sub(HEADER);
            let old = Layout::from_size_align_unchecked(start.cast::<usize>().read(), HEADER);
            finish(realloc(start, old, layout.size()), layout)
        }
    }

    extern "C" fn free(_: *mut c_void, block: *mut c_void) {
        if block.is_null() {
            return;
        }
        // SAFETY: Python gives a block of ours, once.
        unsafe {
            let start = block.cast::<u8>().sub(HEADER);
            dealloc(start, Layout::from_size_align_unchecked(start.cast::<usize>().read(), HEADER));
        }
    }

    extern "C" fn arena_free(context: *mut c_void, block: *mut c_void, _: usize) {
        free(context, block);
    }

    pub const FUNCTIONS: PythonMemoryAllocator =
        PythonMemoryAllocator { malloc, calloc, realloc: resize, free, arena_free };
}

impl PythonMemoryAllocator {
    /// The allocator of a backend: `None` for Python's own, an error if the crate was built without
    /// the backend's feature.
    ///
    /// ```
    /// use pyembed::{MemoryAllocatorBackend, PythonMemoryAllocator};
    /// assert!(PythonMemoryAllocator::from_backend(MemoryAllocatorBackend::Default).unwrap().is_none());
    /// assert!(PythonMemoryAllocator::from_backend(MemoryAllocatorBackend::Rust).unwrap().is_some());
    /// ```
    pub fn from_backend(backend: MemoryAllocatorBackend) -> Result<Option<Self>, NewInterpreterError> {
        match backend {
            MemoryAllocatorBackend::Default => Ok(None),
            MemoryAllocatorBackend::Rust => Ok(Some(rust::FUNCTIONS)),
            #[cfg(all(feature = "allocator-jemalloc", not(target_env = "msvc")))]
            MemoryAllocatorBackend::Jemalloc => Ok(Some(jemalloc::FUNCTIONS)),
            #[cfg(feature = "allocator-mimalloc")]
            MemoryAllocatorBackend::Mimalloc => Ok(Some(mimalloc::FUNCTIONS)),
            #[cfg(feature = "allocator-snmalloc")]
            MemoryAllocatorBackend::Snmalloc => Ok(Some(snmalloc::FUNCTIONS)),
            #[allow(unreachable_patterns)] // With all features there is no other backend.
            other => Err(NewInterpreterError::Dynamic(format!(
                "allocator backend {other} is not available: pyembed was built without the feature \
                 allocator-{other}"
            ))),
        }
    }

    fn install(&self, domain: ffi::PyMemAllocatorDomain) {
        let mut functions = ffi::PyMemAllocatorEx {
            ctx: ptr::null_mut(),
            malloc: Some(self.malloc),
            calloc: Some(self.calloc),
            realloc: Some(self.realloc),
            free: Some(self.free),
        };
        // SAFETY: between pre-initialization and initialization, as CPython asks for; it copies the
        // structure.
        unsafe { ffi::PyMem_SetAllocator(domain, &mut functions) }
    }

    fn install_arena(&self) {
        let mut functions =
            ffi::PyObjectArenaAllocator { ctx: ptr::null_mut(), alloc: Some(self.malloc), free: Some(self.arena_free) };
        // SAFETY: as above.
        unsafe { ffi::PyObject_SetArenaAllocator(&mut functions) }
    }
}

/// Installs the configured allocators; called after pre-initialization.
pub(crate) fn install(config: &ResolvedOxidizedPythonInterpreterConfig<'_>) -> Result<(), NewInterpreterError> {
    if let Some(allocator) = PythonMemoryAllocator::from_backend(config.allocator_backend)? {
        if config.allocator_pymalloc_arena && (config.allocator_mem || config.allocator_obj) {
            return Err(NewInterpreterError::Simple(
                "allocator_pymalloc_arena cannot be combined with allocator_mem or allocator_obj",
            ));
        }
        if config.allocator_raw {
            allocator.install(ffi::PyMemAllocatorDomain::PYMEM_DOMAIN_RAW);
        }
        if config.allocator_mem {
            allocator.install(ffi::PyMemAllocatorDomain::PYMEM_DOMAIN_MEM);
        }
        if config.allocator_obj {
            allocator.install(ffi::PyMemAllocatorDomain::PYMEM_DOMAIN_OBJ);
        }
        if config.allocator_pymalloc_arena {
            allocator.install_arena();
        }
    }
    if config.allocator_debug {
        // SAFETY: allowed once allocators are set.
        unsafe { ffi::PyMem_SetupDebugHooks() }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Does what Python does to a domain: sizes of zero, `realloc` of null, growing, shrinking, `free` of null.
    fn exercise(allocator: PythonMemoryAllocator) {
        let context = ptr::null_mut();
        let PythonMemoryAllocator { malloc, calloc, realloc, free, arena_free } = allocator;
        let fill = |block: *mut c_void, from: usize, to: usize| {
            // What does not fill sixteen bytes needs less, as with `malloc` of C.
            assert!(!block.is_null() && block as usize % if to < 16 { 8 } else { 16 } == 0);
            // SAFETY: the block has at least `to` bytes.
            (from..to).for_each(|at| unsafe { block.cast::<u8>().add(at).write(at as u8) });
        };
        // SAFETY: the block has at least that many bytes, all written.
        let byte = |block: *mut c_void, at: usize| unsafe { block.cast::<u8>().add(at).read() };
        for size in [0, 1, 15, 16, 17, 4096] {
            let mut block = malloc(context, size);
            fill(block, 0, size);
            block = realloc(context, block, size + 100);
            assert!((0..size).all(|at| byte(block, at) == at as u8));
            fill(block, size, size + 100);
            block = realloc(context, block, 0);
            free(context, block);

            let block = calloc(context, 3, size);
            assert!((0..3 * size).all(|at| byte(block, at) == 0));
            free(context, block);
            let block = realloc(context, ptr::null_mut(), size);
            fill(block, 0, size);
            arena_free(context, block, size);
        }
        free(context, calloc(context, 0, 8));
        free(context, ptr::null_mut());
        arena_free(context, ptr::null_mut(), 0);
        for huge in [usize::MAX, usize::MAX - 15, isize::MAX as usize] {
            assert!(malloc(context, huge).is_null());
            assert!(calloc(context, huge, 2).is_null());
            let block = malloc(context, 4);
            fill(block, 0, 4);
            assert!(realloc(context, block, huge).is_null());
            assert_eq!(byte(block, 3), 3);
            free(context, block);
        }
    }

    #[test]
    fn every_allocator_keeps_to_the_rules() {
        use MemoryAllocatorBackend as Backend;
        // Miri cannot call C.
        let foreign = if cfg!(miri) { &[][..] } else { &[Backend::Jemalloc, Backend::Mimalloc, Backend::Snmalloc] };
        for backend in foreign.iter().chain([&Backend::Rust]) {
            if let Ok(Some(allocator)) = PythonMemoryAllocator::from_backend(*backend) {
                exercise(allocator);
            }
        }
    }
}
