//! The data of a request to a secrets engine, as a client sends it.
//!
//! An input is the JSON text.
//!
//! Whatever it says: nothing panics, whichever types of fields it is read as. Sent back as an answer it is an object that
//! hosts read as data: at its top there is no key by which they tell an error or a raw answer, and no whole number that
//! they would round.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};
use vault_plugin_sdk::fuzzing;

const MEANS_SOMETHING_ELSE: [&str; 4] = ["error", "http_content_type", "http_raw_body", "http_status_code"];

fuzz_target!(|input: &[u8]| {
    let Ok(text) = str::from_utf8(input) else { return };
    let Some(Some(answer)) = fuzzing::request_data(text) else { return };
    let answer: Map<String, Value> = serde_json::from_str(&answer).expect("an answer is an object");
    assert!(MEANS_SOMETHING_ELSE.iter().all(|key| !answer.contains_key(*key)), "{answer:?}");
    assert!(answer.values().all(is_exact), "{answer:?}");
});

fn is_exact(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            number.is_f64() || number.as_i64().is_some_and(|number| number.unsigned_abs() <= 1 << 53)
        }
        Value::Array(values) => values.iter().all(is_exact),
        Value::Object(object) => object.values().all(is_exact),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}
