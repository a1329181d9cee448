//! Collections, compared element by element: those of a list by index, of a map by key, of a set by what they mean.

use std::collections::BTreeMap;

use tf_value::{Set, Text, Value};

use super::{SemanticEquality, value};
use crate::plan::correlate::matching;
use crate::schema::{Attribute, Block};

/// A new element in the spelling of an earlier one.
type Keep<'a> = &'a dyn Fn(&Value, Value) -> Value;

/// Two collections mean the same if their elements do: those of a list at each index, those of a map under each key. Of two
/// sets, each element means the same as one of the other's; as in core, several may mean the same as one.
#[derive(Debug)]
pub(crate) struct ElementWise {
    /// One element, as if it were an attribute.
    element: Attribute,
}

impl ElementWise {
    /// For collections of what such an attribute holds. `None` if nothing in it can be written in more than one way.
    pub(crate) fn of(element: Attribute) -> Option<Self> {
        has_spellings(&element).then_some(Self { element })
    }
}

fn has_spellings(attribute: &Attribute) -> bool {
    let in_object = |object: &Block| object.attributes().values().any(has_spellings);
    attribute.semantics().is_some() || attribute.nested().is_some_and(|nested| in_object(nested.object()))
}

impl SemanticEquality for ElementWise {
    fn same(&self, one: &Value, other: &Value) -> bool {
        // Nearly all comparisons of a plan are of what did not change.
        one == other || self.keep(one, other.clone()) == *one
    }

    fn keep(&self, earlier: &Value, new: Value) -> Value {
        keep(earlier, new, &|earlier, new| value(&self.element, earlier, new))
    }
}

/// A collection whose elements are in the spelling of their predecessors.
pub(super) fn keep(earlier: &Value, new: Value, keep: Keep<'_>) -> Value {
    match new {
        Value::List(elements) => {
            let earlier = earlier.as_slice().unwrap_or_default();
            let elements = elements.into_iter().enumerate();
            Value::list(elements.map(|(index, new)| keep(earlier.get(index).unwrap_or(&Value::Null), new)))
        }
        Value::Map(elements) => {
            let earlier = earlier.as_map();
            let kept: BTreeMap<Text, Value> = elements
                .into_iter()
                .map(|(key, new)| {
                    let earlier = earlier.and_then(|earlier| earlier.get(&key)).unwrap_or(&Value::Null);
                    let new = keep(earlier, new);
                    (key, new)
                })
                .collect();
            Value::Map(kept)
        }
        Value::Set(new) => match earlier.as_set() {
            Some(earlier) if *earlier != new => Value::set(in_set(earlier, &new, keep)),
            Some(_) | None => Value::Set(new),
        },
        new => new,
    }
}

/// All earlier elements that mean the same as a new one, and the new ones that mean something else. What was planned with
/// something unknown in it is completed by a new one.
fn in_set(earlier: &Set, new: &Set, keep: Keep<'_>) -> Vec<Value> {
    let mean_the_same = |earlier: &Value, new: &Value| keep(earlier, new.clone()) == *earlier;
    // What is on both sides needs no comparison.
    let stays = |earlier: &Value| new.contains(earlier) || new.iter().any(|new| mean_the_same(earlier, new));
    let (known, open): (Vec<&Value>, Vec<&Value>) = earlier.iter().partition(|element| element.is_wholly_known());
    let is_there = |new: &Value| {
        (new.is_wholly_known() && earlier.contains(new)) || known.iter().any(|earlier| mean_the_same(earlier, new))
    };
    let fresh: Vec<&Value> = new.iter().filter(|new| !is_there(new)).collect();
    let stay = known.iter().filter(|earlier| stays(earlier)).map(|&earlier| earlier.clone());
    let mut kept: Vec<Value> = stay.chain(completed(&open, &fresh, keep)).collect();
    for planned in open {
        // Several were planned of which now one is enough.
        if !kept.iter().any(|kept| completes(planned, kept)) {
            kept.extend(new.iter().map(|new| keep(planned, new.clone())).find(|kept| completes(planned, kept)));
        }
    }
    kept
}

/// New elements in the spelling of those that were planned with something unknown in them, as far as they complete any.
fn completed(open: &[&Value], fresh: &[&Value], keep: Keep<'_>) -> Vec<Value> {
    let fits = |new: &Value, planned: &Value| completes(planned, &keep(planned, new.clone()));
    let candidates =
        |new: &Value| (0..).zip(open).filter(|(_, planned)| fits(new, planned)).map(|(at, _)| at).collect();
    let candidates: Vec<Vec<usize>> = fresh.iter().map(|new| candidates(new)).collect();
    let found = matching(&candidates, open.len()).into_iter().map(|at| open.get(at?));
    found.zip(fresh).map(|(planned, &new)| planned.map_or(new.clone(), |planned| keep(planned, new.clone()))).collect()
}

