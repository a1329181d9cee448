//! What a provider block has in it may be unknown, which blocks can not be.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(provider = "example")]
struct Example {
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
