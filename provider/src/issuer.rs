//! A certificate authority as what it signs refers to it: by its certificates, and by where its key is.

use pki::{Certificate, Issuer};
use tf_framework::Context;
use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::{Model, Secret};
use tf_framework::value::Path;

use crate::SecretZero;
use crate::key_home::{Home, KeyHome, KeyHomeOutput};
use crate::refusal::{self, Places};

/// The authority that signs: the output `issuer` of a `secretzero_certificate_authority`.
#[derive(Clone, Debug, Model)]
#[tf(object)]
pub struct IssuerReference {
    /// Its certificate as PEM, and after it those of the authorities above it, up to the root.
    #[tf(required)]
    pub certificate_pem: String,
    /// Where its key is.
    #[tf(required)]
    pub key: KeyHome,
    /// Its key identifier, in hexadecimal. Another one means another authority, and has everything issued anew.
    #[tf(required)]
    pub key_id: String,
    /// Its key, if the home of that is the state; else null.
    #[tf(optional)]
    pub private_key_pem_in_state: Option<Secret>,
}

/// An [`IssuerReference`] as an output.
#[derive(Clone, Debug, Model)]
#[tf(object)]
pub struct IssuerOutput {
    /// Its certificate as PEM, and after it those of the authorities above it, up to the root.
    #[tf(computed)]
    pub certificate_pem: String,
    /// Where its key is.
    #[tf(computed)]
    pub key: KeyHomeOutput,
    /// Its key identifier, in hexadecimal.
    #[tf(computed)]
    pub key_id: String,
    /// Its key, if the home of that is the state; else null.
    #[tf(computed)]
    pub private_key_pem_in_state: Option<Secret>,
}

impl IssuerReference {
    /// Where it does not matter who issues.
    pub fn nobody() -> Self {
        let (certificate_pem, key_id) = (String::new(), String::new());
        Self { certificate_pem, key: KeyHome::default(), key_id, private_key_pem_in_state: None }
    }

    /// Its certificate and those above it.
    ///
    /// # Errors
    /// If the PEM can't be read, or is not that of the key with this identifier. `at` is the attribute that refers to
    /// it.
    pub fn chain(&self, at: &Path) -> Result<Vec<Certificate>, Diagnostic> {
        let summary = "Reading the certificate of the issuer";
        let chain = Certificate::all_from_pem(&self.certificate_pem)
            .map_err(|error| Diagnostic::error(summary).because(&error).at(at.clone().attribute("certificate_pem")))?;
        match chain.first().map(|certificate| certificate.key_id().to_hex()) {
            Some(found) if found != self.key_id => Err(Diagnostic::error(summary)
                .detail(format!("Its key identifier is {found}, and `key_id` says {}.", self.key_id))
                .remedy("Take both from one place: the output `issuer` of a secretzero_certificate_authority.")
                .at(at.clone().attribute("key_id"))),
            _ => Ok(chain),
        }
    }

    /// Reads its key, and puts both together.
    ///
    /// # Errors
    /// If the key is not there, can't be read, or is not that of the certificate.
    pub async fn load(&self, at: &Path, cx: &Context<SecretZero>) -> Result<Issuer, Diagnostics> {
        let chain = self.chain(at)?;
        let place = at.clone().attribute("key");
        let home = Home::of(&self.key, &place, cx)?;
        let summary = format!("Reading the key of the issuer from {}", home.describe());
        let key = home.load(self.private_key_pem_in_state.as_ref()).await;
        let Some(key) = key.map_err(|error| Diagnostic::from(error).at(place.clone()))? else {
            return Err(Diagnostic::error(summary)
                .detail("There is no key.")
                .remedy(match home {
                    Home::Kv(_) => {
                        "Put it back, from an earlier version of the secret or a backup, or plan again, so that the authority \
                         is looked at."
                    }
                    _ => {
                        "Apply on the machine that has it. If this is the one, put it back from a backup, or plan again, so \
                         that the authority is looked at."
                    }
                })
                .at(place)
                .into());
        };
        let places = Places { issuer: at.clone(), ..Places::default() };
        Issuer::new(chain, key).map_err(|refusal| refusal::diagnostics(&refusal, &summary, &places))
    }
}

impl From<IssuerReferencePlan> for IssuerReference {
    fn from(
        IssuerReferencePlan { certificate_pem, key, key_id, private_key_pem_in_state }: IssuerReferencePlan,
    ) -> Self {
        Self { certificate_pem, key: key.into(), key_id, private_key_pem_in_state }
    }
}
