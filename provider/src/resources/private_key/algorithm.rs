//! Kinds of keys, between their names in a configuration and `pki`.

use pki::{Curve, KeyAlgorithm, KeyKind, PublicKey};
use tf_framework::Outcome;
use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::Secret;

/// What a key is where the user does not say: small, fast, accepted everywhere.
pub const DEFAULT_ALGORITHM: KeyAlgorithm = KeyAlgorithm::EcdsaP256;

/// A validator: the name is that of a kind of key.
///
/// # Errors
/// If it is none.
pub fn key_algorithm(name: &str) -> Result<(), String> {
    let known = KeyAlgorithm::ALL.into_iter().any(|algorithm| algorithm.as_str() == name);
    if known { Ok(()) } else { Err(format!("must be one of {}", listed())) }
}

/// The kind of key that a name stands for.
///
/// # Errors
/// If it stands for none, which the validator has ruled out for what a user writes.
pub fn algorithm(name: &str) -> Result<KeyAlgorithm, Diagnostic> {
    name.parse().map_err(|error| Diagnostic::error("Unknown kind of key").because(&error))
}

/// The kind of a key, as a configuration would name it. `None` for kinds that can't be declared.
pub fn algorithm_of(key: &PublicKey) -> Option<KeyAlgorithm> {
    match key.kind() {
        KeyKind::Rsa { bits: 2048, .. } => Some(KeyAlgorithm::Rsa2048),
        KeyKind::Rsa { bits: 3072, .. } => Some(KeyAlgorithm::Rsa3072),
        KeyKind::Rsa { bits: 4096, .. } => Some(KeyAlgorithm::Rsa4096),
        KeyKind::Ecdsa(Curve::P256) => Some(KeyAlgorithm::EcdsaP256),
        KeyKind::Ecdsa(Curve::P384) => Some(KeyAlgorithm::EcdsaP384),
        KeyKind::Ecdsa(Curve::P521) => Some(KeyAlgorithm::EcdsaP521),
        KeyKind::Ed25519 => Some(KeyAlgorithm::Ed25519),
        _ => None,
    }
}

/// The value of `key_algorithm` for a key. One that can't be declared has a name that nobody can write there.
pub fn kind(key: &PublicKey) -> String {
    algorithm_of(key).map_or_else(|| key.kind().to_string(), |known| known.to_string())
}

/// The kind of a key that somebody else made and that is to be managed from now on. `summary` says what is being done.
///
/// # Errors
/// If it is of a kind that can't be declared, such as RSA with 8192 bits.
pub fn declarable(key: &PublicKey, summary: &str) -> Result<KeyAlgorithm, Diagnostic> {
    algorithm_of(key).ok_or_else(|| {
        Diagnostic::error(summary)
            .detail(format!("The key is {}, which can't be declared as `key_algorithm`.", key.kind()))
            .remedy(format!("Replace it by one of {}.", listed()))
    })
}

/// Makes a key, on a thread where it holds up nobody: RSA takes up to seconds.
///
/// # Errors
/// If the generator fails.
pub async fn generate(algorithm: KeyAlgorithm) -> Outcome<pki::PrivateKey> {
    let summary = || format!("Generating a key ({algorithm})");
    let made = tokio::task::spawn_blocking(move || pki::PrivateKey::generate(algorithm)).await;
    let made = made.map_err(|error| Diagnostic::error(summary()).because(&error))?;
    Ok(made.map_err(|error| Diagnostic::error(summary()).because(&error))?)
}

/// The key as PEM of unencrypted PKCS#8.
///
/// # Errors
/// If it can't be written.
#[expect(clippy::disallowed_methods, reason = "from one wrapper into the other")]
pub fn pem(key: &pki::PrivateKey) -> Result<Secret, Diagnostic> {
    let pem = key.to_pkcs8_pem().map_err(|error| Diagnostic::error("Encoding a private key").because(&error))?;
    Ok(Secret::from(secrecy::ExposeSecret::expose_secret(&pem)))
}

/// The key as a line of `authorized_keys`. OpenSSH has all kinds that can be declared.
pub fn public_key_openssh(key: &PublicKey) -> String {
    key.to_openssh().unwrap_or_default()
}

fn listed() -> String {
    KeyAlgorithm::ALL.map(KeyAlgorithm::as_str).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_name() {
        for name in KeyAlgorithm::ALL.map(KeyAlgorithm::as_str) {
            assert_eq!(key_algorithm(name), Ok(()));
        }
        // RSA takes long, and its bits are told apart without a key below.
        for wanted in [KeyAlgorithm::EcdsaP256, KeyAlgorithm::EcdsaP384, KeyAlgorithm::EcdsaP521, KeyAlgorithm::Ed25519]
        {
            let key = pki::PrivateKey::generate(wanted).unwrap();
            assert_eq!(algorithm_of(key.public_key()), Some(wanted));
        }
        let key = pki::PrivateKey::generate(KeyAlgorithm::Rsa2048).unwrap();
        assert_eq!(algorithm_of(key.public_key()), Some(KeyAlgorithm::Rsa2048));
    }

    #[test]
    fn other_names_are_refused_with_the_list() {
        let refused = key_algorithm("P256").unwrap_err();
        assert!(refused.contains("ecdsa-p256") && refused.contains("rsa4096"), "{refused}");
    }
}
