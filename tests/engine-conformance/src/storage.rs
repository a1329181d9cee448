//! The storage that the host offers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How it answers.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Behaviour {
    /// As a host's does while a plugin is only registered.
    pub missing: bool,
    /// As a standby's: writes are refused.
    pub read_only: bool,
    /// Everything fails with this text.
    pub broken: &'static str,
    /// But so many writes succeed first.
    pub broken_after: u32,
    /// There are transactions.
    pub transactions: bool,
    /// So many commits are refused.
    pub conflicts: u32,
    /// How long every call takes.
    pub delay_ms: u64,
}

/// What is in it.
#[derive(Clone, Debug, Deserialize)]
pub struct Contents {
    /// Values by their keys.
    pub entries: BTreeMap<String, String>,
    /// How often each call came.
    pub calls: BTreeMap<String, u64>,
    /// Transactions that nobody has ended.
    pub open: u64,
    /// Writes that were meant for a transaction, and came when it was not open.
    pub strays: u64,
}
