//! Doors for fuzzers: everything that takes foreign bytes. Not there in an ordinary build.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::field::{Field, Kind, Spec, decode};
use crate::fields::{Declared, Fields};
use crate::lease::Internal;
use crate::pattern::Pattern;
use crate::request::Operation;
use crate::storage::{read, written};
use crate::{Record, Response, request};

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
        for operation in [Operation::Update, Operation::Patch] {
            let _ = Fields::read(declared, &[("x", Some(text.to_owned()))], &body, operation);
            let _ = Fields::read(declared, &[], &body, operation);
        }
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
    let found = pattern.matches(path, is_list);
    Some(found.map(|found| found.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()))
}

/// What engines keep: some of everything, in a form of their own.
#[derive(Serialize, Deserialize)]
struct Kept {
    text: String,
    #[serde(default)]
    list: Vec<Value>,
    count: Option<u64>,
    share: Option<f64>,
    #[serde(default)]
    inner: Map<String, Value>,
}

impl Record for Kept {
    const FOLDER: &str = "kept/";
}

/// Any object.
#[derive(Serialize, Deserialize)]
struct Anything(Map<String, Value>);

impl Record for Anything {
    const FOLDER: &str = "anything/";
}

/// A storage entry, read as each of two records and written again, or what an engine says of it: of a record of some fields, and
/// of one that is any object.
pub fn records(bytes: &[u8]) -> [Result<Vec<u8>, String>; 2] {
    [again::<Kept>(bytes), again::<Anything>(bytes)]
}

fn again<R: Record>(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let again = read::<R>(R::key("name"), bytes).and_then(|record| written("name", &record));
    again.map(|(_, entry)| entry.value).map_err(|error| error.to_string())
}

/// What a host keeps with a lease, read and written again. `None` if it is not an engine's of ours.
pub fn lease(text: &str) -> Option<String> {
    serde_json::to_string(&serde_json::from_str::<Internal>(text).ok()?).ok()
}
