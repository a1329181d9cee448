//! Whether a result is one that the plan announced.

use std::collections::BTreeMap;

use tf_value::{Path, Step, Text, Value};

use super::violation::{Breach, Violation};
use crate::schema::{Block, NestedBlock, Nesting, Schema};

/// Judges a new state after apply as both cores do: everything that the plan knew is as planned. The cores judge the second
/// plan of a run by the first in the same way.
///
/// Both are of the schema's type.
pub fn object_compatible(schema: &Schema, planned: &Value, actual: &Value) -> Vec<Violation> {
    object(schema.block(), planned, actual, &Path::root())
}

type Violations = Vec<Violation>;

fn one(path: &Path, breach: Breach) -> Violations {
    vec![Violation { path: path.clone(), breach }]
}

fn object(block: &Block, planned: &Value, actual: &Value, path: &Path) -> Violations {
    match (planned.is_null(), actual.is_null()) {
        (true, true) => return Vec::new(),
        (true, false) => return one(path, Breach::Appeared),
        (false, true) => return one(path, Breach::Vanished),
        (false, false) => {}
    }
    // Nothing is known about the members of what is unknown itself.
    let Some(planned) = planned.as_object() else { return Vec::new() };
    let member = |value: &Value, name: &str| match value.as_object() {
        Some(members) => members.get(name).cloned().unwrap_or(Value::Null),
        None => Value::unknown(),
    };
    let mut violations = Vec::new();
    for name in block.attributes().keys() {
        let planned = planned.get(name).unwrap_or(&Value::Null);
        violations.extend(value(planned, &member(actual, name), &path.clone().attribute(name)));
    }
    for (name, nested) in block.blocks() {
        let planned = planned.get(name).unwrap_or(&Value::Null);
        violations.extend(blocks(nested, planned, &member(actual, name), &path.clone().attribute(name)));
    }
    violations
}

fn blocks(nested: &NestedBlock, planned: &Value, actual: &Value, path: &Path) -> Violations {
    if matches!(nested.nesting(), Nesting::Single | Nesting::Group) {
        let expanded_to_none = !planned.is_known() && actual.is_null();
        return if expanded_to_none { Vec::new() } else { object(nested.block(), planned, actual, path) };
    }
    if !planned.is_known() || !actual.is_known() || planned.is_null() || actual.is_null() {
        return Vec::new();
    }
    if let (Some(planned), Some(actual)) = (planned.as_set(), actual.as_set()) {
        let fits = |planned: &Value, actual: &Value| object(nested.block(), planned, actual, path).is_empty();
        return set(planned.as_slice(), actual.as_slice(), path, fits);
    }
    if planned.length() != actual.length() {
        let breach = if planned.length() < actual.length() { Breach::Appeared } else { Breach::Vanished };
        return one(path, breach);
    }
    let actual: BTreeMap<Step, &Value> = elements(actual).into_iter().collect();
    let pairs = elements(planned).into_iter().filter_map(|(step, planned)| Some((actual.get(&step)?, step, planned)));
    pairs
        .flat_map(|(actual, step, planned)| object(nested.block(), planned, actual, &path.clone().then(step)))
        .collect()
}

fn value(planned: &Value, actual: &Value, path: &Path) -> Violations {
    if let Some(unknown) = planned.as_unknown() {
        let kept = unknown.refinements().is_none_or(|promise| promise.admits(actual));
        return if kept && same_type(planned, actual) { Vec::new() } else { one(path, Breach::Promise) };
    }
    match (planned.is_null(), actual.is_null()) {
        (true, true) => return Vec::new(),
        (true, false) => return one(path, Breach::Appeared),
        (false, true) => return one(path, Breach::Vanished),
        (false, false) => {}
    }
    if !actual.is_known() {
        return one(path, Breach::NowUnknown);
    }
    if !same_type(planned, actual) {
        return one(path, Breach::Changed);
    }
    match (planned.bare(), actual.bare()) {
        (Value::Set(planned), Value::Set(actual)) => {
            let fits = |planned: &Value, actual: &Value| value(planned, actual, path).is_empty();
            set(planned.as_slice(), actual.as_slice(), path, fits)
        }
        (Value::List(_), Value::List(_))
        | (Value::Tuple(_), Value::Tuple(_))
        | (Value::Map(_), Value::Map(_))
        | (Value::Object(_), Value::Object(_)) => parts(planned, actual, path),
        (planned, actual) if planned == actual => Vec::new(),
        _ => one(path, Breach::Changed),
    }
}

