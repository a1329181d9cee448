//! What a test expects of one value in a plan or a state, in words that also explain a failure.
//!
//! A value of a plan may be unknown, and a value of either may be sensitive; neither can be seen in the value itself, so
//! a matcher looks at a [`Found`], which has all three.

use std::fmt;

use serde_json::Value;

/// What there is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found<'a> {
    /// The value; `None` where the JSON has no such key. An unknown value has none either.
    pub value: Option<&'a Value>,
    /// Whether all of it is known after apply only.
    pub unknown: bool,
    /// Whether it holds something that is known after apply only.
    pub holds_unknowns: bool,
    /// Whether it, or something around it, is marked as sensitive.
    pub sensitive: bool,
}

impl<'a> Found<'a> {
    /// Looks into `value` at a JSON pointer, and into the two trees of flags beside it that `show -json` prints.
    ///
    /// # Errors
    /// If the pointer is neither empty nor begins with a slash: such a one points nowhere.
    pub(crate) fn at(
        path: &str,
        value: Option<&'a Value>,
        unknown: Option<&Value>,
        sensitive: Option<&Value>,
    ) -> Result<Self, String> {
        if !path.is_empty() && !path.starts_with('/') {
            return Err(format!("the path {path:?} does not begin with a slash"));
        }
        let is_unknown = unknown.is_some_and(|flags| is_flagged(flags, path));
        Ok(Self {
            value: value.and_then(|value| value.pointer(path)),
            unknown: is_unknown,
            holds_unknowns: is_unknown || unknown.and_then(|flags| flags.pointer(path)).is_some_and(holds_flag),
            sensitive: sensitive.is_some_and(|flags| is_flagged(flags, path)),
        })
    }
}

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.sensitive {
            f.write_str("sensitive ")?;
        }
        match self.value {
            _ if self.unknown => f.write_str("unknown"),
            Some(value) if self.holds_unknowns => write!(f, "{value} with unknown parts"),
            Some(value) => write!(f, "{value}"),
            None => f.write_str("absent"),
        }
    }
}

/// An expectation; the functions of this module make them.
pub struct Matcher {
    expected: String,
    holds: Box<dyn Fn(&Found<'_>) -> bool>,
}

impl Matcher {
    fn new(expected: impl Into<String>, holds: impl Fn(&Found<'_>) -> bool + 'static) -> Self {
        Self { expected: expected.into(), holds: Box::new(holds) }
    }

    /// Whether it holds.
    pub fn holds(&self, found: &Found<'_>) -> bool {
        (self.holds)(found)
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.expected)
    }
}

/// Known, and exactly this. A whole object or list with anything unknown in it is not.
pub fn is(value: impl Into<Value>) -> Matcher {
    let value = value.into();
    Matcher::new(value.to_string(), move |found| !found.holds_unknowns && found.value == Some(&value))
}

/// There is no such key, and none that is known after apply. What is null is there.
pub fn absent() -> Matcher {
    Matcher::new("absent", |found| found.value.is_none() && !found.unknown)
}

/// There, and null.
pub fn null() -> Matcher {
    is(Value::Null)
}

/// Known after apply.
pub fn unknown() -> Matcher {
    Matcher::new("unknown", |found| found.unknown)
}

/// Marked as sensitive, whatever the value.
pub fn sensitive() -> Matcher {
    Matcher::new("sensitive", |found| found.sensitive)
}

/// Known, and as the closure wants it. `expected` completes the sentence "it should be …".
pub fn matches(expected: &str, predicate: impl Fn(&Value) -> bool + 'static) -> Matcher {
    Matcher::new(expected, move |found| !found.holds_unknowns && found.value.is_some_and(&predicate))
}

/// A list, map or object of so many elements, or a string of so many characters. Elements may be unknown.
pub fn has_length(length: usize) -> Matcher {
    Matcher::new(format!("of length {length}"), move |found| match found.value {
        _ if found.unknown => false,
        Some(Value::Array(elements)) => elements.len() == length,
        Some(Value::Object(attributes)) => attributes.len() == length,
        Some(Value::String(text)) => text.chars().count() == length,
        _ => false,
    })
}

/// The opposite of a matcher: `not(unknown())`, `not(sensitive())`, `not(null())`.
pub fn not(matcher: Matcher) -> Matcher {
    Matcher::new(format!("not {matcher}"), move |found| !matcher.holds(found))
}

/// Whether the flag is set at the path or around it.
fn is_flagged(flags: &Value, path: &str) -> bool {
    let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
    ends.filter_map(|end| flags.pointer(path.get(..end)?)).any(|flag| *flag == Value::Bool(true))
}

/// Whether a flag is set anywhere below.
fn holds_flag(flags: &Value) -> bool {
    match flags {
        Value::Bool(flag) => *flag,
        Value::Array(elements) => elements.iter().any(holds_flag),
        Value::Object(attributes) => attributes.values().any(holds_flag),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The after-side of a change: an object with everything in it.
    fn check(path: &str, matcher: &Matcher) -> bool {
        let after = json!({ "note": "hello", "none": null, "tags": ["a", "b"], "nested": { "known": 1 }, "secret": { "key": "x" } });
        let unknown = json!({ "id": true, "tags": [false, false], "nested": { "later": true } });
        let sensitive = json!({ "secret": true, "tags": [true, false] });
        matcher.holds(&Found::at(path, Some(&after), Some(&unknown), Some(&sensitive)).unwrap())
    }

    #[test]
    fn values_are_compared_whole() {
        assert!(check("/note", &is("hello")) && !check("/note", &is("hell")));
        assert!(check("/tags", &is(json!(["a", "b"]))) && check("/tags/1", &is("b")));
        assert!(!check("/nested", &is(json!({ "known": 1 }))), "a part of it is unknown");
        assert!(check("/nested/known", &is(1)));
    }

    #[test]
    fn absent_null_and_unknown_are_three_things() {
        for (path, matching) in [("/nothing", 0), ("/none", 1), ("/id", 2), ("/nested/later", 2)] {
            for (at, matcher) in [absent(), null(), unknown()].iter().enumerate() {
                assert_eq!(check(path, matcher), at == matching, "{path} is {matcher}");
            }
        }
        assert!(check("/note", &not(unknown())) && !check("/id", &not(unknown())));
    }

    #[test]
    fn a_mark_covers_what_is_below_it() {
        assert!(check("/secret", &sensitive()) && check("/secret/key", &sensitive()) && check("/tags/0", &sensitive()));
        assert!(!check("/tags/1", &sensitive()) && !check("", &sensitive()) && !check("/note", &sensitive()));
    }

    #[test]
    fn predicates_and_lengths_see_known_values_only() {
        let short = || matches("short", |value| value.as_str().is_some_and(|text| text.len() < 9));
        assert!(check("/note", &short()) && !check("/id", &short()) && !check("/none", &short()));
        assert!(check("/note", &has_length(5)) && check("/tags", &has_length(2)) && check("/nested", &has_length(1)));
        assert!(!check("/id", &has_length(0)) && !check("/none", &has_length(0)));
    }

    #[test]
    fn a_path_that_points_nowhere_is_told() {
        let error = Found::at("note", None, None, None).unwrap_err();
        assert!(error.contains("\"note\""), "{error}");
    }
}
