//! Core takes these names for itself.

use tf_framework::model::{Model, Setting};

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(required)]
    count: String,
    /// What it is.
    #[tf(required)]
    for_each: String,
    /// What it is.
    #[tf(required)]
    depends_on: String,
    /// What it is.
    #[tf(required)]
    provider: String,
    /// What it is.
    #[tf(required)]
    lifecycle: String,
    /// What it is.
    #[tf(required)]
    connection: String,
    /// What it is.
    #[tf(block)]
    provisioner: Vec<Inner>,
}

/// A note.
#[derive(Model)]
#[tf(provider = "example")]
struct Example {
    /// What it is.
    #[tf(optional)]
    alias: Setting<String>,
}

/// A note.
#[derive(Model)]
#[tf(object)]
struct Inner {
    /// What it is.
    #[tf(required)]
    count: String,
}

fn main() {}
