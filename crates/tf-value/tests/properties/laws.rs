//! What must hold for every value and every sequence of bytes.

use tf_value::{Descend, Type, Value, decode_dynamic, json, msgpack};

use crate::draw::Source;

/// Draws a type and a value of it and puts both through everything. Panics, with what was drawn, where a law is broken.
/// Returns the number of parts of the value.
pub(crate) fn hold_for_a_drawn_value(source: &mut Source<'_>) -> u64 {
    let ty = source.ty(3);
    let value = source.value(&ty, 2);

    value.check(&ty).unwrap_or_else(|error| panic!("{ty:?} {value:?}: {error}"));
    assert_eq!(Type::from_json(ty.to_json().as_bytes()).unwrap(), ty);
    let blank = value.clone().unknown_as_null();
    blank.check(&ty).unwrap_or_else(|error| panic!("{ty:?} {blank:?}: {error}"));
    assert!(blank.is_wholly_known(), "{blank:?}");
    let unrefined = value.clone().unrefined();
    assert_eq!(unrefined.is_wholly_known(), value.is_wholly_known());
    assert_eq!(unrefined.clone().unrefined(), unrefined);
    assert_eq!(value.clone().transform(&mut |_, part| part), value);

    let packed = msgpack::encode(&ty, &value).unwrap();
    assert_eq!(msgpack::decode(&ty, &packed).as_ref().ok(), Some(&value), "{ty:?} {packed:x?}");
    assert_eq!(decode_dynamic(&packed, b"", &ty).as_ref().ok(), Some(&value));

    let written = json::encode(&ty, &value);
    assert_eq!(written.is_ok(), has_json_form(&value), "{ty:?} {value:?}");
    if let Ok(written) = &written {
        assert_eq!(json::decode(&ty, written.as_bytes()).as_ref().ok(), Some(&value), "{ty:?} {written}");
        assert_eq!(json::decode_state(&ty, written.as_bytes()).as_ref().ok(), Some(&value));
        assert!(serde_json::from_str::<&serde_json::value::RawValue>(written).is_ok(), "{written}");
    }

    hold_for_bytes(&ty, &mutated(source, &packed));
    hold_for_bytes(&ty, &mutated(source, written.unwrap_or_default().as_bytes()));
    let _ = Type::from_json(&mutated(source, ty.to_json().as_bytes())).map(|ty| {
        assert_eq!(Type::from_json(ty.to_json().as_bytes()).unwrap(), ty);
    });
    let mut parts = 0;
    value.walk(&mut |_, _| {
        parts += 1;
        Descend::Into
    });
    parts
}

/// Whatever the bytes are: no decoder panics, and what one accepts is a value of the type that survives every encoding.
pub(crate) fn hold_for_bytes(ty: &Type, bytes: &[u8]) {
    let accepted = [
        msgpack::decode(ty, bytes),
        json::decode(ty, bytes),
        json::decode_state(ty, bytes),
        decode_dynamic(b"", bytes, ty),
    ];
    for value in accepted.into_iter().flatten() {
        let packed = msgpack::encode(ty, &value).unwrap_or_else(|error| panic!("{ty:?} {value:?}: {error}"));
        assert_eq!(msgpack::decode(ty, &packed).as_ref().ok(), Some(&value), "{ty:?} {bytes:x?}");
        if has_json_form(&value) {
            let written = json::encode(ty, &value).unwrap();
            assert_eq!(json::decode(ty, written.as_bytes()).as_ref().ok(), Some(&value), "{ty:?} {bytes:x?}");
        }
    }
}

fn has_json_form(value: &Value) -> bool {
    let mut has = true;
    value.walk(&mut |_, part| {
        has &= part.is_known() && !part.as_number().is_some_and(tf_value::Number::is_infinite);
        Descend::Into
    });
    has
}

/// The bytes with a few of them changed, dropped, doubled or cut off.
fn mutated(source: &mut Source<'_>, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=source.below(3) {
        if bytes.is_empty() {
            break;
        }
        let place = (source.below(256) << 8 | source.below(256)) % bytes.len();
        match source.below(6) {
            0 => bytes[place] ^= 1 << source.below(8),
            1 => bytes[place] = source.byte(),
            2 => drop(bytes.remove(place)),
            3 => bytes.insert(place, source.byte()),
            4 => bytes.truncate(place),
            _ => {
                let piece = bytes[place..(place + source.below(20)).min(bytes.len())].to_vec();
                bytes.splice(place..place, piece);
            }
        }
    }
    bytes
}
