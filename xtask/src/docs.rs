//! `cargo xtask docs`: the documentation, checked while it is made.

use anyhow::{Context as _, Result};

use crate::{cargo, screen};

/// A provider whose registry pages are made from its schemas and examples: package, program, folder.
/// The pages of the product lie at the root of the repository, where the registries look for them; other files there, such
/// as `docs/measurements.md`, are left alone.
const PROVIDERS: &[(&str, &str, &str)] = &[
    ("example-provider", "terraform-provider-example", "examples/example-provider"),
    ("provider", "terraform-provider-secretzero", ""),
];

/// Renders the API documentation of our crates, and writes the pages that the registries show for our providers.
///
/// A broken link or any other warning is an error. The pages are written from the schemas and from the examples beside the
/// provider, into its folder `docs`; they are never edited by hand.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Shows the API documentation in the browser.
    #[arg(long)]
    open: bool,
    /// Only says which registry pages are not what they should be, and fails if there are any.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    for (package, program, folder) in PROVIDERS {
        registry_pages(package, program, folder, arguments.check)
            .with_context(|| format!("registry pages of {package}"))?;
    }
    let mut command = command();
    if arguments.open {
        command.arg("--open");
    }
    cargo::foreground(&mut command)
}

/// The provider itself knows its schemas, so it writes its pages.
fn registry_pages(package: &str, program: &str, folder: &str, check: bool) -> Result<()> {
    let folder = cargo::root().join(folder);
    screen::say(&format!("registry pages of {package}: {}", folder.join("docs").display()));
    let mut command = cargo::command(&["run", "--quiet", "--package", package, "--bin", program, "--", "docs"]);
    command.arg("--examples").arg(folder.join("examples")).arg("--docs").arg(folder.join("docs"));
    if check {
        command.arg("--check");
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