/// Values with parts that have a place: each planned part is there, and no other.
fn parts(planned: &Value, actual: &Value, path: &Path) -> Violations {
    let actual: BTreeMap<Step, &Value> = elements(actual).into_iter().collect();
    let planned: BTreeMap<Step, &Value> = elements(planned).into_iter().collect();
    let mut violations = Vec::new();
    for (step, planned) in &planned {
        let path = path.clone().then(step.clone());
        violations.extend(match actual.get(step) {
            Some(actual) => value(planned, actual, &path),
            None => one(&path, Breach::Vanished),
        });
    }
    for step in actual.keys().filter(|step| !planned.contains_key(step)) {
        violations.extend(one(&path.clone().then(step.clone()), Breach::Appeared));
    }
    violations
}

/// Each planned element became one of the elements, and each element was planned. Several planned ones may have become one,
/// but never one several.
fn set(planned: &[Value], actual: &[Value], path: &Path, fits: impl Fn(&Value, &Value) -> bool) -> Violations {
    let lost = planned.iter().any(|planned| !actual.iter().any(|actual| fits(planned, actual)));
    let strange = actual.iter().any(|actual| !planned.iter().any(|planned| fits(planned, actual)));
    let mut violations = Vec::new();
    if lost || strange {
        violations.extend(one(&path.clone().element(), Breach::Element));
    }
    if planned.len() < actual.len() {
        violations.extend(one(path, Breach::Grown));
    }
    violations
}

/// The parts of a value that have a place, with the step that leads there.
fn elements(value: &Value) -> Vec<(Step, &Value)> {
    let keyed = |step: fn(Text) -> Step, parts: &'_ BTreeMap<Text, Value>| -> Vec<Step> {
        parts.keys().cloned().map(step).collect()
    };
    match value.bare() {
        Value::List(parts) | Value::Tuple(parts) => {
            parts.iter().enumerate().map(|(index, part)| (Step::Index(index), part)).collect()
        }
        Value::Map(parts) => keyed(Step::Key, parts).into_iter().zip(parts.values()).collect(),
        Value::Object(parts) => keyed(Step::Attribute, parts).into_iter().zip(parts.values()).collect(),
        Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Set(_)
        | Value::Dynamic(_)
        | Value::Unknown(_)
        | Value::Null => Vec::new(),
    }
}

