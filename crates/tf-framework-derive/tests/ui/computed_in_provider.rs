//! Nothing computes a provider block.

use tf_framework::model::{Model, Setting};

/// A note.
#[derive(Model)]
#[tf(provider = "example")]
struct Example {
    /// What it is.
    #[tf(optional, computed)]
    address: Setting<String>,
}

/// A note.
#[derive(Model)]
#[tf(provider = "other")]
struct Other {
    /// What it is.
    #[tf(optional)]
    inner: Setting<Inner>,
}

/// A note.
#[derive(Model)]
#[tf(object)]
struct Inner {
    /// What it is.
    #[tf(computed)]
    id: String,
}

fn main() {}
