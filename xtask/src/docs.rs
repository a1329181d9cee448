//! `cargo xtask docs`: the documentation, checked while it is made.

use anyhow::Result;

use crate::cargo;

/// Renders the API documentation of our crates; a broken link or any other warning is an error.
///
/// The registry pages of the provider are not made yet: they are generated from the schema and the examples, and come with
/// the framework.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Shows the result in the browser.
    #[arg(long)]
    open: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut command = command();
    if arguments.open {
        command.arg("--open");
    }
    cargo::foreground(&mut command)
}

/// The call that `cargo xtask test` makes, too.
pub(crate) fn command() -> std::process::Command {
    let mut command =
        cargo::command(&["doc", "--workspace", "--no-deps", "--all-features", "--document-private-items"]);
    command.env("RUSTDOCFLAGS", "-D warnings");
    command
}
