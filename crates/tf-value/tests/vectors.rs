//! Compares both codecs with what go-cty 1.18 printed for the same values: `tests/vectors`, written by the Go program in the
//! test bed (`tests/testbed/cty-vectors`).
//!
//! Where we differ from go-cty on purpose, a table says so with the reason. An entry that is no longer true fails the test.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value as Json;
use tf_value::{Bound, Number, Refinements, Set, Type, Value, json, msgpack};

/// Encodings that go-cty accepts and we refuse.
const STRICTER: &[(&str, &str)] = &[
    ("string as bin", "a string is text, bytes are not"),
    ("number as bin", "a number's digits are text"),
    ("map with a bin key", "keys are text"),
    ("object with a bin key", "keys are text"),
    ("string not UTF-8", "strings are Unicode; go-cty passes the bytes on"),
    ("string surrogate", "strings are Unicode; go-cty passes the bytes on"),
    ("number text 1p3", "binary exponents, which go-cty never writes"),
    ("trailing byte", "whatever follows was meant to say something"),
    ("trailing after null", "whatever follows was meant to say something"),
    ("map with duplicates", "one of the two would be lost"),
    ("map with keys that normalise to the same", "one of the two would be lost, in go-cty a random one"),
    ("map with an integer key", "go-cty forgets to return its error and takes \"\" for the key"),
    ("map with a null key", "go-cty takes \"\" for the key"),
    ("object of none for two", "go-cty returns an object of another type"),
    ("tuple of none for two", "go-cty returns a tuple of another type"),
    (
        "object with an attribute twice",
        "go-cty returns an object of another type in msgpack, and loses one value in JSON",
    ),
    ("ext 12 with nil for a map", "no refinements are written as no map"),
    ("min equals max, both exclusive", "no number is left"),
    ("min length negative", "no length is negative"),
    ("number with a leading zero", "no JSON; go-cty reads the zero and stops"),
    ("string lone surrogate", "no character; go-cty puts U+FFFD in its place"),
    ("trailing text", "go-cty ignores what follows"),
    ("two documents", "go-cty ignores what follows"),
    ("dynamic with two values", "one of the two would be lost"),
];

/// Encodings that go-cty refuses and we accept.
const MORE_LENIENT: &[(&str, &str)] = &[
    ("ext 0 of two bytes", "the protocol says that the payload of every code but 12 is ignored"),
    ("ext 5 of four bytes", "the protocol says that the payload of every code but 12 is ignored"),
    ("ext -1 of sixteen bytes", "the protocol says that the payload of every code but 12 is ignored"),
    (
        "ext 12 with another key first",
        "the protocol says that unknown keys are ignored; go-cty reads their value as a key",
    ),
    ("ext 12 with a structured value of another key", "the protocol says that unknown keys are ignored"),
];

/// Encodings that both accept as different values.
const OTHER_VALUE: &[(&str, &str)] = &[
    ("double subnormal", "cty's shortest text assumes 53 bits of mantissa, which such a double does not have"),
    (
        "length 2, not null",
        "as good as a list of two unknown elements, without making room for what a header announces",
    ),
    ("length 1 of a set, not null", "as good as a set of one unknown element"),
];

/// Values that we write as other bytes than go-cty.
const OTHER_BYTES: &[(&str, &str)] = &[(
    "number 0.1 as a double",
    "the double means 0.1, which is no binary fraction and so is written as text; go-cty finds the two equal",
)];

/// Type strings that go-cty accepts and we refuse.
const STRICTER_TYPES: &[&str] = &[
    // A null for the parts of a tuple or object.
    r#"["tuple",null]"#,
    r#"["object",null]"#,
    // An attribute that stands there twice.
    r#"["object",{"a":"string","a":"number"}]"#,
    // Something behind the end.
    r#"["list","string"]]"#,
];

/// Decimal texts that go-cty reads otherwise.
const OTHER_NUMBERS: &[&str] = &["1p3", "1.5p-2"];

fn lines(file: &str) -> Vec<Json> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))).collect()
}

fn text<'a>(line: &'a Json, field: &str) -> &'a str {
    line[field].as_str().unwrap_or_else(|| panic!("{field} of {line}"))
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal")).collect()
}

fn read_type(json: &Json) -> Type {
    Type::from_json(json.to_string().as_bytes()).unwrap_or_else(|error| panic!("{json}: {error}"))
}