/// Whether a value is a planned one with everything known that was not.
fn completes(planned: &Value, value: &Value) -> bool {
    if !planned.is_known() || planned == value {
        return true;
    }
    let of_lists = |planned: &[Value], values: &[Value]| {
        planned.len() == values.len() && planned.iter().zip(values).all(|(planned, value)| completes(planned, value))
    };
    let of_maps = |planned: &BTreeMap<Text, Value>, values: &BTreeMap<Text, Value>| {
        let mut pairs = planned.iter().zip(values);
        planned.len() == values.len()
            && pairs.all(|((key, planned), (same, value))| key == same && completes(planned, value))
    };
    match (planned, value) {
        (Value::List(planned), Value::List(values)) => of_lists(planned, values),
        (Value::Map(planned), Value::Map(values)) | (Value::Object(planned), Value::Object(values)) => {
            of_maps(planned, values)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use tf_value::Type;

    use super::*;
    use crate::plan::testing::CaseInsensitive;
    use crate::schema::NestedObject;

    fn rule() -> ElementWise {
        ElementWise::of(Attribute::optional(Type::String).semantic_equality(CaseInsensitive)).unwrap()
    }

    fn texts(texts: &[&str]) -> Vec<Value> {
        texts.iter().map(|&text| if text == "?" { Value::unknown() } else { Value::from(text) }).collect()
    }

    #[track_caller]
    fn check(make: fn(Vec<Value>) -> Value, earlier: &[&str], new: &[&str], kept: &[&str]) {
        let [earlier, new, kept] = [earlier, new, kept].map(|elements| make(texts(elements)));
        assert_eq!(rule().keep(&earlier, new.clone()), kept);
        assert_eq!(rule().same(&earlier, &new), kept == earlier);
    }

    #[test]
    fn elements_of_lists_are_compared_by_index() {
        let list = |elements| Value::List(elements);
        check(list, &["A", "b"], &["a", "B"], &["A", "b"]);
        check(list, &["A", "b"], &["a", "x"], &["A", "x"]);
        check(list, &["A", "b"], &["b", "a"], &["b", "a"]);
        check(list, &["A"], &["a", "b"], &["A", "b"]);
        check(list, &["A", "b"], &["a"], &["A"]);
        check(list, &["?", "b"], &["a", "B"], &["a", "b"]);
    }

    #[test]
    fn elements_of_maps_are_compared_by_key() {
        let map = |elements: Vec<Value>| Value::map(["x", "y", "z"].into_iter().zip(elements));
        check(map, &["A", "b"], &["a", "B"], &["A", "b"]);
        check(map, &["A", "b"], &["b", "a"], &["b", "a"]);
        check(map, &["A"], &["a", "b"], &["A", "b"]);
    }

    #[test]
    fn elements_of_sets_are_compared_with_all() {
        let set = |elements: Vec<Value>| Value::set(elements);
        check(set, &["A", "b"], &["a", "B"], &["A", "b"]);
        check(set, &["A", "b"], &["b", "x"], &["b", "x"]);
        check(set, &["A", "b"], &["B", "x"], &["b", "x"]);
        // One is enough for several, as in core.
        check(set, &["A", "a"], &["a"], &["A", "a"]);
        check(set, &["A"], &["A", "a"], &["A"]);
        check(set, &["?", "A"], &["a", "b"], &["A", "b"]);
    }

    #[test]
    fn what_was_planned_in_part_is_completed() {
        let element = Attribute::optional(Type::list(Type::String)).semantic_equality(rule());
        let rule = ElementWise::of(element).unwrap();
        let set = |elements: &[&[&str]]| Value::set(elements.iter().map(|element| Value::list(texts(element))));
        let kept = |planned, new| rule.keep(&set(planned), set(new));
        assert_eq!(kept(&[&["A", "?"]], &[&["a", "b"]]), set(&[&["A", "b"]]));
        // The first could be either, the second only one of them.
        assert_eq!(kept(&[&["?", "?"], &["A", "?"]], &[&["a", "b"], &["c", "d"]]), set(&[&["A", "b"], &["c", "d"]]));
        // Two were planned, and are one but for the spelling.
        assert_eq!(kept(&[&["A", "?"], &["a", "?"]], &[&["a", "b"]]), set(&[&["A", "b"], &["a", "b"]]));
        assert_eq!(kept(&[&["A", "?"]], &[&["x", "b"]]), set(&[&["x", "b"]]));
    }

    #[test]
    fn objects_are_looked_into() {
        let name = || Attribute::required(Type::String);
        let nested = |name| NestedObject::single([("name", name), ("id", Attribute::computed(Type::Number))]);
        assert!(ElementWise::of(Attribute::optional(nested(name()))).is_none(), "there is one way to write it");
        let spelled = name().semantic_equality(CaseInsensitive);
        let rule = ElementWise::of(Attribute::optional(nested(spelled))).unwrap();
        let list = |name: &str, id| Value::list([Value::object([("name", Value::from(name)), ("id", id)])]);
        assert!(rule.same(&list("A", Value::from(1)), &list("a", Value::from(1))));
        assert!(!rule.same(&list("A", Value::from(1)), &list("a", Value::from(2))));
        assert_eq!(rule.keep(&list("A", Value::unknown()), list("a", Value::from(2))), list("A", Value::from(2)));
    }
}
