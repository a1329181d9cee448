//! What holds for every value that a decoder accepts, whatever it was read from.

use tf_value::{Descend, Number, Type, Value, json, msgpack};

use crate::plain_json::{self, Unsupported};
use crate::plain_msgpack;

/// The value is of its type and survives both encodings, and others read from them what was written.
///
/// Panics if not.
pub fn assert_survives(ty: &Type, value: &Value) {
    value.check(ty).unwrap_or_else(|error| panic!("{value:?} is not of type {ty:?}: {error}"));

    let packed = msgpack::encode(ty, value).unwrap_or_else(|error| panic!("{value:?} has no encoding: {error}"));
    let decoded = msgpack::decode(ty, &packed);
    assert_eq!(decoded.as_ref().ok(), Some(value), "after msgpack: {decoded:?}");
    plain_msgpack::read(ty, &packed).assert_same(&decoded);

    let written = json::encode(ty, value);
    assert_eq!(written.is_ok(), has_json_form(value), "{value:?} as JSON: {written:?}");
    let Ok(written) = written else { return };
    let decoded = json::decode(ty, written.as_bytes());
    assert_eq!(decoded.as_ref().ok(), Some(value), "after JSON: {decoded:?}");
    plain_json::read(ty, written.as_bytes(), Unsupported::Refused).assert_same(&decoded);
}

fn has_json_form(value: &Value) -> bool {
    let mut has = true;
    value.walk(&mut |_, part| {
        has &= part.is_known() && !part.as_number().is_some_and(Number::is_infinite);
        Descend::Into
    });
    has
}
