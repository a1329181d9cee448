//! What a server answered.

use anyhow::{Result, bail};
use serde_json::Value;

/// An HTTP answer, whatever its status.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Method and path of the request, for messages.
    pub(crate) request: String,
    /// The status code.
    pub status: u16,
    /// The body, decoded if it is JSON; else the text as a JSON string; null if it is empty.
    pub body: Value,
}

impl Reply {
    /// The body of a successful answer.
    ///
    /// # Errors
    /// If the status is not 2xx; the error names request, status and body.
    pub fn ok(self) -> Result<Value> {
        let Self { request, status, body } = self;
        if !(200..300).contains(&status) {
            bail!("{request} answered {status}: {body}");
        }
        Ok(body)
    }

    /// Nothing, if the server refused with exactly this status.
    ///
    /// # Errors
    /// If the status is another one.
    pub fn refused_with(self, expected: u16) -> Result<()> {
        let Self { request, status, body } = self;
        if status != expected {
            bail!("{request} should have been refused with {expected}, but answered {status}: {body}");
        }
        Ok(())
    }
}