/// Builds a value from its description, without either codec.
fn build(ty: &Type, described: &Json) -> Value {
    let (kind, content) = described.as_object().and_then(|object| object.iter().next()).expect("a description");
    let parts = |element: &Type| -> Vec<Value> {
        content.as_array().expect("an array").iter().map(|part| build(element, part)).collect()
    };
    match (kind.as_str(), ty) {
        ("null", _) => Value::Null,
        ("unknown", _) => Value::refined(ty, refinements(content)).expect("refinements that fit"),
        ("bool", Type::Bool) => Value::Bool(content.as_bool().expect("a bool")),
        ("number", Type::Number) => Value::Number(content.as_str().expect("digits").parse().expect("a number")),
        ("string", Type::String) => Value::from(content.as_str().expect("a string")),
        ("list", Type::List(element)) => Value::List(parts(element)),
        ("set", Type::Set(element)) => Value::Set(Set::new(parts(element))),
        ("map", Type::Map(element)) => Value::map(
            content.as_object().expect("a map").iter().map(|(key, part)| (key.as_str(), build(element, part))),
        ),
        ("tuple", Type::Tuple(types)) => {
            Value::tuple(types.iter().zip(content.as_array().expect("an array")).map(|(ty, part)| build(ty, part)))
        }
        ("object", Type::Object(object)) => {
            Value::object(object.attributes().map(|(name, ty)| (name, build(ty, &content[name.as_str()]))))
        }
        ("dynamic", Type::Dynamic) => {
            let ty = read_type(&content["type"]);
            let value = build(&ty, &content["value"]);
            Value::dynamic(ty, value).expect("a value of its type")
        }
        _ => panic!("no {ty:?}: {described}"),
    }
}

fn refinements(described: &Json) -> Refinements {
    let bound = |bound: &Json| Bound {
        number: bound[0].as_str().expect("digits").parse().expect("a number"),
        inclusive: bound[1].as_bool().expect("a bool"),
    };
    let mut refinements = Refinements::default();
    for (key, content) in described.as_object().expect("an object") {
        let length = || content.as_u64().expect("a length");
        refinements = match key.as_str() {
            "not_null" => Ok(refinements.not_null()),
            "prefix" => refinements.prefix(content.as_str().expect("a string")),
            "min" => refinements.at_least(bound(content)),
            "max" => refinements.at_most(bound(content)),
            "min_length" => refinements.min_length(length()),
            "max_length" => refinements.max_length(length()),
            _ => panic!("no refinement {key}"),
        }
        .expect("refinements without contradiction");
    }
    refinements
}

/// Whether the order of a set's elements is left open by cty: of all sets but those of strings, numbers and bools.
fn has_open_order(ty: &Type) -> bool {
    match ty {
        Type::Set(element) => !matches!(**element, Type::Bool | Type::Number | Type::String | Type::Dynamic),
        Type::List(element) | Type::Map(element) => has_open_order(element),
        Type::Tuple(types) => types.iter().any(has_open_order),
        Type::Object(object) => object.attributes().any(|(_, ty)| has_open_order(ty)),
        Type::Bool | Type::Number | Type::String | Type::Dynamic => false,
    }
}

fn carries_open_order(value: &Value) -> bool {
    let mut found = false;
    value.walk(&mut |_, part| {
        found |= matches!(part, Value::Dynamic(dynamic) if has_open_order(dynamic.ty()));
        tf_value::Descend::Into
    });
    found
}

#[test]
fn values_have_the_encodings_of_cty() {
    let mut same_bytes = 0;
    let mut different = BTreeSet::new();
    for line in lines("values.jsonl").into_iter().chain(lines("random.jsonl")) {
        let name = text(&line, "name");
        let ty = read_type(&line["type"]);
        let value = build(&ty, &line["value"]);
        let packed = bytes(text(&line, "msgpack"));
        let decoded = msgpack::decode(&ty, &packed).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(decoded, value, "{name}: decoded from msgpack");
        let encoded = msgpack::encode(&ty, &value).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        if !has_open_order(&ty) && !carries_open_order(&value) {
            if encoded == packed {
                same_bytes += 1;
            } else {
                different.insert(name.to_owned());
            }
        }
        assert_eq!(msgpack::decode(&ty, &encoded).unwrap(), value, "{name}: back from our own msgpack");

        let Some(written) = line["json"].as_str() else {
            assert!(json::encode(&ty, &value).is_err(), "{name}: has no JSON form");
            continue;
        };
        assert_eq!(json::decode(&ty, written.as_bytes()).unwrap(), value, "{name}: decoded from JSON");
        let encoded = json::encode(&ty, &value).unwrap();
        if !has_open_order(&ty) && !carries_open_order(&value) {
            assert_eq!(encoded, without_go_escapes(written), "{name}: JSON");
        }
    }
    assert_eq!(different, OTHER_BYTES.iter().map(|(name, _)| (*name).to_owned()).collect(), "msgpack that differs");
    assert!(same_bytes > 600, "only {same_bytes} vectors were compared byte by byte");
}

