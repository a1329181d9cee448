//! The msgpack encoding, in which core and provider exchange values.
//!
//! Only the codec's own tables say what a byte means: [`rmp`]'s markers. There is no tree between bytes and values; the type
//! leads the decoder, and what it does not ask for is an error.

mod decode;
mod reader;
mod refinements;
mod write;

use crate::conform;
use crate::error::Error;
use crate::{Type, Value};

/// Reads a value of a type.
///
/// It takes what every release of cty sends and what the protocol's documentation allows beyond: integers of any width,
/// extension types yet to come (they are unknown values), refinements yet to come (they are passed over).
///
/// ```
/// use tf_value::{Type, Value, msgpack};
///
/// let ty = Type::object([("id", Type::String), ("port", Type::Number)]);
/// let value = msgpack::decode(&ty, b"\x82\xa2id\xd4\x00\x00\xa4port\xcd\x1f\x90")?;
/// assert_eq!(value, Value::object([("id", Value::unknown()), ("port", Value::from(8080))]));
/// # Ok::<_, tf_value::Error>(())
/// ```
///
/// # Errors
/// The bytes are no value of this type, are cut off or go on after its end, or ask for more than [`crate::limits`] allow.
pub fn decode(ty: &Type, bytes: &[u8]) -> Result<Value, Error> {
    decode::decode(ty, bytes)
}

/// Writes a value of a type, byte for byte as cty does. (But for one kind of number, see
/// [`Number`](crate::Number), and for the order of sets of collections, which cty leaves open.)
///
/// # Errors
/// The value is not of the type, see [`Value::check`].
pub fn encode(ty: &Type, value: &Value) -> Result<Vec<u8>, Error> {
    let mut bytes = write::Writer::default();
    conform::write(&mut bytes, ty, value, 0)?;
    Ok(bytes.into_bytes())
}
