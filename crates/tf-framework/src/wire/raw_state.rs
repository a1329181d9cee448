//! States and identities as they are stored: JSON of a type that only the version of the schema tells.

use plugin_proto::tfplugin6::RawState;
use tf_value::{Type, Value, json};

use crate::diagnostic::Diagnostic;

/// The JSON text of what is stored.
///
/// # Errors
/// If it is in the form that Terraform used before 0.12, which nobody can read without the code that wrote it.
pub(crate) fn text<'a>(what: &str, message: Option<&'a RawState>) -> Result<&'a [u8], Diagnostic> {
    let Some(message) = message else { return Ok(b"null") };
    if !message.flatmap.is_empty() {
        return Err(Diagnostic::error(format!("The {what} Is Too Old"))
            .detail("It is stored in the form of Terraform 0.11, which this provider never wrote.")
            .remedy("Remove the object from the state and import it again."));
    }
    Ok(if message.json.is_empty() { b"null" } else { &message.json })
}

/// Reads what is stored. What the type does not have is left out, what is missing is null.
///
/// # Errors
/// If something in it is of another type.
pub(crate) fn decode(what: &str, text: &[u8], ty: &Type) -> Result<Value, Diagnostic> {
    json::decode_state(ty, text).map_err(|error| {
        Diagnostic::error(format!("Reading the {what}"))
            .because(&error)
            .remedy("If the state file was edited by hand, restore it from a backup.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_leniently() {
        let ty = Type::object([("a", Type::String), ("b", Type::String)]);
        let message = RawState { json: br#"{"a":"x","gone":1}"#.to_vec().into(), ..RawState::default() };
        let text = text("state", Some(&message)).unwrap();
        let value = decode("state", text, &ty).unwrap();
        assert_eq!(value, Value::object([("a", Value::from("x")), ("b", Value::Null)]));
        decode("state", br#"{"a":[]}"#, &ty).unwrap_err();
    }

    #[test]
    fn nothing_is_null_and_flatmaps_are_refused() {
        assert_eq!(text("state", None).unwrap(), b"null");
        assert_eq!(text("state", Some(&RawState::default())).unwrap(), b"null");
        let flat = RawState { flatmap: [("id".to_owned(), "1".to_owned())].into(), ..RawState::default() };
        assert_eq!(text("state", Some(&flat)).unwrap_err().summary(), "The state Is Too Old");
    }
}
