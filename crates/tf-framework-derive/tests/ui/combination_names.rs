//! Fields that go together are there, and can be set or not.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note", exactly_one_of(b, absent), conflicting(a, b), at_least_one_of(b, c), required_together(b), conflicting(b, b))]
struct Note {
    /// What it is.
    #[tf(required)]
    a: String,
    /// What it is.
    #[tf(optional)]
    b: Option<String>,
    /// What it is.
    #[tf(computed)]
    c: String,
}

fn main() {}
