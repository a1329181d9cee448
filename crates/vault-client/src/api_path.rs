//! Paths of the API, below `/v1/`.

use std::fmt;

/// A path of the API, such as `sys/policies/acl/team-a`: its segments, each as it is meant and not as it is escaped.
///
/// A name with a slash, a question mark or a space in it is one segment and stays one.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ApiPath(Vec<String>);

impl ApiPath {
    /// The path with these segments, separated by slashes. For paths that the program itself knows, and for what users
    /// write as a path, such as that of a mount. Empty segments are left out.
    pub fn new(path: &str) -> Self {
        Self(path.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect())
    }

    /// One more segment, whatever is in it.
    #[must_use]
    pub fn segment(mut self, name: &str) -> Self {
        self.0.push(name.to_owned());
        self
    }

    /// More segments, separated by slashes.
    #[must_use]
    pub fn join(mut self, path: &str) -> Self {
        self.0.extend(Self::new(path).0);
        self
    }

    pub(crate) fn segments(&self) -> &[String] {
        &self.0
    }

    /// Whether it is this path or one below it.
    pub fn starts_with(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    /// A segment that a URL can't have: `.` and `..` are resolved away on the way to the server.
    pub(crate) fn dots(&self) -> Option<&str> {
        self.0.iter().map(String::as_str).find(|segment| matches!(*segment, "." | ".."))
    }
}

impl From<&str> for ApiPath {
    fn from(path: &str) -> Self {
        Self::new(path)
    }
}

impl fmt::Display for ApiPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("/"))
    }
}

impl fmt::Debug for ApiPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiPath({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_one_segment() {
        let path = ApiPath::new("/sys//policies/acl/").segment("a/b c?");
        assert_eq!(path.segments(), ["sys", "policies", "acl", "a/b c?"]);
        assert_eq!(ApiPath::new("auth").join("team/approle/").to_string(), "auth/team/approle");
    }

    #[test]
    fn what_is_below_is_found_by_whole_segments() {
        let mounts = ApiPath::new("sys/mounts");
        assert!(ApiPath::new("sys/mounts/kv/tune").starts_with(&mounts) && mounts.starts_with(&mounts));
        assert!(!ApiPath::new("sys/mounts-old").starts_with(&mounts));
    }
}
