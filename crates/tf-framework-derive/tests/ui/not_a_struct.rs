//! Only a struct has fields to be attributes.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
enum Choice {
    This,
}

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
union Either {
    this: u8,
}

fn main() {}
