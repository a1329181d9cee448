//! What a seeded bug consists of.

use seeded_bugs::Edit;

/// A change to `go-plugin` that a test must notice.
pub(crate) struct Bug {
    /// The conformance line that it breaks; `None` for promises beside the list.
    pub(crate) line: Option<u8>,
    /// Names the plugin that has it, and nothing else.
    pub(crate) name: &'static str,
    /// What to change below `crates/go-plugin/src`. All of it together is the bug.
    pub(crate) edits: &'static [Edit],
    /// The test of `lines` that must fail.
    pub(crate) test: &'static str,
    /// A part of what that test then says.
    pub(crate) reason: &'static str,
}
