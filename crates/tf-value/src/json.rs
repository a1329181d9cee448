//! The JSON encoding: what states are stored in, and what a provider gets to upgrade.
//!
//! The reader is our own for four reasons: digits of numbers must arrive as they stand; a key that stands twice must be an
//! error; the type leads; and faults must be named with their place in the value. `serde_json` gives the first only with a
//! feature that changes what it does for every other crate in the program.

mod decode;
pub(crate) mod reader;
pub(crate) mod writer;

use crate::conform;
use crate::error::Error;
use crate::{Type, Value};

/// Reads a value of a type.
///
/// As in cty, an attribute that is absent is null, and strings, numbers and bools are converted if one stands for another
/// (`"8080"` for a number). An attribute that the type does not have is an error.
///
/// ```
/// use tf_value::{Type, Value, json};
///
/// let ty = Type::object([("id", Type::String), ("serial", Type::Number)]);
/// let value = json::decode(&ty, br#"{"serial":123456789012345678901234567890}"#)?;
/// assert_eq!(value.attribute("serial").and_then(Value::as_number).unwrap().to_string(), "123456789012345678901234567890");
/// assert_eq!(value.attribute("id"), Some(&Value::Null));
/// # Ok::<_, tf_value::Error>(())
/// ```
///
/// # Errors
/// The text is no JSON, no value of this type, or asks for more than [`crate::limits`] allow.
pub fn decode(ty: &Type, json: &[u8]) -> Result<Value, Error> {
    decode::decode(ty, json, decode::Unsupported::Refused)
}

/// Reads a stored state of the same schema version. What the schema no longer has is left out.
///
/// Removing an attribute needs no new schema version, so a state may still hold it.
///
/// # Errors
/// As [`decode()`], but for unsupported attributes.
pub fn decode_state(ty: &Type, json: &[u8]) -> Result<Value, Error> {
    decode::decode(ty, json, decode::Unsupported::LeftOut)
}

/// Writes a value of a type.
///
/// # Errors
/// The value is not of the type, see [`Value::check`], or holds an unknown value or an infinite number, which JSON can't
/// express.
pub fn encode(ty: &Type, value: &Value) -> Result<String, Error> {
    let mut json = writer::Writer::default();
    conform::write(&mut json, ty, value, 0)?;
    Ok(json.into_text())
}
