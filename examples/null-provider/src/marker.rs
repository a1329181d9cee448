//! `null_marker`: the schema, and the one attribute of it that the provider looks at.

use plugin_proto::tfplugin6::{DynamicValue, Schema, StringKind, schema};
use rmpv::Value;

/// The resource type.
pub(crate) const TYPE: &str = "null_marker";

/// Name of the attribute that makes an apply wait.
const GATE: &str = "gate";

pub(crate) fn schema() -> Schema {
    block(vec![
        attribute("note", "Any text. It is kept in state and compared with the configuration, and that is all."),
        attribute(GATE, "Path of a file. Creating and changing the marker waits until the file exists."),
    ])
}

/// A schema of version 0 with these attributes.
pub(crate) fn block(attributes: Vec<schema::Attribute>) -> Schema {
    Schema { version: 0, block: Some(schema::Block { attributes, ..schema::Block::default() }) }
}

fn attribute(name: &str, description: &str) -> schema::Attribute {
    schema::Attribute {
        name: name.to_owned(),
        // A type is JSON text.
        r#type: b"\"string\""[..].into(),
        description: description.to_owned(),
        description_kind: StringKind::Plain.into(),
        optional: true,
        ..schema::Attribute::default()
    }
}

/// The gate of a planned marker. `None` if there is none, or on destroy, when the whole value is null.
pub(crate) fn gate(planned: Option<&DynamicValue>) -> Option<String> {
    let mut bytes = planned?.msgpack.as_ref();
    let Value::Map(attributes) = rmpv::decode::read_value(&mut bytes).ok()? else { return None };
    let (_, value) = attributes.into_iter().find(|(name, _)| name.as_str() == Some(GATE))?;
    value.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(value: &Value) -> DynamicValue {
        let mut bytes = Vec::new();
        rmpv::encode::write_value(&mut bytes, value).unwrap();
        DynamicValue { msgpack: bytes.into(), ..DynamicValue::default() }
    }

    #[test]
    fn a_gate_is_found_only_where_there_is_one() {
        let with = Value::Map(vec![("note".into(), Value::Nil), ("gate".into(), "/tmp/open".into())]);
        assert_eq!(gate(Some(&planned(&with))), Some("/tmp/open".to_owned()));
        let without = Value::Map(vec![("gate".into(), Value::Nil)]);
        for value in [without, Value::Nil, Value::from(3)] {
            assert_eq!(gate(Some(&planned(&value))), None, "{value}");
        }
        assert_eq!(gate(None), None);
    }
}
