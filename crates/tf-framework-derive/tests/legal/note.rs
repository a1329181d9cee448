//! Every key where it belongs.

use std::collections::BTreeMap;

use tf_framework::model::{Model, Secret, SetOf, Setting, WriteOnly};
use tf_framework::plan::{RequiresReplace, SemanticEquality};
use tf_framework::validate::{length, non_empty, one_of, range};
use tf_framework::value::Value;

/// A note, kept as a file.
#[derive(Model)]
#[tf(resource = "note", version = 3, import = "{mount}/{name}", deprecated = "Use a letter.")]
#[tf(exactly_one_of(text, text_file), conflicting(text_file, r#type), required_together(owner, r#type))]
#[tf(at_least_one_of(text, text_file))]
pub(crate) struct Note {
    /// Where it is.
    #[tf(optional, default = "notes", replace, identity)]
    pub(crate) mount: String,
    /// Its name.
    #[tf(required, replace, identity, validate(non_empty, length(..=64)))]
    pub(crate) name: String,
    /// Who is asked for it.
    #[tf(optional, identity, replace_if_configured)]
    namespace: Option<String>,
    /// What it says.
    #[tf(optional, semantic_equality(Fold))]
    text: Option<String>,
    /// Where that stands.
    #[tf(optional, deprecated = "Use `text`.")]
    text_file: Option<String>,
    /// How many seconds it stays.
    #[tf(optional, default = 3600, validate(range(1..), one_of(&[60, 3600])))]
    pub(crate) ttl: i64,
    /// Nobody else knows it.
    #[tf(optional, write_only(version = secret_version))]
    secret: WriteOnly<Option<Secret>>,
    /// Raised with each new secret.
    #[tf(optional)]
    secret_version: Option<i64>,
    /// Of the text and the secret.
    #[tf(computed, depends_on(text, secret))]
    digest: String,
    /// Which one it is.
    #[tf(computed, keep_state)]
    id: String,
    /// Who wrote it.
    #[tf(optional, computed, keep_non_null_state, modifier(RequiresReplace))]
    owner: String,
    /// Whether it is due.
    #[tf(computed, renewal_flag)]
    ready_for_renewal: bool,
    /// What kind of note it is.
    #[tf(optional, sensitive)]
    r#type: Option<String>,
    /// The key in clear.
    #[tf(computed)]
    key_in_state: Option<Secret>,
    /// What it is called.
    #[tf(optional)]
    labels: Option<Vec<Label>>,
    /// What it is called by name.
    #[tf(optional)]
    by_name: Option<BTreeMap<String, Label>>,
    /// Who may read it.
    #[tf(block(min = 1, max = 2))]
    rule: Vec<Rule>,
    /// Where it was.
    #[tf(block)]
    origin: Option<Rule>,
}

/// What a note is called.
#[derive(Model)]
#[tf(object)]
pub(crate) struct Label {
    /// Its text.
    #[tf(required, replace)]
    text: String,
    /// Its colour.
    #[tf(optional, default = "red".to_owned())]
    colour: String,
    /// Nobody else knows it.
    #[tf(optional, write_only(version = secret_version))]
    secret: WriteOnly<Option<Secret>>,
    /// Raised with each new secret.
    #[tf(optional)]
    secret_version: Option<i64>,
}

/// Who may read a note.
#[derive(Model)]
#[tf(object, required_together(from, to))]
pub(crate) struct Rule {
    /// The first port.
    #[tf(optional)]
    from: Option<u16>,
    /// The last port.
    #[tf(optional)]
    to: Option<u16>,
    /// Exceptions.
    #[tf(block)]
    except: SetOf<Exception>,
}

/// Who may not read it.
#[derive(Model)]
#[tf(object)]
pub(crate) struct Exception {
    /// A port.
    #[tf(required)]
    port: u16,
}

/// Notes that are there.
#[derive(Model)]
#[tf(data_source = "notes", conflicting(prefix, suffix))]
pub(crate) struct Notes {
    /// How their names begin.
    #[tf(optional)]
    prefix: Option<String>,
    /// How their names end.
    #[tf(optional)]
    suffix: Option<String>,
    /// Their names.
    #[tf(computed)]
    names: Vec<String>,
    /// What is in them.
    #[tf(computed)]
    found: Vec<Found>,
}

/// One of the notes.
#[derive(Model)]
#[tf(object)]
pub(crate) struct Found {
    /// Its name.
    #[tf(computed)]
    name: String,
}

/// A secret for as long as a command runs.
#[derive(Model)]
#[tf(ephemeral = "secret")]
pub(crate) struct Opened {
    /// Where it is.
    #[tf(required)]
    path: String,
    /// What it is.
    #[tf(computed)]
    secret: Secret,
}

/// Where the notes are.
#[derive(Model)]
#[tf(provider = "example", conflicting(address, login))]
pub(crate) struct Example {
    /// The address.
    #[tf(optional)]
    address: Setting<String>,
    /// The login.
    #[tf(optional)]
    login: Setting<Login>,
}

/// How to log in.
#[derive(Model)]
#[tf(object)]
pub(crate) struct Login {
    /// Who.
    #[tf(required)]
    name: String,
    /// What only they know.
    #[tf(required)]
    password: Secret,
    /// Where.
    #[tf(optional)]
    path: Setting<String>,
}

/// Nothing to set.
#[derive(Model)]
#[tf(provider = "empty")]
pub(crate) struct Empty {}

/// Joins texts.
#[derive(Model)]
#[tf(function = "join", deprecated = "Use the function of core.")]
pub(crate) struct Join {
    /// What stands between.
    separator: String,
    /// What stands at the end.
    end: Option<String>,
    /// What is joined.
    #[tf(variadic)]
    texts: Vec<String>,
}

#[derive(Debug)]
struct Fold;

impl SemanticEquality for Fold {
    fn same(&self, one: &Value, other: &Value) -> bool {
        one == other
    }
}
