//! What is in a state in the form of text, read again.

use pki::{Certificate, PublicKey};
use tf_framework::diagnostic::Diagnostic;

/// The certificate in a state.
///
/// # Errors
/// If it is none: the state was changed by hand.
pub fn certificate(pem: &str) -> Result<Certificate, Diagnostic> {
    Certificate::from_pem(pem).map_err(|error| changed_by_hand(&error))
}

/// The certificates in a state, one after the other.
///
/// # Errors
/// As [`certificate`].
pub fn certificates(pem: &str) -> Result<Vec<Certificate>, Diagnostic> {
    Certificate::all_from_pem(pem).map_err(|error| changed_by_hand(&error))
}

/// The public key in a state.
///
/// # Errors
/// As [`certificate`].
pub fn public_key(pem: &str) -> Result<PublicKey, Diagnostic> {
    PublicKey::from_pem(pem).map_err(|error| changed_by_hand(&error))
}

/// The identifier that a key has by itself, in hexadecimal. An imported certificate may have another one for it.
///
/// # Errors
/// As [`certificate`].
pub fn id_of_key(public_key_pem: &str) -> Result<String, Diagnostic> {
    Ok(public_key(public_key_pem)?.key_id().to_hex())
}

fn changed_by_hand(error: &pki::ReadError) -> Diagnostic {
    Diagnostic::error("Reading a certificate or key from the state")
        .because(error)
        .remedy("The state was changed by hand. Put it back.")
}
