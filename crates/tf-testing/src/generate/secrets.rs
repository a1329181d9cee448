//! Configurations as they can be shown: with everything but what is secret.

use serde_json::{Map, Value as Json};
use tf_framework::schema::{Block, Nesting, Schema};
use tf_value::Value;

/// A configuration as JSON. Secrets are `(secret)`, what is not known is `(unknown)`, and what is null is left out.
pub(crate) fn masked(schema: &Schema, value: &Value) -> String {
    object(schema.block(), value).to_string()
}

fn object(block: &Block, value: &Value) -> Json {
    let Some(members) = value.as_object() else { return plain(value) };
    let mut shown = Map::new();
    for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
        let value = match (block.attributes().get(name), block.blocks().get(name)) {
            (Some(attribute), _) if attribute.is_sensitive() || attribute.is_write_only() => "(secret)".into(),
            (Some(attribute), _) => match attribute.nested() {
                Some(nested) => objects(nested.nesting(), nested.object(), value),
                None => plain(value),
            },
            (None, Some(nested)) => objects(nested.nesting(), nested.block(), value),
            (None, None) => plain(value),
        };
        shown.insert(name.as_str().to_owned(), value);
    }
    Json::Object(shown)
}

fn objects(nesting: Nesting, block: &Block, value: &Value) -> Json {
    match (nesting, value) {
        (Nesting::Single | Nesting::Group, value) => object(block, value),
        (_, Value::List(elements)) => elements.iter().map(|element| object(block, element)).collect(),
        (_, Value::Set(elements)) => elements.iter().map(|element| object(block, element)).collect(),
        (_, Value::Map(elements)) => {
            elements.iter().map(|(key, element)| (key.as_str().to_owned(), object(block, element))).collect()
        }
        (_, value) => plain(value),
    }
}

/// A value as JSON, with all that is in it.
pub(super) fn plain(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Unknown(_) => "(unknown)".into(),
        Value::Bool(bool) => (*bool).into(),
        Value::String(text) => text.as_str().into(),
        Value::Number(number) => number.to_string().into(),
        Value::List(elements) => elements.iter().map(plain).collect(),
        Value::Tuple(elements) => elements.iter().map(plain).collect(),
        Value::Set(elements) => elements.iter().map(plain).collect(),
        Value::Map(elements) => {
            elements.iter().map(|(key, element)| (key.as_str().to_owned(), plain(element))).collect()
        }
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.as_str().to_owned(), plain(value))).collect()
        }
        Value::Dynamic(dynamic) => plain(dynamic.value()),
    }
}

#[cfg(test)]
mod tests {
    use tf_framework::schema::{Attribute, NestedObject};
    use tf_value::Type;

    use super::*;

    #[test]
    fn everything_is_shown_but_secrets() {
        let text = || Attribute::optional(Type::String);
        let user = NestedObject::set([("name", text()), ("password", text().sensitive())]);
        let block = Block::new()
            .attribute("a", text())
            .attribute("key", text().write_only("size"))
            .attribute("size", Attribute::optional(Type::Number))
            .attribute("user", Attribute::optional(user));
        let user = Value::object([("name", Value::from("n")), ("password", Value::from("canary"))]);
        let members = [
            ("a", Value::unknown()),
            ("key", Value::from("canary")),
            ("size", Value::Null),
            ("user", Value::set([user])),
        ];
        let shown = masked(&Schema::new(0, block), &Value::object(members));
        assert_eq!(shown, r#"{"a":"(unknown)","key":"(secret)","user":[{"name":"n","password":"(secret)"}]}"#);
    }
}
