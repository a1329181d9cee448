//! Python's `ssl` with `VERIFY_X509_STRICT`, in a real handshake: what every user of Python 3.13 meets by default.

use std::path::Path;

use anyhow::Result;

use super::{Judge, Testimony, batch};
use crate::case::{Case, Feature, Kind};
use crate::python;

pub(super) struct PythonSsl;

impl Judge for PythonSsl {
    fn name(&self) -> &'static str {
        "python-ssl"
    }

    fn kinds(&self) -> &'static [Kind] {
        &[Kind::Chain]
    }

    fn lacks(&self) -> &'static [Feature] {
        &[]
    }

    fn judge(&self, cases: &[Case], now: i64, folder: &Path) -> Result<Result<Testimony, String>> {
        match python::bare_script("handshake.py") {
            Ok(mut command) => batch::run(command.arg(folder), cases, now).map(Ok),
            Err(reason) => Ok(Err(format!("{reason:#}"))),
        }
    }
}
