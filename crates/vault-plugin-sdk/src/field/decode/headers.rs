//! HTTP headers, in the forms in which the command lines and other tools send them.

use serde_json::Value;

use super::super::value::Headers;
use super::{Outcome, json_in_text, other, text, texts};

pub(super) fn headers(value: &Value) -> Outcome<Headers> {
    let mut headers = Headers::new();
    let mut add = |name: &str, values: Vec<String>| headers.entry(canonical(name)).or_default().extend(values);
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                add(name, texts(value)?);
            }
        }
        Value::Array(lines) => {
            for line in lines {
                let text = text(line)?;
                let (name, value) = text.split_once(':').ok_or_else(|| other(line))?;
                add(name.trim(), vec![value.trim().to_owned()]);
            }
        }
        Value::String(text) => {
            if let Some(inner @ (Value::Object(_) | Value::Array(_))) = json_in_text(text) {
                return self::headers(&inner);
            }
            let (name, value) = text.split_once(':').ok_or_else(|| other(value))?;
            add(name.trim(), vec![value.trim().to_owned()]);
        }
        _ => return Err(other(value)),
    }
    Ok(headers)
}

/// `content-type` is `Content-Type`.
fn canonical(name: &str) -> String {
    let part = |part: &str| {
        let mut letters = part.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters.map(|letter| letter.to_ascii_lowercase())).collect::<String>()
    };
    name.split('-').map(part).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn headers_come_in_many_forms() {
        let expected = Headers::from([("X-One".to_owned(), vec!["1".to_owned(), "2".to_owned()])]);
        for value in [
            json!({ "x-one": ["1", "2"] }),
            json!(["x-one: 1", "X-ONE:2"]),
            json!(r#"{"x-one": ["1", "2"]}"#),
            // {"x-one":["1","2"]}
            json!("eyJ4LW9uZSI6WyIxIiwiMiJdfQ=="),
        ] {
            assert_eq!(headers(&value).unwrap(), expected, "{value}");
        }
        assert_eq!(headers(&json!("x-one:1")).unwrap().len(), 1);
        for bad in [json!("x"), json!(5), json!({ "x": {} }), json!(["x"])] {
            headers(&bad).unwrap_err();
        }
    }
}
