//! The two orders of a replacement, and what is left where one of its steps fails.

use tf_testing::{Action, Call, Client, Managed, Rule, config};
use tf_value::Value;

use crate::memory::{Kept, kit, kit_under, lock, store};

fn names(of: &str) -> Vec<String> {
    lock(&store(of)).keys().cloned().collect()
}

fn name(note: &Managed<'_>) -> Option<Value> {
    note.attribute("name").cloned()
}

#[test]
fn each_core_can_create_before_it_destroys() {
    for (client, name) in
        [(Client::opentofu(), "first_tofu"), (Client::terraform(), "first_terraform"), (Client::older(), "first_older")]
    {
        let kit = kit_under(client, name);
        let mut note = kit.resource("note").unwrap().create_before_destroy();
        note.converges(config!({ "name": "a", "text": "x" })).unwrap();
        assert_eq!(note.converges(config!({ "name": "b", "text": "x" })).unwrap(), Action::Replace, "{name}");
        assert_eq!((names(name), note.deposed().len()), (vec!["b".to_owned()], 0));
        // A successor is made from nothing: its private data is its own.
        assert_eq!(note.stored().unwrap().private(), br#"{"writes":1}"#);
        note.destroy().unwrap();
    }
}

#[test]
fn two_that_cannot_coexist_are_noticed() {
    let kit = kit("coexist");
    let mut slot = kit.resource("slot").unwrap();
    slot.converges(config!({ "key": "k", "owner": "me" })).unwrap();
    assert_eq!(slot.converges(config!({ "key": "k", "owner": "you" })).unwrap(), Action::Replace);
    // Its successor is made under the same key, and the removal of the old one takes it away.
    let mut slot = slot.create_before_destroy();
    let refusal = slot.converges(config!({ "key": "k", "owner": "them" })).unwrap_err();
    assert!(refusal.breaks(&Rule::NotEmpty), "{refusal}");
    assert!(names("coexist").is_empty());
}

#[test]
fn what_is_tainted_has_no_successor_of_its_own_name() {
    let kit = kit("own_name");
    let mut note = kit.resource("note").unwrap().create_before_destroy();
    note.converges(config!({ "name": "a" })).unwrap();
    note.taint();
    // Somebody else removes it, and the state does not know.
    lock(&store("own_name")).clear();
    let outcome = note.converges(config!({ "name": "a" })).unwrap();
    assert_eq!(outcome, Action::Create, "what is gone can't be deposed");
    note.taint();
    let refusal = note.apply(config!({ "name": "a" })).unwrap_err();
    assert!(refusal.to_string().contains("There is a note of this name already"), "{refusal}");
    assert!(note.stored().unwrap().is_tainted() && note.deposed().is_empty(), "it is the object again");
}

#[test]
fn a_successor_that_is_not_made_leaves_the_object() {
    let kit = kit("not_made");
    let mut note = kit.resource("note").unwrap().create_before_destroy();
    note.converges(config!({ "name": "a", "text": "x" })).unwrap();
    lock(&store("not_made")).insert("b".to_owned(), Kept { text: None, secret: None });
    let refusal = note.apply(config!({ "name": "b", "text": "x" })).unwrap_err();
    assert_eq!(refusal.call(), Some(Call::ApplyResourceChange), "{refusal}");
    assert_eq!(name(&note), Some(Value::from("a")));
    assert!(!note.stored().unwrap().is_tainted() && note.deposed().is_empty());
    assert_eq!(note.plan(config!({ "name": "a", "text": "x" })).unwrap().action(), Action::NoOp);

    lock(&store("not_made")).remove("b");
    assert_eq!(note.converges(config!({ "name": "b", "text": "x" })).unwrap(), Action::Replace);
}

#[test]
fn a_successor_that_is_made_by_half_stands_beside_the_object() {
    let kit = kit("by_half");
    let mut note = kit.resource("note").unwrap().create_before_destroy();
    note.converges(config!({ "name": "a" })).unwrap();
    note.apply(config!({ "name": "b", "text": "half" })).unwrap_err();
    assert!(note.stored().unwrap().is_tainted());
    assert_eq!((name(&note), note.deposed().len()), (Some(Value::from("b")), 1));
    assert_eq!(names("by_half"), ["a", "b"]);

    let plan = note.plan(config!({ "name": "c" })).unwrap();
    assert_eq!((plan.action(), plan.deposed()), (Action::Replace, 1));
    assert_eq!(note.converges(config!({ "name": "c" })).unwrap(), Action::Replace);
    assert_eq!((names("by_half"), note.deposed().len()), (vec!["c".to_owned()], 0));
}

#[test]
fn an_object_that_stays_is_deposed_until_it_goes() {
    let kit = kit("stays");
    let mut note = kit.resource("note").unwrap().create_before_destroy();
    note.converges(config!({ "name": "a", "text": "stuck" })).unwrap();
    let config = config!({ "name": "b", "text": "x" });
    let refusal = note.apply(&config).unwrap_err();
    assert!(refusal.to_string().contains("The note is stuck"), "{refusal}");
    assert_eq!((name(&note), note.deposed().len()), (Some(Value::from("b")), 1));
    assert!(!note.stored().unwrap().is_tainted(), "what was made is whole");

    // Only the old one is left to do, with a refresh and without.
    for plan in [note.plan(&config).unwrap(), note.plan_without_refresh(&config).unwrap()] {
        assert_eq!((plan.action(), plan.deposed()), (Action::NoOp, 1));
    }
    note.apply(&config).unwrap_err();
    assert_eq!(note.deposed().len(), 1);
    note.destroy().unwrap_err();
    assert_eq!((name(&note), note.deposed().len()), (None, 1), "the others go");

    lock(&store("stays")).get_mut("a").unwrap().text = None;
    assert_eq!(note.converges(&config).unwrap(), Action::Create);
    assert_eq!((names("stays"), note.deposed().len()), (vec!["b".to_owned()], 0));
}

#[test]
fn a_deposed_object_that_is_gone_is_forgotten() {
    let kit = kit("forgotten");
    let mut note = kit.resource("note").unwrap().create_before_destroy();
    note.converges(config!({ "name": "a", "text": "stuck" })).unwrap();
    let config = config!({ "name": "b" });
    note.apply(&config).unwrap_err();
    lock(&store("forgotten")).remove("a");
    assert_eq!(note.plan(&config).unwrap().deposed(), 0);
    assert_eq!(note.converges(&config).unwrap(), Action::NoOp);
    assert!(note.deposed().is_empty());
}
