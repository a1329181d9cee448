//! A key that nobody knows is not passed over.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note", verison = 1)]
struct Note {
    /// What it is.
    #[tf(required, force_new)]
    text: String,
}

fn main() {}
