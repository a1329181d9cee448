//! A default takes the place of what the provider sets.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(computed, default = 1)]
    ttl: i64,
    /// What it is.
    #[tf(optional, computed, default = 1)]
    other: i64,
}

fn main() {}
