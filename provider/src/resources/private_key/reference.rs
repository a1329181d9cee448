//! How another resource gets to a key: by where it is, never by what it is unless it is in the state anyway.

use tf_framework::Context;
use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::{Model, Secret};
use tf_framework::value::Path;

use super::presence;
use crate::SecretZero;
use crate::key_home::{Home, KeyHome, KeyHomeOutput};

/// A key that another resource owns: the `reference` of a `secretzero_private_key`.
#[derive(Clone, Debug, Model)]
#[tf(object)]
pub struct KeyReference {
    /// Where the key is.
    #[tf(required)]
    pub key: KeyHome,
    /// Its key identifier, in hexadecimal. What is at that place must be the key with this identifier.
    #[tf(required)]
    pub key_id: String,
    /// The key itself, if its home is the state; else null.
    #[tf(optional)]
    pub private_key_pem_in_state: Option<Secret>,
}

/// A [`KeyReference`] as an output.
#[derive(Clone, Debug, Model)]
#[tf(object)]
pub struct KeyReferenceOutput {
    /// Where the key is.
    #[tf(computed)]
    pub key: KeyHomeOutput,
    /// Its key identifier, in hexadecimal.
    #[tf(computed)]
    pub key_id: String,
    /// The key itself, if its home is the state; else null.
    #[tf(computed)]
    pub private_key_pem_in_state: Option<Secret>,
}

impl KeyReference {
    /// Reads the key. `at` is the attribute that refers to it.
    ///
    /// # Errors
    /// If it is not there, can't be read, or is another one.
    pub async fn load(&self, at: &Path, cx: &Context<SecretZero>) -> Result<pki::PrivateKey, Diagnostics> {
        let place = at.clone().attribute("key");
        let home = Home::of(&self.key, &place, cx)?;
        let summary = format!("Reading the key from {}", home.describe());
        let found = home.load(self.private_key_pem_in_state.as_ref()).await;
        match found.map_err(|error| Diagnostic::from(error).at(place.clone()))? {
            Some(key) if presence::has_id(&key, &self.key_id) => Ok(key),
            Some(_) => Err(Diagnostic::error(summary)
                .detail(format!("There is another key, not the one with the identifier {}.", self.key_id))
                .remedy("Plan again, so that the resource which owns the key is looked at.")
                .at(place)
                .into()),
            None => Err(Diagnostic::error(summary)
                .detail("There is no key.")
                .remedy("Plan again, so that the resource which owns the key is looked at.")
                .at(place)
                .into()),
        }
    }
}

impl From<KeyReferencePlan> for KeyReference {
    fn from(KeyReferencePlan { key, key_id, private_key_pem_in_state }: KeyReferencePlan) -> Self {
        Self { key: key.into(), key_id, private_key_pem_in_state }
    }
}
