//! Blocks are structs.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(block)]
    rule: String,
    /// What it is.
    #[tf(block)]
    other: Vec<String>,
}

fn main() {}
