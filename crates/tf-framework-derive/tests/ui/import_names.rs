//! An import id is read into the identity.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note", import = "{name}/{text}/{absent}/{name}")]
struct Note {
    /// What it is.
    #[tf(required, identity)]
    name: String,
    /// What it is.
    #[tf(required)]
    text: String,
}

/// A note.
#[derive(Model)]
#[tf(resource = "note", import = "fixed")]
struct Fixed {
    /// What it is.
    #[tf(required, identity)]
    name: String,
}

fn main() {}
