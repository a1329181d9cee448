//! Secrets that were handed to the provider, and where they must not come out again.
//!
//! They are taken from every configuration and state that passes by, so no test has to think of it.

use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem::Finder;
use tf_framework::schema::{Block, Nesting, Schema};
use tf_value::{Path, Value};

/// Shorter texts are found where nobody put them: `password` is also the name of an attribute.
const SHORTEST: usize = 12;

/// So many are looked for at most: the latest ones.
const MOST: usize = 256;

/// The secrets of one kit.
#[derive(Default)]
pub(crate) struct Canaries(RefCell<VecDeque<Canary>>);

struct Canary {
    /// Where it comes from, for messages.
    of: String,
    secret: String,
    /// The forms in which it may be there. Made once: every answer is searched.
    forms: Vec<Finder<'static>>,
    /// A write-only secret must be nowhere. A sensitive one is in the state, and only texts must be without it.
    everywhere: bool,
}

impl Canaries {
    /// Takes the secrets out of a configuration or state.
    pub(crate) fn watch(&self, of: &str, schema: &Schema, value: &Value) {
        self.take(of, schema, value, true);
    }

    /// Takes the secrets out of the configuration or the result of an ephemeral resource, of which nothing is ever
    /// stored.
    pub(crate) fn watch_ephemeral(&self, of: &str, schema: &Schema, value: &Value) {
        self.take(of, schema, value, false);
    }

    fn take(&self, of: &str, schema: &Schema, value: &Value, is_stored: bool) {
        let mut search = Search { of, is_stored, secrets: Vec::new(), public: BTreeSet::new() };
        search.object(schema.block(), value, &Path::root());
        let Search { secrets, public, .. } = search;
        // What also stands where anybody may see it is no secret.
        for (of, secret, everywhere) in secrets.into_iter().filter(|(_, secret, _)| !public.contains(secret)) {
            self.add(of, secret, everywhere);
        }
    }

    /// Those that are in an answer and must not be.
    pub(crate) fn in_answer(&self, bytes: &[u8]) -> Vec<String> {
        self.find(bytes, |canary| canary.everywhere)
    }

    /// Those that are in a text for the user.
    pub(crate) fn in_text(&self, text: &[u8]) -> Vec<String> {
        self.find(text, |_| true)
    }

    fn find(&self, bytes: &[u8], counts: impl Fn(&Canary) -> bool) -> Vec<String> {
        let canaries = self.0.borrow();
        let found = canaries
            .iter()
            .filter(|canary| counts(canary) && canary.forms.iter().any(|form| form.find(bytes).is_some()));
        found.map(|canary| canary.of.clone()).collect()
    }

    fn add(&self, of: String, secret: &str, everywhere: bool) {
        let mut canaries = self.0.borrow_mut();
        if let Some(known) = canaries.iter_mut().find(|known| known.secret == secret) {
            // A value that is also stored on purpose can't be told from a leak.
            known.everywhere &= everywhere;
            return;
        }
        if canaries.len() == MOST {
            canaries.pop_front();
        }
        canaries.push_back(Canary { of, secret: secret.to_owned(), forms: forms(secret), everywhere });
    }
}

/// What a value has in it: secrets, each with its place and whether it must be nowhere, and everything else.
struct Search<'a> {
    of: &'a str,
    is_stored: bool,
    secrets: Vec<(String, &'a str, bool)>,
    public: BTreeSet<&'a str>,
}

impl<'a> Search<'a> {
    fn object(&mut self, block: &Block, value: &'a Value, path: &Path) {
        let Some(members) = value.as_object() else { return };
        for (name, attribute) in block.attributes() {
            let Some(value) = members.get(name) else { continue };
            let path = path.clone().attribute(name);
            match attribute.nested() {
                _ if attribute.is_write_only() || attribute.is_sensitive() => {
                    let of = format!("{}.{path}", self.of);
                    let texts = texts(value).into_iter().filter(|text| text.len() >= SHORTEST);
                    let everywhere = attribute.is_write_only() || !self.is_stored;
                    self.secrets.extend(texts.map(|text| (of.clone(), text, everywhere)));
                }
                Some(nested) => self.objects(nested.nesting(), nested.object(), value, &path),
                None => self.public.extend(texts(value)),
            }
        }
        for (name, nested) in block.blocks() {
            let Some(value) = members.get(name) else { continue };
            self.objects(nested.nesting(), nested.block(), value, &path.clone().attribute(name));
        }
    }

