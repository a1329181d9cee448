//! A key is given once.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note", version = 1, version = 2)]
struct Note {
    /// What it is.
    #[tf(required, required)]
    text: String,
    /// What it is.
    #[tf(block(min = 1, min = 2))]
    rule: Vec<Note>,
}

fn main() {}
