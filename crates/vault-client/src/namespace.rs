//! Namespaces.

use std::fmt;

/// A namespace of the server; the root namespace if it is empty. Without slashes around it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Namespace(String);

impl Namespace {
    /// The namespace of this path.
    pub fn new(path: &str) -> Self {
        Self(path.trim_matches('/').to_owned())
    }

    /// A namespace within this one.
    #[must_use]
    pub fn join(&self, inner: &str) -> Self {
        Self::new(&format!("{}/{inner}", self.0))
    }

    /// Whether it is the root namespace.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Its path, without slashes around it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_around_it_make_no_difference() {
        let team = Namespace::new("/team/");
        assert_eq!((team.as_str(), team.join("a/").as_str(), team.join("").as_str()), ("team", "team/a", "team"));
        assert_eq!(Namespace::default().join("a").as_str(), "a");
        assert!(Namespace::new("/").is_root());
    }
}
