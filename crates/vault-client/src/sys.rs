//! Paths below `sys`, one file each.

pub mod generate_root;
pub mod health;
pub mod init;
pub mod leader;
pub mod mounts;
pub mod plugins;
pub mod seal_status;
pub mod unseal;
