//! Names that core can read, and a text for each of them.

use crate::container::Model;
use crate::errors::Errors;
use crate::kind::Kind;

/// What core reads itself from the blocks of resources, data sources and ephemeral resources.
const RESERVED: [&str; 7] = ["connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioner"];

/// What core reads itself from a provider block.
const RESERVED_IN_PROVIDER: [&str; 8] =
    ["alias", "count", "depends_on", "for_each", "lifecycle", "locals", "source", "version"];

pub(super) fn check(model: &Model, errors: &mut Errors) {
    if let Some(name) = &model.type_name
        && !is_name(&name.value())
    {
        errors
            .say(name.span(), "a name has lower case letters, digits and underscores, and does not begin with a digit");
    }
    if model.description.is_empty() {
        errors.say(
            model.ident.span(),
            format!("say what `{}` is in a doc comment: it becomes its documentation", model.ident),
        );
    }
    let reserved: &[&str] = match model.kind {
        Kind::Resource | Kind::DataSource | Kind::Ephemeral => &RESERVED,
        Kind::Provider => &RESERVED_IN_PROVIDER,
        Kind::Function | Kind::Object => &[],
    };
    for field in &model.fields {
        let (name, span) = (&field.name, field.ident.span());
        if !is_name(name) {
            errors.say(
                span,
                format!("core can't read the name `{name}`: use lower case letters, digits and underscores"),
            );
        }
        if reserved.contains(&name.as_str()) {
            let noun = model.kind.noun();
            errors.say(
                span,
                format!("core reads `{name}` itself in {noun}, so that no user could set it: use another name"),
            );
        }
        if field.description.is_empty() {
            errors.say(span, format!("say what `{name}` is in a doc comment: it becomes its documentation"));
        }
    }
}

fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    !name.is_empty() && name.bytes().all(allowed) && !name.starts_with(|first: char| first.is_ascii_digit())
}
