//! The places where this crate itself looks into a secret of its caller.

use secrecy::{ExposeSecret as _, SecretString};

/// A passphrase, for a key derivation function.
pub(crate) fn passphrase_text(passphrase: &SecretString) -> &str {
    #[expect(clippy::disallowed_methods, reason = "a key derivation function takes its bytes and keeps none of them")]
    passphrase.expose_secret()
}
