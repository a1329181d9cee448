//! PlanResourceChange.

use plugin_proto::tfplugin6::attribute_path::step::Selector;
use plugin_proto::tfplugin6::plan_resource_change::{Request, Response};
use tf_framework::assert::proposed_new;
use tf_framework::model::Model as _;
use tf_framework::value::Value;

use crate::core::{
    Core, config, identity, identity_message, names, note_message, note_value, panic_of, state, told, with,
};
use crate::provider::Note;

pub(crate) fn request(prior: &Value, config: &Value) -> Request {
    let proposed = if config.is_null() { Value::Null } else { proposed_new(&Note::schema(), prior, config) };
    Request {
        type_name: "test_note".to_owned(),
        prior_state: note_message(prior),
        proposed_new_state: note_message(&proposed),
        config: note_message(config),
        ..Request::default()
    }
}

pub(crate) async fn plan(core: &Core, request: Request) -> Response {
    core.client.clone().plan_resource_change(request).await.unwrap().into_inner()
}

fn replaced_for(answer: &Response) -> Vec<Selector> {
    answer.requires_replace.iter().flat_map(|path| path.steps.iter().filter_map(|step| step.selector.clone())).collect()
}

#[tokio::test]
async fn a_creation_knows_its_identity() {
    let core = Core::new("plan create").await;
    let answer = plan(&core, request(&Value::Null, &config("x"))).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    let expected =
        with(config("x"), [("ttl", Value::from(3600)), ("id", Value::unknown()), ("digest", Value::unknown())]);
    assert_eq!(note_value(answer.planned_state.as_ref()), expected);
    assert_eq!(identity(answer.planned_identity.as_ref()), names("f", "n"));
    assert!(answer.requires_replace.is_empty() && !answer.legacy_type_system && answer.deferred.is_none());
    assert_eq!(core.world.calls(), ["configure"], "a plan needs no server");
}

#[tokio::test]
async fn an_identity_that_is_not_whole_is_not_told() {
    // OpenTofu 1.12 stores what was planned, and can't store what is unknown.
    let core = Core::new("plan unknown identity").await;
    let unknown = with(config("x"), [("name", Value::unknown())]);
    let answer = plan(&core, request(&Value::Null, &unknown)).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    assert_eq!(answer.planned_identity, None);
}

#[tokio::test]
async fn no_change_plans_nothing() {
    let core = Core::new("plan nothing").await;
    let asked = Request { prior_private: b"{\"seen\":7}".to_vec().into(), ..request(&state("X"), &config("x")) };
    let answer = plan(&core, Request { prior_identity: identity_message("f", "n"), ..asked }).await;
    assert_eq!(note_value(answer.planned_state.as_ref()), state("X"), "capitals make no difference");
    assert_eq!(answer.planned_private, &b"{\"seen\":7}"[..]);
    assert_eq!(identity(answer.planned_identity.as_ref()), names("f", "n"));
}

#[tokio::test]
async fn write_only_values_are_null_and_mark_what_depends_on_them() {
    let core = Core::new("plan secret").await;
    let secret = with(config("x"), [("secret", Value::from("canary")), ("secret_version", Value::from(2))]);
    let prior = with(state("x"), [("secret_version", Value::from(1))]);
    let answer = plan(&core, request(&prior, &secret)).await;
    let expected = with(prior, [("secret_version", Value::from(2)), ("digest", Value::unknown())]);
    assert_eq!(note_value(answer.planned_state.as_ref()), expected);
}

#[tokio::test]
async fn a_replacement_names_the_attribute_and_the_next_identity() {
    let core = Core::new("plan replace").await;
    let other = with(config("x"), [("name", Value::from("m"))]);
    let asked = Request { prior_identity: identity_message("f", "n"), ..request(&state("x"), &other) };
    let answer = plan(&core, asked).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    assert_eq!(replaced_for(&answer), [Selector::AttributeName("name".to_owned())]);
    assert_eq!(identity(answer.planned_identity.as_ref()), names("f", "m"));
    // The second half: Terraform hands in the planned identity, OpenTofu none.
    for prior_identity in [answer.planned_identity.clone(), None] {
        let asked = Request { prior_identity, ..request(&Value::Null, &other) };
        let second = plan(&core, asked).await;
        assert_eq!(told(&second.diagnostics), [""; 0]);
        assert_eq!(identity(second.planned_identity.as_ref()), names("f", "m"));
    }
}

#[tokio::test]
async fn a_replacement_with_an_unknown_name_has_no_identity_yet() {
    let core = Core::new("plan replace unknown").await;
    let other = with(config("x"), [("name", Value::unknown())]);
    let asked = Request { prior_identity: identity_message("f", "n"), ..request(&state("x"), &other) };
    let answer = plan(&core, asked).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    assert_eq!(answer.planned_identity, None, "that of its predecessor is not its own");
}

#[tokio::test]
async fn an_update_of_an_object_without_identity_gets_one() {
    let core = Core::new("plan identity").await;
    let answer = plan(&core, request(&state("x"), &config("y"))).await;
    assert_eq!(identity(answer.planned_identity.as_ref()), names("f", "n"));
}

#[tokio::test]
async fn destroying_is_planned_too() {
    let core = Core::new("plan destroy").await;
    let asked = Request { prior_private: b"{\"seen\":7}".to_vec().into(), ..request(&state("x"), &Value::Null) };
    let answer = plan(&core, Request { prior_identity: identity_message("f", "n"), ..asked }).await;
    assert_eq!(told(&answer.diagnostics), [""; 0]);
    assert_eq!(note_value(answer.planned_state.as_ref()), Value::Null);
    assert_eq!(answer.planned_private, &b"{\"seen\":7}"[..]);
    assert_eq!(identity(answer.planned_identity.as_ref()), names("f", "n"));
    let answer = plan(&core, request(&state("keep"), &Value::Null)).await;
    assert_eq!(told(&answer.diagnostics), ["error: It is to be kept"]);
}

#[tokio::test]
async fn the_resource_has_the_last_word() {
    let core = Core::new("plan by resource").await;
    let answer = plan(&core, request(&Value::Null, &config("known"))).await;
    assert_eq!(note_value(answer.planned_state.as_ref()).attribute("digest"), Some(&Value::from("known")));
    assert_eq!(told(&plan(&core, request(&Value::Null, &config("warn"))).await.diagnostics), ["warning: Careful"]);
    assert_eq!(
        told(&plan(&core, request(&Value::Null, &config("refuse"))).await.diagnostics),
        ["error: The server refused"]
    );
    let answer = plan(&core, request(&Value::Null, &config("panic"))).await;
    assert_eq!(told(&answer.diagnostics), ["error: Bug in the Provider: test_note"]);
}

#[tokio::test]
async fn an_answer_that_breaks_a_rule_is_a_panic_here() {
    let core = Core::new("plan broken").await;
    let config = with(config("break"), [("ttl", Value::from(7))]);
    let text = panic_of(async move { plan(&core, request(&Value::Null, &config)).await }).await;
    assert!(text.starts_with("bug in resource test_note, attribute ttl: "), "{text}");
}

#[tokio::test]
async fn a_value_of_another_type_is_an_error() {
    let core = Core::new("plan misfit").await;
    let asked = Request { config: note_message(&Value::Null), ..request(&Value::Null, &config("x")) };
    let broken = plugin_proto::tfplugin6::DynamicValue { msgpack: b"\xc3".to_vec().into(), ..Default::default() };
    let answer = plan(&core, Request { prior_state: Some(broken), ..asked }).await;
    assert_eq!(told(&answer.diagnostics), ["error: Reading the prior state"]);
}
