//! The one place where the time is read, for objects that are read or made: never for plans.

use jiff::Timestamp;

/// Now.
#[expect(clippy::disallowed_methods, reason = "the one place where this provider reads the clock")]
pub fn now() -> Timestamp {
    Timestamp::now()
}
