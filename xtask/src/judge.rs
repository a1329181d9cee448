//! `cargo xtask judge`: what crates/pki issues, before judges that nobody here wrote.

use std::process::Command;

use anyhow::Result;
use testbed::{Recipe, Tool};

use crate::{cargo, screen};

/// Issues every kind of certificate and has eight verifiers and linters judge it, and as many broken ones.
///
/// The judges are pkilint, PyCA cryptography, Python's ssl, OpenSSL, GnuTLS, Go, the JDK and rustls-webpki. Those in
/// Python are installed into the cache, that in Go is built there. One that is not on this machine and can't be brought
/// there is named in a line that begins with SKIPPED. Any difference from tests/judge/verdicts.txt is a failure.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only these judges, by the names in the table.
    names: Vec<String>,
    /// Also prints what each judge said of each broken chain.
    #[arg(long)]
    reasons: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    build_go_judge()?;
    screen::say("compiling: about 2 minutes the first time, then seconds");
    let mut judge = command()?;
    judge.args(&arguments.names).args(arguments.reasons.then_some("--reasons"));
    cargo::foreground(&mut judge)
}

/// The compiled program, which ends well if every judge said what was expected; for `cargo xtask test`, too.
pub(crate) fn command() -> Result<Command> {
    cargo::build_programs(&["judge"])
}

/// Without Go the others judge alone, and the line SKIPPED says so.
fn build_go_judge() -> Result<()> {
    let Err(missing) = Tool::X509Judge.find() else { return Ok(()) };
    let (Some(recipe), testbed::Reason::NotBuilt) = (Recipe::named("x509-judge"), missing.reason) else {
        return Ok(());
    };
    let stop = crate::testbed::stop_on_interrupt()?;
    testbed::build(recipe, &stop, &mut screen::say)?;
    Ok(())
}
