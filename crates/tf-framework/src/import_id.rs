//! Import ids: one line of text for the identity of an object.

use std::collections::BTreeSet;

use tf_value::{Number, Type, Value};

use crate::diagnostic::Diagnostic;
use crate::failure::Outcome;
use crate::model::{Identity, IdentityAttribute, IdentityModel as _};
use crate::resource::{Resource, whole_type_name};

/// Reads an import id by the template of a model, such as `auth/{backend}/role/{name}`.
///
/// # Errors
/// If the id is not of that form, or if the model has none.
pub(crate) fn parse<R: Resource>(id: &str) -> Outcome<Identity<R>> {
    let type_name = whole_type_name::<R>();
    let Some(template) = R::IMPORT_ID else {
        return Err(Diagnostic::error(format!("{type_name} has no import id"))
            .detail("It can't be found by one line of text.")
            .remedy("Import it by its identity, if its documentation has one.")
            .into());
    };
    let malformed = || {
        Diagnostic::error("Malformed Import Id")
            .detail(format!("The import id of {type_name} has the form {template}."))
    };
    let value = read(template, id, &Identity::<R>::attributes()).ok_or_else(malformed)?;
    Ok(Identity::<R>::decode(value).map_err(|_| malformed())?)
}

/// The identity that an id stands for. Attributes that are not in the template are null. `None` if the id is of another form.
///
/// A placeholder stands for at least one character and takes as many as it can, the first one first: in
/// `{mount}/{name}`, the mount may have slashes and the name has none.
pub fn read(template: &str, id: &str, attributes: &[IdentityAttribute]) -> Option<Value> {
    let parts = parts(template)?;
    let mut found = Vec::new();
    if !matches(&parts, id, 0, 0, &mut found, &mut BTreeSet::new()) {
        return None;
    }
    let members = attributes.iter().map(|attribute| {
        let text = found.iter().find(|(name, _)| *name == attribute.name).map(|(_, text)| *text);
        text.map_or(Some(Value::Null), |text| typed(&attribute.ty, text)).map(|value| (attribute.name, value))
    });
    members.collect::<Option<Vec<_>>>().map(Value::object)
}

#[derive(Clone, Copy)]
enum Part<'a> {
    Literal(&'a str),
    Placeholder(&'a str),
}

fn parts(mut template: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    while let Some((literal, rest)) = template.split_once('{') {
        let (name, rest) = rest.split_once('}')?;
        parts.extend([Part::Literal(literal), Part::Placeholder(name)]);
        template = rest;
    }
    parts.push(Part::Literal(template));
    Some(parts)
}

/// Fills `found` from the last placeholder to the first. `dead` has the places from which nothing matches, so that no id
/// takes long.
fn matches<'a>(
    parts: &[Part<'a>],
    id: &'a str,
    part: usize,
    from: usize,
    found: &mut Vec<(&'a str, &'a str)>,
    dead: &mut BTreeSet<(usize, usize)>,
) -> bool {
    let rest = id.get(from..).unwrap_or_default();
    match parts.get(part) {
        None => rest.is_empty(),
        Some(Part::Literal(literal)) => {
            rest.starts_with(literal) && matches(parts, id, part + 1, from + literal.len(), found, dead)
        }
        Some(Part::Placeholder(name)) => {
            if !dead.insert((part, from)) {
                return false;
            }
            let ends = rest.char_indices().map(|(at, character)| from + at + character.len_utf8()).rev();
            for end in ends.collect::<Vec<_>>() {
                if matches(parts, id, part + 1, end, found, dead) {
                    found.push((name, id.get(from..end).unwrap_or_default()));
                    return true;
                }
            }
            false
        }
    }
}

fn typed(ty: &Type, text: &str) -> Option<Value> {
    match ty {
        Type::Number => text.parse::<Number>().ok().map(Value::Number),
        Type::Bool => text.parse::<bool>().ok().map(Value::from),
        _ => Some(Value::from(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(name: &'static str, ty: Type) -> IdentityAttribute {
        IdentityAttribute { name, ty, required: true, description: "" }
    }

    #[track_caller]
    fn check(template: &str, id: &str, expected: Option<&[(&str, Value)]>) {
        let attributes =
            [attribute("mount", Type::String), attribute("name", Type::String), attribute("number", Type::Number)];
        let expected = expected.map(|expected| {
            let of = |name: &str| {
                expected.iter().find(|(found, _)| *found == name).map_or(Value::Null, |(_, value)| value.clone())
            };
            Value::object(["mount", "name", "number"].map(|name| (name, of(name))))
        });
        assert_eq!(read(template, id, &attributes), expected, "{template} {id}");
    }

    #[test]
    fn placeholders_take_what_they_can() {
        let both = |mount: &str, name: &str| [("mount", Value::from(mount)), ("name", Value::from(name))];
        check("{name}", "a/b", Some(&[("name", Value::from("a/b"))]));
        check("{mount}/{name}", "a/b/c", Some(&both("a/b", "c")));
        check("auth/{mount}/role/{name}", "auth/x/role/role/y", Some(&both("x/role", "y")));
        check("auth/{mount}/role/{name}", "auth/ü/role/ö", Some(&both("ü", "ö")));
    }

    #[test]
    fn other_forms_are_refused() {
        for id in ["", "a", "/a", "a/"] {
            check("{mount}/{name}", id, None);
        }
        check("auth/{mount}/role/{name}", "auth/x/roles/y", None);
        check("{name}", "", None);
    }

    #[test]
    fn numbers_are_numbers() {
        check("{name}#{number}", "a#07", Some(&[("name", Value::from("a")), ("number", Value::from(7))]));
        check("{name}#{number}", "a#b", None);
    }

    #[test]
    fn long_ids_do_not_take_long() {
        check("{mount}a{name}a{mount}a{name}b", &"a".repeat(2000), None);
    }
}
