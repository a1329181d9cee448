//! A struct says what it stands for, once.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
struct Nothing {
    /// What it says.
    #[tf(required)]
    text: String,
}

/// A note.
#[derive(Model)]
#[tf(resource = "note", data_source = "note")]
struct Both {
    /// What it says.
    #[tf(required)]
    text: String,
}

fn main() {}
