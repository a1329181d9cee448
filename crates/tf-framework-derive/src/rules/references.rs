//! Fields that are named by others: each is there, and is what it is named as.

use proc_macro2::Ident;

use crate::container::{Combination, Model};
use crate::errors::Errors;
use crate::field::Field;
use crate::import_template::placeholders;
use crate::key::Key;
use crate::kind::Kind;

pub(super) fn check(model: &Model, errors: &mut Errors) {
    for field in &model.fields {
        version(model, field, errors);
        dependencies(model, field, errors);
    }
    for combination in model.combinations.iter().filter(|_| model.kind != Kind::Function) {
        self::combination(model, combination, errors);
    }
    import(model, errors);
}

fn version(model: &Model, field: &Field, errors: &mut Errors) {
    let Some(name) = &field.write_only else { return };
    let Some(version) = named(model, name, errors) else { return };
    if version.has(Key::WriteOnly) {
        errors.say(name.span(), "the version of what is write-only is stored: name a field that is not write-only");
    } else if version.is_only_computed() || version.has(Key::Block) {
        errors.say(name.span(), "the user raises the version at each new value: name a field that the user sets");
    }
}

fn dependencies(model: &Model, field: &Field, errors: &mut Errors) {
    for name in &field.depends_on {
        if *name == field.ident {
            errors.say(name.span(), format!("`{name}` can't be computed from itself: remove it"));
        } else {
            named(model, name, errors);
        }
    }
    repeated(&field.depends_on, errors);
}

fn combination(model: &Model, combination: &Combination, errors: &mut Errors) {
    for name in &combination.fields {
        let Some(field) = named(model, name, errors) else { continue };
        if field.has(Key::Required) {
            errors.say(name.span(), format!("`{name}` is always set, since it is `required`: make it `optional`"));
        } else if field.is_only_computed() {
            errors.say(name.span(), format!("`{name}` is never set, since it is only `computed`: remove it"));
        }
    }
    repeated(&combination.fields, errors);
    if combination.fields.len() < 2 {
        errors.say(combination.at, "fewer than two fields can't go together: name another, or remove it");
    }
}

fn import(model: &Model, errors: &mut Errors) {
    let Some(template) = &model.import else { return };
    let text = template.value();
    let names = match placeholders(&text) {
        Ok(names) => names,
        Err(reason) => return errors.say(template.span(), reason),
    };
    if names.is_empty() {
        errors.say(template.span(), "an import id tells one object from the others: name a field, such as `{name}`");
    }
    for (at, name) in names.iter().enumerate() {
        if !model.identity().any(|field| field.name == *name) {
            let text = if model.fields.iter().any(|field| field.name == *name) {
                format!("the import id is read into the identity: mark the field `{name}` with `identity`")
            } else {
                format!("there is no field `{name}`; the import template names fields that are marked `identity`")
            };
            errors.say(template.span(), text);
        }
        if names.iter().take(at).any(|earlier| earlier == name) {
            errors.say(template.span(), format!("`{{{name}}}` is there twice: remove one"));
        }
    }
}

fn named<'a>(model: &'a Model, name: &Ident, errors: &mut Errors) -> Option<&'a Field> {
    let field = model.field(name);
    if field.is_none() {
        errors.say(name.span(), format!("there is no field `{name}` in `{}`", model.ident));
    }
    field
}

fn repeated(names: &[Ident], errors: &mut Errors) {
    for (at, name) in names.iter().enumerate() {
        if names.iter().take(at).any(|earlier| earlier == name) {
            errors.say(name.span(), format!("`{name}` is named twice: remove one"));
        }
    }
}
