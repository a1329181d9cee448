//! The version of what is write-only is stored, and set by the user.

use tf_framework::model::{Model, Secret, WriteOnly};

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(optional, write_only(version = absent))]
    a: WriteOnly<Option<Secret>>,
    /// What it is.
    #[tf(optional, write_only(version = a))]
    b: WriteOnly<Option<Secret>>,
    /// What it is.
    #[tf(optional, write_only(version = digest))]
    c: WriteOnly<Option<Secret>>,
    /// What it is.
    #[tf(computed)]
    digest: String,
}

fn main() {}
