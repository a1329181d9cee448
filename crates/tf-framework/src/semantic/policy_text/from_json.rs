//! Policies that are written in JSON.
//!
//! The servers turn JSON into what HCL would be, by guessing: an object of which all members are objects becomes blocks with
//! one more label, and again, however deep. It fits for `{"path": {"a": {"capabilities": […]}}}`. Wherever the guess gives
//! something else than what JSON looks like, it is kept apart here and not compared with HCL.

use super::syntax::{Item, Node};
use crate::semantic::json::reader::{Member, Node as Json};

/// The items of a document, which is an object.
pub(super) fn items(document: Json) -> Vec<Item> {
    let Json::Object(members) = document else { return Vec::new() };
    members
        .into_iter()
        .flat_map(|Member { name, value, .. }| {
            let rules = if name == "path" { rules(&value) } else { None };
            let other =
                || vec![Item { keys: vec![name.into()], value: Node::JsonOnly(Box::new(literally(value.clone()))) }];
            rules.unwrap_or_else(other)
        })
        .collect()
}

/// The blocks for `path`, if it holds one object for each path and nothing else.
fn rules(value: &Json) -> Option<Vec<Item>> {
    match value {
        Json::Object(paths) if !paths.is_empty() => paths.iter().map(rule).collect(),
        Json::Array(elements) if !elements.is_empty() => {
            let rules: Option<Vec<_>> = elements
                .iter()
                .map(|element| if matches!(element, Json::Object(_)) { rules(element) } else { None })
                .collect();
            rules.map(|rules| rules.into_iter().flatten().collect())
        }
        _ => None,
    }
}

fn rule(path: &Member) -> Option<Item> {
    let is_block = matches!(&path.value, Json::Object(_)) && !becomes_blocks(&path.value);
    is_block.then(|| Item { keys: vec!["path".into(), path.name.as_bytes().to_vec()], value: node(&path.value) })
}

/// The value, where the servers read it as they read HCL.
fn node(value: &Json) -> Node {
    let json_only = || Node::JsonOnly(Box::new(literally(value.clone())));
    match value {
        Json::Array(elements) => {
            // The servers leave bools out of arrays, and stumble over the others.
            let is_odd = |element: &Json| matches!(element, Json::Bool(_) | Json::Null | Json::Array(_));
            if elements.iter().any(is_odd) { json_only() } else { Node::List(elements.iter().map(node).collect()) }
        }
        Json::Object(members) if members.iter().any(|member| becomes_blocks(&member.value)) => json_only(),
        Json::Object(members) => {
            let item =
                |member: &Member| Item { keys: vec![member.name.as_bytes().to_vec()], value: node(&member.value) };
            Node::Object(members.iter().map(item).collect())
        }
        Json::Null => json_only(),
        Json::Bool(_) | Json::Number { .. } | Json::String(_) => literally(value.clone()),
    }
}

/// Whether the servers take a member of this value for several blocks.
fn becomes_blocks(value: &Json) -> bool {
    let is_object = |value: &Json| matches!(value, Json::Object(_));
    match value {
        Json::Object(members) => !members.is_empty() && members.iter().all(|member| is_object(&member.value)),
        Json::Array(elements) => !elements.is_empty() && elements.iter().all(is_object),
        _ => false,
    }
}

/// The value as it looks.
fn literally(value: Json) -> Node {
    match value {
        Json::Null => Node::Null,
        Json::Bool(value) => Node::Bool(value),
        Json::Number { value, whole } => Node::Number { value, whole },
        Json::String(value) => Node::String(value.into()),
        Json::Array(elements) => Node::List(elements.into_iter().map(literally).collect()),
        Json::Object(members) => {
            let item = |member: Member| Item { keys: vec![member.name.into()], value: literally(member.value) };
            Node::Object(members.into_iter().map(item).collect())
        }
    }
}
