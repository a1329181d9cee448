//! The JDK's CertPath, by a Java file that the JDK compiles when it runs it.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::{Judge, Testimony, batch, one_by_one};
use crate::case::{Case, Feature, Kind};

pub(super) struct Java;

impl Judge for Java {
    fn name(&self) -> &'static str {
        "jdk"
    }

    fn kinds(&self) -> &'static [Kind] {
        &[Kind::Chain, Kind::Crl]
    }

    /// Without a host among the alternative names it takes the common name for one, so that `operator` is outside of
    /// all that a CA permits. RFC 5280 §4.2.1.10 says nothing like it.
    fn lacks(&self) -> &'static [Feature] {
        &[Feature::CommonNameConstraint]
    }

    fn judge(&self, cases: &[Case], now: i64, _: &Path) -> Result<Result<Testimony, String>> {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/judges/CertPathJudge.java");
        // The compiler is in the JDK and not in the runtime alone.
        if one_by_one::printed(Command::new("javac").arg("--version")).is_none() {
            return Ok(Err("there is no JDK on PATH (Debian: apt-get install default-jdk-headless)".to_owned()));
        }
        // Small and started once: what makes long programs fast is in the way.
        let options = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"];
        batch::run(Command::new("java").args(options).arg(source), cases, now).map(Ok)
    }
}
