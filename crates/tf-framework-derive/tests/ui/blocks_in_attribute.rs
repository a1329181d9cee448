//! A nested attribute has no blocks in it.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(optional)]
    list: Option<Vec<Outer>>,
    /// What it is.
    #[tf(required)]
    one: Outer,
}

/// A note.
#[derive(Model)]
#[tf(object)]
struct Outer {
    /// What it is.
    #[tf(block)]
    rule: Vec<Rule>,
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
