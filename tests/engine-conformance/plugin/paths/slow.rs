//! `slow/<name>`: takes its time, then leaves a trace or does not.

use std::time::Duration;

use serde_json::json;
use vault_plugin_sdk::{Call, Field, Outcome, Path, Response};

use crate::engine::{Counter, Engine};

const NAME: Field<String> = Field::name("name", "The name of the trace.");
const MILLISECONDS: Field<i64> = Field::int("milliseconds", "How long it takes.").or(1000);

pub(crate) fn path() -> Path<Engine> {
    Path::new("slow/{name}").synopsis("Takes its time.").field(NAME).field(MILLISECONDS).read(read).update(update)
}

async fn read(call: Call<Engine>) -> Outcome {
    wait(&call).await?;
    Response::data(&json!({ "done": true }))
}

async fn update(call: Call<Engine>) -> Outcome {
    wait(&call).await?;
    call.storage().save(&call.require(NAME)?, &Counter { count: 1 }).await?;
    Ok(Response::none())
}

async fn wait(call: &Call<Engine>) -> Result<(), vault_plugin_sdk::Error> {
    let milliseconds = u64::try_from(call.require(MILLISECONDS)?).unwrap_or_default();
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    Ok(())
}
