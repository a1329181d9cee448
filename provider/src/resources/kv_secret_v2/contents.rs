//! What is to be in a secret: what is declared, what is made up, and what stays of what is there.

use std::collections::{BTreeMap, BTreeSet};

use pki::Random;
use serde_json::Value;
use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::Secret;
use tf_framework::semantic::Json;
use tf_framework::value::Path;
use zeroize::Zeroizing;

use super::generated_field::GeneratedField;
use crate::kv_v2::{Contents, is_same};

/// What a configuration wants to be in a secret.
#[derive(Clone, Debug, Default)]
pub(super) struct Wishes {
    /// The fields that are declared with their values.
    pub(super) declared: Contents,
    /// The fields that get a value where they have none.
    pub(super) generated: BTreeMap<String, GeneratedField>,
    /// Those of them that get a new one.
    pub(super) rotated: BTreeSet<String>,
    /// Whether fields that nobody declared stay.
    pub(super) keeps_others: bool,
}

impl Wishes {
    /// What is in the secret when all is as it should be. Where nothing is to be made anew, that is what is there.
    pub(super) fn fulfilled(&self, found: Option<&Contents>, random: &mut dyn Random) -> Result<Contents, Diagnostic> {
        let mut contents = found.filter(|_| self.keeps_others).cloned().unwrap_or_default();
        contents.0.extend(self.declared.0.iter().map(|(name, value)| (name.clone(), value.clone())));
        for (name, field) in &self.generated {
            let at = || Path::root().attribute("generate").key(name.as_str());
            if self.declared.0.contains_key(name) {
                return Err(Diagnostic::error("Two Values For One Field")
                    .detail(format!(
                        "The field {name:?} is in data_json_wo, and is to be made up. Nothing was written."
                    ))
                    .remedy("Leave it out of one of them.")
                    .at(at()));
            }
            let there = found.and_then(|found| found.0.get(name)).filter(|_| !self.rotated.contains(name));
            let value = match there {
                Some(value) => value.clone(),
                None => Value::String(made(field, random).map_err(|reason| {
                    Diagnostic::error("No Value Can Be Made Up")
                        .detail(format!("The field {name:?} {reason}."))
                        .at(at())
                })?),
            };
            contents.0.insert(name.clone(), value);
        }
        Ok(contents)
    }

    /// The attributes that what was found is not as; none if it can be taken over.
    pub(super) fn unfulfilled(&self, found: &Contents) -> Vec<&'static str> {
        let is_declared = |name: &String| self.declared.0.contains_key(name) || self.generated.contains_key(name);
        let lacks =
            self.declared.0.iter().any(|(name, value)| !found.0.get(name).is_some_and(|found| is_same(found, value)));
        let has_others = !self.keeps_others && !found.0.keys().all(is_declared);
        let lacks_generated = !self.generated.keys().all(|name| found.0.contains_key(name));
        [("data_json_wo", lacks), ("undeclared_fields", has_others), ("generate", lacks_generated)]
            .into_iter()
            .filter_map(|(name, differs)| differs.then_some(name))
            .collect()
    }
}

fn made(field: &GeneratedField, random: &mut dyn Random) -> Result<String, String> {
    field.make(random).map(|secret| secret.expose().to_owned())
}

/// What `data_json_wo` declares.
///
/// # Errors
/// If it is no object, or has a number that would not arrive as it is written. The text has nothing of it.
pub(super) fn declared(text: &Secret) -> Result<Contents, String> {
    let written: Json =
        text.expose().parse().map_err(|_| "must be JSON, with each name once in an object".to_owned())?;
    let contents: Contents = serde_json::from_str(text.expose())
        .map_err(|_| "must be a JSON object, with a name for each value".to_owned())?;
    let arriving = Value::Object(contents.0.iter().map(|(name, value)| (name.clone(), rounded(value))).collect());
    let arriving = Zeroizing::new(arriving.to_string());
    if arriving.parse::<Json>().ok() != Some(written) {
        return Err(
            "must not have numbers with so many digits that the server rounds them: write them as texts".to_owned()
        );
    }
    Ok(contents)
}

