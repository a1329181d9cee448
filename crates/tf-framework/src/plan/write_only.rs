//! Write-only attributes: the provider gets them, and nothing else does.

use std::collections::BTreeMap;

use tf_value::{Text, Value};

use super::draft::{Field, Member, Object, Planned, member};
use crate::schema::{Attribute, Block, NestedBlock, Nesting, Schema};

/// Plans null for everything that is write-only.
pub(super) fn take_out(draft: &mut Object<'_>) {
    draft.each_attribute(&mut |attribute, member| {
        if attribute.is_write_only() {
            member.planned = Planned::Value(Value::Null);
        }
    });
}

/// Whether an attribute gets a new value. Core shows a write-only value as null before and after, so its version tells.
pub(super) fn gets_new_value(member: &Member<'_>, beside: &[Member<'_>]) -> bool {
    let version = match member.field {
        Field::Attribute(attribute) => attribute.version_attribute(),
        Field::Blocks(_) => None,
    };
    match version {
        None => member.changed,
        Some(version) => beside.iter().any(|other| other.name == version && other.changed),
    }
}

/// The value with null for everything that is write-only. It holds for all that is planned or stored, after an error too.
#[must_use]
pub fn without_write_only(schema: &Schema, value: Value) -> Value {
    object(schema.block(), value)
}

/// A plan with the write-only values that the user wrote, as the resource gets it to create or update from. The counterpart
/// of [`without_write_only`]: core hands in a plan that has none of them, and the configuration beside it.
#[must_use]
pub(crate) fn with_write_only(schema: &Schema, planned: Value, config: &Value) -> Value {
    refill(schema.block(), planned, config)
}

fn refill(block: &Block, planned: Value, config: &Value) -> Value {
    if !holds_write_only(block) {
        return planned;
    }
    let Value::Object(members) = planned else { return planned };
    let refilled = members.into_iter().map(|(name, planned)| {
        let config = member(config, &name);
        let value = match (block.attributes().get(&name), block.blocks().get(&name)) {
            (Some(attribute), _) if attribute.is_write_only() => config.clone(),
            (Some(attribute), _) => match attribute.nested() {
                Some(nested) => refill_all(nested.nesting(), nested.object(), planned, config),
                None => planned,
            },
            (None, Some(nested)) => refill_all(nested.nesting(), nested.block(), planned, config),
            (None, None) => planned,
        };
        (name, value)
    });
    Value::Object(refilled.collect())
}

/// Elements are those of the same index or key: a plan has as many as the configuration. There are none in sets.
fn refill_all(nesting: Nesting, block: &Block, planned: Value, config: &Value) -> Value {
    match (nesting, planned) {
        (Nesting::Single | Nesting::Group, planned) => refill(block, planned, config),
        (_, Value::List(elements)) => {
            let config = config.as_slice().unwrap_or_default();
            let elements = elements.into_iter().enumerate();
            Value::list(
                elements.map(|(index, planned)| refill(block, planned, config.get(index).unwrap_or(&Value::Null))),
            )
        }
        (_, Value::Map(elements)) => {
            let config = config.as_map();
            let refilled: BTreeMap<Text, Value> = elements
                .into_iter()
                .map(|(key, planned)| {
                    let config = config.and_then(|config| config.get(&key)).unwrap_or(&Value::Null);
                    let planned = refill(block, planned, config);
                    (key, planned)
                })
                .collect();
            Value::Map(refilled)
        }
        (_, planned) => planned,
    }
}

fn object(block: &Block, value: Value) -> Value {
    let Value::Object(mut members) = value else { return value };
    let mut replace = |name: &Text, cleaned: &dyn Fn(Value) -> Value| {
        if let Some(member) = members.get_mut(name) {
            *member = cleaned(std::mem::replace(member, Value::Null));
        }
    };
    for (name, attribute) in block.attributes() {
        match attribute.nested() {
            _ if attribute.is_write_only() => replace(name, &|_| Value::Null),
            Some(nested) if holds_write_only(nested.object()) => {
                replace(name, &|value| nested.nesting().map_objects(value, &|value| object(nested.object(), value)));
            }
            _ => {}
        }
    }
    for (name, nested) in block.blocks() {
        if holds_write_only(nested.block()) {
            replace(name, &|value| nested.nesting().map_objects(value, &|value| object(nested.block(), value)));
        }
    }
    Value::Object(members)
}

fn holds_write_only(block: &Block) -> bool {
    let in_attribute = |attribute: &Attribute| {
        attribute.is_write_only() || attribute.nested().is_some_and(|nested| holds_write_only(nested.object()))
    };
    let in_blocks = |nested: &NestedBlock| holds_write_only(nested.block());
    block.attributes().values().any(in_attribute) || block.blocks().values().any(in_blocks)
}

#[cfg(test)]
mod tests {
    use tf_value::Type;

