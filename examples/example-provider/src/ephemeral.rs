//! The ephemeral resources, one file each.

pub mod lease;

pub use lease::Lease;
