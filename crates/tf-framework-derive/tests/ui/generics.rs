//! One struct has one schema.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(object)]
struct Note<T> {
    /// What it says.
    #[tf(required)]
    text: T,
}

fn main() {}
