//! `cargo xtask proto`: the committed bindings, made anew.

use anyhow::Result;

use crate::cargo;

/// Rewrites the committed bindings in proto/src/gen from the .proto files in proto/.
///
/// The same test that compares them in `cargo xtask test` writes them here; look at the difference before you commit it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

pub(crate) fn run(_: &Arguments) -> Result<()> {
    let mut command = cargo::command(&["test", "--package", "plugin-proto", "--all-features", "--test", "drift"]);
    cargo::foreground(command.env("BLESS", "1"))
}
