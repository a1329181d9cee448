//! Configurations that are made up from a schema, as a user might write them.
//!
//! They keep to what the schema says: modes, types, validators, what goes together. What only the resource itself
//! knows, its author says with strategies of their own.

mod arguments;
mod assemble;
mod secrets;
mod values;
mod veil;

use std::collections::BTreeMap;
use std::fmt;

use proptest::prelude::*;
use tf_framework::schema::Schema;
use tf_value::Value;

pub(crate) use arguments::{Arguments, arguments};
pub(crate) use secrets::masked;

/// One attribute in so many is changed.
const SELDOM: u8 = 3;

/// Where values come from, by the names that lead to an attribute, with dots between them.
pub(crate) type Values = BTreeMap<String, BoxedStrategy<Value>>;

/// Configurations of one resource, data source or ephemeral resource.
pub(crate) struct Generator<'a> {
    schema: &'a Schema,
    values: &'a Values,
}

/// One configuration: as it is, and as it may look at plan, when something in it is not known yet.
#[derive(Clone)]
pub(crate) struct Query {
    pub(crate) config: Value,
    pub(crate) at_plan: Value,
}

/// One life of an object: what it is made from, and what it is changed into. Each also as it may look at plan.
#[derive(Clone)]
pub(crate) struct Life {
    pub(crate) first: Value,
    pub(crate) first_at_plan: Value,
    pub(crate) second: Value,
    pub(crate) second_at_plan: Value,
    /// Whether a successor is made before the object is removed, where that is possible.
    pub(crate) creates_first: bool,
}

impl<'a> Generator<'a> {
    pub(crate) fn new(schema: &'a Schema, values: &'a Values) -> Self {
        Self { schema, values }
    }

    /// Configurations, with something unknown at plan or without.
    pub(crate) fn queries(&self, with_unknown: bool) -> BoxedStrategy<Query> {
        let schema = self.schema.clone();
        (self.configs(), choices())
            .prop_map(move |(config, choices)| {
                let at_plan = veiled(&schema, &config, &choices, with_unknown);
                Query { config, at_plan }
            })
            .boxed()
    }

    /// Lives of objects, with something unknown in their plans or without.
    pub(crate) fn lives(&self, with_unknown: bool) -> BoxedStrategy<Life> {
        let changes = prop::collection::vec(any::<u8>(), members(self.schema));
        let schema = self.schema.clone();
        let parts = (self.configs(), self.configs(), changes, choices(), choices(), any::<bool>());
        parts
            .prop_map(move |(first, other, changes, first_unknown, second_unknown, creates_first)| {
                let second = changed(&schema, &first, &other, &changes);
                let first_at_plan = veiled(&schema, &first, &first_unknown, with_unknown);
                let second_at_plan = veiled(&schema, &second, &second_unknown, with_unknown);
                Life { first, first_at_plan, second, second_at_plan, creates_first }
            })
            .boxed()
    }

    fn configs(&self) -> BoxedStrategy<Value> {
        assemble::object(self.schema.block(), "", self.values)
    }
}

impl Life {
    /// The same, but what is replaced in favour of a successor that is there already is replaced for what is certain.
    pub(crate) fn with_second_known_if_created_first(self) -> Self {
        if self.creates_first { Self { second_at_plan: self.second.clone(), ..self } } else { self }
    }
}

impl Query {
    /// Both, without secrets.
    pub(crate) fn shown(&self, schema: &Schema) -> String {
        let Self { config, at_plan } = self;
        format!("at plan: {}\n  then: {}", masked(schema, at_plan), masked(schema, config))
    }
}

/// What decides on what is not known.
fn choices() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..64)
}

fn veiled(schema: &Schema, config: &Value, choices: &[u8], with_unknown: bool) -> Value {
    if with_unknown { veil::veiled(schema.block(), config, choices) } else { config.clone() }
}

/// How many attributes and blocks there are at the top.
fn members(schema: &Schema) -> usize {
    schema.block().attributes().len() + schema.block().blocks().len()
}

/// Some of the attributes of one configuration, the others of another one. What goes together is taken together.
fn changed(schema: &Schema, first: &Value, other: &Value, choices: &[u8]) -> Value {
    let (Some(members), Some(others)) = (first.as_object(), other.as_object()) else { return first.clone() };
    let groups = assemble::groups(schema.block());
    let mixed = members.iter().enumerate().map(|(position, (name, value))| {
        let decides = groups.get(name).copied().unwrap_or(position);
        let is_changed = choices.get(decides).is_some_and(|choice| choice % SELDOM == SELDOM - 1);
        let value = if is_changed { others.get(name).unwrap_or(value) } else { value };
        (name.clone(), value.clone())
    });
    Value::object(mixed.collect::<Vec<_>>())
}

