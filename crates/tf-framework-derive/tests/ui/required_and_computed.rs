//! What the user must set is never left to the provider.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(required, computed)]
    text: String,
}

fn main() {}
