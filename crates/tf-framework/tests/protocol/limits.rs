//! How long calls may take: what the user says, what the resource says, and what happens then.

use plugin_proto::tfplugin6::{apply_resource_change, read_resource};
use tf_framework::value::Value;

use crate::apply_resource_change::{apply, planned, request};
use crate::core::{
    Core, config, details, note_message, note_value, plain, plain_message, plain_value, state, told, with,
};
use crate::world::Act;

fn timeouts(operation: &str, limit: &str) -> Value {
    let limits = ["create", "read", "update", "delete"].map(|name| (name, (name == operation).then_some(limit)));
    Value::object(limits.map(|(name, limit)| (name, Value::from(limit))))
}

#[tokio::test(start_paused = true)]
async fn the_user_limits_each_operation() {
    let core = Core::new("limits").await;
    let limited = |value: Value, operation: &str| with(value, [("timeouts", timeouts(operation, "90s"))]);
    let create = request(&Value::Null, &planned(limited(config("x"), "create")), &limited(config("x"), "create"));
    let update = request(&state("x"), &limited(state("y"), "update"), &limited(config("y"), "update"));
    let delete = request(&limited(state("x"), "delete"), &Value::Null, &Value::Null);
    for (name, request, left) in [
        ("Creating", create, limited(state("x"), "create")),
        ("Updating", update, limited(state("y"), "update")),
        ("Deleting", delete, limited(state("x"), "delete")),
    ] {
        core.world.will([Act::Hang]);
        let begun = tokio::time::Instant::now();
        let answer = apply(&core, request).await;
        assert_eq!(begun.elapsed().as_secs(), 90, "by a clock that stands still while anything runs");
        assert_eq!(told(&answer.diagnostics), [format!("error: {name} test_note took too long")]);
        let details = details(&answer.diagnostics);
        let operation = name.to_lowercase().replace("ing", "e");
        assert!(
            details.contains("limit of 1m30s") && details.contains(&format!("`timeouts.{operation}`")),
            "{details}"
        );
        assert_eq!(note_value(answer.new_state.as_ref()), left, "what was recorded by then");
    }
}

#[tokio::test(start_paused = true)]
async fn reading_has_a_limit_too() {
    let core = Core::new("limited read").await;
    core.world.will([Act::Hang]);
    let current = with(state("x"), [("timeouts", timeouts("read", "1m"))]);
    let request = read_resource::Request {
        type_name: "test_note".to_owned(),
        current_state: note_message(&current),
        ..Default::default()
    };
    let answer = core.client.clone().read_resource(request).await.unwrap().into_inner();
    assert_eq!(told(&answer.diagnostics), ["error: Reading test_note took too long"]);
}

#[tokio::test(start_paused = true)]
async fn a_resource_has_limits_of_its_own() {
    let core = Core::new("own limits").await;
    core.world.will([Act::Hang]);
    let create = apply_resource_change::Request {
        type_name: "test_plain".to_owned(),
        prior_state: plain_message(&Value::Null),
        planned_state: plain_message(&plain(Value::from("x"), Value::unknown())),
        config: plain_message(&plain(Value::from("x"), Value::Null)),
        ..Default::default()
    };
    let answer = apply(&core, create).await;
    assert_eq!(told(&answer.diagnostics), ["error: Creating test_plain took too long"]);
    let details = details(&answer.diagnostics);
    assert!(details.contains("limit of 1m30s") && !details.contains("timeouts"), "the user can't raise it: {details}");
    assert_eq!(plain_value(answer.new_state.as_ref()), Value::Null);
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_before_its_call_does() {
    let core = Core::new("limited wait").await;
    core.world.will([Act::Wait]);
    let config = with(config("x"), [("timeouts", timeouts("create", "1s"))]);
    let answer = apply(&core, request(&Value::Null, &planned(config.clone()), &config)).await;
    assert_eq!(
        told(&answer.diagnostics),
        ["error: Timed out waiting for the end of time"],
        "it knows what it waited for"
    );
}
