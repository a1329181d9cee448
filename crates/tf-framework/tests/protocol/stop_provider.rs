//! StopProvider.

use plugin_proto::tfplugin6::{apply_resource_change, stop_provider};
use tf_framework::value::Value;

use crate::core::{Core, config, note_message, note_value, told, with};
use crate::world::Act;

async fn create(core: Core) -> apply_resource_change::Response {
    let planned = with(config("x"), [("ttl", Value::from(1)), ("id", Value::unknown()), ("digest", Value::unknown())]);
    let request = apply_resource_change::Request {
        type_name: "test_note".to_owned(),
        prior_state: note_message(&Value::Null),
        planned_state: note_message(&planned),
        config: note_message(&config("x")),
        ..Default::default()
    };
    core.client.clone().apply_resource_change(request).await.unwrap().into_inner()
}

async fn stop(core: &Core) {
    let answer = core.client.clone().stop_provider(stop_provider::Request {}).await.unwrap().into_inner();
    assert_eq!(answer.error, "");
}

/// Until the author's code has been called so often.
async fn called(core: &Core, times: usize) {
    tokio::time::timeout(std::time::Duration::from_secs(10), async {
        while core.world.calls().len() < times {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn what_calls_wait_for_is_over_and_serving_goes_on() {
    let core = Core::new("stopped").await;
    core.world.will([Act::Wait]);
    let waiting = tokio::spawn(create(core.clone()));
    called(&core, 2).await;
    stop(&core).await;
    let answer = waiting.await.unwrap();
    assert_eq!(told(&answer.diagnostics), ["error: Stopped while waiting for the end of time"]);
    assert_eq!(note_value(answer.new_state.as_ref()), Value::Null);
    assert_eq!(told(&create(core.clone()).await.diagnostics), [""; 0]);
    assert_eq!(core.world.get("f", "n").unwrap().text.as_deref(), Some("X"));
}

#[tokio::test]
async fn the_next_configuration_begins_anew() {
    let core = Core::new("begun anew").await;
    stop(&core).await;
    core.configure(Value::Null).await;
    core.world.will([Act::Wait]);
    let waiting = tokio::spawn(create(core.clone()));
    called(&core, 3).await;
    assert!(!waiting.is_finished());
    stop(&core).await;
    waiting.await.unwrap();
}
