//! The last parameter takes what is left.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(function = "note")]
struct Note {
    /// What it is.
    #[tf(variadic)]
    a: Vec<String>,
    /// What it is.
    #[tf(variadic)]
    b: String,
}

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Other {
    /// What it is.
    #[tf(required, variadic)]
    a: Vec<String>,
}

fn main() {}
