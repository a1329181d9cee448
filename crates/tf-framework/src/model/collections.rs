//! Attributes that may be null, and lists, sets and maps.

use std::collections::BTreeMap;
use std::ops::Deref;

use tf_value::{Step, Text, Value};

use super::attribute_type::plain_attribute;
use super::{AttributeType, DecodeError, Inside};
use crate::plan::ElementWise;
use crate::schema::{Attribute, Mode, NestedObject, Nesting, Shape};

/// Null is `None`.
impl<T: AttributeType> AttributeType for Option<T> {
    type Plan = Option<T::Plan>;
    type Inner = T::Inner;
    type Checked = T::Checked;

    const SECRET: bool = T::SECRET;
    const NULLABLE: bool = true;
    const REFINED: bool = T::REFINED;
    const INSIDE: Inside = T::INSIDE;

    fn shape() -> Shape {
        T::shape()
    }

    fn attribute(mode: Mode) -> Attribute {
        T::attribute(mode)
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        if value.is_null() { Ok(None) } else { T::decode(value).map(Some) }
    }

    fn decode_plan(value: Value) -> Result<Self::Plan, DecodeError> {
        if value.is_null() { Ok(None) } else { T::decode_plan(value).map(Some) }
    }

    fn encode(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::encode)
    }

    fn encode_plan(plan: &Self::Plan) -> Value {
        plan.as_ref().map_or(Value::Null, T::encode_plan)
    }
}

/// A list.
impl<T: AttributeType> AttributeType for Vec<T> {
    type Plan = Vec<T::Plan>;
    type Inner = Self;
    type Checked = [T];

    const SECRET: bool = T::SECRET;
    const REFINED: bool = T::REFINED;
    const INSIDE: Inside = T::INSIDE;

    fn shape() -> Shape {
        several(T::shape(), Nesting::List)
    }

    fn attribute(mode: Mode) -> Attribute {
        attribute_of::<Self, T>(mode)
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        elements(list(value)?, T::decode)
    }

    fn decode_plan(value: Value) -> Result<Self::Plan, DecodeError> {
        elements(list(value)?, T::decode_plan)
    }

    fn encode(&self) -> Value {
        Value::list(self.iter().map(T::encode))
    }

    fn encode_plan(plan: &Self::Plan) -> Value {
        Value::list(plan.iter().map(T::encode_plan))
    }
}

/// A set: elements without order, each once.
///
/// The elements stand in the order in which core has them. Those that are given to core twice count once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetOf<T>(pub Vec<T>);

impl<T> Deref for SetOf<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> FromIterator<T> for SetOf<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        Self(elements.into_iter().collect())
    }
}

impl<T> IntoIterator for SetOf<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<T: AttributeType> AttributeType for SetOf<T> {
    type Plan = SetOf<T::Plan>;
    type Inner = Self;
    type Checked = Self;

    const SECRET: bool = T::SECRET;
    const REFINED: bool = T::REFINED;
    const INSIDE: Inside = T::INSIDE.in_set();

    fn shape() -> Shape {
        several(T::shape(), Nesting::Set)
    }

    fn attribute(mode: Mode) -> Attribute {
        attribute_of::<Self, T>(mode)
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        set_elements(value, T::decode)
    }

    fn decode_plan(value: Value) -> Result<Self::Plan, DecodeError> {
        set_elements(value, T::decode_plan)
    }

    fn encode(&self) -> Value {
        Value::set(self.iter().map(T::encode))
    }

    fn encode_plan(plan: &Self::Plan) -> Value {
        Value::set(plan.iter().map(T::encode_plan))
    }
}

/// A map.
impl<T: AttributeType> AttributeType for BTreeMap<String, T> {
    type Plan = BTreeMap<String, T::Plan>;
    type Inner = Self;
    type Checked = Self;

    const SECRET: bool = T::SECRET;
    const REFINED: bool = T::REFINED;
    const INSIDE: Inside = T::INSIDE;

    fn shape() -> Shape {
        several(T::shape(), Nesting::Map)
    }

    fn attribute(mode: Mode) -> Attribute {
        attribute_of::<Self, T>(mode)
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        map_elements(value, T::decode)
    }

    fn decode_plan(value: Value) -> Result<Self::Plan, DecodeError> {
        map_elements(value, T::decode_plan)
    }

    fn encode(&self) -> Value {
        Value::map(self.iter().map(|(key, element)| (key.as_str(), element.encode())))
    }

    fn encode_plan(plan: &Self::Plan) -> Value {
        Value::map(plan.iter().map(|(key, element)| (key.as_str(), T::encode_plan(element))))
    }
}

/// Several of a kind. Collections of nested objects are nested attributes; collections of those are plain types.
fn several(shape: Shape, nesting: Nesting) -> Shape {
    match shape {
        Shape::Nested(nested) if nested.nesting() == Nesting::Single => {
            NestedObject::of(nesting, nested.object().clone()).into()
        }
        Shape::Nested(nested) => nesting.type_of(nested.implied_type()).into(),
        Shape::Typed(ty) => nesting.type_of(ty).into(),
    }
}

