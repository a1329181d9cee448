//! `terraform-provider-secretzero`: the provider of this package, served to a CLI.

use std::process::ExitCode;

use provider::SecretZero;
use tf_framework::{About, serve};

fn main() -> ExitCode {
    serve::<SecretZero>(About { source: "secretzero/secretzero", version: env!("CARGO_PKG_VERSION") })
}
