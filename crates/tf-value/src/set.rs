//! Sets: no element twice, no order that means anything, and yet always the same order.

use crate::Value;

/// The elements of a set.
///
/// Two sets are equal if they have the same elements, however they were made. The order is fixed by the content, and for
/// strings, numbers and bools it is the one in which Terraform shows and sends them: ascending, unknown values behind the
/// known ones, null last.
///
/// Unknown elements never count as equal, since nobody can tell: a set may hold several.
///
/// ```
/// use tf_value::{Set, Value};
///
/// let set = Set::new(["b", "a", "b"].map(Value::from));
/// assert_eq!(set, Set::new(["a", "b"].map(Value::from)));
/// assert!(set.contains(&Value::from("a")));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Set(Vec<Value>);

impl Set {
    /// A set of these elements, each once.
    pub fn new(elements: impl IntoIterator<Item = Value>) -> Self {
        let mut elements: Vec<Value> = elements.into_iter().collect();
        elements.sort_unstable();
        elements.dedup_by(|later, first| later == first && first.is_wholly_known());
        Self(elements)
    }

    /// The elements in their order.
    pub fn as_slice(&self) -> &[Value] {
        &self.0
    }

    /// The elements in their order.
    pub fn iter(&self) -> std::slice::Iter<'_, Value> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an equal value is in it. Unknown parts count as equal to unknown parts here.
    pub fn contains(&self, value: &Value) -> bool {
        self.0.binary_search(value).is_ok()
    }

    /// The elements in their order.
    pub fn into_vec(self) -> Vec<Value> {
        self.0
    }
}

impl<'a> IntoIterator for &'a Set {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl IntoIterator for Set {
    type Item = Value;
    type IntoIter = std::vec::IntoIter<Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl FromIterator<Value> for Set {
    fn from_iter<I: IntoIterator<Item = Value>>(elements: I) -> Self {
        Self::new(elements)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_that_of_terraform() {
        let set = Set::new([Value::Null, Value::from("b"), Value::unknown(), Value::from("B"), Value::from("a")]);
        assert_eq!(
            set.as_slice(),
            ["B", "a", "b"].map(Value::from).into_iter().chain([Value::unknown(), Value::Null]).collect::<Vec<_>>()
        );
        assert_eq!(Set::new([10, 9, -1].map(Value::from)).as_slice(), [-1, 9, 10].map(Value::from));
    }

    #[test]
    fn unknown_elements_are_kept_apart() {
        assert_eq!(Set::new([Value::unknown(), Value::unknown()]).len(), 2);
        let half = || Value::object([("a", Value::from(1)), ("b", Value::unknown())]);
        assert_eq!(Set::new([half(), half()]).len(), 2);
        assert_eq!(Set::new([Value::Null, Value::Null]).len(), 1);
    }
}
