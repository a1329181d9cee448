//! The data sources, one file each.

pub mod note;

pub use note::Note;
