//! From JSON to the type of a field: as generous as users are used to, and no more.

mod duration;
mod headers;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::{Map, Number, Value};

use super::value::{Decoded, Pairs};
use super::{Fallback, Kind, Spec};
use headers::headers;

/// A value that is not what its field takes. It says the kind of the value, and never the value: that may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mismatch {
    /// What is there: `a list`.
    pub(crate) found: &'static str,
}

type Outcome<T> = Result<T, Mismatch>;

/// The value as its field wants it. JSON's null is no value.
pub(crate) fn decode(spec: &Spec, value: &Value) -> Outcome<Option<Decoded>> {
    if value.is_null() {
        return Ok(None);
    }
    let decoded = match spec.kind {
        Kind::String => Decoded::Text(text(value)?),
        Kind::LowercaseString => Decoded::Text(text(value)?.to_lowercase()),
        Kind::Name => Decoded::Text(name(value)?),
        Kind::Secret => Decoded::Secret(SecretString::from(text(value)?)),
        Kind::Int | Kind::Int64 => Decoded::Integer(integer(value)?),
        Kind::Bool => Decoded::Boolean(boolean(value)?),
        Kind::Float => Decoded::Real(real(value)?),
        Kind::Duration => Decoded::Duration(duration::unsigned(value)?),
        Kind::SignedDuration => Decoded::SignedDuration(duration::signed(value)?),
        Kind::Time => Decoded::Time(time(value)?),
        Kind::Map => Decoded::Object(object(value)?),
        Kind::Pairs => Decoded::Pairs(pairs(value)?),
        Kind::List => Decoded::Values(value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])),
        Kind::Strings => Decoded::Texts(texts(value)?),
        Kind::CommaList => Decoded::Texts(comma_list(value)?),
        Kind::Headers => Decoded::Headers(headers(value)?),
    };
    Ok(Some(decoded))
}

/// The value of a field that is left out.
pub(crate) fn fallback(spec: &Spec) -> Option<Decoded> {
    let json = match spec.fallback? {
        Fallback::Text(text) => Value::from(text),
        Fallback::Integer(number) => Value::from(number),
        Fallback::Boolean(truth) => Value::from(truth),
        Fallback::Real(number) => Value::from(number),
        Fallback::Seconds(seconds) => Value::from(seconds),
    };
    decode(spec, &json).ok().flatten()
}

fn other(value: &Value) -> Mismatch {
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text of another form",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    Mismatch { found }
}

fn text(value: &Value) -> Outcome<String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(truth) => Ok(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => Err(other(value)),
    }
}

fn name(value: &Value) -> Outcome<String> {
    let text = text(value)?;
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_inner = |c: char| is_word(c) || c == '-' || c == '.';
    if text.starts_with(is_word) && text.ends_with(is_word) && text.chars().all(is_inner) {
        Ok(text)
    } else {
        Err(other(value))
    }
}

fn integer(value: &Value) -> Outcome<i64> {
    let whole = |number: &Number| {
        // Some clients send every number as a float.
        let exact = |float: &f64| float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_992.0;
        #[expect(clippy::cast_possible_truncation, reason = "whole, and small enough to be exact")]
        number.as_i64().or_else(|| number.as_f64().filter(exact).map(|float| float as i64))
    };
    let integer = match value {
        Value::Number(number) => whole(number),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    integer.ok_or_else(|| other(value))
}

fn boolean(value: &Value) -> Outcome<bool> {
    match value {
        Value::Bool(truth) => Ok(*truth),
        Value::Number(number) => match number.as_f64() {
            Some(0.0) => Ok(false),
            Some(1.0) => Ok(true),
            _ => Err(other(value)),
        },
        Value::String(text) => match text.as_str() {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
            _ => Err(other(value)),
        },
        _ => Err(other(value)),
    }
}

fn real(value: &Value) -> Outcome<f64> {
    let real = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    // Infinity and the like are no JSON.
    real.filter(|number: &f64| number.is_finite()).ok_or_else(|| other(value))
}

fn time(value: &Value) -> Outcome<Timestamp> {
    let seconds = match value {
        Value::String(text) => {
            if let Ok(time) = text.trim().parse::<Timestamp>() {
                return Ok(time);
            }
            text.trim().parse().ok()
        }
        Value::Number(number) => number.as_i64(),
        _ => None,
    };
    seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()).ok_or_else(|| other(value))
}

fn object(value: &Value) -> Outcome<Map<String, Value>> {
    value.as_object().cloned().ok_or_else(|| other(value))
}

fn pairs(value: &Value) -> Outcome<Pairs> {
    let pair = |value: &Value| {
        let text = text(value)?;
        let pair = text.split_once('=').map(|(name, value)| (name.trim().to_owned(), value.to_owned()));
        pair.filter(|(name, _)| !name.is_empty()).ok_or_else(|| other(value))
    };
    match value {
        Value::Object(object) => object.iter().map(|(name, value)| Ok((name.clone(), text(value)?))).collect(),
        Value::Array(values) => values.iter().map(pair).collect(),
        Value::String(_) => Ok(Pairs::from([pair(value)?])),
        _ => Err(other(value)),
    }
}

fn texts(value: &Value) -> Outcome<Vec<String>> {
    match value {
        Value::Array(values) => values.iter().map(text).collect(),
        value => Ok(vec![text(value)?]),
    }
}

