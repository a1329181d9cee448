//! The renewal flag is one computed bool.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(computed, renewal_flag)]
    a: String,
    /// What it is.
    #[tf(optional, computed, renewal_flag)]
    b: bool,
    /// What it is.
    #[tf(optional, renewal_flag)]
    c: Option<bool>,
}

fn main() {}
