//! `terraform-provider-example`: the provider of this package, served to a CLI.

use std::process::ExitCode;

use example_provider::Example;
use tf_framework::{About, serve};

fn main() -> ExitCode {
    serve::<Example>(About { source: "secretzero/example", version: env!("CARGO_PKG_VERSION") })
}
