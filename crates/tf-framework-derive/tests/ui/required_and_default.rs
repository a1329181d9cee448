//! What the user must set is never left out.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(required, default = 1)]
    ttl: i64,
}

fn main() {}
