//! Collections of semantic types: each element is compared by its own rules, from the plan to the next read.
//!
//! What a value means is told by a table here: every text by the first of its spellings, and sets without what is there twice.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tf_framework::assert as judge;
use tf_framework::model::{AttributeType, Model, SetOf};
use tf_framework::plan::keep_spelling;
use tf_framework::schema::{Attribute, Block, Mode, Schema};
use tf_framework::semantic::{Cidr, Duration};
use tf_framework::value::{Text, Type, Value};

use crate::laws::without_files;
use crate::plan::planned;

const DURATIONS: &[&[&str]] = &[&["1h", "60m", "3600"], &["2h", "7200s"], &["0s", "0"]];
const NETWORKS: &[&[&str]] =
    &[&["10.0.0.1", "10.0.0.1/32", "::ffff:10.0.0.1"], &["10.0.0.0/8", "10.9.9.9/8"], &["::1"]];

/// A break, and what it is for.
#[derive(Debug, Model)]
#[tf(object)]
struct Break {
    /// How long it is.
    #[tf(required)]
    pause: Duration,
    /// What it is for.
    #[tf(optional)]
    purpose: Option<String>,
}

/// A break whose number is made up.
#[derive(Debug, Model)]
#[tf(object)]
struct NumberedBreak {
    /// How long it is.
    #[tf(required)]
    pause: Duration,
    /// Which one it is.
    #[tf(computed)]
    number: i64,
}

