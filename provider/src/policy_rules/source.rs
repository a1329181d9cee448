//! Rules out of a document in JSON: that of another policy document, to be merged.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Rule;

/// A rule as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    comment: Option<String>,
    capabilities: Vec<String>,
    #[serde(default)]
    required_parameters: Vec<String>,
    #[serde(default)]
    allowed_parameters: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    denied_parameters: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    min_wrapping_ttl: Option<Ttl>,
    #[serde(default)]
    max_wrapping_ttl: Option<Ttl>,
    #[serde(default)]
    subscribe_event_types: Vec<String>,
    #[serde(default)]
    pagination_limit: Option<i64>,
    #[serde(default)]
    expiration: Option<String>,
    #[serde(default)]
    list_scan_response_keys_filter_path: Option<String>,
}

/// A span of time: seconds, or a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Ttl {
    Seconds(u64),
    Text(String),
}

/// The rules of a document, in their order.
///
/// # Errors
/// If it is no policy in JSON, or has settings that are not known here, which would be lost. The text goes on after the name of
/// the document.
pub fn rules_of(document: &str) -> Result<Vec<Rule>, String> {
    let document: Value = serde_json::from_str(document).map_err(|error| {
        format!(
            "must be JSON, such as the output `json` of a policy document (line {}, column {})",
            error.line(),
            error.column()
        )
    })?;
    let paths = match document {
        Value::Object(members) if members.is_empty() => return Ok(Vec::new()),
        Value::Object(mut members) if members.len() == 1 => members.remove("path"),
        _ => None,
    };
    let blocks: Vec<Map<String, Value>> = match paths {
        Some(Value::Object(paths)) => vec![paths],
        Some(Value::Array(paths)) => paths
            .into_iter()
            .map(|path| if let Value::Object(path) = path { Ok(path) } else { Err(shape()) })
            .collect::<Result<_, _>>()?,
        _ => return Err(shape()),
    };
    blocks.into_iter().flatten().map(|(path, rule)| read(path, rule)).collect()
}

fn shape() -> String {
    "must be an object with a member \"path\" and nothing else".to_owned()
}

fn read(path: String, rule: Value) -> Result<Rule, String> {
    let written: Written = serde_json::from_value(rule)
        .map_err(|error| format!("has at the path {path:?} what can't be merged: {error}"))?;
    let ttl = |ttl: Option<Ttl>| {
        let text = ttl.map(|ttl| match ttl {
            Ttl::Seconds(seconds) => seconds.to_string(),
            Ttl::Text(text) => text,
        });
        text.map(|text| text.parse())
            .transpose()
            .map_err(|error| format!("has at the path {path:?} a wrapping TTL that {error}"))
    };
    Ok(Rule {
        min_wrapping_ttl: ttl(written.min_wrapping_ttl)?,
        max_wrapping_ttl: ttl(written.max_wrapping_ttl)?,
        description: written.comment,
        capabilities: written.capabilities,
        required_parameters: written.required_parameters,
        allowed_parameters: written.allowed_parameters,
        denied_parameters: written.denied_parameters,
        subscribe_event_types: written.subscribe_event_types,
        pagination_limit: written.pagination_limit,
        expiration: written.expiration,
        list_scan_response_keys_filter_path: written.list_scan_response_keys_filter_path,
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_shapes_of_paths_are_read() {
        for document in [
            r#"{"path": {"a": {"capabilities": ["read"], "max_wrapping_ttl": 60}}}"#,
            r#"{"path": [{"a": {"capabilities": ["read"], "max_wrapping_ttl": "1m"}}]}"#,
        ] {
            let expected = Rule { max_wrapping_ttl: Some("60".parse().unwrap()), ..Rule::new("a", &["read"]) };
            assert_eq!(rules_of(document).unwrap(), [expected]);
        }
    }

    #[test]
    fn what_would_be_lost_is_refused() {
        for (document, text) in [
            ("path \"a\" {}", "must be JSON"),
            ("[]", "\"path\""),
            (r#"{"path": {}, "name": "a"}"#, "nothing else"),
            (r#"{"path": ["a"]}"#, "\"path\""),
            (r#"{"path": {"a": {"policy": "read"}}}"#, "at the path \"a\""),
            (r#"{"path": {"a": {"capabilities": ["read"], "control_group": {}}}}"#, "control_group"),
            (r#"{"path": {"a": {"capabilities": ["read"], "min_wrapping_ttl": "soon"}}}"#, "wrapping TTL"),
        ] {
            let error = rules_of(document).unwrap_err();
            assert!(error.contains(text), "{error}");
        }
    }
}
