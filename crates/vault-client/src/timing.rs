//! How long to wait, and how often to try.

use std::time::Duration;

use crate::retry::DEFAULT_RETRIES;

/// How long to wait for the server, and how often to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// For a connection.
    pub connect: Duration,
    /// For an answer, from the first byte sent to the last received.
    pub request: Duration,
    /// How often a request is sent again that may be.
    pub retries: u32,
}

impl Default for Timing {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), request: Duration::from_secs(60), retries: DEFAULT_RETRIES }
    }
}
