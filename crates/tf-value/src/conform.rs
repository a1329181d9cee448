//! Whether a value is of a type; checked while the value is written down, so that no encoder can forget it.

use std::collections::BTreeMap;

use crate::dynamic::check_agreement;
use crate::error::{Error, Problem};
use crate::limits::MAX_DEPTH;
use crate::path::Step;
use crate::unknown::RefinementError;
use crate::value_type::ObjectType;
use crate::{Number, Text, Type, Unknown, Value};

/// Where a value is written: one encoding, or nowhere.
pub(crate) trait Sink {
    fn null(&mut self);
    fn bool(&mut self, value: bool);
    fn number(&mut self, number: &Number) -> Result<(), Problem>;
    fn string(&mut self, text: &str);
    fn unknown(&mut self, unknown: &Unknown) -> Result<(), Problem>;
    fn begin_array(&mut self, length: usize);
    fn end_array(&mut self);
    fn begin_map(&mut self, length: usize);
    fn key(&mut self, key: &str);
    fn end_map(&mut self);
    /// A value follows, then the end.
    fn begin_dynamic(&mut self, ty: &Type);
    fn end_dynamic(&mut self, ty: &Type);
}

impl Value {
    /// Checks that this is a value of a type: every part of the right kind, objects with exactly their attributes, tuples of
    /// their length, elements of one type, refinements that fit. Encoders check the same.
    ///
    /// ```
    /// use tf_value::{Type, Value};
    ///
    /// let ty = Type::object([("ports", Type::list(Type::Number))]);
    /// let value = Value::object([("ports", Value::list([Value::from(80), Value::from("http")]))]);
    /// assert_eq!(value.check(&ty).unwrap_err().to_string(), "ports[1]: a number is required, found a string");
    /// ```
    ///
    /// # Errors
    /// The first part that does not fit.
    pub fn check(&self, ty: &Type) -> Result<(), Error> {
        write(&mut Nowhere, ty, self, 0)
    }
}

/// Writes a value of a type, part by part.
pub(crate) fn write<S: Sink>(sink: &mut S, ty: &Type, value: &Value, depth: usize) -> Result<(), Error> {
    if depth >= MAX_DEPTH {
        return Err(Problem::TooDeep { limit: MAX_DEPTH }.into());
    }
    match (ty, value) {
        (_, Value::Null) => sink.null(),
        (_, Value::Unknown(unknown)) => {
            if unknown.refinements().is_some_and(|refinements| !refinements.fit(ty)) {
                return Err(Problem::Refinement(RefinementError::WrongType).into());
            }
            sink.unknown(unknown)?;
        }
        (Type::Bool, Value::Bool(value)) => sink.bool(*value),
        (Type::Number, Value::Number(number)) => sink.number(number)?,
        (Type::String, Value::String(text)) => sink.string(text),
        (Type::List(element), Value::List(elements)) => list(sink, element, elements, Step::Index, depth)?,
        (Type::Set(element), Value::Set(elements)) => {
            list(sink, element, elements.as_slice(), |_| Step::Element, depth)?
        }
        (Type::Map(element), Value::Map(entries)) => map(sink, element, entries, depth)?,
        (Type::Tuple(types), Value::Tuple(elements)) => tuple(sink, types, elements, depth)?,
        (Type::Object(object), Value::Object(attributes)) => self::object(sink, object, attributes, depth)?,
        (Type::Dynamic, Value::Dynamic(dynamic)) => {
            sink.begin_dynamic(dynamic.ty());
            write(sink, dynamic.ty(), dynamic.value(), depth + 1)?;
            sink.end_dynamic(dynamic.ty());
        }
        (ty, value) => return Err(Problem::Kind { expected: ty.noun(), found: value.noun() }.into()),
    }
    Ok(())
}

fn list<S: Sink>(
    sink: &mut S,
    element: &Type,
    elements: &[Value],
    step: fn(usize) -> Step,
    depth: usize,
) -> Result<(), Error> {
    check_agreement(element, elements)?;
    sink.begin_array(elements.len());
    for (index, value) in elements.iter().enumerate() {
        write(sink, element, value, depth + 1).map_err(|error| error.inside(step(index)))?;
    }
    sink.end_array();
    Ok(())
}

fn map<S: Sink>(sink: &mut S, element: &Type, entries: &BTreeMap<Text, Value>, depth: usize) -> Result<(), Error> {
    check_agreement(element, entries.values())?;
    sink.begin_map(entries.len());
    for (key, value) in entries {
        sink.key(key);
        write(sink, element, value, depth + 1).map_err(|error| error.inside(Step::Key(key.clone())))?;
    }
    sink.end_map();
    Ok(())
}

fn tuple<S: Sink>(sink: &mut S, types: &[Type], elements: &[Value], depth: usize) -> Result<(), Error> {
    if types.len() != elements.len() {
        return Err(Problem::TupleLength { expected: types.len(), found: elements.len() }.into());
    }
    sink.begin_array(elements.len());
    for (index, (ty, value)) in types.iter().zip(elements).enumerate() {
        write(sink, ty, value, depth + 1).map_err(|error| error.inside(Step::Index(index)))?;
    }
    sink.end_array();
    Ok(())
}

