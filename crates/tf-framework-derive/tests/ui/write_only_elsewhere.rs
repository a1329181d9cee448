//! Only resources have write-only attributes.

use tf_framework::model::{Model, Secret, WriteOnly};

/// A note.
#[derive(Model)]
#[tf(ephemeral = "note")]
struct Note {
    /// What it is.
    #[tf(optional, write_only(version = version))]
    secret: WriteOnly<Option<Secret>>,
    /// What it is.
    #[tf(optional)]
    version: Option<i64>,
}

/// A note.
#[derive(Model)]
#[tf(data_source = "note")]
struct Found {
    /// What it is.
    #[tf(required)]
    inner: Inner,
}

/// A note.
#[derive(Model)]
#[tf(object)]
struct Inner {
    /// What it is.
    #[tf(optional, write_only(version = version))]
    secret: WriteOnly<Option<Secret>>,
    /// What it is.
    #[tf(optional)]
    version: Option<i64>,
}

fn main() {}
