//! Only blocks in a list or set are counted.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(block(max = 2))]
    rule: Option<Rule>,
}

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Other {
    /// What it is.
    #[tf(block(min = 2, max = 1))]
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
