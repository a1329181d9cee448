//! Which bugs a server can meet, who notices, and in what words.

use super::guard::Guard;

/// A bug, and how it is seen on a real server.
pub(super) struct Seen {
    /// Its name in the table of `tests/engine-conformance`.
    pub(super) bug: &'static str,
    /// Who notices.
    pub(super) guard: Guard,
    /// A part of what is said then.
    pub(super) reason: &'static str,
}

const fn seen(bug: &'static str, guard: Guard, reason: &'static str) -> Seen {
    Seen { bug, guard, reason }
}

pub(super) const TABLE: &[Seen] = &[
    seen("another-cookie", Guard::Begins, "Failed to read any lines from plugin's stdout"),
    seen("another-certificate-in-the-line", Guard::Begins, "authentication handshake failed"),
    seen("another-version", Guard::Begins, "Plugin version: 4, Client versions: [5]"),
    seen("any-certificate", Guard::Strangers, "a stranger was let in"),
    seen("handshakes-one-after-the-other", Guard::Stalled, "others wait for the one that stalls"),
    seen("announcements-are-lost", Guard::Begins, "the host announced no connection"),
    seen("storage-is-read-at-set-up", Guard::Version, "the engine did not report its version"),
    seen("one-memory-for-all-mounts", Guard::Begins, " has {\"of\":"),
    seen("sudo-is-forgotten", Guard::Rules, "should have been refused with 403, but answered 200"),
    seen("no-time-of-issue", Guard::Loans, "lend/door?ttl=10m answered 500"),
    seen("an-empty-object-is-no-text", Guard::Objects, "kv/empty answered 500"),
    seen("no-status", Guard::Faults, "bad-request: 500 instead of 400"),
    seen("a-kind-that-hosts-do-not-know", Guard::Faults, "internal: 204 instead of 500"),
    seen("a-text-on-which-hosts-act", Guard::Faults, "the process after it"),
    seen("no-help-on-the-mount", Guard::Help, "?help=1 answered 404"),
    // It ends the document of the whole server.
    seen("a-path-that-is-null", Guard::Help, "specs/openapi"),
    seen("what-is-kept-is-only-remembered", Guard::Killed, "there is nothing with the name"),
    seen("shutdown-is-ignored", Guard::Ends, "the server had to kill it"),
    seen("a-panic-gets-through", Guard::Panics, "a panic gets through"),
    seen("small-requests", Guard::Large, "kv/value answered 500"),
    seen("small-entries", Guard::Large, "decoded message length too large"),
    seen("a-write-is-dropped-with-its-caller", Guard::Finished, "0 lines"),
    seen("an-impatient-caller-ends-a-write", Guard::Finished, "0 lines"),
    seen("long-messages-are-cut", Guard::Logs, "of a long text only"),
    seen("tasks-are-not-told", Guard::Told, "the task was not told"),
];