/// The server reads every number into a float of 64 bits when it gives a secret out.
fn rounded(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or_else(|| value.clone(), Value::from),
        Value::Array(values) => values.iter().map(rounded).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), rounded(value))).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use pki::SystemRandom;
    use serde_json::json;

    use super::*;

    fn contents(value: Value) -> Contents {
        serde_json::from_value(value).unwrap()
    }

    fn wishes(declared: Value, generated: &[&str], rotated: &[&str], keeps_others: bool) -> Wishes {
        let field = GeneratedField {
            length: 16,
            alphabet: None,
            first: "any".to_owned(),
            min_lower: 0,
            min_upper: 0,
            min_digits: 0,
            min_special: 0,
            rotate: None,
        };
        Wishes {
            declared: contents(declared),
            generated: generated.iter().map(|name| ((*name).to_owned(), field.clone())).collect(),
            rotated: rotated.iter().map(|name| (*name).to_owned()).collect(),
            keeps_others,
        }
    }

    #[test]
    fn what_is_there_is_kept_unless_it_is_to_be_made_anew() {
        let found = contents(json!({ "password": "old", "token": "old", "user": "old", "foreign": 1 }));
        let wanted = wishes(json!({ "user": "new" }), &["password", "token", "extra"], &["token"], true);
        let Contents(now) = &wanted.fulfilled(Some(&found), &mut SystemRandom).unwrap();
        assert_eq!((&now["password"], &now["user"], &now["foreign"]), (&json!("old"), &json!("new"), &json!(1)));
        assert_ne!(now["token"], "old");
        assert_eq!(now["extra"].as_str().unwrap().len(), 16);
        let wanted = wishes(json!({ "user": "new" }), &["password"], &[], false);
        let Contents(now) = &wanted.fulfilled(Some(&found), &mut SystemRandom).unwrap();
        assert_eq!(now.keys().collect::<Vec<_>>(), ["password", "user"]);
        assert_eq!(now["password"], "old");
    }

    #[test]
    fn what_is_as_it_should_be_stays_the_same() {
        let found = contents(json!({ "password": "old", "user": "a" }));
        let wanted = wishes(json!({ "user": "a" }), &["password"], &[], false);
        assert!(wanted.fulfilled(Some(&found), &mut SystemRandom).unwrap() == found);
        assert!(wanted.unfulfilled(&found).is_empty());
    }

    #[test]
    fn differences_are_named_by_attribute() {
        let found = contents(json!({ "user": "a", "foreign": 1 }));
        assert_eq!(
            wishes(json!({ "user": "b" }), &["p"], &[], false).unfulfilled(&found),
            ["data_json_wo", "undeclared_fields", "generate"]
        );
        assert!(wishes(json!({ "user": "a" }), &[], &[], true).unfulfilled(&found).is_empty());
    }

    #[test]
    fn a_field_has_one_value() {
        let error = wishes(json!({ "p": 1 }), &["p"], &[], true).fulfilled(None, &mut SystemRandom).unwrap_err();
        assert!(error.detail_text().contains("\"p\""));
    }

    #[test]
    fn what_is_declared_arrives_as_it_is_written() {
        for text in [r#"{"a": "x", "b": [1, 2.5, {"c": null}], "d": 9007199254740991, "e": 0.1, "f": 1.0}"#, "{}"] {
            declared(&text.into()).unwrap();
        }
        for (text, reason) in [
            (r#"{"a": 1, "a": 2}"#, "each name once"),
            ("[1]", "object"),
            ("canary", "must be JSON"),
            (r#"{"a": 9007199254740993}"#, "digits"),
            (r#"{"a": 12345678901234567890123}"#, "digits"),
            (r#"{"a": 0.1234567890123456789}"#, "digits"),
        ] {
            let error = declared(&text.into()).unwrap_err();
            assert!(error.contains(reason) && !error.contains("canary"), "{error}");
        }
    }
}
