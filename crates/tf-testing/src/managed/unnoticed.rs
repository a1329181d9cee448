//! Mistakes in a configuration that core lets pass, because it leaves them to the provider.

use tf_framework::schema::{Block, Mode, Nesting, Schema};
use tf_value::{Path, Value};

use crate::client::Client;
use crate::rule::Rule;

/// The mistakes that a provider must not accept.
pub(crate) fn unnoticed(schema: &Schema, config: &Value, client: Client) -> Vec<(Path, Rule)> {
    let mut search = Search { client, found: Vec::new() };
    search.object(schema.block(), config, &Path::root());
    search.found
}

struct Search {
    client: Client,
    found: Vec<(Path, Rule)>,
}

impl Search {
    fn object(&mut self, block: &Block, value: &Value, path: &Path) {
        let Some(members) = value.as_object() else { return };
        for (name, attribute) in block.attributes() {
            let (path, value) = (path.clone().attribute(name), members.get(name).unwrap_or(&Value::Null));
            let rule = match attribute.mode() {
                Mode::Required if value.is_null() => Some(Rule::NullAccepted),
                Mode::Computed if !value.is_null() => Some(Rule::ReadOnlyAccepted),
                // One that is not known yet may still be null.
                _ if attribute.is_write_only() && value.is_known() && !value.is_null() && !self.client.write_only => {
                    Some(Rule::WriteOnlyAccepted)
                }
                _ => None,
            };
            self.found.extend(rule.map(|rule| (path.clone(), rule)));
            if let Some(nested) = attribute.nested() {
                self.objects(nested.nesting(), nested.object(), value, &path);
            }
        }
        for (name, nested) in block.blocks() {
            let value = members.get(name).unwrap_or(&Value::Null);
            self.objects(nested.nesting(), nested.block(), value, &path.clone().attribute(name));
        }
    }

    fn objects(&mut self, nesting: Nesting, block: &Block, value: &Value, path: &Path) {
        match (nesting, value) {
            (Nesting::Single | Nesting::Group, value) => self.object(block, value, path),
            (_, Value::List(elements)) => {
                let elements = elements.iter().enumerate();
                elements.for_each(|(index, element)| self.object(block, element, &path.clone().index(index)));
            }
            (_, Value::Set(elements)) => {
                elements.iter().for_each(|element| self.object(block, element, &path.clone().element()));
            }
            (_, Value::Map(elements)) => {
                elements.iter().for_each(|(key, element)| self.object(block, element, &path.clone().key(key)));
            }
            (_, _) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use tf_framework::schema::{Attribute, NestedObject};
    use tf_value::Type;

    use super::*;

    fn schema() -> Schema {
        let rule = NestedObject::list([("port", Attribute::required(Type::Number))]);
        Schema::new(
            0,
            Block::new()
                .attribute("id", Attribute::computed(Type::String))
                .attribute("rule", Attribute::optional(rule))
                .attribute("secret", Attribute::optional(Type::String).write_only("version"))
                .attribute("version", Attribute::optional(Type::Number)),
        )
    }

    #[track_caller]
    fn check(client: Client, [id, port, secret]: [Value; 3], expected: &[(&str, Rule)]) {
        let rule = Value::list([Value::object([("port", port)])]);
        let config = Value::object([("id", id), ("rule", rule), ("secret", secret), ("version", Value::Null)]);
        let found = unnoticed(&schema(), &config, client).into_iter().map(|(path, rule)| (path.to_string(), rule));
        let expected = expected.iter().map(|(path, rule)| ((*path).to_owned(), rule.clone()));
        assert_eq!(found.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    }

    #[test]
    fn what_core_lets_pass_is_noticed() {
        let (null, port, text, unknown) = (Value::Null, Value::from(80), Value::from("x"), Value::unknown());
        let config = |id: &Value, port: &Value, secret: &Value| [id.clone(), port.clone(), secret.clone()];
        check(Client::opentofu(), config(&null, &port, &text), &[]);
        check(Client::opentofu(), config(&null, &unknown, &null), &[]);
        check(Client::opentofu(), config(&text, &port, &null), &[("id", Rule::ReadOnlyAccepted)]);
        check(Client::opentofu(), config(&null, &null, &null), &[("rule[0].port", Rule::NullAccepted)]);
        check(Client::older(), config(&null, &port, &text), &[("secret", Rule::WriteOnlyAccepted)]);
        check(Client::older(), config(&null, &port, &unknown), &[]);
    }
}
