//! A template has braces in pairs, and something between them.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note", import = "{a}/{b")]
struct Open {
    /// What it is.
    #[tf(required, identity)]
    a: String,
    /// What it is.
    #[tf(required, identity)]
    b: String,
}

/// A note.
#[derive(Model)]
#[tf(resource = "note", import = "a}/{b}")]
struct Close {
    /// What it is.
    #[tf(required, identity)]
    a: String,
    /// What it is.
    #[tf(required, identity)]
    b: String,
}

/// A note.
#[derive(Model)]
#[tf(resource = "note", import = "{a}{b}")]
struct Adjacent {
    /// What it is.
    #[tf(required, identity)]
    a: String,
    /// What it is.
    #[tf(required, identity)]
    b: String,
}

/// A note.
#[derive(Model)]
#[tf(resource = "note", import = "{a{b}}")]
struct Inside {
    /// What it is.
    #[tf(required, identity)]
    a: String,
    /// What it is.
    #[tf(required, identity)]
    b: String,
}

fn main() {}
