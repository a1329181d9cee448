//! Doors for fuzzers: everything that takes foreign bytes. Not there in an ordinary build.

use serde_json::{Map, Value};

use crate::field::{Field, Kind, Spec, decode};
use crate::fields::{Declared, Fields};
use crate::lease::Internal;
use crate::pattern::Pattern;
use crate::{Response, request};

/// The data of a request, read as every type of field, and sent back as the data of an answer: `None` if it is no object,
/// `Some(None)` if it is one that can't be sent.
pub fn request_data(text: &str) -> Option<Option<String>> {
    let body = request::body(text).ok()?;
    for kind in Kind::ALL {
        let spec = Spec { kind, ..Field::string("x", "").spec };
        for value in body.values() {
            // Either is fine, as long as it comes back.
            let _ = decode(&spec, value);
        }
        let declared = Declared { fields: &[spec], takes_any: false };
        let _ = Fields::read(declared, &[("x", text.to_owned())], &body, true);
        Fields::guess(declared, &[], &body);
    }
    Some(Response::data(&body).ok().and_then(|response| response.into_wire(None)).map(|response| response.data))
}

/// What the names of a pattern stand for in a path: `None` if it is no pattern, `Some(None)` if the path is none of its.
#[expect(clippy::option_option, reason = "two questions")]
pub fn pattern(pattern: &str, path: &str, is_list: bool) -> Option<Option<Vec<(&'static str, String)>>> {
    // Patterns are written into programs, so they live as long. Those of a fuzzer are short, and so is its life.
    let pattern = Pattern::parse(String::leak(pattern.to_owned())).ok()?;
    pattern.forms();
    Some(pattern.matches(path, is_list))
}

/// A storage entry, read as an object, and written again. `None` if it is none.
pub fn record(bytes: &[u8]) -> Option<Vec<u8>> {
    serde_json::to_vec(&serde_json::from_slice::<Map<String, Value>>(bytes).ok()?).ok()
}

/// What a host keeps with a lease, read and written again. `None` if it is not an engine's of ours.
pub fn lease(text: &str) -> Option<String> {
    serde_json::to_string(&serde_json::from_str::<Internal>(text).ok()?).ok()
}
