//! Identities: their schemas, and themselves.

use plugin_proto::tfplugin6::resource_identity_schema::IdentityAttribute as Message;
use plugin_proto::tfplugin6::{ResourceIdentityData, ResourceIdentitySchema};
use tf_value::{Type, Value};

use super::{dynamic_value, schema};
use crate::diagnostic::Diagnostic;
use crate::model::IdentityAttribute;

/// The schema of an identity. It has the version of the resource's own schema.
pub(crate) fn schema(version: u32, attributes: &[IdentityAttribute]) -> ResourceIdentitySchema {
    let attributes = attributes.iter().map(|attribute| Message {
        name: attribute.name.to_owned(),
        r#type: schema::type_text(&attribute.ty),
        required_for_import: attribute.required,
        optional_for_import: !attribute.required,
        description: attribute.description.to_owned(),
    });
    ResourceIdentitySchema { version: version.into(), identity_attributes: attributes.collect() }
}

/// Reads an identity. `None` if there is none, or nothing in it.
///
/// # Errors
/// If it is not of the type.
pub(crate) fn decode(message: Option<&ResourceIdentityData>, ty: &Type) -> Result<Option<Value>, Diagnostic> {
    let message = message.and_then(|message| message.identity_data.as_ref());
    let identity = dynamic_value::decode("identity", message, ty)?;
    let says_nothing =
        |identity: &Value| identity.as_object().is_none_or(|members| members.values().all(Value::is_null));
    Ok(if says_nothing(&identity) { None } else { Some(identity) })
}

/// Writes an identity, if there is one.
///
/// # Errors
/// If it is not of the type, which is a bug of the resource.
pub(crate) fn encode(identity: Option<&Value>, ty: &Type) -> Result<Option<ResourceIdentityData>, Diagnostic> {
    let data = identity.map(|identity| dynamic_value::encode(identity, ty)).transpose()?;
    Ok(data.map(|data| ResourceIdentityData { identity_data: Some(data) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes() -> [IdentityAttribute; 2] {
        let attribute = |name, ty, required| IdentityAttribute { name, ty, required, description: "What it is." };
        [attribute("name", Type::String, true), attribute("namespace", Type::String, false)]
    }

    fn ty() -> Type {
        Type::object(attributes().into_iter().map(|attribute| (attribute.name, attribute.ty)))
    }

    #[test]
    fn the_schema_says_what_an_import_must_give() {
        let message = schema(2, &attributes());
        assert_eq!(message.version, 2);
        let flags: Vec<_> = message
            .identity_attributes
            .iter()
            .map(|attribute| (attribute.name.as_str(), attribute.required_for_import, attribute.optional_for_import))
            .collect();
        assert_eq!(flags, [("name", true, false), ("namespace", false, true)]);
        assert_eq!(message.identity_attributes[0].r#type, br#""string""#[..]);
        assert_eq!(message.identity_attributes[0].description, "What it is.");
    }

    #[test]
    fn identities_come_back() {
        let identity = Value::object([("name", Value::from("x")), ("namespace", Value::Null)]);
        let message = encode(Some(&identity), &ty()).unwrap();
        assert_eq!(decode(message.as_ref(), &ty()).unwrap(), Some(identity));
    }

    #[test]
    fn an_identity_that_says_nothing_is_none() {
        let empty = Value::object([("name", Value::Null), ("namespace", Value::Null)]);
        for message in [None, encode(Some(&Value::Null), &ty()).unwrap(), encode(Some(&empty), &ty()).unwrap()] {
            assert_eq!(decode(message.as_ref(), &ty()).unwrap(), None);
        }
        assert_eq!(encode(None, &ty()).unwrap(), None);
    }
}
