//! What is not in the import id can be null, or has a default.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note", import = "{name}")]
struct Note {
    /// What it is.
    #[tf(required, identity)]
    mount: String,
    /// What it is.
    #[tf(required, identity)]
    name: String,
    /// What it is.
    #[tf(optional, identity)]
    namespace: Option<String>,
    /// What it is.
    #[tf(optional, default = 1, identity)]
    number: i64,
}

fn main() {}
