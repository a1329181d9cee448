//! `headers`: what of a request's headers reaches an engine.

use vault_plugin_sdk::{Call, Outcome, Path, Response};

use crate::engine::Engine;

pub(crate) fn path() -> Path<Engine> {
    Path::new("headers").synopsis("The headers that the mount lets through.").read(read)
}

async fn read(call: Call<Engine>) -> Outcome {
    Response::data(&call.request().headers)
}
