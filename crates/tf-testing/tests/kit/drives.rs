//! Made-up configurations.

use proptest::prelude::*;
use tf_testing::Drive;

use crate::memory::{Note, kit, lock, store};

/// A store is empty at the end of each life, so names may come again.
fn drive(kit: &tf_testing::Kit) -> Drive<'_> {
    kit.drive::<Note>().unwrap().with("name", "[a-z]{1,6}")
}

#[test]
fn notes_live_through_whatever_is_made_up() {
    let kit = kit("drive");
    let driven = drive(&kit).cases(100).run().unwrap();
    assert!(lock(&store("drive")).is_empty());
    assert_eq!(driven.lives, 100, "{driven:?}");
    assert!(driven.refused == 0 && driven.imports == 100, "{driven:?}");
    assert!(driven.updates > 10 && driven.replacements > 10, "{driven:?}");
}

#[test]
fn a_failure_comes_with_the_simplest_configuration() {
    let kit = kit("failing");
    let half = prop_oneof![Just("half".to_owned()), "[a-z]{1,9}".prop_map(String::from)];
    let failure = drive(&kit).with("text", half).cases(200).run().unwrap_err();
    assert!(failure.refusal.to_string().contains("The note was written by half"), "{failure}");
    assert!(failure.configurations.contains(r#""text":"half""#), "{failure}");
    assert!(!failure.configurations.contains("canary-"), "{failure}");
    assert!(lock(&store("failing")).is_empty(), "nothing is left behind");
}

#[test]
fn a_provider_that_wants_nothing_is_no_success() {
    let kit = kit("choosy");
    let failure = kit.drive::<Note>().unwrap().with("name", "[A-Z]{3}").run().unwrap_err();
    assert!(failure.to_string().contains("must have small letters"), "{failure}");
}

#[test]
fn validators_are_met_without_help() {
    let kit = kit("helpless");
    let driven = kit.drive::<Note>().unwrap().seed(7).without_unknown().run().unwrap();
    assert!(driven.lives > 50, "{driven:?}");
}
