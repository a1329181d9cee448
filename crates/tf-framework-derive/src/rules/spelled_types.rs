//! What the written name of a type tells. The types that are meant have to be written by their own names.

use syn::spanned::Spanned as _;

use crate::container::Model;
use crate::errors::Errors;
use crate::field::Field;
use crate::key::Key;
use crate::kind::Kind;

pub(super) fn check(model: &Model, field: &Field, errors: &mut Errors) {
    let ty = field.ty.span();
    match (field.has(Key::WriteOnly), field.is_written_as("WriteOnly")) {
        (true, false) => {
            errors.say(ty, "a state must have nothing in what is write-only: make the type `WriteOnly<…>`")
        }
        (false, true) if model.kind.is_planned() => {
            errors.say(ty, "`WriteOnly` is for what is write-only: add `write_only(version = field)`");
        }
        (false, true) => {
            errors.say(
                ty,
                format!("{} has no write-only attributes: use the type in the angle brackets", model.kind.noun()),
            );
        }
        (true, true) | (false, false) => {}
    }
    if model.kind == Kind::Provider && !field.is_written_as("Setting") {
        errors.say(ty, "anything in a provider block may be known only after apply: make the type `Setting<…>`");
    }
    if let Some(span) = field.at(Key::RenewalFlag) {
        if !field.is_bool() || field.has(Key::Optional) {
            errors.say(span, "the renewal flag is a `bool` that is only `computed`");
        }
        let first = model.fields.iter().find(|other| other.has(Key::RenewalFlag));
        if first.is_some_and(|first| first.ident != field.ident) {
            errors.say(span, "a resource has one renewal flag; remove one");
        }
    }
    if let Some(span) = field.at(Key::Variadic) {
        if model.fields.last().is_some_and(|last| last.ident != field.ident) {
            errors.say(span, "only the last parameter takes further arguments: move the field to the end");
        }
        if !field.is_written_as("Vec") {
            errors.say(ty, "there can be any number of further arguments: make the type `Vec<…>`");
        }
    }
}
