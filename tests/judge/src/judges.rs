//! The judges, a file each: verifiers and linters that nobody here wrote.

mod batch;
mod certtool;
mod go;
mod java;
mod one_by_one;
mod openssl;
mod pkilint;
mod pyca;
mod python_ssl;
mod webpki;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use crate::case::{Case, Feature, Kind};

/// One judge.
pub(crate) trait Judge: Sync {
    /// The name of its column in the table of verdicts.
    fn name(&self) -> &'static str;

    /// The kinds of questions that it can be asked.
    fn kinds(&self) -> &'static [Kind];

    /// What it does not know, by its own documentation. Such a case is not put before it, and counted.
    fn lacks(&self) -> &'static [Feature];

    /// Judges all cases. `folder` is empty and its own.
    ///
    /// # Errors
    /// If it can't do its work; `Ok(Err(reason))` if it is not on this machine and can't be brought there.
    fn judge(&self, cases: &[Case], now: i64, folder: &Path) -> Result<Result<Testimony, String>>;
}

/// What a judge said.
#[derive(Debug, Default)]
pub(crate) struct Testimony {
    /// Its version, by its own words.
    pub(crate) version: String,
    /// By the name of the case.
    pub(crate) verdicts: BTreeMap<String, Verdict>,
}

/// What a judge said of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Good.
    Accepted,
    /// Not good, for this reason.
    Rejected(String),
}

/// All of them, in the order of the columns.
pub(crate) static ALL: [&dyn Judge; 8] = [
    &pkilint::Pkilint,
    &pyca::Pyca,
    &python_ssl::PythonSsl,
    &openssl::OpenSsl,
    &certtool::Certtool,
    &go::Go,
    &java::Java,
    &webpki::Webpki,
];

impl Verdict {
    /// Accepted, or rejected for the reason that an error gives.
    fn of<T, E: std::fmt::Display>(result: &Result<T, E>) -> Self {
        match result {
            Ok(_) => Self::Accepted,
            Err(error) => Self::Rejected(error.to_string()),
        }
    }
}
