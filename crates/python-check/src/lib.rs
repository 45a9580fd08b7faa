//! Nothing at run time: the build script of this crate is its purpose.
//!
//! It looks at the version of the Python that PyO3 will be built for. PyO3 does that too, and `pyembed` can only speak
//! after it; a crate without dependencies is asked first.
