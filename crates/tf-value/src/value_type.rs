//! What a value may be: cty's types.

use std::sync::Arc;

use crate::Text;

/// A type, or, where it holds [`Dynamic`](Self::Dynamic), a constraint on types. Cheap to clone.
///
/// ```
/// use tf_value::Type;
///
/// let rule = Type::object([("port", Type::Number), ("labels", Type::map(Type::String))]);
/// assert_eq!(rule.to_json(), r#"["object",{"labels":["map","string"],"port":"number"}]"#);
/// assert_eq!(Type::from_json(rule.to_json().as_bytes())?, rule);
/// # Ok::<_, tf_value::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// `true` or `false`.
    Bool,
    /// An exact decimal number.
    Number,
    /// Unicode text.
    String,
    /// Any type: the value brings its own.
    Dynamic,
    /// Any number of elements in order, all of one type.
    List(Arc<Self>),
    /// Any number of different elements without order, all of one type.
    Set(Arc<Self>),
    /// Any number of elements under string keys, all of one type.
    Map(Arc<Self>),
    /// A fixed number of elements in order, each with a type of its own.
    Tuple(Arc<[Self]>),
    /// Named attributes, each with a type of its own.
    Object(ObjectType),
}

/// The attributes of an object: names and types, in the order of their names. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectType {
    attributes: Arc<[(Text, Type)]>,
    /// Asked for at every collection of objects, so not computed each time.
    contains_dynamic: bool,
}

impl Type {
    /// A list of elements of one type.
    pub fn list(element: Self) -> Self {
        Self::List(Arc::new(element))
    }

    /// A set of elements of one type.
    pub fn set(element: Self) -> Self {
        Self::Set(Arc::new(element))
    }

    /// A map of elements of one type.
    pub fn map(element: Self) -> Self {
        Self::Map(Arc::new(element))
    }

    /// A tuple of elements of these types.
    pub fn tuple(elements: impl IntoIterator<Item = Self>) -> Self {
        Self::Tuple(elements.into_iter().collect())
    }

    /// An object with these attributes. Of two with the same name the last counts.
    pub fn object<N: Into<Text>>(attributes: impl IntoIterator<Item = (N, Self)>) -> Self {
        Self::Object(ObjectType::new(attributes))
    }

    /// Whether it is [`Dynamic`](Self::Dynamic) or holds it somewhere.
    pub fn contains_dynamic(&self) -> bool {
        match self {
            Self::Bool | Self::Number | Self::String => false,
            Self::Dynamic => true,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.contains_dynamic(),
            Self::Tuple(elements) => elements.iter().any(Self::contains_dynamic),
            Self::Object(object) => object.contains_dynamic,
        }
    }

    /// Whether it has more than so many levels, itself being the first.
    pub(crate) fn is_deeper_than(&self, levels: usize) -> bool {
        let Some(inside) = levels.checked_sub(1) else { return true };
        match self {
            Self::Bool | Self::Number | Self::String | Self::Dynamic => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.is_deeper_than(inside),
            Self::Tuple(elements) => elements.iter().any(|element| element.is_deeper_than(inside)),
            Self::Object(object) => object.attributes().any(|(_, attribute)| attribute.is_deeper_than(inside)),
        }
    }

    /// Whether it is a list, set or map: what has a length that the type does not fix.
    pub fn is_collection(&self) -> bool {
        matches!(self, Self::List(_) | Self::Set(_) | Self::Map(_))
    }

    /// For "… is required".
    pub(crate) fn noun(&self) -> &'static str {
        match self {
            Self::Bool => "a bool",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Dynamic => "a value with its type",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Tuple(_) => "a tuple",
            Self::Object(_) => "an object",
        }
    }
}

impl ObjectType {
    /// An object type with these attributes. Of two with the same name the last counts.
    pub fn new<N: Into<Text>>(attributes: impl IntoIterator<Item = (N, Type)>) -> Self {
        let mut attributes: Vec<(Text, Type)> =
            attributes.into_iter().map(|(name, attribute)| (name.into(), attribute)).collect();
        // The sort is stable, so that after the reversal the last of equal names comes first, and stays.
        attributes.reverse();
        attributes.sort_by(|(one, _), (other, _)| one.cmp(other));
        attributes.dedup_by(|(later, _), (first, _)| later == first);
        let contains_dynamic = attributes.iter().any(|(_, attribute)| attribute.contains_dynamic());
        Self { attributes: attributes.into(), contains_dynamic }
    }

    /// Names and types, in the order of the names.
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (&Text, &Type)> {
        self.attributes.iter().map(|(name, attribute)| (name, attribute))
    }

    /// The type of one attribute.
    pub fn attribute(&self, name: &str) -> Option<&Type> {
        let position = self.position(name)?;
        self.attributes.get(position).map(|(_, attribute)| attribute)
    }

    /// How many attributes there are.
    pub fn len(&self) -> usize {
        self.attributes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty()
    }

    /// The place of an attribute in the order of the names.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.attributes.binary_search_by(|(candidate, _)| candidate.as_str().cmp(name)).ok()
    }

    pub(crate) fn at(&self, position: usize) -> Option<&(Text, Type)> {
        self.attributes.get(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_ordered_and_unique() {
        let object = ObjectType::new([("b", Type::Bool), ("a", Type::String), ("b", Type::Number)]);
        let names: Vec<&str> = object.attributes().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(object.attribute("b"), Some(&Type::Number));
        assert_eq!(object.attribute("c"), None);
    }

    #[test]
    fn dynamic_is_found_at_any_depth() {
        let deep = Type::list(Type::object([("a", Type::tuple([Type::map(Type::Dynamic)]))]));
        assert!(deep.contains_dynamic());
        assert!(!Type::list(Type::object([("a", Type::String)])).contains_dynamic());
    }
}