    fn objects(&mut self, nesting: Nesting, block: &Block, value: &'a Value, path: &Path) {
        match (nesting, value) {
            (Nesting::Single | Nesting::Group, value) => self.object(block, value, path),
            (_, Value::List(elements)) => {
                elements.iter().for_each(|element| self.object(block, element, path));
            }
            (_, Value::Set(elements)) => {
                elements.iter().for_each(|element| self.object(block, element, path));
            }
            (_, Value::Map(elements)) => {
                elements.values().for_each(|element| self.object(block, element, path));
            }
            (_, _) => {}
        }
    }
}

/// Every text in a value.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text.as_str()],
        Value::List(elements) | Value::Tuple(elements) => elements.iter().flat_map(texts).collect(),
        Value::Set(elements) => elements.iter().flat_map(texts).collect(),
        Value::Map(members) | Value::Object(members) => members.values().flat_map(texts).collect(),
        Value::Dynamic(dynamic) => texts(dynamic.value()),
        Value::Bool(_) | Value::Number(_) | Value::Unknown(_) | Value::Null => Vec::new(),
    }
}

/// As it is, inside of a text in JSON, in hexadecimal, and in base64.
fn forms(secret: &str) -> Vec<Finder<'static>> {
    let json = serde_json::Value::from(secret).to_string();
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    // What follows the secret decides on the last digits.
    let whole = secret.len() / 3 * 3;
    let base64 = STANDARD.encode(secret.as_bytes().get(..whole).unwrap_or_default());
    let forms = [secret, json.trim_matches('"'), &hex, &base64].map(str::to_owned);
    let forms: BTreeSet<String> = forms.into_iter().collect();
    forms.iter().map(|form| Finder::new(form).into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use tf_framework::schema::{Attribute, NestedObject};
    use tf_value::Type;

    use super::*;

    fn schema() -> Schema {
        let text = || Attribute::optional(Type::String);
        let user = NestedObject::list([("password", text().sensitive()), ("name", text())]);
        Schema::new(
            0,
            Block::new()
                .attribute("secret", text().write_only("version"))
                .attribute("version", Attribute::optional(Type::Number))
                .attribute("user", Attribute::optional(user)),
        )
    }

    fn value(secret: &str, password: &str, name: &str) -> Value {
        let user = Value::object([("password", Value::from(password)), ("name", Value::from(name))]);
        let members = [("secret", Value::from(secret)), ("version", Value::Null), ("user", Value::list([user]))];
        Value::object(members)
    }

    #[test]
    fn secrets_are_found_where_they_must_not_be() {
        let canaries = Canaries::default();
        canaries.watch("note", &schema(), &value("write-only-secret", "sensitive-password", "name-of-somebody"));
        let all = b"... write-only-secret, sensitive-password, name-of-somebody";
        assert_eq!(canaries.in_answer(all), ["note.secret"]);
        assert_eq!(canaries.in_text(all), ["note.secret", "note.user.password"]);
        assert!(canaries.in_text(b"nothing").is_empty());
    }

    #[test]
    fn what_is_ephemeral_is_stored_nowhere() {
        let canaries = Canaries::default();
        canaries.watch_ephemeral("lease", &schema(), &value("", "sensitive-password", "name-of-somebody"));
        assert_eq!(canaries.in_answer(b"... sensitive-password, name-of-somebody"), ["lease.user.password"]);
    }

    #[test]
    fn secrets_are_found_in_other_forms() {
        let canaries = Canaries::default();
        let secret = "two\nlines of it";
        canaries.watch("note", &schema(), &value(secret, "", ""));
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        let base64 = STANDARD.encode(format!("{secret} and more"));
        for text in [r#"{"it":"two\nlines of it"}"#, &hex, &base64] {
            assert_eq!(canaries.in_answer(text.as_bytes()), ["note.secret"], "{text}");
        }
    }

    #[test]
    fn short_secrets_are_not_looked_for() {
        let canaries = Canaries::default();
        canaries.watch("note", &schema(), &value("secret", "password", "name"));
        assert!(canaries.in_text(b"secret password name").is_empty());
    }

    #[test]
    fn what_anybody_may_see_is_no_secret() {
        let canaries = Canaries::default();
        canaries.watch("note", &schema(), &value("the same for both", "", "the same for both"));
        assert!(canaries.in_text(b"the same for both").is_empty());
    }

    #[test]
    fn what_is_also_stored_is_no_leak_there() {
        let canaries = Canaries::default();
        canaries.watch("note", &schema(), &value("the same for both", "the same for both", ""));
        assert!(canaries.in_answer(b"the same for both").is_empty());
        assert_eq!(canaries.in_text(b"the same for both").len(), 1);
    }
}
