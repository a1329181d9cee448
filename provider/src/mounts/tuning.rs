//! Attributes of a mount, and what the server calls them.
//!
//! An attribute that is not set is null in the state as long as the server has its default, and never an empty text or list.

use std::collections::BTreeMap;

use tf_framework::diagnostic::Diagnostic;
use tf_framework::semantic::Duration;

use crate::plugin_version;

/// What the server is sent for a duration; its own default for none.
pub fn duration_to_send(wanted: Option<&Duration>) -> String {
    wanted.map_or_else(|| "system".to_owned(), |duration| duration.seconds().to_string())
}

/// A duration that the server has, where zero is none.
///
/// # Errors
/// If it is longer than any duration.
pub fn duration_found(seconds: u64, declared: Option<&Duration>) -> Result<Option<Duration>, Diagnostic> {
    match declared {
        // "0" is a way to say that there is none.
        Some(declared) if declared.seconds() == seconds => Ok(Some(declared.clone())),
        _ if seconds == 0 => Ok(None),
        _ => duration(seconds).map(Some),
    }
}

/// A duration of so many seconds, as a server answers it.
///
/// # Errors
/// If it is longer than any duration.
pub fn duration(seconds: u64) -> Result<Duration, Diagnostic> {
    Duration::from_seconds(seconds).map_err(|error| {
        Diagnostic::error("Reading a duration of the server")
            .detail(format!("It says {seconds} seconds: {error}."))
            .remedy("See what the server says there.")
    })
}

/// A text that the server has, where an empty one is none unless it was declared so.
pub fn text_found(found: String, declared: Option<&String>) -> Option<String> {
    if found.is_empty() { declared.filter(|declared| declared.is_empty()).cloned() } else { Some(found) }
}

/// The same for a list.
pub fn list_found(found: Vec<String>, declared: Option<&Vec<String>>) -> Option<Vec<String>> {
    if found.is_empty() { declared.filter(|declared| declared.is_empty()).cloned() } else { Some(found) }
}

/// What is sent to change one value to another; nothing if they are the same.
pub fn change<T: PartialEq, S>(prior: &T, wanted: &T, to_send: impl FnOnce(&T) -> S) -> Option<S> {
    (prior != wanted).then(|| to_send(wanted))
}

/// What is sent to have these options and no others: those that go are sent empty.
pub fn options_change(
    prior: &BTreeMap<String, String>,
    wanted: &BTreeMap<String, String>,
) -> Option<BTreeMap<String, String>> {
    let gone = prior.keys().filter(|name| !wanted.contains_key(*name)).map(|name| (name.clone(), String::new()));
    let new = wanted.iter().filter(|(name, value)| prior.get(*name) != Some(*value));
    let changed: BTreeMap<_, _> = gone.chain(new.map(|(name, value)| (name.clone(), value.clone()))).collect();
    (!changed.is_empty()).then_some(changed)
}

/// A version of a plugin as the server has it, in the spelling that was declared.
pub fn version_found(found: String, declared: Option<&String>) -> Option<String> {
    match declared {
        Some(declared) if plugin_version::same(declared, &found) => Some(declared.clone()),
        _ => Some(found).filter(|found| !found.is_empty()),
    }
}

/// Whether a duration is one of whole seconds: the servers know no others.
///
/// # Errors
/// What it must be.
pub fn whole_seconds(duration: &Duration) -> Result<(), String> {
    match Duration::from_seconds(duration.seconds()) {
        Ok(whole) if whole == *duration => Ok(()),
        _ => Err("must be whole seconds".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_set_is_null_and_not_empty() {
        let empty = String::new();
        assert_eq!(text_found(String::new(), None), None);
        assert_eq!(text_found(String::new(), Some(&empty)), Some(String::new()));
        assert_eq!(text_found("a".to_owned(), Some(&empty)), Some("a".to_owned()));
        assert_eq!(list_found(Vec::new(), Some(&vec!["a".to_owned()])), None);
        assert_eq!(list_found(Vec::new(), Some(&Vec::new())), Some(Vec::new()));
    }

    #[test]
    fn durations_keep_their_spelling() {
        let declared: Duration = "60m".parse().unwrap();
        assert_eq!(duration_found(3_600, Some(&declared)).unwrap().unwrap().as_str(), "60m");
        assert_eq!(duration_found(7_200, Some(&declared)).unwrap().unwrap().as_str(), "2h");
        assert_eq!(duration_found(0, Some(&declared)).unwrap(), None);
        let zero: Duration = "0".parse().unwrap();
        assert_eq!(duration_found(0, Some(&zero)).unwrap(), Some(zero));
        assert_eq!(
            (duration_to_send(None), duration_to_send(Some(&declared))),
            ("system".to_owned(), "3600".to_owned())
        );
        whole_seconds(&declared).unwrap();
        whole_seconds(&"1500ms".parse().unwrap()).unwrap_err();
    }

    #[test]
    fn only_options_that_change_are_sent() {
        let map = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let prior = map(&[("version", "1"), ("a", "b"), ("same", "same")]);
        let wanted = map(&[("version", "2"), ("same", "same")]);
        assert_eq!(options_change(&prior, &wanted), Some(map(&[("version", "2"), ("a", "")])));
        assert_eq!(options_change(&wanted, &wanted), None);
    }

    #[test]
    fn a_version_with_and_without_its_letter_is_the_same() {
        let declared = "1.2.3".to_owned();
        assert_eq!(version_found("v1.2.3".to_owned(), Some(&declared)), Some(declared.clone()));
        assert_eq!(version_found("v1.2.4".to_owned(), Some(&declared)), Some("v1.2.4".to_owned()));
        assert_eq!(version_found(String::new(), Some(&declared)), None);
    }
}
