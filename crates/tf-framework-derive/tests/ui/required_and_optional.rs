//! The user must, or may.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(required, optional)]
    text: String,
}

fn main() {}
