//! An attribute is computed from others that are there.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(required)]
    text: String,
    /// What it is.
    #[tf(computed, depends_on(text, absent, digest, text))]
    digest: String,
}

fn main() {}
