//! `about`: for everybody.

use vault_plugin_sdk::{Call, Outcome, Path, Response};

use crate::engine::Engine;

pub(crate) fn path() -> Path<Engine> {
    Path::new("about").synopsis("What this is.").unauthenticated().read(read)
}

async fn read(_: Call<Engine>) -> Outcome {
    Response::raw(200, "text/plain", "conformance engine\n")
}
