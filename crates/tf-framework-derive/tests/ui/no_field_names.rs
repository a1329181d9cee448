//! The names of the fields become those of the attributes.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Tuple(String);

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Unit;

fn main() {}
