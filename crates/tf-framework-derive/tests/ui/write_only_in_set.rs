//! Elements of a set are told apart by what is stored of them.

use tf_framework::model::{Model, Secret, SetOf, WriteOnly};

/// A note.
#[derive(Model)]
#[tf(resource = "note")]
struct Note {
    /// What it is.
    #[tf(optional)]
    rules: Option<SetOf<Outer>>,
    /// What it is.
    #[tf(block)]
    rule: SetOf<Inner>,
}

/// A note.
#[derive(Model)]
#[tf(object)]
struct Outer {
    /// What it is.
    #[tf(required)]
    inner: Inner,
}

/// A note.
#[derive(Model)]
#[tf(object)]
struct Inner {
    /// What it is.
    #[tf(optional, write_only(version = version))]
    secret: WriteOnly<Option<Secret>>,
    /// What it is.
    #[tf(optional)]
    version: Option<i64>,
}

fn main() {}