/// Where a value brings its own type, that type was promised too.
fn same_type(planned: &Value, actual: &Value) -> bool {
    match (planned, actual) {
        (Value::Dynamic(planned), Value::Dynamic(actual)) => planned.ty() == actual.ty(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use tf_value::{Refinements, Type};

    use super::*;
    use crate::schema::Attribute;

    #[track_caller]
    fn judge(block: Block, planned: &Value, actual: &Value, expected: &[(&str, Breach)]) {
        let found = object_compatible(&Schema::new(0, block), planned, actual);
        let found: Vec<_> = found.into_iter().map(|found| (found.path.to_string(), found.breach)).collect();
        let expected: Vec<_> = expected.iter().map(|(path, breach)| ((*path).to_owned(), breach.clone())).collect();
        assert_eq!(found, expected);
    }

    #[track_caller]
    fn check(ty: Type, planned: Value, actual: Value, expected: &[(&str, Breach)]) {
        let a = |value| Value::object([("a", value)]);
        judge(Block::new().attribute("a", Attribute::computed(ty)), &a(planned), &a(actual), expected);
    }

    fn x() -> Value {
        Value::from("x")
    }

    fn y() -> Value {
        Value::from("y")
    }

    #[test]
    fn objects_are_there_as_planned() {
        let block = || Block::new().attribute("a", Attribute::computed(Type::String));
        let object = || Value::object([("a", x())]);
        judge(block(), &object(), &Value::Null, &[("", Breach::Vanished)]);
        judge(block(), &Value::Null, &object(), &[("", Breach::Appeared)]);
        judge(block(), &Value::Null, &Value::Null, &[]);
    }

    #[test]
    fn known_values_stay() {
        check(Type::String, x(), x(), &[]);
        check(Type::String, x(), y(), &[("a", Breach::Changed)]);
        check(Type::String, x(), Value::Null, &[("a", Breach::Vanished)]);
        check(Type::String, Value::Null, x(), &[("a", Breach::Appeared)]);
        check(Type::String, x(), Value::unknown(), &[("a", Breach::NowUnknown)]);
    }

    #[test]
    fn unknown_values_become_anything_that_was_promised() {
        check(Type::String, Value::unknown(), x(), &[]);
        check(Type::String, Value::unknown(), Value::Null, &[]);
        let promise = Refinements::default().prefix("https://").unwrap().not_null();
        let promised = || Value::refined(&Type::String, promise.clone()).unwrap();
        check(Type::String, promised(), Value::from("https://a"), &[]);
        check(Type::String, promised(), x(), &[("a", Breach::Promise)]);
        check(Type::String, promised(), Value::Null, &[("a", Breach::Promise)]);
    }

    #[test]
    fn parts_are_compared_one_by_one() {
        let list = || Type::list(Type::String);
        check(list(), Value::list([x(), Value::unknown()]), Value::list([x(), y()]), &[]);
        check(list(), Value::list([x()]), Value::list([y()]), &[("a[0]", Breach::Changed)]);
        check(list(), Value::list([x(), y()]), Value::list([x()]), &[("a[1]", Breach::Vanished)]);
        check(list(), Value::list([x()]), Value::list([x(), y()]), &[("a[1]", Breach::Appeared)]);
        let map = || Type::map(Type::String);
        check(map(), Value::map([("k", x())]), Value::map([("k", y())]), &[(r#"a["k"]"#, Breach::Changed)]);
        let object = || Type::object([("n", Type::String)]);
        let n = |value| Value::object([("n", value)]);
        check(object(), n(Value::unknown()), n(x()), &[]);
        check(object(), n(x()), n(y()), &[("a.n", Breach::Changed)]);
    }

    #[test]
    fn sets_shrink_but_never_grow() {
        let set = || Type::set(Type::String);
        check(set(), Value::set([x(), Value::unknown()]), Value::set([x(), y()]), &[]);
        check(set(), Value::set([x(), Value::unknown()]), Value::set([x()]), &[]);
        check(set(), Value::set([x()]), Value::set([y()]), &[("a[...]", Breach::Element)]);
        check(set(), Value::set([Value::unknown()]), Value::set([x(), y()]), &[("a", Breach::Grown)]);
        check(set(), Value::set([x()]), Value::set([x(), y()]), &[("a[...]", Breach::Element), ("a", Breach::Grown)]);
    }

    #[test]
    fn dynamic_values_keep_their_type() {
        let dynamic = |ty, value| Value::dynamic(ty, value).unwrap();
        let number = || dynamic(Type::Number, Value::from(1));
        check(Type::Dynamic, Value::unknown(), number(), &[]);
        check(Type::Dynamic, number(), number(), &[]);
        check(Type::Dynamic, dynamic(Type::String, Value::from("1")), number(), &[("a", Breach::Changed)]);
        check(Type::Dynamic, dynamic(Type::String, Value::unknown()), number(), &[("a", Breach::Promise)]);
    }

    #[test]
    fn blocks_keep_their_number() {
        let inner = || Block::new().attribute("n", Attribute::optional(Type::String));
        let n = |value| Value::object([("n", value)]);
        let check = |nested: NestedBlock, planned: Value, actual: Value, expected: &[(&str, Breach)]| {
            let b = |value| Value::object([("b", value)]);
            judge(Block::new().block("b", nested), &b(planned), &b(actual), expected);
        };
        let list = || NestedBlock::list(inner());
        check(list(), Value::list([n(Value::unknown())]), Value::list([n(x())]), &[]);
        check(list(), Value::list([n(x())]), Value::list([n(y())]), &[("b[0].n", Breach::Changed)]);
        check(list(), Value::list([n(x())]), Value::list([]), &[("b", Breach::Vanished)]);
        check(list(), Value::unknown(), Value::list([n(x())]), &[]);
        let map = || NestedBlock::map(inner());
        check(map(), Value::map([("k", n(x()))]), Value::map([("k", n(y()))]), &[(r#"b["k"].n"#, Breach::Changed)]);
        let set = || NestedBlock::set(inner());
        check(set(), Value::set([n(x())]), Value::set([n(y())]), &[("b[...]", Breach::Element)]);
        check(set(), Value::set([n(Value::unknown())]), Value::set([n(y())]), &[]);
        check(NestedBlock::single(inner()), Value::unknown(), Value::Null, &[]);
        check(NestedBlock::single(inner()), n(x()), Value::Null, &[("b", Breach::Vanished)]);
        check(NestedBlock::group(inner()), n(x()), n(y()), &[("b.n", Breach::Changed)]);
    }
}
