//! `about`: what this is, for everybody, as plain text.

use vault_plugin_sdk::{Call, Outcome, Path, Response};

use crate::engine::Engine;

pub(crate) fn path() -> Path<Engine> {
    Path::new("about").synopsis("What this engine is, in a line of text. Needs no token.").unauthenticated().read(read)
}

async fn read(_: Call<Engine>) -> Outcome {
    Response::raw(200, "text/plain", concat!("example engine ", env!("CARGO_PKG_VERSION"), "\n"))
}
