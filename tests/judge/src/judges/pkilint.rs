//! pkilint: RFC 5280 as text and ASN.1 syntax, for each certificate and for each pair of issuer and subject.

use std::path::Path;

use anyhow::Result;

use super::{Judge, Testimony, batch};
use crate::case::{Case, Feature, Kind};
use crate::python;

pub(super) struct Pkilint;

impl Judge for Pkilint {
    fn name(&self) -> &'static str {
        "pkilint"
    }

    fn kinds(&self) -> &'static [Kind] {
        &[Kind::Chain, Kind::Crl]
    }

    fn lacks(&self) -> &'static [Feature] {
        &[]
    }

    fn judge(&self, cases: &[Case], now: i64, _: &Path) -> Result<Result<Testimony, String>> {
        match python::script("lint.py") {
            Ok(mut command) => batch::run(&mut command, cases, now).map(Ok),
            Err(reason) => Ok(Err(format!("{reason:#}"))),
        }
    }
}
