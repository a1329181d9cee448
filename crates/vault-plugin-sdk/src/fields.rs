//! The values of all fields of a request, found to be of their types before a handler sees them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::error::Error;
use crate::field::{Decoded, Field, FieldValue, Mismatch, Spec, decode, fallback};
use crate::pattern::Capture;
use crate::request::Operation;

/// How many names a warning lists. A client can send as many as it likes.
const MAX_NAMES: usize = 16;

/// The values of the fields of one path.
pub(crate) struct Fields {
    /// Every field of the path is a key.
    values: BTreeMap<&'static str, Found>,
}

/// What there is of one field.
struct Found {
    value: Option<Decoded>,
    from: Source,
}

/// Where a value comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Path,
    Body,
    /// The body has a null in its place.
    Null,
    /// Nowhere: it is the fallback, if there is one.
    Fallback,
}

/// What a path knows of its fields.
#[derive(Clone, Copy)]
pub(crate) struct Declared<'a> {
    pub(crate) fields: &'a [Spec],
    pub(crate) takes_any: bool,
}

/// What a request has for a field. What policies allow goes by the path, so a name in the pattern is never looked for in the
/// body, also where the path leaves it out.
fn sent<'a>(spec: &Spec, captured: &[Capture], body: &'a Map<String, Value>) -> (Source, Option<Cow<'a, Value>>) {
    match captured.iter().find(|(name, _)| *name == spec.name) {
        Some((_, Some(value))) => (Source::Path, Some(Cow::Owned(Value::from(value.as_str())))),
        Some((_, None)) => (Source::Fallback, None),
        None => match body.get(spec.name) {
            None => (Source::Fallback, None),
            Some(Value::Null) => (Source::Null, None),
            Some(value) => (Source::Body, Some(Cow::Borrowed(value))),
        },
    }
}

impl Fields {
    /// The values in a request, and what to warn its sender of.
    ///
    /// # Errors
    /// [`Error::BadRequest`] if one is not of its field's type.
    pub(crate) fn read(
        declared: Declared<'_>,
        captured: &[Capture],
        body: &Map<String, Value>,
        operation: Operation,
    ) -> Result<(Self, Vec<String>), Error> {
        let is_write = matches!(operation, Operation::Create | Operation::Update);
        let mut values = BTreeMap::new();
        for spec in declared.fields {
            let (from, value) = sent(spec, captured, body);
            let value = match value {
                Some(value) => decode(spec, &value).map_err(|mismatch| wrong(spec, mismatch))?,
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
            // What a patch leaves out stays as it is stored, and a fallback would put it back.
            let stays = operation == Operation::Patch && !is_in(captured, spec.name);
            let value = if stays { value } else { value.or_else(|| fallback(spec)) };
            values.insert(spec.name, Found { value, from });
        }
        Ok((Self { values }, warnings(declared, captured, body)))
    }

    /// What of a request can be understood: for existence checks, after which the request is looked at again, and refused.
    pub(crate) fn guess(declared: Declared<'_>, captured: &[Capture], body: &Map<String, Value>) -> Self {
        let found = |spec: &Spec| {
            let (from, value) = sent(spec, captured, body);
            let value = value.and_then(|value| decode(spec, &value).ok().flatten());
            Found { value: value.or_else(|| fallback(spec)), from }
        };
        Self { values: declared.fields.iter().map(|spec| (spec.name, found(spec))).collect() }
    }

    /// Whether the request itself has a value for a field.
    pub(crate) fn is_sent(&self, name: &str) -> bool {
        self.values.get(name).is_some_and(|found| matches!(found.from, Source::Path | Source::Body))
    }

    /// Whether the request has a null for a field.
    pub(crate) fn is_null(&self, name: &str) -> bool {
        self.values.get(name).is_some_and(|found| found.from == Source::Null)
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
            Some(Found { value: None, .. }) => Ok(None),
            Some(Found { value: Some(value), .. }) => {
                T::from_decoded(value).map(Some).ok_or_else(|| bug("the handler takes for another type"))
            }
        }
    }
}

