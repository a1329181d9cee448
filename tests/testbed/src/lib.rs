//! The test bed: which real servers and command line tools the tests use, how each is built from published Go modules,
//! and where the result is cached.
//!
//! Nothing here is a mock, and nothing here starts a server: a test asks [`Tool::find`] for a program, starts it with the
//! harness of the `acceptance` crate, and says so with [`Binary::started`], so that the last lines of `cargo xtask test`
//! list what really ran. `cargo xtask testbed build` fills the cache through [`build()`].
//!
//! Why a build and not a download: the same two commands then work wherever the Go module proxy works, every byte is pinned
//! by a committed `go.sum`, and no binary of foreign origin is needed.

mod build;
mod cache;
pub mod debian;
mod job;
mod locate;
mod lock;
mod modules;
mod postgres;
mod recipe;
mod toolchain;

pub use build::{BuildError, build, check_disk, in_words, tail};
pub use cache::{CACHE_FOLDERS, cache_root, folder_size, remove_tree};
pub use job::{Ended, Stop, run};
pub use locate::{Binary, Missing, Reason, Tool, USE_PATH};
pub use lock::{lock_servers, locks};
pub use modules::{COMPARED_MODULES, download_module};
pub use recipe::{Class, Program, RECIPES, Recipe};
