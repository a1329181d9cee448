//! A resource in which every key is used.

use std::collections::BTreeMap;

use tf_framework::model::{Fields as _, Model, Secret, SetOf, WriteOnly};
use tf_framework::plan::{RequiresReplace, SemanticEquality};
use tf_framework::schema::{Nesting, Schema};
use tf_framework::validate::{length, non_empty, one_of};
use tf_framework::value::{Number, Value};

/// A note, kept as a file.
///
/// It has *text* in it.
#[derive(Clone, Debug, Model)]
#[tf(resource = "note", version = 3, import = "{mount}/{name}", deprecated = "Use a letter.")]
#[tf(exactly_one_of(text, text_file), at_least_one_of(text, text_file, r#type))]
#[tf(conflicting(text_file, r#type), required_together(owner, r#type))]
pub(crate) struct Note {
    /// Where it is.
    #[tf(optional, default = "notes", replace, identity)]
    pub(crate) mount: String,
    /// Its name.
    #[tf(required, replace, identity, validate(non_empty, length(..=8)))]
    pub(crate) name: String,
    /// Whose it is.
    #[tf(optional, identity, replace_if_configured)]
    pub(crate) namespace: Option<String>,
    /// What it says.
    #[tf(optional, semantic_equality(IgnoringCase))]
    pub(crate) text: Option<String>,
    /// Where that stands.
    #[tf(optional, deprecated = "Use `text`.")]
    pub(crate) text_file: Option<String>,
    /// How many seconds it stays.
    #[tf(optional, default = 3600, validate(one_of(&[60, 3600])))]
    pub(crate) ttl: i64,
    /// How heavy it is.
    #[tf(optional)]
    pub(crate) weight: Option<Number>,
    /// Nobody else knows it.
    #[tf(optional, write_only(version = secret_version))]
    pub(crate) secret: WriteOnly<Option<Secret>>,
    /// Raised with each new secret.
    #[tf(optional)]
    pub(crate) secret_version: Option<i64>,
    /// Of the text and the secret.
    #[tf(computed, depends_on(text, secret))]
    pub(crate) digest: String,
    /// Which one it is.
    #[tf(computed, keep_state)]
    pub(crate) id: String,
    /// Who wrote it.
    #[tf(optional, computed, keep_non_null_state, modifier(RequiresReplace))]
    pub(crate) owner: String,
    /// Whether it is due.
    #[tf(computed, renewal_flag)]
    pub(crate) ready_for_renewal: bool,
    /// What kind of note it is.
    #[tf(optional, sensitive)]
    pub(crate) r#type: Option<String>,
    /// Its key, in clear.
    #[tf(computed)]
    pub(crate) key_in_state: Option<Secret>,
    /// What it is called.
    #[tf(optional)]
    pub(crate) labels: Option<Vec<Label>>,
    /// What it is called, by language.
    #[tf(optional)]
    pub(crate) translations: Option<BTreeMap<String, Label>>,
    /// Who may read it.
    #[tf(block(min = 1, max = 2))]
    pub(crate) reader: SetOf<Reader>,
    /// Where it was before.
    #[tf(block, deprecated = "Forget it.")]
    pub(crate) origin: Option<Reader>,
}

/// What a note is called.
#[derive(Clone, Debug, Model)]
#[tf(object, conflicting(colour, secret))]
pub(crate) struct Label {
    /// Its text.
    #[tf(required)]
    pub(crate) text: String,
    /// Its colour.
    #[tf(optional, default = "red".to_owned(), replace)]
    pub(crate) colour: String,
    /// Who gave it.
    #[tf(computed)]
    pub(crate) by: String,
    /// Nobody else knows it.
    #[tf(optional, write_only(version = secret_version))]
    pub(crate) secret: WriteOnly<Option<Secret>>,
    /// Raised with each new secret.
    #[tf(optional)]
    pub(crate) secret_version: Option<i64>,
}

/// Somebody who may read a note.
#[derive(Clone, Debug, Model)]
#[tf(object)]
pub(crate) struct Reader {
    /// What they are called.
    #[tf(required)]
    pub(crate) name: String,
    /// Days on which they may.
    #[tf(block)]
    pub(crate) day: Vec<Day>,
}

/// A day.
#[derive(Clone, Debug, Model)]
#[tf(object)]
pub(crate) struct Day {
    /// Which of the week.
    #[tf(required)]
    pub(crate) number: u8,
}

#[derive(Debug)]
pub(crate) struct IgnoringCase;

impl SemanticEquality for IgnoringCase {
    fn same(&self, one: &Value, other: &Value) -> bool {
        let fold = |value: &Value| value.as_str().map(str::to_lowercase);
        fold(one) == fold(other)
    }
}

/// A note as a value: what is not given is null, and blocks that are not given are not there.
pub(crate) fn value(given: &[(&str, Value)]) -> Value {
    object(&Note::schema(), given)
}

/// A label as a value.
pub(crate) fn label(given: &[(&str, Value)]) -> Value {
    object(&Schema::new(0, Label::block()), given)
}

/// A reader as a value.
pub(crate) fn reader(name: &str, days: &[Value]) -> Value {
    let days = days.iter().map(|number| Value::object([("number", number.clone())]));
    Value::object([("name", Value::from(name)), ("day", Value::list(days))])
}

fn object(schema: &Schema, given: &[(&str, Value)]) -> Value {
    let attributes = schema.block().attributes().keys().map(|name| (name.as_str(), Value::Null));
    let blocks = schema.block().blocks().iter().map(|(name, nested)| {
        let none = if nested.nesting() == Nesting::Set { Value::set([]) } else { Value::Null };
        (name.as_str(), none)
    });
    let value = Value::object(attributes.chain(blocks).chain(given.iter().map(|(name, value)| (*name, value.clone()))));
    value.check(schema.implied_type()).unwrap();
    value
}
