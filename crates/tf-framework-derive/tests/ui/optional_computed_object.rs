//! Core plans to empty an object in which something is the user's alone.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(optional, computed)]
    inner: Inner,
    /// What it is.
    #[tf(optional, computed)]
    good: Good,
}

/// A note.
#[derive(Model)]
#[tf(object)]
struct Inner {
    /// What it is.
    #[tf(required)]
    port: u16,
    /// What it is.
    #[tf(computed)]
    id: String,
}

/// A note.
#[derive(Model)]
#[tf(object)]
struct Good {
    /// What it is.
    #[tf(optional, default = 1)]
    port: u16,
    /// What it is.
    #[tf(computed)]
    id: String,
}

fn main() {}
