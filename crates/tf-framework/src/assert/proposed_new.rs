//! What core proposes as the new state before it asks the provider for a plan.

use std::collections::BTreeMap;

use tf_value::{Text, Type, Value};

use super::same_but_refinements;
use crate::schema::{Attribute, Block, NestedBlock, Nesting, Schema};

/// The prior state with the configuration laid over it, as both cores compute it for a plan: what is configured, and where
/// nothing is configured and the provider may compute a value, what was there.
///
/// Elements of lists and maps are laid over those with the same index or key. For a set core guesses: it takes the first
/// prior element that differs only in what the provider computes.
///
/// Both are of the schema's type; `prior` is wholly known.
pub fn proposed_new(schema: &Schema, prior: &Value, config: &Value) -> Value {
    block(schema.block(), prior, config)
}

fn block(block: &Block, prior: &Value, config: &Value) -> Value {
    let empty;
    let prior = match (prior.is_null(), config.is_null()) {
        (true, true) => return Value::Null,
        (true, false) => {
            empty = block.empty_value();
            &empty
        }
        (false, _) => prior,
    };
    if config.is_null() || !config.is_known() {
        return prior.clone();
    }
    let mut merged = attributes(block, prior, config);
    for (name, nested) in block.blocks() {
        merged.insert(name.clone(), blocks(nested, &member(prior, name), &member(config, name)));
    }
    Value::Object(merged)
}

fn attributes(block: &Block, prior: &Value, config: &Value) -> BTreeMap<Text, Value> {
    let merged = block.attributes().iter().map(|(name, schema)| {
        let (prior, config) = (member(prior, name), member(config, name));
        (name.clone(), attribute(schema, prior, config))
    });
    merged.collect()
}

fn attribute(schema: &Attribute, prior: Value, config: Value) -> Value {
    match schema.nested() {
        _ if schema.mode().is_computed() && config.is_null() => {
            let was_configured = schema.mode().is_optional() && holds_configured(schema, &prior);
            if was_configured { config } else { prior }
        }
        Some(nested) if config.is_known() && !config.is_null() => {
            let object = |prior: &Value, config: &Value| nested_object(nested.object(), prior, config);
            objects(nested.nesting(), nested.object(), &prior, &config, &object)
        }
        Some(_) | None => config,
    }
}

fn nested_object(block: &Block, prior: &Value, config: &Value) -> Value {
    if config.is_null() { Value::Null } else { Value::Object(attributes(block, prior, config)) }
}

fn blocks(nested: &NestedBlock, prior: &Value, config: &Value) -> Value {
    if !config.is_known() || (config.is_null() && nested.nesting() != Nesting::Group) {
        return config.clone();
    }
    let object = |prior: &Value, config: &Value| block(nested.block(), prior, config);
    objects(nested.nesting(), nested.block(), prior, config, &object)
}

/// Lays each configured object over the prior one that it belongs to.
fn objects(
    nesting: Nesting,
    block: &Block,
    prior: &Value,
    config: &Value,
    merge: &dyn Fn(&Value, &Value) -> Value,
) -> Value {
    // An element without a predecessor is taken as it is configured.
    let over =
        |prior: Option<&Value>, config: &Value| prior.map_or_else(|| config.clone(), |prior| merge(prior, config));
    match nesting {
        Nesting::Single | Nesting::Group => merge(prior, config),
        Nesting::List => {
            let prior = prior.as_slice().unwrap_or_default();
            let config = config.as_slice().unwrap_or_default();
            Value::list(config.iter().enumerate().map(|(index, element)| over(prior.get(index), element)))
        }
        Nesting::Map => {
            let prior = prior.as_map();
            let config = config.as_map().into_iter().flatten();
            Value::map(config.map(|(key, element)| (key, over(prior.and_then(|prior| prior.get(key)), element))))
        }
        Nesting::Set => {
            let mut unused: Vec<&Value> = prior.as_set().into_iter().flatten().collect();
            let merged = config.as_set().into_iter().flatten().map(|element| {
                let found = unused.iter().position(|prior| may_come_from(block, prior, element));
                let prior = found.map(|position| unused.remove(position));
                merge(prior.unwrap_or(&Value::Null), element)
            });
            Value::set(merged)
        }
    }
}

