//! A type is made an attribute by deriving.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(required)]
    text: std::path::PathBuf,
}

fn main() {}
