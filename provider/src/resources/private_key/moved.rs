//! From `tls_private_key`: its key is in the state, and stays there until the user names another home.

use tf_framework::Outcome;
use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::{Model, Secret};

use super::{PrivateKey, Settings, declarable};
use crate::key_home::KeyHome;

/// What is needed of the state of a `tls_private_key`.
#[derive(Model)]
#[tf(object)]
pub(super) struct TlsPrivateKey {
    /// The key: PKCS#1, SEC1 or PKCS#8.
    #[tf(required)]
    private_key_pem: Secret,
}

/// Everything else follows from the key.
pub(super) fn adopt(old: TlsPrivateKey) -> Outcome<PrivateKey> {
    let TlsPrivateKey { private_key_pem } = old;
    let key = read(&private_key_pem)?;
    let settings = Settings {
        key_algorithm: declarable(key.public_key(), SUMMARY)?.to_string(),
        key: KeyHome { in_state: Some(true), ..KeyHome::default() },
        allow_replace: false,
        delete_on_destroy: true,
    };
    let in_state = Some(super::pem(&key)?);
    let id = key.public_key().key_id().to_hex();
    Ok(settings.with(id, &key, in_state))
}

/// A key out of the state of the tls provider.
pub(crate) fn read(pem: &Secret) -> Result<pki::PrivateKey, Diagnostic> {
    let pem = pem.expose();
    // Until 3.x some resources had a hash in place of the key.
    if !pem.contains("-----BEGIN") {
        return Err(Diagnostic::error(SUMMARY)
            .detail("The state has no private key but a hash of it, as an old version of the tls provider wrote it.")
            .remedy("Apply once with version 4 of the tls provider before the move."));
    }
    pki::PrivateKey::from_pem(pem, None).map_err(|error| {
        Diagnostic::error(SUMMARY)
            .because(&error)
            .remedy("A key of this kind is not made here: remove the `moved` block, and have a new key made.")
    })
}

const SUMMARY: &str = "Taking over a key from the tls provider";