/// A member of an object; of null it is null, of unknown unknown.
fn member(object: &Value, name: &str) -> Value {
    if object.is_known() { object.attribute(name).cloned().unwrap_or(Value::Null) } else { Value::unknown() }
}

/// Whether a nested value has something in it that only a configuration can have put there.
fn holds_configured(attribute: &Attribute, value: &Value) -> bool {
    let Some(nested) = attribute.nested() else { return false };
    let in_object = |object: &Value| {
        nested.object().attributes().iter().any(|(name, inner)| match object.attribute(name) {
            None | Some(Value::Null) => false,
            Some(value) => !inner.mode().is_computed() || holds_configured(inner, value),
        })
    };
    match nested.nesting() {
        Nesting::Single | Nesting::Group => in_object(value),
        Nesting::List => value.as_slice().unwrap_or_default().iter().any(in_object),
        Nesting::Set => value.as_set().into_iter().flatten().any(in_object),
        Nesting::Map => value.as_map().into_iter().flatten().any(|(_, object)| in_object(object)),
    }
}

/// Whether a prior element of a set can be what became of a configured one: nothing differs but what was computed.
fn may_come_from(block: &Block, prior: &Value, config: &Value) -> bool {
    if same_but_refinements(prior, config) {
        return true;
    }
    let Some(prior) = prior.as_object() else { return true };
    if config.is_null() {
        return false;
    }
    let attributes = block.attributes().iter().all(|(name, attribute)| {
        let (prior, config) = (prior.get(name).unwrap_or(&Value::Null), member(config, name));
        if same_but_refinements(prior, &config) {
            return true;
        }
        match attribute.nested() {
            Some(nested) => objects_may_come_from(nested.nesting(), nested.object(), prior, &config),
            // Core does not look into sets, not even to see that they are computed.
            None if matches!(attribute.implied_type(), Type::Set(_)) => false,
            None => attribute.mode().is_computed() && config.is_null(),
        }
    });
    attributes
        && block.blocks().iter().all(|(name, nested)| {
            let (prior, config) = (prior.get(name).unwrap_or(&Value::Null), member(config, name));
            same_but_refinements(prior, &config)
                || objects_may_come_from(nested.nesting(), nested.block(), prior, &config)
        })
}

