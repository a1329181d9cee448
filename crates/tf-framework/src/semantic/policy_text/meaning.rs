//! What the servers do with what is written in a policy.
//!
//! Whatever is not known here is compared as it is written, in its order.

use std::collections::{BTreeMap, BTreeSet};

use super::syntax::{Bytes, Item, Node};
use crate::semantic::Duration;

/// What a policy says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    /// By path, and for the same path in their order: some settings count in the first block, others in the last.
    pub(super) rules: Vec<(Bytes, Rule)>,
    others: Vec<Item>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Rule {
    Settings(BTreeMap<Bytes, Setting>),
    Unclear(Node),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Setting {
    Words(BTreeSet<Bytes>),
    Nanoseconds(u64),
    Literal(Node),
}

impl Meaning {
    pub(super) fn of(items: Vec<Item>) -> Self {
        let mut rules = Vec::new();
        let mut others = Vec::new();
        for Item { keys, value } in items {
            match (&keys[..], value) {
                ([kind, path], value @ (Node::Object(_) | Node::JsonOnly(_))) if kind == b"path" => {
                    rules.push((path.strip_prefix(b"/").unwrap_or(path).to_vec(), Rule::of(value)));
                }
                (_, value) => others.push(Item { keys, value }),
            }
        }
        rules.sort_by(|(one, _), (other, _)| one.cmp(other));
        Self { rules, others }
    }
}

impl Rule {
    pub(super) fn of(value: Node) -> Self {
        match value {
            Node::Object(items) if names_are_unique(&items) => Self::Settings(
                items
                    .into_iter()
                    .filter_map(|Item { mut keys, value }| keys.pop().map(|key| (key, value)))
                    .map(|(key, value)| {
                        let setting = Setting::of(&key, value);
                        (key, setting)
                    })
                    .collect(),
            ),
            value => Self::Unclear(value),
        }
    }
}

impl Setting {
    fn of(name: &[u8], value: Node) -> Self {
        let known = match name {
            b"capabilities" | b"required_parameters" => words(&value).map(Self::Words),
            b"min_wrapping_ttl" | b"max_wrapping_ttl" => nanoseconds(&value).map(Self::Nanoseconds),
            _ => None,
        };
        known.unwrap_or_else(|| Self::Literal(without_order(value)))
    }
}

fn words(value: &Node) -> Option<BTreeSet<Bytes>> {
    let Node::List(elements) = value else { return None };
    let word = |element: &Node| if let Node::String(word) = element { Some(word.clone()) } else { None };
    elements.iter().map(word).collect()
}

fn nanoseconds(value: &Node) -> Option<u64> {
    let duration = match value {
        Node::String(text) => str::from_utf8(text).ok()?.parse().ok()?,
        Node::Number { value, whole: true } => Duration::from_seconds(value.to_u64()?).ok()?,
        _ => return None,
    };
    Some(duration.nanoseconds())
}

/// The same, with the items of objects in one order wherever theirs makes no difference.
fn without_order(node: Node) -> Node {
    match node {
        Node::List(elements) => Node::List(elements.into_iter().map(without_order).collect()),
        Node::Object(mut items) => {
            if names_are_unique(&items) {
                items.sort_by(|one, other| one.keys.cmp(&other.keys));
            }
            let items = items.into_iter().map(|Item { keys, value }| Item { keys, value: without_order(value) });
            Node::Object(items.collect())
        }
        node => node,
    }
}

/// Whether every item has one name, and no other item has it. To the servers, some names are the same in any case.
fn names_are_unique(items: &[Item]) -> bool {
    let mut names = BTreeSet::new();
    items.iter().all(|item| match &item.keys[..] {
        [name] => names.insert(String::from_utf8_lossy(name).to_lowercase()),
        _ => false,
    })
}
