//! Nobody sees a change of what is not stored.

use tf_framework::model::{Model, Secret, WriteOnly};

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(optional, write_only)]
    secret: WriteOnly<Option<Secret>>,
    /// What it is.
    #[tf(optional, write_only(version))]
    other: WriteOnly<Option<Secret>>,
    /// What it is.
    #[tf(optional, write_only(revision = version))]
    third: WriteOnly<Option<Secret>>,
    /// What it is.
    #[tf(optional)]
    version: Option<i64>,
}

fn main() {}