/// Go's JSON escapes characters that mean something in HTML and in JavaScript, and prints minus zero.
fn without_go_escapes(json: &str) -> String {
    let replaced =
        [("\\u003c", "<"), ("\\u003e", ">"), ("\\u0026", "&"), ("\\u2028", "\u{2028}"), ("\\u2029", "\u{2029}")];
    let json = replaced.iter().fold(json.to_owned(), |json, (escape, character)| json.replace(escape, character));
    if json == "-0" { "0".to_owned() } else { json }
}

#[test]
fn doubles_mean_the_numbers_that_they_mean_to_cty() {
    for line in lines("doubles.jsonl") {
        let double = f64::from_be_bytes(bytes(text(&line, "bits")).try_into().unwrap());
        let number = Number::from_f64(double).unwrap();
        assert_eq!(number.to_string(), text(&line, "number"), "{double:e}");
        assert_eq!(number.to_f64(), Some(double));
    }
}

#[test]
fn texts_are_numbers_if_they_are_to_cty() {
    let mut different = BTreeSet::new();
    let mut rounded = 0;
    for line in lines("numbers.jsonl") {
        let input = text(&line, "input");
        match (input.parse::<Number>(), line["number"].as_str()) {
            (Ok(ours), Some(theirs)) if ours == theirs.parse().unwrap() => {
                assert!(theirs == "-0" || ours.to_string() == theirs, "{input}");
            }
            // Beyond 512 bits cty rounds and we do not.
            (Ok(ours), Some(_)) => {
                assert_eq!(ours.to_string(), input);
                assert!(input.len() > 154, "{input} fits into 512 bits");
                rounded += 1;
            }
            (Err(_), None) => {}
            _ => {
                different.insert(input.to_owned());
            }
        }
    }
    assert_eq!(different, OTHER_NUMBERS.iter().map(|text| (*text).to_owned()).collect());
    assert_eq!(rounded, 3);
}

/// Binary fractions of many digits, which go-cty writes as doubles and then no longer finds equal to what they were.
#[test]
fn fractions_that_cty_loses_survive_here() {
    let lost: Vec<Json> = lines("numbers.jsonl").into_iter().filter(|line| line["lost"] == true).collect();
    assert_eq!(lost.len(), 4);
    for line in lost {
        let value = Value::Number(text(&line, "input").parse().unwrap());
        let packed = msgpack::encode(&Type::Number, &value).unwrap();
        assert_eq!(msgpack::decode(&Type::Number, &packed).unwrap(), value, "{line}");
        assert!(packed.ends_with(text(&line, "input").as_bytes()), "{line}: written as text");
    }
}

#[test]
fn type_strings_are_those_of_cty() {
    let mut stricter = BTreeSet::new();
    for line in lines("type_strings.jsonl") {
        let input = text(&line, "input");
        match (Type::from_json(input.as_bytes()), text(&line, "outcome")) {
            (Ok(ty), "accepted") => assert_eq!(ty.to_json(), text(&line, "canonical"), "{input}"),
            (Err(_), "accepted") => {
                stricter.insert(input.to_owned());
            }
            (Ok(_), outcome) => panic!("{input} is {outcome} by go-cty"),
            (Err(_), _) => {}
        }
    }
    assert_eq!(stricter, STRICTER_TYPES.iter().map(|text| (*text).to_owned()).collect());
}

#[test]
fn other_encodings_are_accepted_and_refused_as_by_cty() {
    let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut note = |table, name: &str| {
        found.entry(table).or_default().insert(name.to_owned());
    };
    let mut refused = 0;
    for (line, is_json) in lines("msgpack.jsonl")
        .into_iter()
        .map(|line| (line, false))
        .chain(lines("json.jsonl").into_iter().map(|line| (line, true)))
    {
        let name = text(&line, "name");
        let ty = read_type(&line["type"]);
        let input = text(&line, "input");
        let ours = if is_json { json::decode(&ty, input.as_bytes()) } else { msgpack::decode(&ty, &bytes(input)) };
        match (ours, text(&line, "outcome"), &line["value"]) {
            (Ok(ours), "accepted", Json::Object(_)) if ours == build(&ty, &line["value"]) => {}
            (Ok(_), "accepted", _) => note("other value", name),
            (Err(_), "accepted", _) => note("stricter", name),
            (Ok(_), "rejected" | "panic", _) => note("more lenient", name),
            (Err(_), "rejected" | "panic", _) => refused += 1,
            _ => panic!("{line}"),
        }
    }
    let table = |entries: &[(&str, &str)]| entries.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>();
    let expected = BTreeMap::from([
        ("stricter", table(STRICTER)),
        ("more lenient", table(MORE_LENIENT)),
        ("other value", table(OTHER_VALUE)),
    ]);
    assert_eq!(found, expected);
    assert!(refused >= 100, "only {refused} inputs were refused by both");
}
