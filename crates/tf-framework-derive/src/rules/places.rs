//! Which keys mean something in what: only a resource has an identity, only a function takes further arguments.

use crate::container::Model;
use crate::errors::Errors;
use crate::key::Key;
use crate::kind::Kind;

type Place = (&'static [Kind], &'static str);

const PLANNED: &[Kind] = &[Kind::Resource, Kind::Object];
const COMPUTING: &[Kind] = &[Kind::Resource, Kind::DataSource, Kind::Ephemeral, Kind::Object];
const CONFIGURED: &[Kind] = &[Kind::Resource, Kind::DataSource, Kind::Ephemeral, Kind::Provider, Kind::Object];

pub(super) fn check(model: &Model, errors: &mut Errors) {
    let noun = model.kind.noun();
    let mut refuse = |span, key: &str, (kinds, because): Place| {
        if !kinds.contains(&model.kind) {
            errors.say(span, format!("`{key}` means nothing in {noun}: {because}"));
        }
    };
    for (key, span) in &model.keys {
        if let Some(place) = place_of(key) {
            refuse(*span, key, place);
        }
    }
    for field in &model.fields {
        for (key, span) in &field.keys {
            refuse(*span, key.name(), place(*key));
        }
    }
}

/// Where a key of the struct means something, and why nowhere else.
fn place_of(key: &str) -> Option<Place> {
    match key {
        "version" => {
            Some((&[Kind::Resource], "only the states of resources are stored for long enough to have versions"))
        }
        "import" => Some((&[Kind::Resource], "only a resource can be imported")),
        "deprecated" => Some((
            &[Kind::Resource, Kind::DataSource, Kind::Ephemeral, Kind::Provider, Kind::Function],
            "say so at the field that has this object",
        )),
        "exactly_one_of" | "at_least_one_of" | "conflicting" | "required_together" => {
            Some((CONFIGURED, "all its parameters are given; check them in `call`"))
        }
        _ => None,
    }
}

/// Where a key of a field means something, and why nowhere else.
fn place(key: Key) -> Place {
    match key {
        Key::Required | Key::Optional => {
            (CONFIGURED, "each parameter must be given, and one that may be null is an `Option`; remove it")
        }
        Key::Computed => (COMPUTING, "the user alone sets what is in it; remove it"),
        Key::Default => {
            (PLANNED, "only the plan of a resource fills in defaults; use an `Option` and decide in the code")
        }
        Key::WriteOnly => (PLANNED, "only a resource has write-only attributes; use the type itself"),
        Key::Replace | Key::ReplaceIfConfigured => (PLANNED, "only a resource can be replaced; remove it"),
        Key::KeepState | Key::KeepNonNullState => (PLANNED, "only a resource has an earlier state; remove it"),
        Key::DependsOn | Key::Modifier => (PLANNED, "only a resource is planned; remove it"),
        Key::SemanticEquality => (PLANNED, "only a resource has an earlier value to compare with; remove it"),
        Key::RenewalFlag => (&[Kind::Resource], "the flag stands at the top of a resource"),
        Key::Identity => (&[Kind::Resource], "only what is at the top of a resource can tell it from the others"),
        Key::Sensitive => (CONFIGURED, "core shows no arguments anyway; remove it"),
        Key::Validate => (CONFIGURED, "check the arguments in `call`"),
        Key::Deprecated => (CONFIGURED, "only the whole function can be deprecated"),
        Key::Block => (COMPUTING, "use an attribute with the same struct in its type"),
        Key::Variadic => (&[Kind::Function], "only a function takes further arguments; remove it"),
    }
}
