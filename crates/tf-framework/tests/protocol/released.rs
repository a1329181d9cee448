//! Answers that break a rule of core, as users of a release see it: an error that says whose bug it is, and a state that says
//! what exists.

use tf_framework::value::Value;

use crate::apply_resource_change::{apply, create, update};
use crate::core::{Core, config, details, identity, names, note_value, state, told, with};
use crate::open_ephemeral_resource::open;
use crate::partial;
use crate::plan_resource_change::{plan, request};
use crate::read_data_source::{named, read};
use crate::world::Act;

const BUG: &str = "error: Bug in the Provider: test_note";

#[tokio::test]
async fn a_plan_does_not_reach_core() {
    let core = Core::released("released plan").await;
    let config = with(config("break"), [("ttl", Value::from(7))]);
    let answer = plan(&core, request(&Value::Null, &config)).await;
    assert_eq!(told(&answer.diagnostics), [format!("{BUG} at .ttl")]);
    assert!(details(&answer.diagnostics).starts_with("Bug in resource test_note, attribute ttl: "));
    assert_eq!(answer.planned_state, None);
}

#[tokio::test]
async fn what_was_made_is_stored() {
    let core = Core::released("released create").await;
    core.world.will([Act::BreakRule]);
    let answer = apply(&core, create()).await;
    assert_eq!(told(&answer.diagnostics), [format!("{BUG} at .ttl")]);
    let made = with(state("x"), [("ttl", Value::from(3601))]);
    assert_eq!(note_value(answer.new_state.as_ref()), made, "it exists, so it must not be lost");
    assert_eq!(identity(answer.new_identity.as_ref()), names("f", "n"));
    // The user can go on from there.
    let answer = partial::read(&core, &made).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    assert_eq!(note_value(answer.new_state.as_ref()), made);
}

#[tokio::test]
async fn an_update_that_returns_another_object_is_told() {
    let core = Core::released("released update").await;
    core.world.will([Act::OtherIdentity]);
    let answer = apply(&core, update()).await;
    assert_eq!(told(&answer.diagnostics), [format!("{BUG} at .name"), BUG.to_owned()]);
    assert!(details(&answer.diagnostics).contains("the whole object: its identity is another one after an update"));
    assert!(answer.new_state.is_some());
}

#[tokio::test]
async fn what_is_not_stored_does_not_reach_core() {
    let core = Core::released("released others").await;
    core.world.will([Act::BreakRule, Act::BreakRule]);
    let answer = read(&core, named("n")).await;
    assert_eq!((told(&answer.diagnostics), answer.state), (vec![format!("{BUG} at .name")], None));
    let answer = open(&core, Value::from("p")).await;
    assert_eq!(told(&answer.diagnostics), ["error: Bug in the Provider: test_lease at .ttl"]);
    assert_eq!(answer.result, None);
    assert_eq!(core.world.calls().last().map(String::as_str), Some("close p"), "nobody else would close it");
}
