//! The rules of a policy as they are written, for whoever looks whether they are meant so.

use std::collections::BTreeSet;

use super::meaning::Rule;
use super::syntax::{Item, Node};

/// A rule of a policy: what it says of one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRule {
    /// The path as it is written, with a slash in front if it has one.
    pub path: String,
    /// What is granted there, the older setting `policy` spelled out.
    pub capabilities: BTreeSet<String>,
}

impl PolicyRule {
    pub(super) fn all_of(items: Vec<Item>) -> Vec<Self> {
        items.into_iter().filter_map(Self::of).collect()
    }

    fn of(Item { keys, value }: Item) -> Option<Self> {
        match (&keys[..], value) {
            ([kind, path], value @ (Node::Object(_) | Node::JsonOnly(_))) if kind == b"path" => {
                Some(Self { path: String::from_utf8_lossy(path).into_owned(), capabilities: Rule::of(value).grants() })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::semantic::PolicyText;

    #[test]
    fn rules_are_as_they_are_written() {
        let text =
            "path \"/b\" { capabilities = [\"read\", \"list\"] }\npath \"a/*\" { policy = \"read\" }\npath \"b\" {}\n";
        let json = r#"{"path": {"/b": {"capabilities": ["list", "read"]}, "a/*": {"policy": "read"}, "b": {}}}"#;
        for text in [text, json] {
            let rules = PolicyText::from(text).rules();
            let written: Vec<_> = rules
                .iter()
                .map(|rule| (rule.path.as_str(), rule.capabilities.iter().map(String::as_str).collect::<Vec<_>>()))
                .collect();
            assert_eq!(written, [("/b", vec!["list", "read"]), ("a/*", vec!["list", "read"]), ("b", vec![])]);
        }
        assert!(PolicyText::from("path {").rules().is_empty());
    }
}
