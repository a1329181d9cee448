//! The table of seeded bugs. A row names the conformance line, the change, the test that must fail, and with what words.

mod broker;
mod calls;
mod ending;
mod start;
mod strangers;

use crate::bug::Bug;

/// Every seeded bug.
pub(crate) fn bugs() -> Vec<&'static Bug> {
    [start::BUGS, strangers::BUGS, broker::BUGS, ending::BUGS, calls::BUGS].into_iter().flatten().collect()
}
