//! A stored state, as a core hands it over to be upgraded: written by this release of the provider or by another one.
//!
//! An input is the type that the schema has today in the notation of `type_notation`, then the state as JSON.
//!
//! Whatever the state is: nothing panics; attributes that the schema has no more are passed over, those that it did not have
//! yet are null, and one that stands there twice is an error, all as a second reader says; what is read survives every
//! encoding. A value that needs no such leniency is the same without it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use secretzero_fuzz::plain_json::{self, Unsupported};
use secretzero_fuzz::{round_trip, type_notation};
use tf_value::json;

fuzz_target!(|input: &[u8]| {
    let (ty, text) = type_notation::split(input);
    let decoded = json::decode_state(&ty, text);
    plain_json::read(&ty, text, Unsupported::LeftOut).assert_same(&decoded);
    if let Ok(strict) = json::decode(&ty, text) {
        assert_eq!(decoded.as_ref().ok(), Some(&strict), "a value that needs no leniency: {decoded:?}");
    }
    if let Ok(value) = decoded {
        round_trip::assert_survives(&ty, &value);
    }
});