/// Without secrets, since it stands in the output of a test.
impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query").finish_non_exhaustive()
    }
}

/// Without secrets, since it stands in the output of a test.
impl fmt::Debug for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Life").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;
    use tf_framework::schema::{Attribute, Block, NestedBlock, NestedObject};
    use tf_framework::validate::{Check, ClientCapabilities, Combination, validate};
    use tf_value::Type;

    use super::*;

    fn schema() -> Schema {
        let text = || Attribute::optional(Type::String);
        let short = Check { demand: "must be short", holds: |value| value.as_str().is_none_or(|text| text.len() < 4) };
        let rule = Block::new().attribute("port", Attribute::required(Type::Number)).attribute("note", text());
        let labels = NestedObject::map([("value", text())]);
        Schema::new(
            0,
            Block::new()
                .attribute("name", Attribute::required(Type::String).validator(short))
                .attribute("text", text())
                .attribute("file", text())
                .attribute("id", Attribute::computed(Type::String))
                .attribute("labels", Attribute::optional(labels))
                .attribute("any", Attribute::optional(Type::Dynamic))
                .attribute("secret", text().write_only("version"))
                .attribute("version", Attribute::optional(Type::Number))
                .block("rule", NestedBlock::list(rule.clone()).min(1).max(2))
                .block("extra", NestedBlock::required_single(rule))
                .combination(Combination::exactly_one_of(["text", "file"])),
        )
    }

    fn made(generator: &Generator<'_>, count: usize) -> Vec<Life> {
        let lives = generator.lives(true);
        let mut runner = TestRunner::deterministic();
        (0..count).map(|_| lives.new_tree(&mut runner).unwrap().current()).collect()
    }

    #[test]
    fn made_up_configurations_are_valid() {
        let schema = schema();
        for life in made(&Generator::new(&schema, &Values::new()), 200) {
            for config in [&life.first, &life.second, &life.first_at_plan, &life.second_at_plan] {
                config.check(schema.implied_type()).unwrap();
                let found = validate(&schema, config, ClientCapabilities { write_only_attributes: true });
                assert!(!found.has_errors(), "{found:?}");
            }
            assert!(life.first.is_wholly_known() && life.second.is_wholly_known());
        }
    }

    #[test]
    fn made_up_configurations_have_everything_in_them() {
        let lives = made(&Generator::new(&schema(), &Values::new()), 200);
        let count = |holds: &dyn Fn(&Life) -> bool| lives.iter().filter(|life| holds(life)).count();
        let set = |name: &'static str| move |life: &Life| !life.first.attribute(name).unwrap().is_null();
        for name in ["text", "file", "labels", "secret"] {
            assert!(count(&set(name)) > 20, "{name} is set too seldom");
            assert!(count(&|life| !set(name)(life)) > 20, "{name} is not set too seldom");
        }
        assert!(count(&|life| life.first != life.second) > 100);
        assert!(count(&|life| !life.first_at_plan.is_wholly_known()) > 50);
        assert!(count(&|life| life.first_at_plan == life.first) > 10);
    }

    #[test]
    fn authors_decide_on_values() {
        let name = ("name".to_owned(), Just(Value::from("one")).boxed());
        let port = ("rule.port".to_owned(), Just(Value::from(443)).boxed());
        for life in made(&Generator::new(&schema(), &Values::from([name, port])), 50) {
            assert_eq!(life.first.attribute("name"), Some(&Value::from("one")));
            for rule in life.first.attribute("rule").and_then(Value::as_slice).unwrap() {
                assert_eq!(rule.attribute("port"), Some(&Value::from(443)));
            }
        }
    }

    #[test]
    fn secrets_are_canaries() {
        let secret = |life: &Life| life.first.attribute("secret").and_then(Value::as_str).map(str::to_owned);
        let secrets: Vec<String> =
            made(&Generator::new(&schema(), &Values::new()), 50).iter().filter_map(secret).collect();
        assert!(secrets.len() > 5 && secrets.iter().all(|secret| secret.starts_with("canary-")));
    }
}
