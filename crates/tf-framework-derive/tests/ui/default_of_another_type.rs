//! A default is of the type of the attribute.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(optional, default = "long")]
    ttl: i64,
    /// What it is.
    #[tf(optional, default = 3)]
    text: String,
}

fn main() {}
