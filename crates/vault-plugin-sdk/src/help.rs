//! What `path-help` shows.

use crate::backend::{Backend, Route};
use crate::field::{Fallback, Spec};
use crate::pattern::Part;

/// The page of the mount as a whole.
pub(crate) fn root<S>(backend: &Backend<S>) -> String {
    let mut page = String::new();
    let mut add = |text: &str| page.push_str(text);
    add("## DESCRIPTION\n\n");
    add(or(backend.help, "A secrets engine."));
    add("\n\n## PATHS\n\nHelp on each of them: its path after that of the mount.\n");
    for route in &backend.routes {
        add(&format!("\n    {}\n        {}\n", route.pattern, or(route.path.about.synopsis, "No description.")));
    }
    page
}

/// The page of one path.
pub(crate) fn path<S>(route: &Route<S>, asked: &str) -> String {
    let Route { pattern, path } = route;
    let mut page = format!("Request:        {asked}\nMatching Route: {pattern}\n\n");
    page.push_str(or(path.about.synopsis, "No description."));
    if path.about.is_deprecated {
        page.push_str("\n\nDeprecated: it still works, and should not be used.");
    }
    let names: Vec<String> = path.handlers.keys().map(|operation| format!("{operation:?}").to_lowercase()).collect();
    page.push_str(&format!("\n\n## OPERATIONS\n\n    {}\n", names.join(", ")));
    if !path.fields.is_empty() {
        page.push_str("\n## PARAMETERS\n");
        for field in &path.fields {
            page.push_str(&parameter(field, pattern.parts()));
        }
    }
    if !path.about.description.is_empty() {
        page.push_str(&format!("\n## DESCRIPTION\n\n{}\n", path.about.description));
    }
    if !path.about.examples.is_empty() {
        page.push_str("\n## EXAMPLES\n");
        for example in &path.about.examples {
            page.push_str(&format!("\n    {}\n        {}\n", example.command, example.what));
        }
    }
    page
}

fn parameter(field: &Spec, parts: &[Part]) -> String {
    let mut notes = Vec::new();
    if parts.iter().any(|part| part.name() == Some(field.name)) {
        notes.push("in the path".to_owned());
    }
    if field.is_required {
        notes.push("required".to_owned());
    }
    if let Some(fallback) = field.fallback {
        notes.push(format!("default: {}", shown(fallback)));
    }
    if !field.one_of.is_empty() {
        notes.push(format!("one of: {}", field.one_of.join(", ")));
    }
    if field.is_deprecated {
        notes.push("deprecated".to_owned());
    }
    let notes = if notes.is_empty() { String::new() } else { format!(", {}", notes.join("; ")) };
    format!(
        "\n    {} ({}{notes})\n        {}\n",
        field.name,
        field.kind.name(),
        or(field.description, "No description.")
    )
}

fn shown(fallback: Fallback) -> String {
    match fallback {
        Fallback::Text(text) => format!("{text:?}"),
        Fallback::Integer(number) => number.to_string(),
        Fallback::Boolean(truth) => truth.to_string(),
        Fallback::Real(number) => number.to_string(),
        Fallback::Seconds(seconds) => format!("{seconds} s"),
    }
}

fn or(text: &'static str, otherwise: &'static str) -> &'static str {
    if text.is_empty() { otherwise } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Call, Field, Outcome, Path, Response};

    async fn nothing(_: Call) -> Outcome {
        Ok(Response::none())
    }

    const NAME: Field<String> = Field::name("name", "Which note.");
    const TTL: Field<std::time::Duration> = Field::duration("ttl", "").or_seconds(60).deprecated();

    fn backend() -> Backend<()> {
        let note =
            Path::new("notes/{name}").synopsis("A note.").description("More.").field(NAME).field(TTL).read(nothing);
        let note = note.example("read PATH/notes/a", "Shows one.");
        Backend::builder("1.0.0").help("Keeps notes.").path(note).path(Path::new("bare").list(nothing)).build().unwrap()
    }

    #[test]
    fn the_page_of_a_path_says_everything() {
        let backend = backend();
        let (route, _) = backend.route("notes/a", false).unwrap();
        let expected = "\
Request:        notes/a
Matching Route: notes/{name}

A note.

## OPERATIONS

    read

## PARAMETERS

    name (name string, in the path)
        Which note.

    ttl (duration (sec), default: 60 s; deprecated)
        No description.

## DESCRIPTION

More.

## EXAMPLES

    read PATH/notes/a
        Shows one.
";
        assert_eq!(path(route, "notes/a"), expected);
    }

    #[test]
    fn the_first_page_names_every_path() {
        let page = root(&backend());
        for text in ["Keeps notes.", "notes/{name}\n        A note.", "bare\n        No description."] {
            assert!(page.contains(text), "no {text:?} in {page}");
        }
    }
}
