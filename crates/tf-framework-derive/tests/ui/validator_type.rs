//! A validator gets the type that is in an `Option`.

use tf_framework::model::Model;

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(optional, validate(even))]
    a: Option<String>,
}

fn even(value: &i64) -> Result<(), String> {
    if value % 2 == 0 { Ok(()) } else { Err("must be even".to_owned()) }
}

fn main() {}