fn comma_list(value: &Value) -> Outcome<Vec<String>> {
    let trimmed = |text: String| text.trim().to_owned();
    match value {
        Value::String(text) if text.trim().is_empty() => Ok(Vec::new()),
        Value::String(text) => Ok(text.split(',').map(|part| trimmed(part.to_owned())).collect()),
        value => Ok(texts(value)?.into_iter().map(trimmed).collect()),
    }
}

/// JSON that is given as text, plain or in base64.
fn json_in_text(text: &str) -> Option<Value> {
    let plain = |bytes: &[u8]| serde_json::from_slice(bytes).ok();
    plain(text.as_bytes()).or_else(|| plain(&STANDARD.decode(text.trim()).ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::Field;
    use super::*;

    fn shown(kind: Kind, value: &Value) -> String {
        let spec = Spec { kind, ..Field::string("x", "").spec };
        match decode(&spec, value) {
            Ok(Some(decoded)) => format!("{decoded:?}"),
            Ok(None) => "none".to_owned(),
            Err(Mismatch { found }) => found.to_owned(),
        }
    }

    #[test]
    fn values_are_taken_in_every_form_that_users_send() {
        for (kind, value, expected) in [
            (Kind::String, json!("a"), r#"Text("a")"#),
            (Kind::String, json!(5), r#"Text("5")"#),
            (Kind::String, json!(true), r#"Text("true")"#),
            (Kind::String, json!(null), "none"),
            (Kind::String, json!(["a"]), "a list"),
            (Kind::LowercaseString, json!("AbÄ"), r#"Text("abä")"#),
            (Kind::Name, json!("a-b.c_1"), r#"Text("a-b.c_1")"#),
            (Kind::Name, json!("-a"), "a text of another form"),
            (Kind::Name, json!("a/b"), "a text of another form"),
            (Kind::Name, json!(""), "a text of another form"),
            (Kind::Int, json!(5), "Integer(5)"),
            (Kind::Int, json!("-5"), "Integer(-5)"),
            (Kind::Int, json!(5.0), "Integer(5)"),
            (Kind::Int, json!(5.5), "a number"),
            (Kind::Int, json!("five"), "a text of another form"),
            (Kind::Int64, json!(i64::MAX), "Integer(9223372036854775807)"),
            (Kind::Int64, json!(u64::MAX), "a number"),
            (Kind::Bool, json!("TRUE"), "Boolean(true)"),
            (Kind::Bool, json!(0), "Boolean(false)"),
            (Kind::Bool, json!(2), "a number"),
            (Kind::Bool, json!("yes"), "a text of another form"),
            (Kind::Float, json!("1.5"), "Real(1.5)"),
            (Kind::Float, json!("inf"), "a text of another form"),
            (Kind::Map, json!({"a": 1}), r#"Object({"a": Number(1)})"#),
            (Kind::Map, json!("{}"), "a text of another form"),
            (Kind::Pairs, json!({"a": 1}), r#"Pairs({"a": "1"})"#),
            (Kind::Pairs, json!(["a=1", "b=2=3"]), r#"Pairs({"a": "1", "b": "2=3"})"#),
            (Kind::Pairs, json!("a=1"), r#"Pairs({"a": "1"})"#),
            (Kind::Pairs, json!("a"), "a text of another form"),
            (Kind::List, json!([1, "a"]), r#"Values([Number(1), String("a")])"#),
            (Kind::List, json!("a"), r#"Values([String("a")])"#),
            (Kind::Strings, json!(["a,b", 1]), r#"Texts(["a,b", "1"])"#),
            (Kind::Strings, json!("a,b"), r#"Texts(["a,b"])"#),
            (Kind::CommaList, json!("a, b"), r#"Texts(["a", "b"])"#),
            (Kind::CommaList, json!(["a, b"]), r#"Texts(["a, b"])"#),
            (Kind::CommaList, json!(""), "Texts([])"),
            (Kind::CommaList, json!({}), "an object"),
            (Kind::Time, json!("2030-01-31T12:00:00Z"), "Time(2030-01-31T12:00:00Z)"),
            (Kind::Time, json!(0), "Time(1970-01-01T00:00:00Z)"),
            (Kind::Time, json!("86400"), "Time(1970-01-02T00:00:00Z)"),
            (Kind::Time, json!("tomorrow"), "a text of another form"),
        ] {
            assert_eq!(shown(kind, &value), expected, "{kind:?} of {value}");
        }
        assert!(!shown(Kind::Secret, &json!("hidden")).contains("hidden"));
    }

    #[test]
    fn fallbacks_are_of_the_type_of_their_field() {
        let spec = Field::duration("x", "").or_seconds(90).spec;
        assert_eq!(format!("{:?}", fallback(&spec)), "Some(Duration(90s))");
        assert!(fallback(&Field::string("x", "").spec).is_none());
    }

    proptest! {
        #[test]
        fn no_value_is_too_odd(text in any::<String>(), number in any::<f64>(), integer in any::<i64>()) {
            for kind in Kind::ALL {
                let values = [json!(text), json!(number), json!(integer), json!([text]), json!({ text.clone(): number })];
                for value in values {
                    shown(kind, &value);
                }
            }
        }
    }
}
