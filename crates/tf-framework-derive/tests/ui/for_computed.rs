//! What the provider does not set has nothing to keep.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(optional, keep_state)]
    a: Option<String>,
    /// What it is.
    #[tf(required, keep_non_null_state)]
    b: String,
    /// What it is.
    #[tf(optional, depends_on(a))]
    c: Option<String>,
}

fn main() {}
