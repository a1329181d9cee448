//! An identity is of strings, numbers and bools.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(required, identity)]
    a: Vec<String>,
}

fn main() {}
