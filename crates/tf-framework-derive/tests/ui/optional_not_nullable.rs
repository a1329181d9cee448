//! What the user may leave out can be null.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(optional)]
    text: String,
}

/// A note.
#[derive(Model)]
#[tf(data_source = "note")]
struct Found {
    /// What it is.
    #[tf(optional)]
    text: String,
}

fn main() {}
