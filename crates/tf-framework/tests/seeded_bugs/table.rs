//! The table of seeded bugs: what is changed, the test that must fail, and whether core's rules must notice it too.
//!
//! Those that core can't notice are no less bugs: it shows a user a change that is none, hides one that is, or forbids what
//! is allowed.

mod elements;
mod plan;
mod unknowns;
mod validate;

use crate::Bug;

/// Every seeded bug.
pub(crate) fn bugs() -> Vec<&'static Bug> {
    [elements::BUGS, plan::BUGS, unknowns::BUGS, validate::BUGS].into_iter().flatten().collect()
}
