//! The functions, one file each.

pub mod join;
pub mod slug;

pub use join::Join;
pub use slug::Slug;
