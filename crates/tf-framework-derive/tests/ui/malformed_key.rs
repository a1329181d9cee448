//! Each key is written in one way.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource, version = "1", object = "x")]
struct Note {
    /// What it is.
    #[tf(required = true)]
    a: String,
    /// What it is.
    #[tf(optional, default(3))]
    b: i64,
    /// What it is.
    #[tf(computed, depends_on)]
    c: String,
    /// What it is.
    #[tf(required, deprecated)]
    d: String,
    /// What it is.
    #[tf(block(least = 1))]
    e: Vec<Note>,
    /// What it is.
    #[tf(optional, validate())]
    g: Option<String>,
}

fn main() {}
