//! A block is there or not; who sets what is said in it.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(block, required, sensitive, default = Vec::new())]
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
