//! What can be wrong with a value, and where.

use std::fmt;

use thiserror::Error;

use crate::number::NumberError;
use crate::path::{Path, Step};
use crate::unknown::RefinementError;

/// A value that can't be read, written or built: what is wrong, and where inside it.
///
/// The text names attributes, map keys and kinds, never the content of a value, which may be secret.
pub struct Error(Box<Fault>);

struct Fault {
    /// From the inside out, because the way is collected while the decoder returns.
    steps: Vec<Step>,
    problem: Problem,
}

impl Error {
    pub(crate) fn new(problem: Problem) -> Self {
        Self(Box::new(Fault { steps: Vec::new(), problem }))
    }

    /// The same error, seen from the value that holds the faulty one.
    #[must_use]
    pub(crate) fn inside(mut self, step: Step) -> Self {
        self.0.steps.push(step);
        self
    }

    /// Where it is: from the value that was handed in to the part at fault.
    pub fn path(&self) -> Path {
        self.0.steps.iter().rev().cloned().collect()
    }

    /// What is wrong.
    pub fn problem(&self) -> &Problem {
        &self.0.problem
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::new(problem)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path();
        if !path.is_root() {
            write!(f, "{path}: ")?;
        }
        self.0.problem.fmt(f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error").field("path", &self.path()).field("problem", &self.0.problem).finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.0.problem)
    }
}

/// What is wrong with a value or its encoding.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Problem {
    /// The message is larger than [`MAX_BYTES`](crate::limits::MAX_BYTES), or a type string than
    /// [`MAX_TYPE_BYTES`](crate::limits::MAX_TYPE_BYTES).
    #[error("{bytes} bytes are too many, the limit is {limit}")]
    TooLarge {
        /// How many there are.
        bytes: usize,
        /// How many there may be.
        limit: usize,
    },
    /// Nested deeper than [`MAX_DEPTH`](crate::limits::MAX_DEPTH).
    #[error("nested deeper than {limit} levels")]
    TooDeep {
        /// How deep it may be.
        limit: usize,
    },
    /// More than [`MAX_VALUES`](crate::limits::MAX_VALUES) values in one message.
    #[error("more than {limit} values in one message")]
    TooMany {
        /// How many there may be.
        limit: usize,
    },
    /// The bytes end before the value does.
    #[error("the encoded value is cut off")]
    Truncated,
    /// There are bytes after the value.
    #[error("{bytes} bytes follow after the end of the value")]
    Trailing {
        /// How many.
        bytes: usize,
    },
    /// Another kind of value than the type asks for.
    #[error("{expected} is required, found {found}")]
    Kind {
        /// What the type asks for.
        expected: &'static str,
        /// What is there.
        found: &'static str,
    },
    /// A string is not UTF-8.
    #[error("the string is not valid UTF-8")]
    Utf8,
    /// A number can't be read.
    #[error("the number can't be read")]
    Number(#[source] NumberError),
    /// A tuple of another length than its type.
    #[error("a tuple of {expected} elements is required, found {found}")]
    TupleLength {
        /// By its type.
        expected: usize,
        /// In the value.
        found: usize,
    },
    /// An object with more or fewer attributes than its type.
    #[error("an object with {expected} attributes is required, found {found}")]
    AttributeCount {
        /// By its type.
        expected: usize,
        /// In the value.
        found: usize,
    },
    /// An attribute that the object's type does not have.
    #[error("the object's type has no attribute {name:?}")]
    UnsupportedAttribute {
        /// Its name, cut off if it is long.
        name: String,
    },
    /// An object lacks an attribute of its type.
    #[error("the object lacks the attribute {name:?}; an attribute without a value is null, not absent")]
    MissingAttribute {
        /// Its name.
        name: String,
    },
    /// A key stands twice in one map or object, also after normalisation.
    #[error("the key {key:?} stands there twice")]
    DuplicateKey {
        /// The key, cut off if it is long.
        key: String,
    },
    /// The elements of one collection have different types, which only `dynamic` makes possible.
    #[error("the elements of one collection must have the same type")]
    MixedElements,
    /// A refinement of an unknown value can't be read, contradicts another or does not fit the type.
    #[error("the refinement of an unknown value can't be used")]
    Refinement(#[source] RefinementError),
    /// A dynamic value without its type or without its value, or with something else beside them.
    #[error("a dynamic value must consist of a type and a value")]
    DynamicParts,
    /// A type string can't be read. Within a dynamic value, or by itself.
    #[error("the type can't be read: {reason}")]
    Type {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The text is no JSON.
    #[error("no JSON at byte {offset}: {expected} is required")]
    Json {
        /// Position of the first byte that doesn't fit, counted from zero.
        offset: usize,
        /// What would have fitted.
        expected: &'static str,
    },
    /// An unknown value has no JSON form.
    #[error("an unknown value can't be written as JSON")]
    UnknownInJson,
    /// An infinite number has no JSON form.
    #[error("an infinite number can't be written as JSON")]
    InfiniteInJson,
}

impl Problem {
    pub(crate) fn unsupported_attribute(name: &str) -> Self {
        Self::UnsupportedAttribute { name: shortened(name) }
    }

    pub(crate) fn missing_attribute(name: &str) -> Self {
        Self::MissingAttribute { name: shortened(name) }
    }

    pub(crate) fn duplicate_key(key: &str) -> Self {
        Self::DuplicateKey { key: shortened(key) }
    }
}

/// Foreign names end up in diagnostics: a megabyte of them helps nobody.
fn shortened(name: &str) -> String {
    const SHOWN: usize = 80;
    match name.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_reads_from_the_outside() {
        let error = Error::new(Problem::Kind { expected: "a string", found: "a bool" })
            .inside(Step::Attribute("name".into()))
            .inside(Step::Index(2))
            .inside(Step::Attribute("rule".into()));
        assert_eq!(error.to_string(), "rule[2].name: a string is required, found a bool");
        assert_eq!(error.path(), Path::root().attribute("rule").index(2).attribute("name"));
    }

    #[test]
    fn long_names_are_cut() {
        let problem = Problem::unsupported_attribute(&"é".repeat(1000));
        assert!(problem.to_string().len() < 250);
    }
}
