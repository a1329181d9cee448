//! A value in JSON, as older clients may send it.
//!
//! An input is a type in the notation of `type_notation`, then the text.
//!
//! Whatever the text is: nothing panics, what is accepted and as which value is what a second reader says, and an accepted
//! value survives every encoding.
#![no_main]

use libfuzzer_sys::fuzz_target;
use secretzero_fuzz::plain_json::{self, Unsupported};
use secretzero_fuzz::{round_trip, type_notation};
use tf_value::json;

fuzz_target!(|input: &[u8]| {
    let (ty, text) = type_notation::split(input);
    let decoded = json::decode(&ty, text);
    plain_json::read(&ty, text, Unsupported::Refused).assert_same(&decoded);
    if let Ok(value) = decoded {
        round_trip::assert_survives(&ty, &value);
    }
});
