//! `work`: something that goes on beside requests, until the mount ends, and goes on with the next process.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use vault_plugin_sdk::{Call, Mount, Outcome, Path, Record, Response, Stop, StorageError};

use crate::engine::Engine;

/// The name of the task, and of its record.
const COUNT: &str = "count";

/// How far it is. One entry, so that each step is done or not.
#[derive(Default, Serialize, Deserialize)]
struct Progress {
    steps: u64,
}

impl Record for Progress {
    const FOLDER: &str = "work/";
}

pub(crate) fn path() -> Path<Engine> {
    Path::new("work")
        .synopsis("Counts, a step each tenth of a second.")
        .description(
            "A write starts it. It ends with its mount, also when that is only reloaded, and can be started again.",
        )
        .read(read)
        .update(start)
}

async fn read(call: Call<Engine>) -> Outcome {
    let progress = call.storage().load::<Progress>(COUNT).await?.unwrap_or_default();
    Response::data(&json!({ "steps": progress.steps }))
}

async fn start(call: Call<Engine>) -> Outcome {
    let is_new = call.mount().start(COUNT, count);
    Response::data(&json!({ "started": is_new }))
}

async fn count(mount: Mount<Engine>, stop: Stop) {
    while !stop.is_stopped() {
        if step(&mount).await.is_err() {
            // The storage is closed, or can't be written here: another process goes on.
            return;
        }
        tokio::select! {
            () = stop.stopped() => {}
            () = tokio::time::sleep(Duration::from_millis(100)) => {}
        }
    }
}

async fn step(mount: &Mount<Engine>) -> Result<(), StorageError> {
    let mut progress = mount.storage().load::<Progress>(COUNT).await?.unwrap_or_default();
    progress.steps += 1;
    mount.storage().save(COUNT, &progress).await
}
