//! The paths, one file each.

pub(crate) mod about;
pub(crate) mod answer;
pub(crate) mod fault;
pub(crate) mod headers;
pub(crate) mod kv;
pub(crate) mod lend;
pub(crate) mod loans;
pub(crate) mod log;
pub(crate) mod rename;
pub(crate) mod status;
pub(crate) mod task;
pub(crate) mod work;
