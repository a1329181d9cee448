//! Paths with rules of their own, in the form in which hosts want to know them: computed once, so that the answer can't fail.
//!
//! A host takes an error here for "there are none": who needs `sudo` would not be asked for it.

use plugin_proto::vault::pb;
use thiserror::Error;

use crate::backend::Route;
use crate::pattern::Part;
use crate::request::Operation;

/// Why a path can't have a rule of its own: hosts would apply the rule to other paths as well.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpecialPathError {
    /// The rule of one path would hold for another.
    #[error(
        "servers would apply the rule {rule:?} of the path {path:?} to the path {other:?}, too; mark that as well, or give it another place"
    )]
    TooWide {
        /// `sudo` or `unauthenticated`.
        rule: &'static str,
        /// The path with the rule.
        path: &'static str,
        /// The other.
        other: &'static str,
    },
    /// A storage key is none that hosts know how to read.
    #[error("{0:?} is neither a storage key nor a folder with * at its end")]
    StorageKey(&'static str),
}

/// Everything that a host wants to know.
pub(crate) fn collect<S>(
    routes: &[Route<S>],
    seal_wrapped: &[&'static str],
    local: &[&'static str],
) -> Result<pb::Paths, SpecialPathError> {
    let storage = |keys: &[&'static str]| match keys.iter().find(|key| !is_key(key)) {
        None => Ok(keys.iter().map(|key| (*key).to_owned()).collect()),
        Some(key) => Err(SpecialPathError::StorageKey(key)),
    };
    Ok(pb::Paths {
        root: marked(routes, "sudo", |route| route.path.is_sudo, as_prefix)?,
        unauthenticated: marked(routes, "unauthenticated", |route| route.path.is_unauthenticated, |parts| parts)?,
        seal_wrap_storage: storage(seal_wrapped)?,
        local_storage: storage(local)?,
        ..pb::Paths::default()
    })
}

/// The patterns of the paths with a mark. `widen`: what the host can tell apart.
fn marked<S>(
    routes: &[Route<S>],
    rule: &'static str,
    is_marked: impl Fn(&Route<S>) -> bool,
    widen: impl Fn(Vec<Part>) -> Vec<Part>,
) -> Result<Vec<String>, SpecialPathError> {
    let mut texts = Vec::new();
    for route in routes.iter().filter(|route| is_marked(route)) {
        for form in route.pattern.forms() {
            let text = text(&widen(form));
            // Hosts compare to the letter, and end the path of a list in a slash.
            let in_a_list = (lists(route) && !text.ends_with('*') && !text.is_empty()).then(|| format!("{text}/"));
            for text in std::iter::once(text).chain(in_a_list) {
                let hit = routes.iter().find(|other| !is_marked(other) && reaches(routes, &text, other));
                if let Some(other) = hit {
                    return Err(SpecialPathError::TooWide {
                        rule,
                        path: route.path.pattern,
                        other: other.path.pattern,
                    });
                }
                texts.push(text);
            }
        }
    }
    texts.sort_unstable();
    texts.dedup();
    // Hosts look at the longest text that a path begins with, and at no other: an exact one would hide the folder around it.
    let folders: Vec<String> = texts
        .iter()
        .filter(|text| !text.contains('+'))
        .filter_map(|text| text.strip_suffix('*'))
        .map(str::to_owned)
        .collect();
    texts.retain(|text| text.ends_with('*') || !folders.iter().any(|folder| text.starts_with(folder.as_str())));
    Ok(texts)
}

fn lists<S>(route: &Route<S>) -> bool {
    route.path.handlers.keys().any(|operation| operation.lists())
}

/// Whether a host applies the rule `text` to a request that `route` would get.
fn reaches<S>(routes: &[Route<S>], text: &str, route: &Route<S>) -> bool {
    let gets = |path: &str, tolerant| {
        let first = routes.iter().find(|other| other.pattern.matches(path, tolerant).is_some());
        first.is_some_and(|first| std::ptr::eq(first, route))
    };
    let handles = |wanted: &dyn Fn(Operation) -> bool| route.path.handlers.keys().any(|operation| wanted(*operation));
    examples(text, route.pattern.parts()).iter().filter(|path| is_under(text, path)).any(|path| {
        let ends_in_slash = path.ends_with('/');
        let as_list = (ends_in_slash || path.is_empty()) && lists(route) && gets(path, true);
        // A host refuses to write where the path ends in a slash. Reads and deletions get through.
        let reads = |operation| matches!(operation, Operation::Read | Operation::Delete);
        let is_handled = handles(&|operation| !operation.lists() && (!ends_in_slash || reads(operation)));
        as_list || is_handled && gets(path, false)
    })
}

/// Paths under a rule, one of each kind that can make a difference: a part that is free in the rule is what the other pattern
/// wants there, a name that is nowhere else, or empty.
fn examples(text: &str, parts: &[Part]) -> Vec<String> {
    /// No pattern has it.
    const NAME: &str = "\u{1}";
    let rule: Vec<&str> = text.split('/').collect();
    let longest = if text.ends_with('*') { rule.len().max(parts.len()) + 2 } else { rule.len() };
    let mut examples = Vec::new();
    let mut begun = vec![String::new()];
    for at in 0..longest {
        let choices: Vec<&str> = match (rule.get(at), parts.get(at)) {
            (Some(text), _) if !matches!(*text, "+" | "*") => vec![text],
            (_, Some(Part::Text(text))) => vec![text],
            _ => vec![NAME, ""],
        };
        let slash = if at == 0 { "" } else { "/" };
        begun = begun
            .iter()
            .flat_map(|begin| choices.iter().map(move |choice| format!("{begin}{slash}{choice}")))
            .collect();
        if at + 1 >= rule.len() {
            examples.extend(begun.iter().cloned());
        }
    }
    examples
}

/// Whether a rule holds for a path, as hosts see it: `+` is one part, an empty one too, and `*` is all that follows.
fn is_under(text: &str, path: &str) -> bool {
    let (fixed, is_folder) = text.strip_suffix('*').map_or((text, false), |fixed| (fixed, true));
    if !fixed.contains('+') {
        return if is_folder { path.starts_with(fixed) } else { path == fixed };
    }
    let (rule, path): (Vec<&str>, Vec<&str>) = (fixed.split('/').collect(), path.split('/').collect());
    let is_long_enough = if is_folder { path.len() >= rule.len() } else { path.len() == rule.len() };
    is_long_enough
        && rule.iter().zip(&path).enumerate().all(|(at, (rule_part, part))| {
            let is_last = at + 1 == rule.len();
            *rule_part == "+" || rule_part == part || is_folder && is_last && part.starts_with(rule_part)
        })
}

/// Hosts know exact paths and prefixes here. So everything from the first name on is open.
fn as_prefix(parts: Vec<Part>) -> Vec<Part> {
    let texts = parts.iter().take_while(|part| matches!(part, Part::Text(_))).count();
    match parts.get(texts) {
        None => parts,
        Some(_) => {
            let mut prefix: Vec<Part> = parts.into_iter().take(texts).collect();
            prefix.push(Part::Rest { name: "", optional: true });
            prefix
        }
    }
}

fn text(parts: &[Part]) -> String {
    let part = |part: &Part| match part {
        Part::Text(text) => *text,
        Part::One { .. } => "+",
        Part::Rest { .. } => "*",
    };
    parts.iter().map(part).collect::<Vec<_>>().join("/")
}

fn is_key(key: &str) -> bool {
    let key = key.strip_suffix('*').unwrap_or(key);
    !key.is_empty() && !key.contains(['*', '+']) && !key.starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Pattern;
    use crate::{Backend, BuildError, Call, Field, Outcome, Path, Response};

    async fn nothing(_: Call) -> Outcome {
        Ok(Response::none())
    }

    fn path(pattern: &'static str) -> Path {
        let mut path = Path::new(pattern).read(nothing);
        for name in Pattern::parse(pattern).unwrap().names() {
            path = path.field(Field::string(name, ""));
        }
        path
    }

    fn writes(pattern: &'static str) -> Path {
        let mut path = path(pattern);
        path.handlers.clear();
        path.update(nothing)
    }

    fn special(paths: Vec<Path>) -> Result<pb::Paths, BuildError> {
        let builder = paths.into_iter().fold(Backend::builder("1.0.0"), crate::BackendBuilder::path);
        builder.build().map(|backend| backend.special_paths)
    }

    #[test]
    fn paths_are_told_in_the_words_of_hosts() {
        let paths = special(vec![
            path("config").sudo(),
            path("names").list(nothing).sudo(),
            path("keys/{name}").sudo(),
            path("keys/{name}/more").sudo(),
            path("login/{name}").unauthenticated(),
            path("open/{name}").list(nothing).unauthenticated(),
            path("files/{file...?}").unauthenticated(),
            path("other"),
        ])
        .unwrap();
        assert_eq!(paths.root, ["config", "keys/*", "names", "names/"]);
        assert_eq!(paths.unauthenticated, ["files", "files/*", "login/+", "open/+", "open/+/"]);
    }

    #[test]
    fn a_rule_that_would_hold_for_other_paths_is_refused() {
        for (paths, is_fine) in [
            (vec![path("keys/{name}").sudo(), path("keys/{name}/more")], false),
            (vec![path("{name}").sudo(), path("config")], false),
            (vec![path("login/{name}").unauthenticated(), path("login/admin")], false),
            (vec![path("{rest...}").unauthenticated(), path("config")], false),
            (vec![path("config").unauthenticated(), path("{name}")], true),
            (vec![path("config").sudo(), path("config/more")], true),
            (vec![path("login/{name}").unauthenticated(), path("login/{name}/more")], true),
            // A name may be empty to a host, and the path of a list ends in a slash.
            (vec![path("keys/{name}").unauthenticated(), path("keys").list(nothing)], false),
            (vec![path("keys/{name}").unauthenticated(), path("keys")], true),
            (vec![path("keys/{name}").unauthenticated(), path("keys/{name?}")], false),
            (vec![path("keys/{name}").unauthenticated(), writes("keys/{name?}")], true),
            (vec![path("{name}").unauthenticated(), path("{name?}")], false),
            (vec![path("a/{b}/c").unauthenticated(), path("a/{b...}")], false),
            (vec![path("about").unauthenticated(), path("about/{x?}")], true),
            (vec![path("about").list(nothing).unauthenticated(), path("about/{x?}")], false),
            (vec![path("about").list(nothing).unauthenticated(), writes("about/{x?}")], true),
            (vec![path("keys/{name}").sudo(), path("keys").list(nothing)], false),
        ] {
            let named: Vec<&str> = paths.iter().map(|path| path.pattern).collect();
            let named = format!("{named:?}");
            let outcome = special(paths);
            assert_eq!(outcome.is_ok(), is_fine, "{named}: {outcome:?}");
        }
    }

    #[test]
    fn an_exact_rule_does_not_hide_the_folder_around_it() {
        let paths = special(vec![path("{name}").sudo(), path("config").sudo()]).unwrap();
        assert_eq!(paths.root, ["*"], "with config beside it, hosts would ask nobody for sudo at configx");
    }

    #[test]
    fn rules_are_read_as_hosts_read_them() {
        for (rule, path, holds) in [
            ("a", "a", true),
            ("a", "a/", false),
            ("a/*", "a", false),
            ("a/*", "a/", true),
            ("*", "", true),
            ("+", "", true),
            ("a/+", "a/", true),
            ("a/+", "a/b", true),
            ("a/+", "a/b/", false),
            ("a/+/c", "a//c", true),
            ("+/*", "a", false),
            ("+/*", "a/b/c", true),
            ("+/b/*", "a/bc", false),
        ] {
            assert_eq!(is_under(rule, path), holds, "{rule} {path}");
        }
    }

    #[test]
    fn storage_keys_are_exact_or_folders() {
        for (keys, is_fine) in
            [("keys/*", true), ("config", true), ("*", false), ("a*b", false), ("", false), ("/a", false)]
        {
            let outcome = Backend::builder("1.0.0").path(path("a")).seal_wrap(keys).build();
            assert_eq!(outcome.is_ok(), is_fine, "{keys}");
        }
    }
}
