//! Go's crypto/x509, by a small program of the test bed: what Vault, OpenBao, Kubernetes and their clients use.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use testbed::Tool;

use super::{Judge, Testimony, batch};
use crate::case::{Case, Feature, Kind};

pub(super) struct Go;

impl Judge for Go {
    fn name(&self) -> &'static str {
        "go"
    }

    fn kinds(&self) -> &'static [Kind] {
        &[Kind::Chain, Kind::Crl, Kind::Csr]
    }

    fn lacks(&self) -> &'static [Feature] {
        &[]
    }

    fn judge(&self, cases: &[Case], now: i64, _: &Path) -> Result<Result<Testimony, String>> {
        match Tool::X509Judge.find() {
            Ok(program) => {
                program.started();
                batch::run(&mut Command::new(&program.path), cases, now).map(Ok)
            }
            Err(missing) => Ok(Err(missing.to_string())),
        }
    }
}
