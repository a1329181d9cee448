//! The one place where the time is read: for the moment at which a lease is issued.

use std::time::SystemTime;

use prost_types::Timestamp;

/// Now.
#[expect(clippy::disallowed_methods, reason = "the one place where this crate reads the clock")]
pub(crate) fn now() -> Timestamp {
    SystemTime::now().into()
}
