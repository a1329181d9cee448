//! A struct with keys for plans is for resources.

use tf_framework::model::Model;

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
#[tf(ephemeral = "note")]
struct Opened {
    /// What it is.
    #[tf(required)]
    inner: Vec<Inner>,
}

/// A note.
#[derive(Model)]
#[tf(object)]
struct Inner {
    /// What it is.
    #[tf(optional, default = 1)]
    port: i64,
}

fn main() {}
