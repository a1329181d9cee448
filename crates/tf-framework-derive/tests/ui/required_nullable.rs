//! What the user must set is never null.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(required)]
    text: Option<String>,
}

fn main() {}
