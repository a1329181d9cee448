//! The clock. It is read while something is created, read, opened or renewed, and never for a plan: two plans must agree.

use jiff::Timestamp;

/// The time.
#[expect(clippy::disallowed_methods, reason = "the one place where this provider reads the clock")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
