//! Keys that say opposite things.

use tf_framework::model::{Model, WriteOnly};

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(required, replace, replace_if_configured)]
    a: String,
    /// What it is.
    #[tf(computed, keep_state, keep_non_null_state)]
    b: String,
    /// What it is.
    #[tf(required, identity, sensitive)]
    c: String,
    /// What it is.
    #[tf(optional, semantic_equality(Fold), identity, write_only(version = a))]
    d: WriteOnly<Option<String>>,
}

fn main() {}