fn object<S: Sink>(
    sink: &mut S,
    object: &ObjectType,
    attributes: &BTreeMap<Text, Value>,
    depth: usize,
) -> Result<(), Error> {
    sink.begin_map(attributes.len());
    // Both are in the order of the names. Where they part, one of them has a name that the other lacks.
    let mut found = attributes.iter();
    for (name, ty) in object.attributes() {
        let (found, value) = found.next().ok_or_else(|| missing(name))?;
        if found != name {
            return Err(match object.attribute(found) {
                None => Problem::unsupported_attribute(found).into(),
                Some(_) => missing(name),
            });
        }
        sink.key(name);
        write(sink, ty, value, depth + 1).map_err(|error| error.inside(Step::Attribute(name.clone())))?;
    }
    match found.next() {
        Some((name, _)) => Err(Problem::unsupported_attribute(name).into()),
        None => {
            sink.end_map();
            Ok(())
        }
    }
}

fn missing(name: &Text) -> Error {
    Problem::missing_attribute(name).into()
}

struct Nowhere;

impl Sink for Nowhere {
    fn null(&mut self) {}
    fn bool(&mut self, _: bool) {}
    fn number(&mut self, _: &Number) -> Result<(), Problem> {
        Ok(())
    }
    fn string(&mut self, _: &str) {}
    fn unknown(&mut self, _: &Unknown) -> Result<(), Problem> {
        Ok(())
    }
    fn begin_array(&mut self, _: usize) {}
    fn end_array(&mut self) {}
    fn begin_map(&mut self, _: usize) {}
    fn key(&mut self, _: &str) {}
    fn end_map(&mut self) {}
    fn begin_dynamic(&mut self, _: &Type) {}
    fn end_dynamic(&mut self, _: &Type) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Refinements;

    fn problem(ty: &Type, value: &Value) -> String {
        value.check(ty).unwrap_err().to_string()
    }

    #[test]
    fn what_does_not_fit_is_named_with_its_place() {
        let ty = Type::object([("a", Type::String), ("b", Type::set(Type::tuple([Type::Bool])))]);
        let b = |value| Value::object([("a", Value::Null), ("b", value)]);
        assert_eq!(
            problem(&ty, &Value::object([("a", Value::Null)])),
            r#"the object lacks the attribute "b"; an attribute without a value is null, not absent"#
        );
        assert_eq!(
            problem(&ty, &Value::object([("b", Value::Null)])),
            r#"the object lacks the attribute "a"; an attribute without a value is null, not absent"#
        );
        let extra = Value::object([("a", Value::Null), ("aa", Value::Null), ("b", Value::Null)]);
        assert_eq!(problem(&ty, &extra), r#"the object's type has no attribute "aa""#);
        let last = Value::object([("a", Value::Null), ("b", Value::Null), ("z", Value::Null)]);
        assert_eq!(problem(&ty, &last), r#"the object's type has no attribute "z""#);
        assert_eq!(problem(&ty, &b(Value::list([]))), "b: a set is required, found a list");
        assert_eq!(
            problem(&ty, &b(Value::set([Value::tuple([])]))),
            "b[...]: a tuple of 1 elements is required, found 0"
        );
        assert_eq!(
            problem(&ty, &b(Value::set([Value::tuple([Value::from(1)])]))),
            "b[...][0]: a bool is required, found a number"
        );
        assert_eq!(problem(&Type::Dynamic, &Value::from(1)), "a value with its type is required, found a number");
    }

    #[test]
    fn parts_that_fit_alone_may_not_fit_together() {
        let typed = |ty, value| Value::dynamic(ty, value).unwrap();
        let mixed = || [typed(Type::Bool, Value::from(true)), typed(Type::Number, Value::from(1))];
        let must_agree = "the elements of one collection must have the same type";
        assert_eq!(problem(&Type::list(Type::Dynamic), &Value::list(mixed())), must_agree);
        assert_eq!(problem(&Type::set(Type::Dynamic), &Value::set(mixed())), must_agree);
        let map = Value::map(["a", "b"].into_iter().zip(mixed()));
        assert_eq!(problem(&Type::map(Type::Dynamic), &map), must_agree);
        let prefixed = Value::refined(&Type::String, Refinements::default().prefix("a").unwrap()).unwrap();
        let misfit = "[0]: the refinement of an unknown value can't be used";
        assert_eq!(problem(&Type::list(Type::Number), &Value::list([prefixed])), misfit);
    }

    #[test]
    fn values_built_too_deep_are_refused() {
        let (mut ty, mut value) = (Type::String, Value::from("x"));
        for _ in 0..MAX_DEPTH {
            (ty, value) = (Type::list(ty), Value::list([value]));
        }
        assert!(matches!(value.check(&ty).unwrap_err().problem(), Problem::TooDeep { .. }));
    }
}
