//! Values as messages.

use plugin_proto::tfplugin6::DynamicValue;
use tf_value::{Type, Value, decode_dynamic, msgpack};

use crate::diagnostic::Diagnostic;

/// Reads a value of a type. A message that is not there is null, as an empty one is.
///
/// # Errors
/// If it is not of the type. Core and provider then don't have the same schema: two versions of the provider are mixed.
pub(crate) fn decode(what: &str, message: Option<&DynamicValue>, ty: &Type) -> Result<Value, Diagnostic> {
    let Some(message) = message else { return Ok(Value::Null) };
    decode_dynamic(&message.msgpack, &message.json, ty).map_err(|error| {
        Diagnostic::error(format!("Reading the {what}"))
            .because(&error)
            .detail("It is not of the type that this version of the provider has in its schema.")
            .remedy("Run init again, so that one version of the provider is used throughout.")
    })
}

/// Writes a value of a type.
///
/// # Errors
/// If it is not of the type, which is a bug of the resource.
pub(crate) fn encode(value: &Value, ty: &Type) -> Result<DynamicValue, Diagnostic> {
    let msgpack = msgpack::encode(ty, value).map_err(|error| {
        Diagnostic::error("Bug in the Provider")
            .detail("A value can't be sent, because it is not of the type that the schema says.")
            .because(&error)
            .remedy("This is not a mistake in the configuration. Please report it to the developers of the provider.")
    })?;
    Ok(DynamicValue { msgpack: msgpack.into(), ..DynamicValue::default() })
}

/// Null, of any type.
pub(crate) fn null() -> DynamicValue {
    DynamicValue { msgpack: (&b"\xc0"[..]).into(), ..DynamicValue::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_and_an_empty_message_are_null() {
        assert_eq!(decode("state", None, &Type::String).unwrap(), Value::Null);
        assert_eq!(decode("state", Some(&DynamicValue::default()), &Type::String).unwrap(), Value::Null);
        assert_eq!(decode("state", Some(&null()), &Type::String).unwrap(), Value::Null);
        assert_eq!(encode(&Value::Null, &Type::String).unwrap(), null());
    }

    #[test]
    fn values_come_back() {
        let message = encode(&Value::unknown(), &Type::String).unwrap();
        assert_eq!(decode("state", Some(&message), &Type::String).unwrap(), Value::unknown());
        let json = DynamicValue { json: b"\"x\"".to_vec().into(), ..DynamicValue::default() };
        assert_eq!(decode("state", Some(&json), &Type::String).unwrap(), Value::from("x"));
    }

    #[test]
    fn what_is_not_of_the_type_is_named_without_its_value() {
        let message = encode(&Value::from("canary"), &Type::String).unwrap();
        let error = decode("prior state", Some(&message), &Type::Bool).unwrap_err();
        assert_eq!(error.summary(), "Reading the prior state");
        assert!(!error.detail_text().contains("canary"));
        encode(&Value::from(1), &Type::String).unwrap_err();
    }
}
