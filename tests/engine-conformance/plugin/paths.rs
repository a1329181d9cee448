//! The paths, one file each.

pub(crate) mod about;
pub(crate) mod answer;
pub(crate) mod fail;
pub(crate) mod kv;
pub(crate) mod lend;
pub(crate) mod log;
pub(crate) mod pair;
pub(crate) mod panic;
pub(crate) mod slow;
pub(crate) mod status;
pub(crate) mod task;
