//! Sets whose elements a server writes in its own way.

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use tf_value::{Step, Text, Type, Value};

use crate::model::{AttributeType, DecodeError};
use crate::plain_attribute_type;
use crate::schema::{Attribute, Mode, Shape};

/// How a server writes the elements of a set: names of policies in lower case, say.
pub trait Normalization: Send + Sync + 'static {
    /// The element as the server writes it. What is in that form already stays as it is.
    ///
    /// # Errors
    /// If the server would refuse the element. The text goes on after the attribute's name: "must not be empty".
    fn normalize(element: &str) -> Result<String, DecodeError>;
}

/// Letters are lower case, as Go has it.
#[derive(Clone, Copy, Debug)]
pub struct LowerCase;

impl Normalization for LowerCase {
    fn normalize(element: &str) -> Result<String, DecodeError> {
        // Letter by letter, as Go does it. For one of them, İ, Rust has two, of which Go has only the first.
        Ok(element.chars().filter_map(|letter| letter.to_lowercase().next()).collect())
    }
}

/// Slashes at the beginning and the end are left out.
#[derive(Clone, Copy, Debug)]
pub struct WithoutOuterSlashes;

impl Normalization for WithoutOuterSlashes {
    fn normalize(element: &str) -> Result<String, DecodeError> {
        Ok(element.trim_matches('/').to_owned())
    }
}

/// A set of strings that a server normalises.
///
/// Two are equal if their elements are the same once normalised. Elements of which one is enough then count once.
///
/// ```
/// use tf_framework::semantic::{LowerCase, NormalizedSet};
///
/// let configured: NormalizedSet<LowerCase> = NormalizedSet::new(["Team-A", "default"])?;
/// assert_eq!(configured, NormalizedSet::new(["default", "team-a"])?);
/// assert!(configured.contains("TEAM-A")?);
/// assert!(configured.normalized().eq(["default", "team-a"]));
/// # Ok::<_, tf_framework::model::DecodeError>(())
/// ```
pub struct NormalizedSet<N> {
    /// As they were written.
    elements: BTreeSet<Text>,
    normalized: BTreeSet<String>,
    normalization: PhantomData<fn() -> N>,
}

impl<N: Normalization> NormalizedSet<N> {
    /// With these elements.
    ///
    /// # Errors
    /// If the server would refuse one of them.
    pub fn new<E: Into<Text>>(elements: impl IntoIterator<Item = E>) -> Result<Self, DecodeError> {
        let elements: BTreeSet<Text> = elements.into_iter().map(Into::into).collect();
        let normalized = elements.iter().map(|element| N::normalize(element)).collect::<Result<_, _>>();
        let normalized = normalized.map_err(|error| error.inside(Step::Element))?;
        Ok(Self { elements, normalized, normalization: PhantomData })
    }

    /// Whether an element, however it is written, is in it.
    ///
    /// # Errors
    /// If the server would refuse the element.
    pub fn contains(&self, element: &str) -> Result<bool, DecodeError> {
        N::normalize(element).map(|element| self.normalized.contains(&element))
    }
}

impl<N> NormalizedSet<N> {
    /// The elements as the server has them, each once, in order.
    pub fn normalized(&self) -> impl ExactSizeIterator<Item = &str> {
        self.normalized.iter().map(String::as_str)
    }
}

impl<N> Clone for NormalizedSet<N> {
    fn clone(&self) -> Self {
        Self { elements: self.elements.clone(), normalized: self.normalized.clone(), normalization: PhantomData }
    }
}

impl<N> Default for NormalizedSet<N> {
    fn default() -> Self {
        Self { elements: BTreeSet::new(), normalized: BTreeSet::new(), normalization: PhantomData }
    }
}

impl<N> fmt::Debug for NormalizedSet<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(&self.elements).finish()
    }
}

impl<N> PartialEq for NormalizedSet<N> {
    fn eq(&self, other: &Self) -> bool {
        self.normalized == other.normalized
    }
}

impl<N> Eq for NormalizedSet<N> {}

impl<N: Normalization> AttributeType for NormalizedSet<N> {
    plain_attribute_type!();

    const REFINED: bool = true;

    fn shape() -> Shape {
        Type::set(Type::String).into()
    }

    fn attribute(mode: Mode) -> Attribute {
        super::attribute(mode, Self::eq)
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        let elements = value.as_set().ok_or_else(|| DecodeError::expected("a set", &value))?;
        let text = |element: &Value| match element {
            Value::String(text) => Ok(text.clone()),
            other => Err(DecodeError::expected("a string", other).inside(Step::Element)),
        };
        Self::new(elements.iter().map(text).collect::<Result<Vec<_>, _>>()?)
    }

    fn encode(&self) -> Value {
        Value::set(self.elements.iter().cloned().map(Value::from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::semantic::Cidr;

    #[test]
    fn normal_forms() {
        for (element, normal) in [("Team-A", "team-a"), ("ÄΣ", "äσ"), ("İ", "i"), ("ß", "ß"), ("", "")] {
            assert_eq!(LowerCase::normalize(element).unwrap(), normal);
        }
        for (element, normal) in [("/a/b/", "a/b"), ("a//b", "a//b"), ("//", ""), ("", "")] {
            assert_eq!(WithoutOuterSlashes::normalize(element).unwrap(), normal);
        }
    }

    #[test]
    fn keeps_what_was_written() {
        let written = Value::set(["A", "a", "b"].map(Value::from));
        let set = NormalizedSet::<LowerCase>::decode(written.clone()).unwrap();
        assert_eq!(set.encode(), written);
        assert_eq!(set.normalized().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(set, NormalizedSet::new(["B", "A"]).unwrap());
        assert_ne!(set, NormalizedSet::new(["b"]).unwrap());
    }

    #[test]
    fn elements_can_be_refused() {
        let networks = NormalizedSet::<Cidr>::new(["10.0.0.1/32", "::1"]).unwrap();
        assert_eq!(networks, NormalizedSet::new(["0:0:0:0:0:0:0:1/128", "10.0.0.1"]).unwrap());
        assert!(networks.contains("::1/128").unwrap());
        networks.contains("localhost").unwrap_err();
        let error = NormalizedSet::<Cidr>::new(["localhost"]).unwrap_err();
        assert_eq!(error.path(), tf_value::Path::root().element());
        for (element, is_unknown) in [(Value::Null, false), (Value::unknown(), true)] {
            let error = NormalizedSet::<LowerCase>::decode(Value::set([element])).unwrap_err();
            assert_eq!(error.is_unknown(), is_unknown);
        }
    }
}
