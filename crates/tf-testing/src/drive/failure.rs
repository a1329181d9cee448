//! What a drive ends with when something is wrong.

use std::fmt;

use crate::refusal::Refusal;

/// A made-up configuration with which something is wrong.
#[derive(Clone)]
pub struct Failure {
    /// In which step.
    pub step: &'static str,
    /// Why.
    pub refusal: Refusal,
    /// From which configurations, or with which arguments, without secrets.
    pub configurations: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, refusal, configurations } = self;
        write!(f, "{step}: {refusal}\n  {configurations}")
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::error::Error for Failure {}
