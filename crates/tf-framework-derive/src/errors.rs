//! Collects mistakes, so that an author sees all of them at once.

use std::fmt::Display;

use proc_macro2::Span;
use syn::{Error, Result};

/// The mistakes so far.
#[derive(Default)]
pub(crate) struct Errors(Option<Error>);

impl Errors {
    pub(crate) fn say(&mut self, at: Span, text: impl Display) {
        self.add(Error::new(at, text));
    }

    /// The value, or one more mistake.
    pub(crate) fn take<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.add(error)).ok()
    }

    /// The value, if there was no mistake.
    pub(crate) fn finish<T>(self, value: T) -> Result<T> {
        self.0.map_or(Ok(value), Err)
    }

    fn add(&mut self, error: Error) {
        match &mut self.0 {
            Some(earlier) => earlier.combine(error),
            None => self.0 = Some(error),
        }
    }
}
