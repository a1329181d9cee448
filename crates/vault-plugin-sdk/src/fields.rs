//! The values of all fields of a request, found to be of their types before a handler sees them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::error::Error;
use crate::field::{Decoded, Field, FieldValue, Mismatch, Spec, decode, fallback};

/// How many names a warning lists. A client can send as many as it likes.
const MAX_NAMES: usize = 16;

/// The values of the fields of one path.
pub(crate) struct Fields {
    /// Every field of the path is a key.
    values: BTreeMap<&'static str, Option<Decoded>>,
}

/// What a path knows of its fields.
#[derive(Clone, Copy)]
pub(crate) struct Declared<'a> {
    pub(crate) fields: &'a [Spec],
    pub(crate) takes_any: bool,
}

impl Fields {
    /// The values in a request, and what to warn its sender of.
    ///
    /// # Errors
    /// [`Error::BadRequest`] if one is not of its field's type.
    pub(crate) fn read(
        declared: Declared<'_>,
        captured: &[(&'static str, String)],
        body: &Map<String, Value>,
        is_write: bool,
    ) -> Result<(Self, Vec<String>), Error> {
        let mut values = BTreeMap::new();
        for spec in declared.fields {
            let in_path =
                captured.iter().find(|(name, _)| *name == spec.name).map(|(_, value)| Value::from(value.as_str()));
            let value = match in_path.as_ref().or_else(|| body.get(spec.name)) {
                Some(value) => decode(spec, value).map_err(|mismatch| wrong(spec, mismatch))?,
                None => None,
            };
            if let Some(Decoded::Text(text)) = &value
                && !spec.one_of.is_empty()
                && !spec.one_of.contains(&text.as_str())
            {
                return Err(Error::BadRequest(format!(
                    "the field {:?} has to be one of {}",
                    spec.name,
                    spec.one_of.join(", ")
                )));
            }
            if is_write && spec.is_required && value.is_none() {
                return Err(Error::BadRequest(format!("the field {:?} is missing", spec.name)));
            }
            values.insert(spec.name, value.or_else(|| fallback(spec)));
        }
        Ok((Self { values }, warnings(declared, captured, body)))
    }

    /// What of a request can be understood: for existence checks, after which the request is looked at again, and refused.
    pub(crate) fn guess(
        declared: Declared<'_>,
        captured: &[(&'static str, String)],
        body: &Map<String, Value>,
    ) -> Self {
        let value = |spec: &Spec| {
            let in_path =
                captured.iter().find(|(name, _)| *name == spec.name).map(|(_, value)| Value::from(value.as_str()));
            let value = in_path.as_ref().or_else(|| body.get(spec.name))?;
            decode(spec, value).ok().flatten()
        };
        Self {
            values: declared.fields.iter().map(|spec| (spec.name, value(spec).or_else(|| fallback(spec)))).collect(),
        }
    }

    /// The value of a field.
    ///
    /// # Errors
    /// [`Error::Internal`] if the path has no such field of this type.
    pub(crate) fn get<T: FieldValue>(&self, field: Field<T>) -> Result<Option<T>, Error> {
        let name = field.spec.name;
        let bug = |what| Error::Internal(format!("a bug in the engine: {what} the field {name:?} of this path"));
        match self.values.get(name) {
            None => Err(bug("the handler uses, and nobody declared,")),
            Some(None) => Ok(None),
            Some(Some(value)) => {
                T::from_decoded(value).map(Some).ok_or_else(|| bug("the handler takes for another type"))
            }
        }
    }
}

fn wrong(spec: &Spec, Mismatch { found }: Mismatch) -> Error {
    Error::BadRequest(format!("the field {:?} is {found}; it has to be {}", spec.name, spec.kind.wanted()))
}

fn warnings(declared: Declared<'_>, captured: &[(&'static str, String)], body: &Map<String, Value>) -> Vec<String> {
    let is_captured = |name: &str| captured.iter().any(|(other, _)| *other == name);
    let is_declared = |name: &str| declared.fields.iter().any(|spec| spec.name == name);
    let replaced: Vec<&str> = body.keys().map(String::as_str).filter(|name| is_captured(name)).collect();
    let ignored: Vec<&str> = body.keys().map(String::as_str).filter(|name| !is_declared(name)).collect();
    let mut warnings = Vec::new();
    if !declared.takes_any && !ignored.is_empty() {
        warnings.push(format!("Ignored, because this path has no such fields: {}", names(&ignored)));
    }
    // Where any fields are taken, nothing is ignored: it is in the body.
    if !declared.takes_any && !replaced.is_empty() {
        warnings.push(format!("Ignored, because the path itself says something else: {}", names(&replaced)));
    }
    let deprecated = declared.fields.iter().filter(|spec| spec.is_deprecated && body.contains_key(spec.name));
    let deprecated: Vec<&str> = deprecated.map(|spec| spec.name).collect();
    if !deprecated.is_empty() {
        warnings.push(format!("Deprecated, and better left out: {}", names(&deprecated)));
    }
    warnings
}

/// Names as a client sent them, made safe to be shown.
fn names(names: &[&str]) -> String {
    let mut shown: Vec<String> =
        names.iter().take(MAX_NAMES).map(|name| format!("{:?}", name.chars().take(64).collect::<String>())).collect();
    if names.len() > MAX_NAMES {
        shown.push(format!("and {} more", names.len() - MAX_NAMES));
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    const NAME: Field<String> = Field::name("name", "");
    const TTL: Field<Duration> = Field::duration("ttl", "").or_seconds(60);
    const MODE: Field<String> = Field::string("mode", "").one_of(&["on", "off"]).deprecated();

    fn read(body: &Value) -> Result<(Fields, Vec<String>), Error> {
        let fields = [NAME.spec, TTL.spec, MODE.spec];
        let declared = Declared { fields: &fields, takes_any: false };
        Fields::read(declared, &[("name", "a".to_owned())], body.as_object().unwrap(), true)
    }

    #[test]
    fn values_come_from_the_path_the_body_and_the_fallbacks() {
        let (fields, warnings) = read(&json!({ "mode": "on" })).unwrap();
        assert_eq!(fields.get(NAME).unwrap().as_deref(), Some("a"));
        assert_eq!(fields.get(TTL).unwrap(), Some(Duration::from_secs(60)));
        assert_eq!(fields.get(MODE).unwrap().as_deref(), Some("on"));
        assert_eq!(warnings, ["Deprecated, and better left out: \"mode\""]);
    }

    #[test]
    fn what_is_ignored_is_warned_of() {
        let (fields, warnings) = read(&json!({ "name": "b", "other": 1, "odd\n": 2 })).unwrap();
        assert_eq!(fields.get(NAME).unwrap().as_deref(), Some("a"), "the path wins");
        assert_eq!(
            warnings,
            [
                "Ignored, because this path has no such fields: \"odd\\n\", \"other\"",
                "Ignored, because the path itself says something else: \"name\""
            ]
        );
    }

    #[test]
    fn where_any_fields_are_taken_none_is_called_ignored() {
        let declared = Declared { fields: &[NAME.spec], takes_any: true };
        let body = json!({ "name": "b", "other": 1 });
        let read = Fields::read(declared, &[("name", "a".to_owned())], body.as_object().unwrap(), true);
        let (fields, warnings) = read.unwrap();
        assert_eq!(fields.get(NAME).unwrap().as_deref(), Some("a"), "the path wins");
        assert_eq!(warnings, [""; 0]);
    }

    #[test]
    fn wrong_values_are_refused_without_being_shown() {
        let refused = |body: Value| match read(&body) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        };
        assert_eq!(
            refused(json!({ "ttl": "hidden" })),
            "the field \"ttl\" is a text of another form; it has to be a duration such as \"1h30m\", or a number of seconds"
        );
        assert_eq!(refused(json!({ "mode": "hidden" })), "the field \"mode\" has to be one of on, off");
    }

    #[test]
    fn a_field_that_nobody_declared_is_a_bug() {
        let (fields, _) = read(&json!({})).unwrap();
        assert!(matches!(fields.get(Field::string("other", "")), Err(Error::Internal(_))));
        assert!(matches!(fields.get(Field::int("name", "")), Err(Error::Internal(_))));
    }
}
