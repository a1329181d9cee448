//! `vault-plugin-secrets-example`: a secrets engine that keeps what it is given and lends it out, to show how one is written.
//!
//! Each path is a file in `paths/`, named after it. [`engine`] puts them together.

mod engine;
mod item;
mod paths;

use std::process::ExitCode;

fn main() -> ExitCode {
    vault_plugin_sdk::serve(engine::engine())
}
