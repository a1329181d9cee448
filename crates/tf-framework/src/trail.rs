//! Where a walk through a value is, without building a path at every step.

use tf_value::{Path, Step, Text};

/// The way down to the object at hand. It lives on the stack of the walk, and becomes a [`Path`] only if there is something
/// to say about the place.
#[derive(Clone, Copy)]
pub(crate) struct Trail<'a> {
    parent: Option<&'a Self>,
    step: Stride<'a>,
}

#[derive(Clone, Copy)]
enum Stride<'a> {
    Root,
    Attribute(&'a Text),
    Key(&'a Text),
    Index(usize),
    Element,
}

impl<'a> Trail<'a> {
    pub(crate) const ROOT: Trail<'static> = Trail { parent: None, step: Stride::Root };

    pub(crate) fn attribute(&'a self, name: &'a Text) -> Self {
        Self { parent: Some(self), step: Stride::Attribute(name) }
    }

    pub(crate) fn key(&'a self, key: &'a Text) -> Self {
        Self { parent: Some(self), step: Stride::Key(key) }
    }

    pub(crate) fn index(&'a self, index: usize) -> Self {
        Self { parent: Some(self), step: Stride::Index(index) }
    }

    pub(crate) fn element(&'a self) -> Self {
        Self { parent: Some(self), step: Stride::Element }
    }

    pub(crate) fn path(&self) -> Path {
        let mut steps = Vec::new();
        let mut trail = Some(self);
        while let Some(at) = trail {
            match at.step {
                Stride::Root => {}
                Stride::Attribute(name) => steps.push(Step::Attribute(name.clone())),
                Stride::Key(key) => steps.push(Step::Key(key.clone())),
                Stride::Index(index) => steps.push(Step::Index(index)),
                Stride::Element => steps.push(Step::Element),
            }
            trail = at.parent;
        }
        steps.into_iter().rev().collect()
    }
}
