//! Somebody sets each attribute.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    text: String,
    /// What it is.
    #[tf(sensitive)]
    other: String,
}

fn main() {}
