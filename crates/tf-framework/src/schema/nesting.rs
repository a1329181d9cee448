//! Objects inside of objects: how many of them, and how they are told apart.

use tf_value::{Text, Type, Value};

use super::{Attribute, Block};
use crate::validate::Combination;

/// How many objects there are under one name, and how they are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Nesting {
    /// One object or none.
    Single,
    /// Always one object, which exists even if the configuration has none. Only blocks have this.
    Group,
    /// Any number in order.
    List,
    /// Any number without order. Elements have no name but their content, so they can't be addressed.
    Set,
    /// Any number, each under a key.
    Map,
}

/// The value of a nested attribute: objects whose attributes have modes, defaults and rules of their own.
///
/// ```
/// use tf_framework::schema::{Attribute, NestedObject};
/// use tf_value::Type;
///
/// let rule = Attribute::optional(NestedObject::list([
///     ("port", Attribute::required(Type::Number)),
///     ("protocol", Attribute::optional(Type::String).default_value("tcp")),
/// ]));
/// # let _ = rule;
/// ```
#[derive(Clone, Debug)]
pub struct NestedObject {
    nesting: Nesting,
    object: Block,
}

impl NestedObject {
    /// One object.
    pub fn single<N: Into<Text>>(attributes: impl IntoIterator<Item = (N, Attribute)>) -> Self {
        Self::new(Nesting::Single, attributes)
    }

    /// A list of objects.
    pub fn list<N: Into<Text>>(attributes: impl IntoIterator<Item = (N, Attribute)>) -> Self {
        Self::new(Nesting::List, attributes)
    }

    /// A set of objects.
    pub fn set<N: Into<Text>>(attributes: impl IntoIterator<Item = (N, Attribute)>) -> Self {
        Self::new(Nesting::Set, attributes)
    }

    /// Objects under keys.
    pub fn map<N: Into<Text>>(attributes: impl IntoIterator<Item = (N, Attribute)>) -> Self {
        Self::new(Nesting::Map, attributes)
    }

    fn new<N: Into<Text>>(nesting: Nesting, attributes: impl IntoIterator<Item = (N, Attribute)>) -> Self {
        let object =
            attributes.into_iter().fold(Block::new(), |object, (name, attribute)| object.attribute(name, attribute));
        Self { nesting, object }
    }

    /// Objects that look like this block. It must have no blocks in it: a nested attribute can't.
    pub fn of(nesting: Nesting, object: Block) -> Self {
        Self { nesting, object }
    }

    /// Which attributes of one such object may or must be set together.
    #[must_use]
    pub fn combination(mut self, combination: Combination) -> Self {
        self.object = self.object.combination(combination);
        self
    }

    /// How many objects there are and how they are told apart. Never [`Nesting::Group`].
    pub fn nesting(&self) -> Nesting {
        self.nesting
    }

    /// What each of them looks like. It has attributes and no blocks.
    pub fn object(&self) -> &Block {
        &self.object
    }

    pub(crate) fn implied_type(&self) -> Type {
        self.nesting.type_of(self.object.implied_type())
    }
}

impl Nesting {
    /// Changes each of the objects in a value of this nesting. What is null or unknown has none.
    pub(crate) fn map_objects(self, value: Value, change: &dyn Fn(Value) -> Value) -> Value {
        match (self, value) {
            (Self::Single | Self::Group, value) => change(value),
            (_, Value::List(elements)) => Value::list(elements.into_iter().map(change)),
            (_, Value::Set(elements)) => Value::set(elements.into_iter().map(change)),
            (_, Value::Map(elements)) => Value::map(elements.into_iter().map(|(key, element)| (key, change(element)))),
            (_, value) => value,
        }
    }

    /// The type of objects of this nesting.
    pub(crate) fn type_of(self, object: Type) -> Type {
        match self {
            Self::Single | Self::Group => object,
            Self::List => Type::list(object),
            Self::Set => Type::set(object),
            Self::Map => Type::map(object),
        }
    }
}
