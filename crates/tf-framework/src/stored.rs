//! What is true of every stored object, and how one that is not whole becomes so.

use tf_value::Value;

use crate::model::IdentityAttribute;
use crate::schema::{Attribute, Block, Schema};

/// The identity of an object, from its state or plan. `None` if it has none, or if not all of it is known and there yet.
///
/// OpenTofu 1.12 stores a planned identity and fails if there is something unknown in it, so one that is not whole is not told
/// at all.
pub(crate) fn identity(attributes: &[IdentityAttribute], object: &Value) -> Option<Value> {
    if attributes.is_empty() {
        return None;
    }
    let members = attributes.iter().map(|attribute| {
        let value = object.attribute(attribute.name)?;
        let usable = value.is_wholly_known() && !(attribute.required && value.is_null());
        usable.then(|| (attribute.name, value.clone()))
    });
    members.collect::<Option<Vec<_>>>().map(Value::object)
}

/// A state that was read leniently, with what core never stores as null: blocks of which there are none are empty.
pub(crate) fn with_empty_blocks(schema: &Schema, state: Value) -> Value {
    object(schema.block(), state)
}

fn object(block: &Block, value: Value) -> Value {
    if !has_blocks(block) {
        return value;
    }
    let Value::Object(members) = value else { return value };
    let filled = members.into_iter().map(|(name, value)| {
        let value = match block.blocks().get(&name) {
            Some(nested) if value.is_null() => nested.empty_value(),
            Some(nested) => nested.nesting().map_objects(value, &|value| object(nested.block(), value)),
            None => value,
        };
        (name, value)
    });
    Value::Object(filled.collect())
}

fn has_blocks(block: &Block) -> bool {
    !block.blocks().is_empty()
}

/// Whether the object has the attribute by which the user limits operations.
pub(crate) fn offers_timeouts(schema: &Schema) -> bool {
    schema.block().attributes().get(crate::timeouts::ATTRIBUTE).and_then(Attribute::nested).is_some()
}

#[cfg(test)]
mod tests {
    use tf_value::{Text, Type};

    use super::*;
    use crate::schema::NestedBlock;

    fn attributes() -> [IdentityAttribute; 2] {
        let attribute = |name, required| IdentityAttribute { name, ty: Type::String, required, description: "" };
        [attribute("name", true), attribute("namespace", false)]
    }

    #[test]
    fn an_identity_is_whole_or_not_there() {
        let object = |name, namespace| {
            Value::object([("name", name), ("namespace", namespace), ("other", Value::from("not part of it"))])
        };
        let of = |name, namespace| identity(&attributes(), &object(name, namespace));
        let name = || Value::from("x");
        let expected = |namespace| Some(Value::object([("name", name()), ("namespace", namespace)]));
        assert_eq!(of(name(), Value::from("n")), expected(Value::from("n")));
        assert_eq!(of(name(), Value::Null), expected(Value::Null), "an import need not give it");
        assert_eq!(of(Value::Null, Value::Null), None);
        assert_eq!(of(name(), Value::unknown()), None, "OpenTofu can't store it");
        assert_eq!(identity(&attributes(), &Value::Null), None);
        assert_eq!(identity(&[], &object(name(), Value::Null)), None);
    }

    #[test]
    fn blocks_that_are_not_there_are_empty() {
        let leaf = || Block::new().attribute("x", Attribute::optional(Type::String));
        let inner = leaf().block("deep", NestedBlock::set(leaf()));
        let block = Block::new()
            .attribute("n", Attribute::optional(Type::list(Type::String)))
            .block("single", NestedBlock::single(leaf()))
            .block("list", NestedBlock::list(inner.clone()))
            .block("set", NestedBlock::set(leaf()))
            .block("map", NestedBlock::map(leaf()))
            .block("group", NestedBlock::group(leaf()));
        let schema = Schema::new(0, block);
        let null = |names: &[&'static str]| names.iter().map(|name| (*name, Value::Null)).collect::<Vec<_>>();
        let all = ["group", "list", "map", "n", "set", "single"];
        let filled = with_empty_blocks(&schema, Value::object(null(&all)));
        let leaf_value = || Value::object([("x", Value::Null)]);
        assert_eq!(filled.attribute("list"), Some(&Value::list([])));
        assert_eq!(filled.attribute("set"), Some(&Value::set([])));
        assert_eq!(filled.attribute("map"), Some(&Value::map::<Text>([])));
        assert_eq!(filled.attribute("group"), Some(&leaf_value()));
        assert_eq!(filled.attribute("single"), Some(&Value::Null));
        assert_eq!(filled.attribute("n"), Some(&Value::Null), "an attribute may be null");
        let element = Value::object(null(&["deep", "x"]));
        let mut members = null(&["group", "map", "n", "set", "single"]);
        members.push(("list", Value::list([element])));
        let filled = with_empty_blocks(&schema, Value::object(members));
        let expected = Value::object([("deep", Value::set([])), ("x", Value::Null)]);
        assert_eq!(filled.attribute("list"), Some(&Value::list([expected])));
        assert_eq!(with_empty_blocks(&schema, Value::Null), Value::Null);
    }
}