/// An attribute of a collection of `T`. In a nested one, the attributes of each object say themselves what means the same.
fn attribute_of<Several: AttributeType, T: AttributeType>(mode: Mode) -> Attribute {
    let attribute = plain_attribute::<Several>(mode);
    if attribute.nested().is_some() {
        return attribute;
    }
    match ElementWise::of(T::attribute(mode)) {
        Some(equality) => attribute.semantic_equality(equality),
        None => attribute,
    }
}

fn list(value: Value) -> Result<Vec<Value>, DecodeError> {
    match value {
        Value::List(elements) => Ok(elements),
        other => Err(DecodeError::expected("a list", &other)),
    }
}

fn elements<T>(elements: Vec<Value>, decode: impl Fn(Value) -> Result<T, DecodeError>) -> Result<Vec<T>, DecodeError> {
    let decoded = elements.into_iter().enumerate();
    decoded.map(|(index, element)| decode(element).map_err(|error| error.inside(Step::Index(index)))).collect()
}

fn set_elements<T>(value: Value, decode: impl Fn(Value) -> Result<T, DecodeError>) -> Result<SetOf<T>, DecodeError> {
    match value {
        Value::Set(elements) => {
            elements.into_iter().map(|element| decode(element).map_err(|error| error.inside(Step::Element))).collect()
        }
        other => Err(DecodeError::expected("a set", &other)),
    }
}

fn map_elements<T>(
    value: Value,
    decode: impl Fn(Value) -> Result<T, DecodeError>,
) -> Result<BTreeMap<String, T>, DecodeError> {
    let element = |(key, element): (Text, Value)| match decode(element) {
        Ok(decoded) => Ok((key.as_str().to_owned(), decoded)),
        Err(error) => Err(error.inside(Step::Key(key))),
    };
    match value {
        Value::Map(elements) => elements.into_iter().map(element).collect(),
        other => Err(DecodeError::expected("a map", &other)),
    }
}

#[cfg(test)]
mod tests {
    use tf_value::Type;

    use super::*;
    use crate::model::Secret;

    #[track_caller]
    fn comes_back<T: AttributeType>(value: &Value, ty: &Type) {
        assert_eq!(T::attribute(Mode::Optional).implied_type(), *ty);
        assert_eq!(T::decode(value.clone()).unwrap().encode(), *value);
        assert_eq!(T::encode_plan(&T::decode_plan(value.clone()).unwrap()), *value);
    }

    #[test]
    fn collections_come_back_as_they_were() {
        let texts = || [Value::from("b"), Value::from("a")];
        comes_back::<Vec<String>>(&Value::list(texts()), &Type::list(Type::String));
        comes_back::<SetOf<String>>(&Value::set(texts()), &Type::set(Type::String));
        let map = Value::map([("x", Value::list(texts())), ("y", Value::list([]))]);
        comes_back::<BTreeMap<String, Vec<String>>>(&map, &Type::map(Type::list(Type::String)));
        comes_back::<Option<Vec<Option<u8>>>>(&Value::list([Value::from(1), Value::Null]), &Type::list(Type::Number));
        comes_back::<Option<Vec<u8>>>(&Value::Null, &Type::list(Type::Number));
    }

    #[test]
    fn one_collection_is_not_another() {
        let (list, set) = (Value::list([Value::from("a")]), Value::set([Value::from("a")]));
        Vec::<String>::decode(set.clone()).unwrap_err();
        SetOf::<String>::decode(list.clone()).unwrap_err();
        BTreeMap::<String, String>::decode(list).unwrap_err();
        Vec::<String>::decode(Value::Null).unwrap_err();
        assert!(SetOf::<String>::decode(Value::unknown()).unwrap_err().is_unknown());
    }

    #[test]
    fn errors_say_which_element() {
        let bad = || Value::from(256);
        let path = |error: DecodeError| error.path().to_string();
        assert_eq!(path(Vec::<u8>::decode(Value::list([Value::from(1), bad()])).unwrap_err()), "[1]");
        assert_eq!(path(SetOf::<u8>::decode(Value::set([bad()])).unwrap_err()), "[...]");
        let nested = Value::map([("k", Value::list([bad()]))]);
        assert_eq!(path(BTreeMap::<String, Vec<u8>>::decode(nested).unwrap_err()), r#"["k"][0]"#);
    }

    #[test]
    fn what_is_known_of_the_elements_is_known_of_the_collection() {
        fn known_of<T: AttributeType>() -> (bool, bool, bool) {
            (T::SECRET, T::NULLABLE, T::REFINED)
        }
        assert_eq!(known_of::<Vec<Secret>>(), (true, false, false));
        assert_eq!(known_of::<Option<BTreeMap<String, SetOf<u8>>>>(), (false, true, true));
        assert_eq!(known_of::<Vec<Option<String>>>(), (false, false, false));
        assert!(Vec::<Secret>::attribute(Mode::Optional).is_sensitive());
        assert_eq!(Vec::<u8>::attribute(Mode::Optional).validators().len(), 1);
    }

    #[test]
    fn a_validator_gets_what_is_in_an_option() {
        fn same<T: AttributeType<Inner = U, Checked = C>, U, C: ?Sized>() {}
        same::<Option<String>, String, str>();
        same::<Option<Vec<String>>, Vec<String>, [String]>();
        same::<Option<SetOf<u8>>, SetOf<u8>, SetOf<u8>>();
    }
}
