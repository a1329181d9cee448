//! A value in msgpack, as a core sends it in every call.
//!
//! An input is a type in the notation of `type_notation`, then the bytes.
//!
//! Whatever the bytes are: nothing panics, what is accepted and as which value is what a second reader says, and an accepted
//! value survives every encoding.
#![no_main]

use libfuzzer_sys::fuzz_target;
use secretzero_fuzz::{plain_msgpack, round_trip, type_notation};
use tf_value::msgpack;

fuzz_target!(|input: &[u8]| {
    let (ty, bytes) = type_notation::split(input);
    let decoded = msgpack::decode(&ty, bytes);
    plain_msgpack::read(&ty, bytes).assert_same(&decoded);
    if let Ok(value) = decoded {
        round_trip::assert_survives(&ty, &value);
    }
});
