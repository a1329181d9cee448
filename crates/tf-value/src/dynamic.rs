//! Values where the schema says "dynamic": they bring their own type.

use std::borrow::Cow;

use crate::error::{Error, Problem};
use crate::limits::MAX_DEPTH;
use crate::{Type, Value};

/// A value together with its type, as it stands where the schema leaves the type open. Made by [`Value::dynamic`].
///
/// The type is as exact as the value allows: `dynamic` is left in it only where a value is null, unknown or empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dynamic {
    ty: Type,
    value: Value,
}

impl Dynamic {
    /// The type of the value. Never [`Type::Dynamic`] itself.
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// The value, never itself a [`Value::Dynamic`].
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Both.
    pub fn into_parts(self) -> (Type, Value) {
        (self.ty, self.value)
    }

    /// After a change of the value that left its type alone.
    pub(crate) fn with(ty: Type, value: Value) -> Self {
        Self { ty, value }
    }
}

impl Value {
    /// A value of any type, for a place where the schema says "dynamic".
    ///
    /// A null or unknown value of no particular type is just [`Value::Null`] or [`Value::unknown`], also in such a place.
    ///
    /// # Errors
    /// The value is not of the type: see [`check`](Self::check). Or the type is nested deeper than anybody reads it, by
    /// [`crate::limits`].
    pub fn dynamic(ty: Type, value: Self) -> Result<Self, Error> {
        value.check(&ty)?;
        Self::dynamic_checked(ty, value)
    }

    /// The same for a value that was built by its type.
    pub(crate) fn dynamic_checked(ty: Type, value: Self) -> Result<Self, Error> {
        let (ty, value) = if ty.contains_dynamic() { settle(&ty, value) } else { (ty, value) };
        // Types that are not too deep by themselves may be so together: that of a list and that of its elements.
        if ty.is_deeper_than(MAX_DEPTH) {
            return Err(Problem::TooDeep { limit: MAX_DEPTH }.into());
        }
        Ok(match ty {
            Type::Dynamic => value,
            ty => Self::Dynamic(Box::new(Dynamic { ty, value })),
        })
    }
}

/// Makes the type as exact as the value is, and takes the types out of the value that this makes superfluous.
fn settle(ty: &Type, value: Value) -> (Type, Value) {
    match (ty, value) {
        (Type::Dynamic, Value::Dynamic(inner)) => (inner.ty, inner.value),
        (Type::List(element), Value::List(elements)) => {
            let (element, elements) = settle_all(element, elements);
            (Type::list(element), Value::List(elements))
        }
        (Type::Set(element), Value::Set(elements)) => {
            let (element, elements) = settle_all(element, elements.into_vec());
            (Type::set(element), Value::set(elements))
        }
        (Type::Map(element), Value::Map(entries)) => {
            let (keys, elements): (Vec<_>, Vec<_>) = entries.into_iter().unzip();
            let (element, elements) = settle_all(element, elements);
            (Type::map(element), Value::Map(keys.into_iter().zip(elements).collect()))
        }
        (Type::Tuple(types), Value::Tuple(elements)) => {
            let (types, elements): (Vec<_>, Vec<_>) =
                types.iter().zip(elements).map(|(ty, element)| settle(ty, element)).unzip();
            (Type::tuple(types), Value::Tuple(elements))
        }
        (Type::Object(object), Value::Object(attributes)) => {
            let settled =
                object.attributes().zip(attributes).map(|((_, ty), (name, attribute))| (name, settle(ty, attribute)));
            let (types, attributes): (Vec<_>, Vec<_>) =
                settled.map(|(name, (ty, attribute))| ((name.clone(), ty), (name, attribute))).unzip();
            (Type::object(types), Value::Object(attributes.into_iter().collect()))
        }
        (ty, value) => (ty.clone(), value),
    }
}

fn settle_all(element: &Type, elements: Vec<Value>) -> (Type, Vec<Value>) {
    let (types, elements): (Vec<_>, Vec<_>) = elements.into_iter().map(|value| settle(element, value)).unzip();
    // They agree, but for those that are null or unknown without a type.
    let common = types.into_iter().find(|ty| *ty != Type::Dynamic);
    (common.unwrap_or_else(|| element.clone()), elements)
}

/// The type that a value has by itself, under a type that may leave it open.
fn actual<'a>(ty: &'a Type, value: &'a Value) -> Cow<'a, Type> {
    if !ty.contains_dynamic() {
        return Cow::Borrowed(ty);
    }
    let first = |element: &Type, mut elements: Box<dyn Iterator<Item = &Value> + '_>| {
        elements.find_map(|value| Some(actual(element, value).into_owned()).filter(|ty| *ty != Type::Dynamic))
    };
    match (ty, value) {
        (Type::Dynamic, Value::Dynamic(inner)) => Cow::Borrowed(&inner.ty),
        (Type::List(element), Value::List(elements)) => match first(element, Box::new(elements.iter())) {
            Some(element) => Cow::Owned(Type::list(element)),
            None => Cow::Borrowed(ty),
        },
        (Type::Set(element), Value::Set(elements)) => match first(element, Box::new(elements.iter())) {
            Some(element) => Cow::Owned(Type::set(element)),
            None => Cow::Borrowed(ty),
        },
        (Type::Map(element), Value::Map(entries)) => match first(element, Box::new(entries.values())) {
            Some(element) => Cow::Owned(Type::map(element)),
            None => Cow::Borrowed(ty),
        },
        (Type::Tuple(types), Value::Tuple(elements)) => {
            Cow::Owned(Type::tuple(types.iter().zip(elements).map(|(ty, value)| actual(ty, value).into_owned())))
        }
        (Type::Object(object), Value::Object(attributes)) => {
            let types = object.attributes().filter_map(|(name, ty)| {
                let attribute = attributes.get(name)?;
                Some((name, actual(ty, attribute).into_owned()))
            });
            Cow::Owned(Type::object(types))
        }
        _ => Cow::Borrowed(ty),
    }
}

