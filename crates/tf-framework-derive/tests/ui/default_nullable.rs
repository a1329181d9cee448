//! What has a default is never null.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(optional, default = Some(3))]
    ttl: Option<i64>,
}

fn main() {}
