//! The type says that nothing is stored, and so does the attribute.

use tf_framework::model::{Model, Secret, WriteOnly};

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(optional, write_only(version = version))]
    secret: Option<Secret>,
    /// What it is.
    #[tf(optional)]
    other: WriteOnly<Option<Secret>>,
    /// What it is.
    #[tf(optional)]
    version: Option<i64>,
}

/// A note.
#[derive(Model)]
#[tf(data_source = "note")]
struct Found {
    /// What it is.
    #[tf(optional)]
    other: WriteOnly<Option<Secret>>,
}

fn main() {}