/// Checks that the elements of a collection agree on their type, where the element type leaves it open.
///
/// Go's cty panics on a message in which they don't, and takes the host down with it.
pub(crate) fn check_agreement<'a>(
    element: &Type,
    elements: impl IntoIterator<Item = &'a Value>,
) -> Result<Option<Type>, Problem> {
    if !element.contains_dynamic() {
        return Ok(None);
    }
    let mut common: Option<Cow<'_, Type>> = None;
    for value in elements {
        let ty = actual(element, value);
        if *ty == Type::Dynamic {
            continue;
        }
        match &common {
            Some(common) if *common != ty => return Err(Problem::MixedElements),
            Some(_) => {}
            None => common = Some(Cow::Owned(ty.into_owned())),
        }
    }
    Ok(common.map(Cow::into_owned))
}

/// Checks the same while a collection is decoded, and gives null and unknown elements without a type that of the others:
/// that is how cty reads them.
pub(crate) fn agree(element: &Type, elements: &mut [Value]) -> Result<(), Problem> {
    let common = check_agreement(element, elements.iter())?;
    let Some(common) = common.filter(|_| *element == Type::Dynamic) else { return Ok(()) };
    for value in elements.iter_mut().filter(|value| !matches!(value, Value::Dynamic(_))) {
        let untyped = std::mem::replace(value, Value::Null);
        *value = Value::Dynamic(Box::new(Dynamic { ty: common.clone(), value: untyped }));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::dynamic(Type::String, Value::from(text)).unwrap()
    }

    #[test]
    fn types_become_as_exact_as_the_value() {
        let open = Type::object([("a", Type::Dynamic), ("b", Type::list(Type::Dynamic)), ("c", Type::Dynamic)]);
        let value = Value::object([("a", text("x")), ("b", Value::list([text("y"), Value::Null])), ("c", Value::Null)]);
        let Value::Dynamic(settled) = Value::dynamic(open, value).unwrap() else { panic!("not dynamic") };
        let exact = Type::object([("a", Type::String), ("b", Type::list(Type::String)), ("c", Type::Dynamic)]);
        assert_eq!(settled.ty(), &exact);
        let bare = Value::object([
            ("a", Value::from("x")),
            ("b", Value::list([Value::from("y"), Value::Null])),
            ("c", Value::Null),
        ]);
        assert_eq!(settled.value(), &bare);
    }

    #[test]
    fn dynamic_in_dynamic_is_once_dynamic() {
        assert_eq!(Value::dynamic(Type::Dynamic, text("x")).unwrap(), text("x"));
        assert_eq!(Value::dynamic(Type::Dynamic, Value::Null).unwrap(), Value::Null);
    }

    #[test]
    fn types_that_are_too_deep_together_are_refused() {
        let deep = |levels| (1..levels).fold(Type::Bool, |ty, _| Type::list(ty));
        let inner = Value::dynamic(deep(MAX_DEPTH - 1), Value::Null).unwrap();
        let list = |element| Value::dynamic(Type::list(Type::Dynamic), Value::list([element]));
        let outer = list(inner).unwrap();
        let encoded = crate::msgpack::encode(&Type::Dynamic, &outer).unwrap();
        assert_eq!(crate::msgpack::decode(&Type::Dynamic, &encoded).unwrap(), outer);
        let inner = Value::dynamic(deep(MAX_DEPTH), Value::Null).unwrap();
        assert!(matches!(list(inner).unwrap_err().problem(), Problem::TooDeep { .. }));
        assert!(Value::dynamic(deep(MAX_DEPTH + 1), Value::Null).is_err());
    }

    #[test]
    fn elements_must_agree() {
        let open = Type::object([("v", Type::Dynamic)]);
        let item = |value: Value| Value::object([("v", value)]);
        let number = Value::dynamic(Type::Number, Value::from(1)).unwrap();
        let same = [item(text("x")), item(text("y"))];
        assert!(check_agreement(&open, &same).is_ok());
        for other in [number, Value::Null] {
            let mixed = [item(text("x")), item(other)];
            assert!(matches!(check_agreement(&open, &mixed), Err(Problem::MixedElements)));
        }
    }

    #[test]
    fn untyped_elements_take_the_type_of_the_others() {
        let mut elements = [Value::Null, text("x"), Value::unknown()];
        agree(&Type::Dynamic, &mut elements).unwrap();
        let typed = |value: Value| Value::dynamic(Type::String, value).unwrap();
        assert_eq!(elements, [typed(Value::Null), text("x"), typed(Value::unknown())]);
    }
}
