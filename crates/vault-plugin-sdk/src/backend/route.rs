//! Which path a request is for.

use crate::backend::Backend;
use crate::path::Path;
use crate::pattern::{Capture, Pattern};

/// A path and its pattern, which was found to be one.
pub(crate) struct Route<S> {
    pub(crate) pattern: Pattern,
    pub(crate) path: Path<S>,
}

impl<S> Backend<S> {
    /// The most particular path that takes this one. `lists`: it may end in a slash, as hosts have it in a list.
    pub(crate) fn route(&self, path: &str, lists: bool) -> Option<(&Route<S>, Vec<Capture>)> {
        self.routes.iter().find_map(|route| Some((route, route.pattern.matches(path, lists)?)))
    }
}
