//! What only a plan makes sense of.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(data_source = "note", version = 1, import = "{i}")]
struct Note {
    /// What it is.
    #[tf(optional, default = 1)]
    a: i64,
    /// What it is.
    #[tf(required, replace)]
    b: String,
    /// What it is.
    #[tf(required, replace_if_configured)]
    c: String,
    /// What it is.
    #[tf(computed, keep_state)]
    d: String,
    /// What it is.
    #[tf(computed, keep_non_null_state)]
    e: String,
    /// What it is.
    #[tf(computed, depends_on(b))]
    g: String,
    /// What it is.
    #[tf(computed, renewal_flag)]
    h: bool,
    /// What it is.
    #[tf(required, identity)]
    i: String,
    /// What it is.
    #[tf(required, modifier(Keep))]
    j: String,
    /// What it is.
    #[tf(required, semantic_equality(Fold))]
    k: String,
}

/// A note.
#[derive(Model)]
#[tf(ephemeral = "note", version = 1)]
struct Opened {
    /// What it is.
    #[tf(required, replace)]
    b: String,
}

/// A note.
#[derive(Model)]
#[tf(object, version = 1, deprecated = "Use another.")]
struct Inner {
    /// What it is.
    #[tf(required, identity, renewal_flag)]
    b: bool,
}

fn main() {}
