//! Whether a value may be a planned or stored state at all, whatever was asked for.

use tf_value::Value;

use super::violation::{Breach, Violation};
use crate::schema::{Block, Nesting, Schema};
use crate::trail::Trail;

/// Judges a planned state by itself: of the schema's type, write-only attributes null.
pub fn planned(schema: &Schema, planned: &Value) -> Vec<Violation> {
    if let Err(error) = planned.check(schema.implied_type()) {
        let reason = error.problem().to_string();
        return vec![Violation { path: error.path(), breach: Breach::Type { reason } }];
    }
    let mut violations = Vec::new();
    object(schema.block(), planned, &Trail::ROOT, &mut violations);
    violations
}

/// Judges what a read, an apply, an import, an upgrade or a move returns as a state: all that holds for a planned state, and
/// nothing unknown.
pub fn state(schema: &Schema, state: &Value) -> Vec<Violation> {
    let mut violations = planned(schema, state);
    if state.is_wholly_known() {
        return violations;
    }
    state.walk(&mut |path, part| {
        if !part.is_known() {
            violations.push(Violation { path: path.clone(), breach: Breach::StillUnknown });
        }
        tf_value::Descend::Into
    });
    violations
}

fn object(block: &Block, value: &Value, trail: &Trail<'_>, violations: &mut Vec<Violation>) {
    let Some(members) = value.as_object() else { return };
    for (name, attribute) in block.attributes() {
        if !attribute.is_write_only() && attribute.nested().is_none() {
            continue;
        }
        let (trail, value) = (trail.attribute(name), members.get(name).unwrap_or(&Value::Null));
        if attribute.is_write_only() && !value.is_null() {
            violations.push(Violation { path: trail.path(), breach: Breach::WriteOnly });
        }
        if let Some(nested) = attribute.nested() {
            objects(nested.nesting(), nested.object(), value, &trail, violations);
        }
    }
    for (name, nested) in block.blocks() {
        let value = members.get(name).unwrap_or(&Value::Null);
        objects(nested.nesting(), nested.block(), value, &trail.attribute(name), violations);
    }
}

fn objects(nesting: Nesting, block: &Block, value: &Value, trail: &Trail<'_>, violations: &mut Vec<Violation>) {
    match nesting {
        Nesting::Single | Nesting::Group => object(block, value, trail, violations),
        Nesting::List => {
            for (index, element) in value.as_slice().unwrap_or_default().iter().enumerate() {
                object(block, element, &trail.index(index), violations);
            }
        }
        Nesting::Set => {
            for element in value.as_set().into_iter().flatten() {
                object(block, element, &trail.element(), violations);
            }
        }
        Nesting::Map => {
            for (key, element) in value.as_map().into_iter().flatten() {
                object(block, element, &trail.key(key), violations);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tf_value::Type;

    use super::*;
    use crate::schema::{Attribute, NestedBlock};

    fn schema() -> Schema {
        let secret = || Attribute::optional(Type::String).write_only("version");
        let version = || Attribute::optional(Type::Number);
        let inner = Block::new().attribute("secret", secret()).attribute("version", version());
        Schema::new(
            0,
            Block::new()
                .attribute("secret", secret())
                .attribute("version", version())
                .block("user", NestedBlock::list(inner)),
        )
    }

    fn object(secret: Value, version: Value, users: Option<Value>) -> Value {
        let users = users.map(|users| ("user", users));
        Value::object([("secret", secret), ("version", version)].into_iter().chain(users))
    }

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "a case is one line")]
    fn check(judge: fn(&Schema, &Value) -> Vec<Violation>, value: Value, expected: &[(&str, Breach)]) {
        let found: Vec<_> =
            judge(&schema(), &value).into_iter().map(|found| (found.path.to_string(), found.breach)).collect();
        let expected: Vec<_> = expected.iter().map(|(path, breach)| ((*path).to_owned(), breach.clone())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn write_only_attributes_are_null_everywhere() {
        let user = object(Value::from("x"), Value::Null, None);
        let value = object(Value::Null, Value::Null, Some(Value::list([user])));
        check(planned, value.clone(), &[("user[0].secret", Breach::WriteOnly)]);
        check(state, value, &[("user[0].secret", Breach::WriteOnly)]);
        check(planned, object(Value::unknown(), Value::Null, Some(Value::list([]))), &[("secret", Breach::WriteOnly)]);
    }

    #[test]
    fn states_are_wholly_known() {
        let user = object(Value::Null, Value::unknown(), None);
        let value = object(Value::Null, Value::Null, Some(Value::list([user])));
        check(planned, value.clone(), &[]);
        check(state, value, &[("user[0].version", Breach::StillUnknown)]);
    }

    #[test]
    fn values_are_of_the_type_of_the_schema() {
        let value = object(Value::Null, Value::from("1"), Some(Value::list([])));
        let reason = "a number is required, found a string".to_owned();
        check(planned, value, &[("version", Breach::Type { reason })]);
    }
}