fn wrong(spec: &Spec, Mismatch { found }: Mismatch) -> Error {
    Error::BadRequest(format!("the field {:?} is {found}; it has to be {}", spec.name, spec.kind.wanted()))
}

/// Whether the pattern of the path has a name.
fn is_in(captured: &[Capture], name: &str) -> bool {
    captured.iter().any(|(other, _)| *other == name)
}

fn warnings(declared: Declared<'_>, captured: &[Capture], body: &Map<String, Value>) -> Vec<String> {
    let is_declared = |name: &str| declared.fields.iter().any(|spec| spec.name == name);
    let replaced: Vec<&str> = body.keys().map(String::as_str).filter(|name| is_in(captured, name)).collect();
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
        Fields::read(declared, &in_path(Some("a")), body.as_object().unwrap(), Operation::Update)
    }

    /// What a pattern with the name `name` finds.
    fn in_path(name: Option<&str>) -> [Capture; 1] {
        [("name", name.map(str::to_owned))]
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

    /// Else a policy for one path would be one for all that is below it.
    #[test]
    fn a_name_that_the_path_leaves_out_is_not_taken_from_the_body() {
        let body = json!({ "name": "secret" });
        let body = body.as_object().unwrap();
        for operation in [Operation::Read, Operation::Create, Operation::Update, Operation::Patch, Operation::Delete] {
            let declared = Declared { fields: &[NAME.spec], takes_any: false };
            let (fields, warnings) = Fields::read(declared, &in_path(None), body, operation).unwrap();
            assert_eq!(fields.get(NAME).unwrap(), None, "{operation:?}");
            assert!(!fields.is_sent("name"), "{operation:?}");
            assert_eq!(warnings, ["Ignored, because the path itself says something else: \"name\""], "{operation:?}");
            let fields = Fields::guess(declared, &in_path(None), body);
            assert_eq!(fields.get(NAME).unwrap(), None, "in an existence check");
        }
        let other = NAME.or("other");
        let declared = Declared { fields: &[other.spec], takes_any: false };
        let (fields, _) = Fields::read(declared, &in_path(None), body, Operation::Patch).unwrap();
        assert_eq!(fields.get(other).unwrap().as_deref(), Some("other"), "no patch changes what is in the path");
        let null = json!({ "name": null });
        let (fields, _) = Fields::read(declared, &in_path(None), null.as_object().unwrap(), Operation::Patch).unwrap();
        assert!(!fields.is_null("name"));
    }

    #[test]
    fn what_a_patch_leaves_out_has_no_value() {
        let declared = Declared { fields: &[TTL.spec, MODE.spec], takes_any: false };
        let read = |body: Value, operation| {
            let (fields, _) = Fields::read(declared, &[], body.as_object().unwrap(), operation).unwrap();
            (fields.get(TTL).unwrap().map(|ttl| ttl.as_secs()), fields.is_sent("ttl"), fields.is_null("ttl"))
        };
        for (body, written, patched) in [
            (json!({}), (Some(60), false, false), (None, false, false)),
            (json!({ "ttl": null }), (Some(60), false, true), (None, false, true)),
            (json!({ "ttl": 5 }), (Some(5), true, false), (Some(5), true, false)),
        ] {
            assert_eq!(read(body.clone(), Operation::Update), written, "{body}");
            assert_eq!(read(body.clone(), Operation::Patch), patched, "{body}");
        }
    }

    #[test]
    fn where_any_fields_are_taken_none_is_called_ignored() {
        let declared = Declared { fields: &[NAME.spec], takes_any: true };
        let body = json!({ "name": "b", "other": 1 });
        let read = Fields::read(declared, &in_path(Some("a")), body.as_object().unwrap(), Operation::Update);
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
