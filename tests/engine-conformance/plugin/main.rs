//! `conformance-engine`: a secrets engine that does, on request, everything that an engine can do to its host.
//!
//! Each path is a file in `paths/`, named after it. [`engine`] puts them together.

mod engine;
mod paths;

use std::process::ExitCode;

fn main() -> ExitCode {
    vault_plugin_sdk::serve(engine::engine())
}
