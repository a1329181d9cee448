//! The table of seeded bugs. A row names the conformance line, the change, the test that must fail, and with what words.

mod answers;
mod lives;
mod mounts;
mod start;

use crate::bug::Bug;

/// Every seeded bug.
pub(crate) fn bugs() -> Vec<&'static Bug> {
    [start::BUGS, mounts::BUGS, answers::BUGS, lives::BUGS].into_iter().flatten().collect()
}
