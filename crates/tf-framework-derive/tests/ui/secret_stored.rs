//! A secret does not get into a state by accident.

use tf_framework::model::{Model, Secret};

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(optional)]
    secret: Option<Secret>,
    /// What it is.
    #[tf(computed)]
    token: Secret,
    /// What it is.
    #[tf(optional)]
    list: Option<Vec<Secret>>,
    /// What it is.
    #[tf(optional)]
    inner: Option<Inner>,
    /// What it is.
    #[tf(block)]
    rule: Vec<Inner>,
}

/// A note.
#[derive(Model)]
#[tf(data_source = "note")]
struct Found {
    /// What it is.
    #[tf(computed)]
    token: Secret,
}

/// A note.
#[derive(Model)]
#[tf(object)]
struct Inner {
    /// What it is.
    #[tf(required)]
    secret: Secret,
}

fn main() {}
