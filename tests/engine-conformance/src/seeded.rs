//! Seeded bugs: changed copies of `vault-plugin-sdk`, and of `go-plugin` where it is about that, with the example engine on top.
//!
//! Who looks for them is elsewhere: the lines before the played host in `tests/seeded_bugs`, and guards on real servers in the
//! acceptance tests.

mod answers;
mod lives;
mod mounts;
mod start;
mod wire;
mod workspace;

use seeded_bugs::Edit;

pub use workspace::Workspace;

/// The copy without a bug.
pub const CONTROL: u8 = 0;

/// A change to a library below the engine that a test must notice.
pub struct Bug {
    /// The conformance line that it breaks.
    pub line: u8,
    /// Its name, which no other has.
    pub name: &'static str,
    /// The copy that has it. Bugs that can't get into each other's way share one: what a test says tells which of them it met.
    pub copy: u8,
    /// What to change below `crates`, in the sources of [`Workspace::CHANGED`]. All of it together is the bug.
    pub edits: &'static [Edit],
    /// The test of `engine_lines` that must fail.
    pub test: &'static str,
    /// A part of what that test then says.
    pub reason: &'static str,
}

/// The table of seeded bugs. A row names the conformance line, the change, the test that must fail, and with what words.
#[must_use]
pub fn bugs() -> Vec<&'static Bug> {
    [start::BUGS, mounts::BUGS, answers::BUGS, lives::BUGS, wire::BUGS].into_iter().flatten().collect()
}
