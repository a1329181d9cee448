//! What the user can not set needs no rules for the user.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(computed, validate(non_empty), replace_if_configured)]
    a: String,
}

fn main() {}
