//! Which keys go with which at one field.

use crate::errors::Errors;
use crate::field::Field;
use crate::key::Key;
use crate::kind::Kind;

/// Keys that exclude each other, and what to do.
const EXCLUSIVE: [(Key, Key, &str); 11] = [
    (Key::Required, Key::Optional, "the user must set it or may set it; keep one"),
    (Key::Required, Key::Computed, "what the user must set is never left to the provider; keep one"),
    (Key::Required, Key::Default, "what the user must set is never left out; make it `optional`"),
    (
        Key::Computed,
        Key::Default,
        "with a default, nothing is left for the provider to set; write `optional` and `default`",
    ),
    (Key::WriteOnly, Key::Computed, "what is not stored can't be computed; remove `computed`"),
    (Key::WriteOnly, Key::Default, "a default would be stored in the schema for all to see; remove it"),
    (Key::WriteOnly, Key::Identity, "an identity is stored; remove one"),
    (Key::WriteOnly, Key::SemanticEquality, "what is not stored has no earlier value to compare with; remove it"),
    (Key::Sensitive, Key::Identity, "an identity is shown and stored in clear; remove one"),
    (Key::Replace, Key::ReplaceIfConfigured, "keep one"),
    (Key::KeepState, Key::KeepNonNullState, "keep one"),
];

/// Keys that are only for what the provider computes.
const FOR_COMPUTED: [Key; 3] = [Key::DependsOn, Key::KeepState, Key::KeepNonNullState];

pub(super) fn check(kind: Kind, field: &Field, errors: &mut Errors) {
    if let Some(block) = field.at(Key::Block) {
        for (key, span) in &field.keys {
            if !matches!(key, Key::Block | Key::Deprecated) {
                let key = key.name();
                errors.say(
                    *span,
                    format!("`{key}` is for attributes, not for blocks: say it at the fields in the block"),
                );
            }
        }
        if let (Some(min), Some(max)) = (&field.min, &field.max)
            && min.base10_parse::<u32>().ok() > max.base10_parse::<u32>().ok()
        {
            errors.say(block, "`min` is above `max`");
        }
        return;
    }
    let has_mode = [Key::Required, Key::Optional, Key::Computed].into_iter().any(|mode| field.has(mode));
    if !has_mode && kind != Kind::Function {
        errors.say(
            field.ident.span(),
            format!(
                "say who sets `{}`: `required` or `optional` is for the user, `computed` for the provider, \
                 `optional, computed` for the provider where the user does not; `block` makes it a nested block",
                field.name
            ),
        );
    }
    for (one, other, because) in EXCLUSIVE {
        if let (Some(_), Some(span)) = (field.at(one), field.at(other)) {
            let (one, other) = (one.name(), other.name());
            errors.say(span, format!("`{one}` and `{other}` exclude each other: {because}"));
        }
    }
    if let (Some(span), true) = (field.at(Key::Identity), field.name.ends_with("_in_state")) {
        errors.say(span, "an identity is shown and stored in clear, which is no place for a secret: remove `identity`");
    }
    if !has_mode {
        return;
    }
    for key in FOR_COMPUTED {
        if let (Some(span), false) = (field.at(key), field.has(Key::Computed)) {
            errors.say(span, format!("`{}` is for what the provider sets: add `computed`, or remove it", key.name()));
        }
    }
    for key in [Key::Validate, Key::ReplaceIfConfigured] {
        if let (Some(span), true) = (field.at(key), field.is_only_computed()) {
            errors.say(span, format!("`{}` is for what the user sets: add `optional`, or remove it", key.name()));
        }
    }
}
