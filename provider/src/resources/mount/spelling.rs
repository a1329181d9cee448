//! The spellings of `kv`: the type `kv-v2` is `kv` with an option, which is what the server answers.

use std::collections::BTreeMap;

use crate::mounts::engine;

const VERSION: &str = "version";

type Options = BTreeMap<String, String>;

/// What a mount is, however that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) engine: String,
    /// Of `kv` only.
    pub(super) version: Option<String>,
}

impl Kind {
    /// Whether it is `kv` of version 2.
    pub(super) fn is_kv2(&self) -> bool {
        self.engine == "kv" && self.version.as_deref() == Some("2")
    }

    /// Whether a mount of this kind can be made one of the other kind in place.
    pub(super) fn can_become(&self, other: &Self) -> bool {
        let is_downgrade = self.version.as_deref() == Some("2") && other.version.as_deref() == Some("1");
        self.engine == other.engine && !is_downgrade
    }

    /// All options, the version included.
    pub(super) fn options(&self, declared: Option<&Options>) -> Options {
        let mut options = declared.cloned().unwrap_or_default();
        if let Some(version) = &self.version {
            options.insert(VERSION.to_owned(), version.clone());
        }
        options
    }
}

/// What a mount of this type, with these options, is.
pub(super) fn kind(written: &str, options: Option<&Options>) -> Kind {
    let version = match written {
        "kv-v1" => Some("1".to_owned()),
        "kv-v2" => Some("2".to_owned()),
        "kv" => Some(options.and_then(|options| options.get(VERSION)).cloned().unwrap_or_else(|| "1".to_owned())),
        _ => None,
    };
    Kind { engine: engine(written).to_owned(), version }
}

/// Type and options as they were found, in the spelling that was declared as far as that says the same.
pub(super) fn found(
    type_found: &str,
    options_found: Option<Options>,
    declared_type: &str,
    declared_options: Option<&Options>,
) -> (String, Option<Options>) {
    let mut options = options_found.unwrap_or_default();
    let there = kind(type_found, Some(&options));
    let spelled_out = declared_options.is_some_and(|declared| declared.contains_key(VERSION));
    let by_alias = declared_type != "kv" && kind(declared_type, None) == there;
    let is_first = there.version.as_deref() == Some("1");
    if there.version.is_some() && !spelled_out && (by_alias || is_first) {
        options.remove(VERSION);
    }
    let written = if by_alias { declared_type } else { type_found };
    let is_declared = !options.is_empty() || declared_options.is_some_and(BTreeMap::is_empty);
    (written.to_owned(), is_declared.then_some(options))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(version: &str) -> Options {
        BTreeMap::from([(VERSION.to_owned(), version.to_owned())])
    }

    #[test]
    fn both_spellings_are_the_same_kind() {
        assert_eq!(kind("kv-v2", None), kind("kv", Some(&version("2"))));
        assert_eq!(kind("kv-v1", None), kind("kv", None));
        assert!(kind("kv-v2", None).is_kv2() && !kind("kv", None).is_kv2());
        assert_eq!(kind("pki", None).version, None);
    }

    #[test]
    fn upgrades_are_in_place_and_nothing_else_is() {
        assert!(kind("kv", None).can_become(&kind("kv-v2", None)));
        assert!(kind("kv-v2", None).can_become(&kind("kv", Some(&version("2")))));
        assert!(!kind("kv-v2", None).can_become(&kind("kv", None)));
        assert!(!kind("pki", None).can_become(&kind("transit", None)));
    }

    #[test]
    fn what_is_found_keeps_the_spelling() {
        let two = || Some(version("2"));
        assert_eq!(found("kv", two(), "kv-v2", None), ("kv-v2".to_owned(), None));
        assert_eq!(found("kv", two(), "kv", two().as_ref()), ("kv".to_owned(), two()));
        assert_eq!(found("kv", two(), "kv", None), ("kv".to_owned(), two()));
        assert_eq!(found("kv", two(), "kv-v1", None), ("kv".to_owned(), two()));
        assert_eq!(found("kv", Some(version("1")), "kv", None), ("kv".to_owned(), None));
        assert_eq!(found("kv", None, "kv-v2", None), ("kv".to_owned(), None));
        assert_eq!(found("pki", None, "pki", Some(&Options::new())), ("pki".to_owned(), Some(Options::new())));
    }
}