fn objects_may_come_from(nesting: Nesting, block: &Block, prior: &Value, config: &Value) -> bool {
    let element =
        |prior: &Value, config: Option<&Value>| config.is_some_and(|config| may_come_from(block, prior, config));
    match nesting {
        Nesting::Single | Nesting::Group => may_come_from(block, prior, config),
        Nesting::Set => false,
        Nesting::List => {
            let unknown = (!config.is_known()).then(Value::unknown);
            let config = config.as_slice();
            let mut prior = prior.as_slice().unwrap_or_default().iter().enumerate();
            prior.all(|(index, prior)| element(prior, unknown.as_ref().or_else(|| config?.get(index))))
        }
        Nesting::Map => {
            let unknown = (!config.is_known()).then(Value::unknown);
            let config = config.as_map();
            let mut prior = prior.as_map().into_iter().flatten();
            prior.all(|(key, prior)| element(prior, unknown.as_ref().or_else(|| config?.get(key))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::NestedObject;

    fn object(id: Option<&str>, n: Option<&str>) -> Value {
        Value::object([("id", Value::from(id)), ("n", Value::from(n))])
    }

    fn members() -> [(&'static str, Attribute); 2] {
        [("id", Attribute::computed(Type::String)), ("n", Attribute::optional(Type::String))]
    }

    fn inner() -> Block {
        members().into_iter().fold(Block::new(), |block, (name, attribute)| block.attribute(name, attribute))
    }

    #[track_caller]
    fn check(block: Block, prior: Value, config: Value, expected: Value) {
        let a = |value| Value::object([("a", value)]);
        assert_eq!(proposed_new(&Schema::new(0, block), &a(prior), &a(config)), a(expected));
    }

    #[test]
    fn computed_values_stay_where_nothing_is_configured() {
        let check = |attribute: Attribute, config: Option<&str>, expected: Option<&str>| {
            check(
                Block::new().attribute("a", attribute),
                Value::from("old"),
                Value::from(config),
                Value::from(expected),
            );
        };
        check(Attribute::computed(Type::String), None, Some("old"));
        check(Attribute::optional_computed(Type::String), None, Some("old"));
        check(Attribute::optional_computed(Type::String), Some("new"), Some("new"));
        check(Attribute::optional(Type::String), None, None);
        check(Attribute::required(Type::String), Some("new"), Some("new"));
    }

    #[test]
    fn creation_starts_from_empty_blocks() {
        let schema = Schema::new(
            0,
            Block::new()
                .attribute("a", Attribute::computed(Type::String))
                .block("g", NestedBlock::group(inner()))
                .block("l", NestedBlock::list(inner())),
        );
        let config = Value::object([("a", Value::Null), ("g", object(None, Some("x"))), ("l", Value::list([]))]);
        assert_eq!(proposed_new(&schema, &Value::Null, &config), config);
        assert_eq!(proposed_new(&schema, &Value::Null, &Value::Null), Value::Null);
    }

    #[test]
    fn elements_are_laid_over_their_predecessors() {
        let list = || Block::new().block("a", NestedBlock::list(inner()));
        let prior = || Value::list([object(Some("1"), Some("x"))]);
        let config = Value::list([object(None, Some("y")), object(None, Some("z"))]);
        check(list(), prior(), config, Value::list([object(Some("1"), Some("y")), object(None, Some("z"))]));
        check(list(), prior(), Value::unknown(), Value::unknown());
        let map = || Block::new().attribute("a", Attribute::optional(NestedObject::map(members())));
        let prior = Value::map([("k", object(Some("1"), Some("x"))), ("gone", object(Some("2"), Some("x")))]);
        let config = Value::map([("k", object(None, Some("y"))), ("new", object(None, None))]);
        let expected = Value::map([("k", object(Some("1"), Some("y"))), ("new", object(None, None))]);
        check(map(), prior, config, expected);
        let single = || Block::new().attribute("a", Attribute::optional(NestedObject::single(members())));
        check(single(), object(Some("1"), Some("x")), object(None, None), object(Some("1"), None));
        check(single(), object(Some("1"), Some("x")), Value::Null, Value::Null);
    }

    #[test]
    fn elements_of_sets_are_recognised_by_what_is_not_computed() {
        let set = || Block::new().block("a", NestedBlock::set(inner()));
        let prior = || Value::set([object(Some("1"), Some("x")), object(Some("2"), Some("y"))]);
        let config = Value::set([object(None, Some("y")), object(None, Some("z"))]);
        check(set(), prior(), config, Value::set([object(Some("2"), Some("y")), object(None, Some("z"))]));
        let unknown = Value::object([("id", Value::Null), ("n", Value::unknown())]);
        check(set(), prior(), Value::set([unknown.clone()]), Value::set([unknown]));
    }

    #[test]
    fn a_nested_value_that_was_configured_is_not_kept() {
        let nested = || Attribute::optional_computed(NestedObject::single(members()));
        let block = || Block::new().attribute("a", nested());
        check(block(), object(Some("1"), Some("x")), Value::Null, Value::Null);
        check(block(), object(Some("1"), None), Value::Null, object(Some("1"), None));
    }
}
