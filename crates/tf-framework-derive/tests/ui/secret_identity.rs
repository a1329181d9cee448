//! An identity is stored in clear.

use tf_framework::model::{Model, Secret};

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(required, identity)]
    key_in_state: Secret,
}

fn main() {}
