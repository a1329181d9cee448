//! Who sets a parameter goes without saying.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(function = "note", exactly_one_of(a, b))]
struct Note {
    /// What it is.
    #[tf(required, sensitive)]
    a: String,
    /// What it is.
    #[tf(optional, validate(non_empty), deprecated = "x")]
    b: Option<String>,
    /// What it is.
    #[tf(block)]
    c: Vec<Rule>,
}

/// A note.
#[derive(Model)]
#[tf(object)]
struct Rule {
    /// What it is.
    #[tf(required)]
    port: u16,
}

fn main() {}
