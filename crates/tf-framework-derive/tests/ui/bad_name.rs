//! Core reads only names of lower case letters, digits and underscores.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "9-notes")]
struct Note {
    /// What it is.
    #[tf(required)]
    Text: String,
    /// What it is.
    #[tf(required)]
    größe: String,
}

fn main() {}
