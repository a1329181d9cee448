//! The path of a request against the pattern of a path of the engine.
//!
//! An input is the pattern, a line feed, and the path.
//!
//! Whatever the two are: nothing panics, whether they go together is what a simple second reader says, and what is found,
//! put back into the pattern, is the path.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vault_plugin_sdk::fuzzing;

fuzz_target!(|input: &[u8]| {
    let Ok(text) = str::from_utf8(input) else { return };
    let Some((pattern, path)) = text.split_once('\n') else { return };
    let Some(found) = fuzzing::pattern(pattern, path, false) else { return };
    let parts: Vec<&str> = pattern.split('/').collect();
    let left: Vec<&str> = path.split('/').collect();
    assert_eq!(found.is_some(), goes_with(&parts, &left), "{pattern:?} and {path:?}");
    if let Some(found) = found {
        let rebuilt = put_back(&parts, &found);
        assert!(rebuilt == path || format!("{rebuilt}/") == path, "{rebuilt:?} is not {path:?}, by {pattern:?}");
    }
    // A list may have a slash more, and no path has two meanings for it.
    let listed = fuzzing::pattern(pattern, path, true).flatten();
    let bare = path.strip_suffix('/').unwrap_or(path);
    assert_eq!(
        listed.is_some(),
        goes_with(&parts, &left) || goes_with(&parts, &bare.split('/').collect::<Vec<_>>()),
        "{pattern:?} lists {path:?}"
    );
});

fn goes_with(parts: &[&str], left: &[&str]) -> bool {
    let (Some((part, parts)), rest) = (parts.split_first(), left.join("/")) else { return left.is_empty() };
    let inner = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
    let Some(inner) = inner else {
        return left.split_first().is_some_and(|(head, tail)| head == part && goes_with(parts, tail));
    };
    let is_optional = inner.ends_with('?');
    if inner.contains("...") {
        return is_optional || !rest.is_empty();
    }
    match left.split_first() {
        None => is_optional,
        Some((head, tail)) => (is_optional || !head.is_empty()) && goes_with(parts, tail),
    }
}

fn put_back(parts: &[&str], found: &[(&str, String)]) -> String {
    let value = |part: &str| -> Option<String> {
        let Some(name) = part.strip_prefix('{') else { return Some(part.to_owned()) };
        let name = name.trim_end_matches(['}', '?', '.']);
        found.iter().find(|(other, _)| *other == name).map(|(_, value)| value.clone())
    };
    parts.iter().filter_map(|part| value(part)).collect::<Vec<_>>().join("/")
}