fn text(table: &'static [&'static [&'static str]]) -> BoxedStrategy<Value> {
    let all: Vec<&str> = table.iter().copied().flatten().copied().collect();
    prop::sample::select(all).prop_map(Value::from).boxed()
}

fn list(element: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    prop::collection::vec(element, 0..4).prop_map(Value::list).boxed()
}

fn set(element: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    prop::collection::vec(element, 0..4).prop_map(Value::set).boxed()
}

fn map(element: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    prop::collection::btree_map("[ab]", element, 0..3).prop_map(Value::map).boxed()
}

fn or_null(element: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    prop_oneof![4 => element, 1 => Just(Value::Null)].boxed()
}

fn a_break() -> BoxedStrategy<Value> {
    let purpose = prop_oneof![Just(Value::Null), Just(Value::from("tea"))];
    (text(DURATIONS), purpose)
        .prop_map(|(pause, purpose)| Value::object([("pause", pause), ("purpose", purpose)]))
        .boxed()
}

/// What a value means, written in one way.
fn meaning(value: &Value) -> Value {
    match value {
        Value::String(text) => {
            let spellings = DURATIONS.iter().chain(NETWORKS).find(|spellings| spellings.contains(&text.as_str()));
            spellings.map_or_else(|| value.clone(), |spellings| Value::from(spellings[0]))
        }
        other => within(other, &mut meaning),
    }
}

/// The same collection or object with other parts.
fn within(value: &Value, change: &mut dyn FnMut(&Value) -> Value) -> Value {
    match value {
        Value::List(elements) => Value::list(elements.iter().map(change)),
        Value::Set(elements) => Value::set(elements.iter().map(change)),
        Value::Map(elements) => Value::map(elements.iter().map(|(key, element)| (key.clone(), change(element)))),
        Value::Object(members) => Value::object(members.iter().map(|(name, member)| (name.clone(), change(member)))),
        other => other.clone(),
    }
}

/// Changes each text, by a choice for each.
fn each_text(value: &Value, choices: &mut dyn Iterator<Item = usize>, change: fn(&Text, usize) -> Value) -> Value {
    match value {
        Value::String(text) => change(text, choices.next().unwrap_or_default()),
        other => within(other, &mut |part| each_text(part, &mut *choices, change)),
    }
}

fn respelled(text: &Text, choice: usize) -> Value {
    let spellings = DURATIONS.iter().chain(NETWORKS).find(|spellings| spellings.contains(&text.as_str()));
    spellings.map_or_else(|| Value::from(text.clone()), |spellings| Value::from(spellings[choice % spellings.len()]))
}

fn veiled(text: &Text, choice: usize) -> Value {
    if choice.is_multiple_of(4) { Value::unknown() } else { Value::from(text.clone()) }
}

fn of_one<T: AttributeType>() -> Schema {
    let id = Attribute::computed(Type::Number);
    Schema::new(0, Block::new().attribute("a", T::attribute(Mode::Optional)).attribute("id", id))
}

fn object(a: &Value, id: &Value) -> Value {
    Value::object([("a", a.clone()), ("id", id.clone())])
}

/// What must hold for any three values of a type.
#[track_caller]
fn obeys_the_laws<T: AttributeType>(values: &[Value; 3], choices: &[usize]) {
    let schema = of_one::<T>();
    assert_eq!(schema.self_check(), []);
    for value in values {
        assert_eq!(T::decode(value.clone()).unwrap().encode(), *value);
        for other in values {
            comparing_is_by_meaning(&schema, value, other);
        }
        what_is_planned_can_be_applied(&schema, value, choices);
    }
}

/// Which makes it an equivalence.
#[track_caller]
fn comparing_is_by_meaning(schema: &Schema, earlier: &Value, new: &Value) {
    let same = meaning(earlier) == meaning(new);
    let [state, read] = [earlier, new].map(|value| object(value, &Value::from(1)));
    // A read, or what comes of an apply.
    let kept = keep_spelling(schema, &state, read.clone());
    assert_eq!(meaning(&kept), meaning(&read), "{earlier:?} {new:?}");
    assert_eq!(kept == state, same, "{earlier:?} {new:?}");
    assert_eq!(keep_spelling(schema, &state, kept.clone()), kept, "it does not stay: {earlier:?} {new:?}");
    // A plan: all of it or nothing, or core would refuse it.
    let planned = planned(schema, &state, &object(new, &Value::Null));
    if same {
        assert_eq!(planned, state, "a change of nothing is planned: {new:?}");
    } else {
        assert_eq!(planned.attribute("a"), Some(new), "a change is not planned as it is written: {earlier:?}");
    }
}

/// However the server spells it, and whatever of it was not known yet.
#[track_caller]
fn what_is_planned_can_be_applied(schema: &Schema, config: &Value, choices: &[usize]) {
    let mut choices = choices.iter().copied();
    let mut some = || choices.by_ref().take(8).collect::<Vec<_>>().into_iter();
    let planned = object(&each_text(config, &mut some(), veiled), &Value::unknown());
    let answer = object(&each_text(config, &mut some(), respelled), &Value::from(1));
    let state = keep_spelling(schema, &planned, answer.clone());
    assert_eq!(meaning(&state), meaning(&answer));
    assert_eq!(judge::apply_answer(schema, &planned, &state), [], "{planned:?} {answer:?}");
}

fn laws_of<T: AttributeType>(value: BoxedStrategy<Value>) {
    let three = prop::array::uniform3(value);
    let choices = prop::collection::vec(0_usize..12, 48);
    proptest!(without_files(), |(values in three, choices in choices)| obeys_the_laws::<T>(&values, &choices));
}

#[test]
fn lists() {
    laws_of::<Vec<Duration>>(list(text(DURATIONS)));
    laws_of::<Option<Vec<Option<Cidr>>>>(list(or_null(text(NETWORKS))));
}

#[test]
fn sets() {
    laws_of::<SetOf<Cidr>>(set(text(NETWORKS)));
}

#[test]
fn maps() {
    laws_of::<BTreeMap<String, Duration>>(map(text(DURATIONS)));
}

#[test]
fn collections_in_each_other() {
    laws_of::<BTreeMap<String, Vec<Duration>>>(map(list(text(DURATIONS))));
    laws_of::<SetOf<Vec<Duration>>>(set(list(text(DURATIONS))));
    laws_of::<Vec<SetOf<Cidr>>>(list(set(text(NETWORKS))));
}

#[test]
fn collections_of_collections_of_objects() {
    laws_of::<Vec<Vec<Break>>>(list(list(a_break())));
    laws_of::<BTreeMap<String, SetOf<Break>>>(map(set(a_break())));
}

/// In nested attributes every attribute is planned by itself, so that a change beside it changes nothing about it.
#[test]
fn nested_objects() {
    let numbered = |pause: &str, number: Value| Value::object([("pause", Value::from(pause)), ("number", number)]);
    let [one, two, new] = [Value::from(1), Value::from(2), Value::unknown()];
    let lists = of_one::<Vec<NumberedBreak>>();
    let state = object(&Value::list([numbered("1h", one.clone()), numbered("0s", two.clone())]), &one);
    let config = object(&Value::list([numbered("60m", Value::Null), numbered("2h", Value::Null)]), &Value::Null);
    let expected = Value::list([numbered("1h", new.clone()), numbered("2h", new.clone())]);
    assert_eq!(planned(&lists, &state, &config).attribute("a"), Some(&expected));

    let sets = of_one::<SetOf<NumberedBreak>>();
    let state = object(&Value::set([numbered("1h", one.clone()), numbered("0s", two.clone())]), &one);
    let config = object(&Value::set([numbered("0", Value::Null), numbered("3600", Value::Null)]), &Value::Null);
    assert_eq!(planned(&sets, &state, &config), state);
    let planned = object(&Value::set([numbered("1h", new.clone()), numbered("0", new)]), &one);
    let answer = object(&Value::set([numbered("60m", one.clone()), numbered("0s", two.clone())]), &one);
    let state = keep_spelling(&sets, &planned, answer);
    assert_eq!(judge::apply_answer(&sets, &planned, &state), []);
    assert_eq!(state.attribute("a"), Some(&Value::set([numbered("1h", one), numbered("0", two)])));
}
