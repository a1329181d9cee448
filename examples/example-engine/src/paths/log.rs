//! `log`: writes whatever it is sent into the log.

use vault_plugin_sdk::{Call, Field, Outcome, Path, Response};

use crate::engine::Engine;

const TEXT: Field<String> = Field::string("text", "What to log.").required();

pub(crate) fn path() -> Path<Engine> {
    Path::new("log").synopsis("Logs a text.").field(TEXT).update(update)
}

async fn update(call: Call<Engine>) -> Outcome {
    let text = call.require(TEXT)?;
    // The second field has a name that belongs to the log itself, and a value that would end a host under that name.
    tracing::info!(text = %text, "@level" = 30_u32, "{text}");
    Ok(Response::none())
}
