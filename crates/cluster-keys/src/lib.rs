//! The keys of an initialised Vault or OpenBao, without I/O.
//!
//! [`ClusterKeys`] are read from every form in which they are found: what `operator init` prints, as JSON or as text, the body of
//! the reply of `sys/init`, and files with nothing but shares in them. They are written in one form only, that of
//! `operator init -format=json`, so that everybody else's scripts go on working. [`Unsealing`] decides which share a sealed
//! server is given next.
//!
//! No type here prints a secret, and the bytes of a share are wiped when it is dropped.

pub mod age;
mod cluster_keys;
mod error;
mod json;
pub mod pgp;
mod share;
mod text;
mod unsealing;

pub use cluster_keys::{ClusterKeys, Origin, ShareSet};
pub use error::{MergeError, ParseError};
pub use share::{KeyShare, ShareError};
pub use unsealing::{Seal, Step, Unsealing};

/// Bytes of the largest text that is read. The keys of a server with the most shares that there can be have a tenth of it.
pub const LARGEST: usize = 1 << 20;

/// The most shares that a key can be split into.
pub const MOST_SHARES: usize = 255;
