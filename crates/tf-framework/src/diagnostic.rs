//! What is told to the user: what went wrong or will, where, why, and what to do about it.
//!
//! Core shows these texts, and logs keep them. They never hold the value of an attribute.

use std::error::Error;
use std::fmt::Write;

use tf_value::Path;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The user should know, the operation goes on.
    Warning,
    /// The operation failed.
    Error,
}

/// One message to the user.
///
/// ```
/// use tf_framework::diagnostic::Diagnostic;
/// use tf_value::Path;
///
/// let diagnostic = Diagnostic::error("Reading policy \"team-a\"")
///     .because(&std::io::Error::other("permission denied"))
///     .remedy("The token needs the capability \"read\" on sys/policies/acl/team-a.")
///     .at(Path::root().attribute("name"));
/// assert_eq!(
///     diagnostic.detail_text(),
///     "permission denied\n\nThe token needs the capability \"read\" on sys/policies/acl/team-a."
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    severity: Severity,
    summary: String,
    detail: String,
    path: Path,
}

impl Diagnostic {
    /// The operation failed. `summary` is a headline: what was being done, or what is wrong.
    pub fn error(summary: impl Into<String>) -> Self {
        Self::new(Severity::Error, summary.into())
    }

    /// The user should know.
    pub fn warning(summary: impl Into<String>) -> Self {
        Self::new(Severity::Warning, summary.into())
    }

    fn new(severity: Severity, summary: String) -> Self {
        Self { severity, summary, detail: String::new(), path: Path::root() }
    }

    /// Adds a paragraph: the whole story, in sentences.
    #[must_use]
    pub fn detail(mut self, paragraph: impl AsRef<str>) -> Self {
        if !self.detail.is_empty() {
            self.detail.push_str("\n\n");
        }
        self.detail.push_str(paragraph.as_ref());
        self
    }

    /// Adds the reason: the error and its causes in one line, each once.
    #[must_use]
    pub fn because(self, error: &dyn Error) -> Self {
        self.detail(chain(error))
    }

    /// Adds what the user can do about it.
    #[must_use]
    pub fn remedy(self, paragraph: impl AsRef<str>) -> Self {
        self.detail(paragraph)
    }

    /// The same as a warning: it was said, and the call goes on.
    #[must_use]
    pub(crate) fn into_warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// Says which attribute is at fault. Core shows its line in the configuration.
    #[must_use]
    pub fn at(mut self, path: Path) -> Self {
        self.path = path;
        self
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// The headline.
    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// The rest of the text.
    pub fn detail_text(&self) -> &str {
        &self.detail
    }

    /// Which attribute is at fault; the root if it is the whole object.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// What a call has to tell. It collects: the user sees all five mistakes at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Nothing to tell.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one, unless the same was said before.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.0.contains(&diagnostic) {
            self.0.push(diagnostic);
        }
    }

    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All in the order in which they were added.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        diagnostics.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Self {
        let mut collected = Self::new();
        collected.extend(diagnostics);
        collected
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

/// An error and its causes. Some errors print their cause themselves; then it is not repeated.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.ends_with(&next) {
            // Writing to a string can't fail.
            let _ = write!(text, ": {next}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use super::*;

    #[derive(Debug)]
    struct Failure(&'static str, Option<Box<Self>>);

    impl fmt::Display for Failure {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Failure {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref().map(|cause| cause as &(dyn Error + 'static))
        }
    }

    #[test]
    fn causes_are_told_once() {
        let refused = || Some(Box::new(Failure("connection refused", None)));
        let quiet = Failure("sending the request", refused());
        assert_eq!(Diagnostic::error("x").because(&quiet).detail_text(), "sending the request: connection refused");
        let chatty = Failure("sending the request: connection refused", refused());
        assert_eq!(Diagnostic::error("x").because(&chatty).detail_text(), "sending the request: connection refused");
    }

    #[test]
    fn paragraphs_stand_apart() {
        let diagnostic =
            Diagnostic::error("x").detail("What happened.").because(&Failure("why", None)).remedy("Do this.");
        assert_eq!(diagnostic.detail_text(), "What happened.\n\nwhy\n\nDo this.");
    }

    #[test]
    fn collections_know_errors_and_drop_repetitions() {
        let mut diagnostics = Diagnostics::from(Diagnostic::warning("careful"));
        assert!(!diagnostics.has_errors());
        diagnostics.extend([Diagnostic::error("bad"), Diagnostic::error("bad")]);
        assert!(diagnostics.has_errors());
        assert_eq!(diagnostics.len(), 2);
    }
}
