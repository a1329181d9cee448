//! The ephemeral resources, one file each.

pub mod private_key;

pub use private_key::PrivateKey;
