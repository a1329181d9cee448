//! `task/<kind>`: something that goes on beside requests and does no work, to see how it ends. For work, see `work`.

use serde_json::json;
use vault_plugin_sdk::{Call, Field, Outcome, Path, Response, Stop};

use crate::engine::Engine;

const KIND: Field<String> =
    Field::string("kind", "How it behaves when it is told to stop.").one_of(&["kind", "stubborn", "panics"]);

pub(crate) fn path() -> Path<Engine> {
    Path::new("task/{kind}").synopsis("Starts a task.").field(KIND).update(update)
}

async fn update(call: Call<Engine>) -> Outcome {
    let kind = call.require(KIND)?;
    let name = format!("task-{kind}");
    let started = call.mount().background().spawn(&name, |stop| task(kind, stop));
    Response::data(&json!({ "started": started }))
}

#[expect(clippy::panic, reason = "to see that it ends nothing else")]
async fn task(kind: String, stop: Stop) {
    match kind.as_str() {
        "stubborn" => std::future::pending().await,
        "panics" => panic!("a task"),
        _ => stop.stopped().await,
    }
    tracing::info!("a task was told to stop");
}
