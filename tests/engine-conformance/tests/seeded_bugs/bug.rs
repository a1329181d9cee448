//! What a seeded bug consists of.

use seeded_bugs::Edit;

/// A change to `vault-plugin-sdk` that a test must notice.
pub(crate) struct Bug {
    /// The conformance line that it breaks.
    pub(crate) line: u8,
    /// Its name, which no other has.
    pub(crate) name: &'static str,
    /// The copy that has it. Bugs that can't get into each other's way share one: what a test says tells which of them it met.
    pub(crate) copy: u8,
    /// What to change below `crates/vault-plugin-sdk/src`. All of it together is the bug.
    pub(crate) edits: &'static [Edit],
    /// The test of `engine_lines` that must fail.
    pub(crate) test: &'static str,
    /// A part of what that test then says.
    pub(crate) reason: &'static str,
}
