//! Where inside a value something is.

use std::fmt;

use crate::Text;

/// The way from a value to one of its parts, written as Terraform's users know it: `rule[0].labels["app"]`.
///
/// ```
/// use tf_value::Path;
///
/// let path = Path::root().attribute("rule").index(0).attribute("labels").key("app");
/// assert_eq!(path.to_string(), r#"rule[0].labels["app"]"#);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Step>);

/// One step of a [`Path`], from a value to a part of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The attribute of an object.
    Attribute(Text),
    /// The element of a map.
    Key(Text),
    /// The element of a list or tuple, counted from zero.
    Index(usize),
    /// Some element of a set. It has no name but its own content, and the protocol can't address it: a path that is sent to
    /// Terraform ends before this step.
    Element,
}

impl Path {
    /// The path to the whole value.
    pub fn root() -> Self {
        Self::default()
    }

    /// This path, then the attribute of an object.
    #[must_use]
    pub fn attribute(self, name: impl Into<Text>) -> Self {
        self.then(Step::Attribute(name.into()))
    }

    /// This path, then the element of a map.
    #[must_use]
    pub fn key(self, key: impl Into<Text>) -> Self {
        self.then(Step::Key(key.into()))
    }

    /// This path, then the element of a list or tuple.
    #[must_use]
    pub fn index(self, index: usize) -> Self {
        self.then(Step::Index(index))
    }

    /// This path, then some element of a set.
    #[must_use]
    pub fn element(self) -> Self {
        self.then(Step::Element)
    }

    /// This path, then one step more.
    #[must_use]
    pub fn then(mut self, step: Step) -> Self {
        self.0.push(step);
        self
    }

    /// The steps in order.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether this is the path to the whole value.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `self` leads to `other` or to something that holds it.
    pub fn is_prefix_of(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// As much of this path as the protocol can express: up to the first set.
    #[must_use]
    pub fn addressable(&self) -> Self {
        Self(self.0.iter().take_while(|step| **step != Step::Element).cloned().collect())
    }

    pub(crate) fn push(&mut self, step: Step) {
        self.0.push(step);
    }

    pub(crate) fn pop(&mut self) {
        self.0.pop();
    }
}

impl FromIterator<Step> for Path {
    fn from_iter<I: IntoIterator<Item = Step>>(steps: I) -> Self {
        Self(steps.into_iter().collect())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => write!(f, "{name}")?,
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Element => f.write_str("[...]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_as_in_a_configuration() {
        assert_eq!(Path::root().to_string(), "");
        assert_eq!(Path::root().attribute("list").index(0).attribute("name").to_string(), "list[0].name");
        assert_eq!(Path::root().attribute("map").key("a \"b\"\n").to_string(), r#"map["a \"b\"\n"]"#);
        assert_eq!(Path::root().attribute("set").element().attribute("x").to_string(), "set[...].x");
    }

    #[test]
    fn what_the_protocol_can_address_ends_before_a_set() {
        let path = Path::root().attribute("set").element().attribute("x");
        assert_eq!(path.addressable(), Path::root().attribute("set"));
        assert!(path.addressable().is_prefix_of(&path));
        assert!(!path.is_prefix_of(&path.addressable()));
    }
}
