//! What may be unknown is in provider blocks, and all that is in provider blocks may be unknown.

use tf_framework::model::{Model, Setting};

/// A note.
#[derive(Model)]
#[tf(provider = "example")]
struct Example {
    /// What it is.
    #[tf(optional)]
    address: Option<String>,
}

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(optional)]
    address: Setting<String>,
    /// What it is.
    #[tf(optional)]
    inner: Option<Inner>,
}

/// A note.
#[derive(Model)]
#[tf(object)]
struct Inner {
    /// What it is.
    #[tf(optional)]
    address: Setting<String>,
}

fn main() {}
