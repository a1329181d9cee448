//! What is not stored is neither computed nor filled in.

use tf_framework::model::{Model, Secret, WriteOnly};

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(optional, computed, write_only(version = version))]
    secret: WriteOnly<Option<Secret>>,
    /// What it is.
    #[tf(optional, default = WriteOnly::default(), write_only(version = version))]
    other: WriteOnly<Option<Secret>>,
    /// What it is.
    #[tf(optional)]
    version: Option<i64>,
}

fn main() {}
