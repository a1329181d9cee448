//! ConfigureProvider.

use plugin_proto::tfplugin6::read_resource;
use tf_framework::value::Value;

use crate::core::{Core, note_message, state, told};
use crate::world::Act;

async fn read(core: &Core) -> Vec<String> {
    let request = read_resource::Request {
        type_name: "test_note".to_owned(),
        current_state: note_message(&state("x")),
        ..Default::default()
    };
    told(&core.client.clone().read_resource(request).await.unwrap().into_inner().diagnostics)
}

#[tokio::test]
async fn calls_before_it_are_refused() {
    let core = Core::unconfigured("not configured");
    assert_eq!(read(&core).await, ["error: Provider Not Configured"]);
    assert_eq!(core.world.calls(), [""; 0]);
}

#[tokio::test]
async fn a_configuration_that_makes_no_sense_is_told_and_ends_the_one_before() {
    let core = Core::new("bad configuration").await;
    assert_eq!(core.configure(Value::from("nowhere")).await, ["error: The server refused"]);
    assert_eq!(read(&core).await, ["error: Provider Not Configured"]);
}

#[tokio::test]
async fn unknown_is_not_unset() {
    let core = Core::new("unknown address").await;
    core.world.will([Act::NeedAddress, Act::NeedAddress]);
    assert_eq!(read(&core).await, [""; 0], "unset is known");
    core.configure(Value::unknown()).await;
    assert_eq!(read(&core).await, ["warning: Provider Configuration Not Known Yet"]);
}

#[tokio::test]
async fn it_may_come_again() {
    let core = Core::new("configured twice").await;
    core.world.will([Act::NeedAddress, Act::NeedAddress]);
    core.configure(Value::unknown()).await;
    assert_eq!(read(&core).await, ["warning: Provider Configuration Not Known Yet"]);
    core.configure(Value::from("there")).await;
    assert_eq!(read(&core).await, [""; 0], "the second one counts");
    // What the first two clients held is given back beside the calls.
    tokio::time::timeout(std::time::Duration::from_secs(10), async {
        while core.world.calls().iter().filter(|call| *call == "shut down").count() < 2 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    core.server.shut_down().await;
    assert_eq!(core.world.calls().iter().filter(|call| *call == "shut down").count(), 3, "each once");
}

#[tokio::test]
async fn what_is_said_once_is_said_once_in_each_run() {
    let core = Core::new("said once").await;
    core.world.will([Act::WarnOnce, Act::WarnOnce, Act::WarnOnce, Act::Warn, Act::Warn]);
    assert_eq!(read(&core).await, ["warning: Careful once"]);
    assert_eq!(read(&core).await, [""; 0]);
    core.configure(Value::Null).await;
    assert_eq!(read(&core).await, ["warning: Careful once"]);
    assert_eq!(read(&core).await, ["warning: Careful"]);
    assert_eq!(read(&core).await, ["warning: Careful"], "this one is about each object");
}
