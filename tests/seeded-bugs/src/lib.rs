//! Changed copies of a crate, to see that its tests can fail.
//!
//! A seeded bug is some [`Edit`]s: in this file, this piece of text, which must stand there once, becomes that one. The
//! [`Sources`] of a crate are read, edited and written into a workspace of copies, whose manifest is the root manifest
//! with [other members](manifest). What has not changed is not written, and so not compiled again.
//!
//! Where a program is built on each copy, [`build()`] builds them all, and [`Lines`] has a test look at each: a [`Trial`]. What
//! the copies are, and which test must notice, is the business of the crate that has the bugs.

mod build;
mod edit;
pub mod manifest;
mod sources;
mod trial;

pub use build::{SETTINGS, build};
pub use edit::{Edit, replace_once};
pub use sources::{Sources, read, update};
pub use trial::{Lines, Trial};
