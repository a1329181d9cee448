//! States of before.

use serde_json::json;
use tf_testing::{Action, Client, Source, config};
use tf_value::Value;

use crate::memory::{Kept, kit, kit_under, lock, store};

#[test]
fn states_of_an_earlier_version_are_upgraded() {
    let kit = kit("upgrade");
    lock(&store("upgrade")).insert("a".to_owned(), Kept { text: None, secret: None });
    let mut note = kit.resource("note").unwrap();
    note.upgrade(0, &json!({ "title": "a", "gone": 1 })).unwrap();
    assert_eq!(note.attribute("id"), Some(&Value::from("memory/a")));
    // It was stored before there were identities, and is planned before it is read.
    assert_eq!(note.plan_without_refresh(config!({ "name": "a" })).unwrap().action(), Action::NoOp);
    assert_eq!(note.plan_without_refresh(config!({ "name": "a", "text": "x" })).unwrap().action(), Action::Update);
    assert_eq!(note.converges(config!({ "name": "a" })).unwrap(), Action::NoOp);
    note.upgrade(2, &json!({})).unwrap_err();
}

#[test]
fn a_state_of_the_same_version_may_have_more_or_less() {
    let kit = kit("same_version");
    let mut note = kit.resource("note").unwrap();
    note.upgrade(1, &json!({ "name": "a", "id": "x", "ttl": 1, "length": 0, "rule": [], "removed": true })).unwrap();
    assert_eq!(note.attribute("text"), Some(&Value::Null));
}

#[test]
fn objects_of_other_types_are_moved() {
    let source = Source {
        provider: "registry.opentofu.org/somebody/paper".to_owned(),
        type_name: "paper_note".to_owned(),
        version: 3,
        state: json!({ "title": "a", "colour": "white" }),
        private: b"theirs".to_vec(),
    };
    let kit = kit_under(Client::terraform(), "moves");
    lock(&store("moves")).insert("a".to_owned(), Kept { text: None, secret: None });
    let mut note = kit.resource("note").unwrap();
    note.moved_from(&source).unwrap();
    assert_eq!(note.plan(config!({ "name": "a" })).unwrap().action(), Action::NoOp);
    assert!(note.moved_from(&source).is_err(), "there is one already");

    let other = Source { type_name: "paper_letter".to_owned(), ..source.clone() };
    kit.resource("note").unwrap().moved_from(&other).unwrap_err();
    let older = kit_under(Client::older(), "moves");
    older.resource("note").unwrap().moved_from(&source).unwrap_err();
}
