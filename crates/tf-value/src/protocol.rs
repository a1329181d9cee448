//! The rule for reading a protocol message's value, which comes in one of two encodings or in none.

use crate::error::Error;
use crate::{Type, Value, json, msgpack};

/// Reads the two fields of a `DynamicValue`.
///
/// The core fills `msgpack`; old tests and other clients may fill `json`. With both empty the value is null: that is how
/// OpenTofu sends a null argument of a function.
///
/// ```
/// use tf_value::{Type, Value, decode_dynamic};
///
/// assert_eq!(decode_dynamic(b"", b"", &Type::String)?, Value::Null);
/// assert_eq!(decode_dynamic(b"\xa1x", b"", &Type::String)?, Value::from("x"));
/// assert_eq!(decode_dynamic(b"", b"\"x\"", &Type::String)?, Value::from("x"));
/// # Ok::<_, tf_value::Error>(())
/// ```
///
/// # Errors
/// Those of [`msgpack::decode`] and [`json::decode`].
pub fn decode_dynamic(msgpack: &[u8], json: &[u8], ty: &Type) -> Result<Value, Error> {
    match (msgpack, json) {
        ([], []) => Ok(Value::Null),
        ([], json) => json::decode(ty, json),
        (msgpack, _) => msgpack::decode(ty, msgpack),
    }
}
