//! Ephemeral resource `secretzero_private_key`: a new key for as long as a command runs.
//!
//! Nothing of it is stored anywhere, so there is nothing to renew and nothing to close.

use tf_framework::model::{Model, Query, Secret};
use tf_framework::{Context, Ephemeral, Opened, Outcome};

use crate::SecretZero;
use crate::resources::private_key::{DEFAULT_ALGORITHM, algorithm, generate, key_algorithm, pem, public_key_openssh};

/// A new private key for as long as a command runs. It is made anew each time that it is opened, which is once for a plan
/// and once for an apply, so that the two see different keys. Hand it to write-only arguments.
#[derive(Model)]
#[tf(ephemeral = "private_key")]
pub struct PrivateKey {
    /// The kind of key: `rsa2048`, `rsa3072`, `rsa4096`, `ecdsa-p256`, `ecdsa-p384`, `ecdsa-p521` or `ed25519`.
    /// `ecdsa-p256` if it is not set.
    #[tf(optional, validate(key_algorithm))]
    pub key_algorithm: Option<String>,
    /// The key, as PEM of unencrypted PKCS#8.
    #[tf(computed)]
    pub private_key_pem: Secret,
    /// The public key, as PEM.
    #[tf(computed)]
    pub public_key_pem: String,
    /// The public key as a line of OpenSSH's `authorized_keys`, without a comment.
    #[tf(computed)]
    pub public_key_openssh: String,
    /// The key identifier that a certificate of this key gets, in hexadecimal.
    #[tf(computed)]
    pub key_id: String,
}

impl Ephemeral for PrivateKey {
    type Provider = SecretZero;
    type Lease = ();

    async fn open(_: &Context<SecretZero>, query: Query<Self>) -> Outcome<Opened<Self>> {
        let PrivateKeyPlan { key_algorithm, .. } = query;
        let wanted = key_algorithm.as_deref().map_or(Ok(DEFAULT_ALGORITHM), algorithm)?;
        let key = generate(wanted).await?;
        let result = Self {
            key_algorithm,
            private_key_pem: pem(&key)?,
            public_key_pem: key.public_key().to_pem(),
            public_key_openssh: public_key_openssh(key.public_key()),
            key_id: key.public_key().key_id().to_hex(),
        };
        Ok(Opened { result, lease: (), renew_at: None })
    }

    async fn close(_: &Context<SecretZero>, (): ()) -> Outcome<()> {
        Ok(())
    }
}
