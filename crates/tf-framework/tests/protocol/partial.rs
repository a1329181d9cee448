//! Objects that an apply left half-made: in every call that gets their state.

use plugin_proto::tfplugin6::{apply_resource_change, read_resource};
use tf_framework::value::Value;

use crate::apply_resource_change::{apply, request};
use crate::core::{
    Core, config, details, identity, names, note_message, note_value, plain, plain_message, plain_value, state, told,
    with,
};
use crate::world::Act;

/// What a creation recorded before it failed.
fn half_made() -> Value {
    with(state("x"), [("id", Value::Null), ("digest", Value::Null)])
}

pub(crate) async fn read(core: &Core, state: &Value) -> read_resource::Response {
    let request = read_resource::Request {
        type_name: "test_note".to_owned(),
        current_state: note_message(state),
        ..Default::default()
    };
    core.client.clone().read_resource(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn reading_finds_the_rest() {
    let core = Core::new("partial read").await;
    core.world.put("f", "n", "x");
    let answer = read(&core, &half_made()).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    assert_eq!(note_value(answer.new_state.as_ref()), state("x"));
    assert_eq!(identity(answer.new_identity.as_ref()), names("f", "n"));
    assert_eq!(core.world.calls(), ["configure", "import", "read"], "what an import returns is read, as core does");
}

#[tokio::test]
async fn reading_finds_that_it_is_gone() {
    let core = Core::new("partial gone").await;
    let answer = read(&core, &half_made()).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    assert_eq!(note_value(answer.new_state.as_ref()), Value::Null);
}

#[tokio::test]
async fn reading_fails_if_nobody_knows() {
    let core = Core::new("partial unread").await;
    core.world.will([Act::Fail, Act::PriorStands]);
    assert_eq!(told(&read(&core, &half_made()).await.diagnostics), ["error: The server refused"]);
    let answer = read(&core, &half_made()).await;
    assert_eq!(told(&answer.diagnostics), ["warning: The server is sealed"]);
    assert_eq!(note_value(answer.new_state.as_ref()), half_made());
}

#[tokio::test]
async fn reading_lets_the_state_stand_if_it_can_never_be_found() {
    let core = Core::new("partial lost").await;
    let nameless = with(half_made(), [("name", Value::Null)]);
    let answer = read(&core, &nameless).await;
    assert_eq!(
        told(&answer.diagnostics),
        ["warning: Incomplete State: test_note"],
        "or nothing could be planned any more"
    );
    assert_eq!(note_value(answer.new_state.as_ref()), nameless);
    let request = read_resource::Request {
        type_name: "test_plain".to_owned(),
        current_state: plain_message(&plain(Value::from("x"), Value::Null)),
        ..Default::default()
    };
    let answer = core.client.clone().read_resource(request).await.unwrap().into_inner();
    assert_eq!(told(&answer.diagnostics), ["warning: Incomplete State: test_plain"]);
    assert_eq!(plain_value(answer.new_state.as_ref()), plain(Value::from("x"), Value::Null));
}

#[tokio::test]
async fn it_can_be_destroyed() {
    let core = Core::new("partial delete").await;
    core.world.put("f", "n", "x");
    let delete = || request(&half_made(), &Value::Null, &Value::Null);
    let answer = apply(&core, delete()).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    assert_eq!(note_value(answer.new_state.as_ref()), Value::Null);
    assert_eq!(core.world.get("f", "n"), None);
    assert_eq!(core.world.calls(), ["configure", "import", "delete f/n"]);
    let answer = apply(&core, delete()).await;
    assert_eq!(told(&answer.diagnostics), [""; 0], "gone already");
    assert_eq!(note_value(answer.new_state.as_ref()), Value::Null);
}

#[tokio::test]
async fn what_can_never_be_found_must_be_removed_by_hand() {
    let core = Core::new("partial stuck").await;
    let delete = apply_resource_change::Request {
        type_name: "test_plain".to_owned(),
        prior_state: plain_message(&plain(Value::from("x"), Value::Null)),
        planned_state: plain_message(&Value::Null),
        ..Default::default()
    };
    let answer = apply(&core, delete).await;
    assert_eq!(told(&answer.diagnostics), ["error: Incomplete State: test_plain"]);
    assert!(details(&answer.diagnostics).contains("`state rm ADDRESS`"));
    assert_eq!(plain_value(answer.new_state.as_ref()), plain(Value::from("x"), Value::Null));
}

#[tokio::test]
async fn it_can_be_updated() {
    let core = Core::new("partial update").await;
    core.world.put("f", "n", "x");
    let planned = with(state("y"), [("digest", Value::unknown()), ("id", Value::Null)]);
    // Null stays null where the state keeps it.
    let planned = with(planned, [("id", Value::from("f/n"))]);
    let update = || request(&half_made(), &planned, &config("y"));
    let answer = apply(&core, update()).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    assert_eq!(note_value(answer.new_state.as_ref()), state("y"));
    core.world.notes.lock().unwrap().clear();
    let answer = apply(&core, update()).await;
    assert_eq!(told(&answer.diagnostics), ["error: Updating test_note"], "null would be taken for a bug");
    assert_eq!(note_value(answer.new_state.as_ref()), half_made());
}
