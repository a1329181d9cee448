//! With which right the operator is set up: that of the provider block, or of a root token made for it.

use tf_framework::Context;
use vault_client::{Reply, Request, Token};

use crate::SecretZero;
use crate::connection::{Exclusive, Unsent};

/// Who speaks to the server while nobody else does.
pub(super) struct Speaker<'a> {
    pub(super) cx: &'a Context<SecretZero>,
    pub(super) alone: &'a Exclusive,
    /// A root token that was made for this. Without it, what the provider block has at this moment.
    pub(super) root: Option<&'a Token>,
}

impl Speaker<'_> {
    /// Sends a request.
    ///
    /// # Errors
    /// See [`Unsent`].
    pub(super) async fn send(&self, request: &Request) -> Result<Reply, Unsent> {
        match &self.root {
            Some(token) => self.cx.client().send_as(token, request).await,
            None => self.cx.client().send_alone(self.alone, request).await,
        }
    }
}
