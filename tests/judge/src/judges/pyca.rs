//! The path verifier of PyCA's `cryptography`, with its profile of the public web.

use std::path::Path;

use anyhow::Result;

use super::{Judge, Testimony, batch};
use crate::case::{Case, Feature, Kind};
use crate::python;

pub(super) struct Pyca;

impl Judge for Pyca {
    fn name(&self) -> &'static str {
        "pyca"
    }

    fn kinds(&self) -> &'static [Kind] {
        &[Kind::Chain, Kind::Crl, Kind::Csr]
    }

    /// The public web has neither Ed25519 nor certificates without alternative names.
    fn lacks(&self) -> &'static [Feature] {
        &[Feature::Ed25519, Feature::NoAlternativeName]
    }

    fn judge(&self, cases: &[Case], now: i64, _: &Path) -> Result<Result<Testimony, String>> {
        match python::script("verify.py") {
            Ok(mut command) => batch::run(&mut command, cases, now).map(Ok),
            Err(reason) => Ok(Err(format!("{reason:#}"))),
        }
    }
}