    use super::*;
    use crate::plan::testing::{Wrap, check, element, plan_of, replaced_for};
    use crate::schema::NestedObject;

    fn members() -> [(&'static str, Attribute); 2] {
        [("s", Attribute::optional(Type::String).write_only("v")), ("v", Attribute::optional(Type::Number))]
    }

    fn block() -> Block {
        members().into_iter().fold(Block::new(), |block, (name, attribute)| block.attribute(name, attribute))
    }

    fn secret(value: Option<&str>, version: i64) -> Value {
        Value::object([("s", Value::from(value)), ("v", Value::from(version))])
    }

    #[test]
    fn write_only_values_are_planned_as_null() {
        check(&block(), Value::Null, secret(Some("x"), 1), secret(None, 1));
        let unknown = Value::object([("s", Value::unknown()), ("v", Value::from(1))]);
        check(&block(), Value::Null, unknown, secret(None, 1));
    }

    #[test]
    fn a_new_secret_without_a_new_version_is_no_change() {
        let block = block().attribute("id", Attribute::computed(Type::String));
        let object = |id: Option<&str>, secret: Option<&str>, version: i64| {
            Value::object([("id", Value::from(id)), ("s", Value::from(secret)), ("v", Value::from(version))])
        };
        check(&block, object(Some("1"), None, 1), object(None, Some("y"), 1), object(Some("1"), None, 1));
        let outcome =
            plan_of(&Schema::new(0, block), &object(Some("1"), None, 1), &object(None, Some("y"), 2)).finish();
        assert_eq!(outcome.planned.attribute("id"), Some(&Value::unknown()));
    }

    #[test]
    fn write_only_values_are_null_in_every_object() {
        let config = secret(Some("x"), 1);
        let planned = secret(None, 1);
        let nestings: [(NestedBlock, Wrap); 4] = [
            (NestedBlock::single(block()), |object| object),
            (NestedBlock::group(block()), |object| object),
            (NestedBlock::list(block()), |object| Value::list([object])),
            (NestedBlock::map(block()), |object| Value::map([("k", object)])),
        ];
        for (nested, wrap) in nestings {
            let outer = Block::new().block("b", nested);
            check(&outer, Value::Null, element("b", wrap(config.clone())), element("b", wrap(planned.clone())));
            let schema = Schema::new(0, outer);
            let cleaned = without_write_only(&schema, element("b", wrap(config.clone())));
            assert_eq!(cleaned, element("b", wrap(planned.clone())));
            let refilled = with_write_only(&schema, cleaned, &element("b", wrap(config.clone())));
            assert_eq!(refilled, element("b", wrap(config.clone())));
        }
        let nested = Attribute::optional(NestedObject::list(members()));
        let outer = Block::new().attribute("n", nested);
        check(&outer, Value::Null, element("n", Value::list([config])), element("n", Value::list([planned])));
    }

    #[test]
    fn only_what_is_write_only_comes_from_the_configuration() {
        let block = block().attribute("id", Attribute::computed(Type::String)).block("b", NestedBlock::list(block()));
        let object = |id: Value, secret_value: Option<&str>, blocks: Vec<Value>| {
            let Value::Object(members) = secret(secret_value, 1) else { unreachable!() };
            Value::object(members.into_iter().chain([("id".into(), id), ("b".into(), Value::list(blocks))]))
        };
        let config = object(Value::Null, Some("x"), vec![secret(Some("y"), 1)]);
        let planned = object(Value::unknown(), None, vec![secret(None, 2), secret(None, 3)]);
        let expected = object(Value::unknown(), Some("x"), vec![secret(Some("y"), 2), secret(None, 3)]);
        let schema = Schema::new(0, block);
        assert_eq!(with_write_only(&schema, planned, &config), expected);
        assert_eq!(with_write_only(&schema, Value::Null, &config), Value::Null);
    }

    #[test]
    fn the_resource_cannot_put_one_into_the_plan() {
        let schema = Schema::new(0, block());
        let config = secret(Some("x"), 1);
        let mut plan = plan_of(&schema, &Value::Null, &config);
        plan.planned = config.clone();
        assert_eq!(plan.finish().planned, secret(None, 1));
    }

    #[test]
    fn a_secret_that_requires_replacement_does_so_by_its_version() {
        let block = Block::new()
            .attribute("s", Attribute::optional(Type::String).write_only("v").requires_replace())
            .attribute("v", Attribute::optional(Type::Number));
        assert_eq!(replaced_for(&block, secret(None, 1), secret(Some("y"), 1)), [""; 0]);
        assert_eq!(replaced_for(&block, secret(None, 1), secret(Some("y"), 2)), ["s"]);
        assert_eq!(replaced_for(&block, Value::Null, secret(Some("y"), 2)), [""; 0]);
    }
}
