//! `vault-plugin-secrets-example`: a secrets engine that keeps what it is given and lends it out, to show how one is written.
//!
//! Each path is a file in `paths/`, named after it. [`engine`] puts them together. Most are what an engine is for; `answer`, `fault`,
//! `log` and `task` do on request what one should not, for the conformance lines that this engine has to pass.

mod engine;
mod item;
mod paths;
mod ticks;

use std::process::ExitCode;

fn main() -> ExitCode {
    vault_plugin_sdk::serve(engine::engine())
}
