//! `secretzero_certificate_request`: a request (PKCS#10) for a certificate that an authority elsewhere is to issue.
//!
//! The request has no time in it and proves only that its maker has the key. So it is made once, kept in the state, and made
//! anew if what it says or its key changes.

mod csr_file;
mod declared;
mod moved;
mod planning;

use tf_framework::diagnostic::Diagnostics;
use tf_framework::model::{Model, Plan, Secret, Setting};
use tf_framework::{Config, Context, Draft, Move, Outcome, Resource};

use self::declared::{Declared, Made};
use super::private_key::{KeyReference, drift, key_algorithm, remove};
use crate::SecretZero;
use crate::installed_file::FileSettings;
use crate::key_home::{Home, KeyHome};
use crate::machine;
use crate::subject::SubjectSettings;

/// A request for a certificate that an authority elsewhere is to issue.
///
/// The key is its own, made in the home that `key` names, or that of a `secretzero_private_key`, to which `private_key`
/// refers. A key in the home already is taken over with a warning, if it is of the declared kind.
///
/// Drift is seen where its own key is, in a file or a secret, and in the file of the request.
///
/// ## From openssl scripts
///
/// Name the key of the script as the home of the key, with its kind, and the file of the request as `csr_file`. Both are taken
/// over at the first apply if the request is for this key, subject and names.
///
/// ## From the tls provider
///
/// A `tls_cert_request` moves over with request and key, neither of which changes. Mostly its key is a `tls_private_key`, which
/// moves to a `secretzero_private_key` at the same time:
///
/// ```terraform
/// moved {
///   from = tls_cert_request.mail
///   to   = secretzero_certificate_request.mail
/// }
///
/// resource "secretzero_certificate_request" "mail" {
///   dns_names   = ["mail.example.org"]
///   private_key = secretzero_private_key.mail.reference
/// }
/// ```
#[derive(Model)]
#[tf(resource = "certificate_request", exactly_one_of(key, private_key), conflicting(private_key, key_algorithm))]
pub struct CertificateRequest {
    /// The file of the key as it was when the request was made; the key identifier if it was in none.
    #[tf(computed, keep_state)]
    pub id: String,
    /// Who the certificate is for. It may be left out if there is another name.
    #[tf(optional)]
    pub subject: Option<SubjectSettings>,
    /// Host names, also such as `*.home.arpa`.
    #[tf(optional)]
    pub dns_names: Option<Vec<String>>,
    /// IP addresses, IPv4 or IPv6.
    #[tf(optional)]
    pub ip_addresses: Option<Vec<String>>,
    /// Absolute URIs.
    #[tf(optional)]
    pub uris: Option<Vec<String>>,
    /// E-mail addresses.
    #[tf(optional)]
    pub email_addresses: Option<Vec<String>>,
    /// Where its own key lives. Changing it moves the key.
    #[tf(optional)]
    pub key: Option<KeyHome>,
    /// The key of another resource: the `reference` of a `secretzero_private_key`.
    #[tf(optional)]
    pub private_key: Option<KeyReference>,
    /// The kind of its own key: `rsa2048`, `rsa3072`, `rsa4096`, `ecdsa-p256`, `ecdsa-p384`, `ecdsa-p521` or `ed25519`.
    /// `ecdsa-p256` if it was never set. Another kind is another key, and needs `allow_replace`.
    #[tf(optional, computed, keep_state, validate(key_algorithm))]
    pub key_algorithm: String,
    /// A file into which the request is written, for those who fetch it from there.
    #[tf(optional)]
    pub csr_file: Option<FileSettings>,
    /// Permits a new key of its own in place of one that is lost, or of another kind. The old key is set aside, not deleted;
    /// one in the state is gone.
    #[tf(optional, default = false)]
    pub allow_replace: bool,
    /// Whether destroying the object removes its own key. The file of the request is removed in any case.
    #[tf(optional, default = true)]
    pub delete_on_destroy: bool,
    /// The request, as PEM.
    #[tf(computed, depends_on(subject, dns_names, ip_addresses, uris, email_addresses))]
    pub csr_pem: String,
    /// The key identifier that the certificate gets, in hexadecimal.
    #[tf(computed, keep_state)]
    pub key_id: String,
    /// The public key, as PEM.
    #[tf(computed, keep_state)]
    pub public_key_pem: String,
    /// Its own key as PEM, if the home of that is the state; else null.
    #[tf(computed, keep_state)]
    pub private_key_pem_in_state: Option<Secret>,
    /// What was found different from what it should be, when the files were looked at last. The next apply repairs it.
    #[tf(computed, keep_state)]
    pub drift: Vec<String>,
}

impl Resource for CertificateRequest {
    type Provider = SecretZero;

    async fn create(cx: &Context<SecretZero>, plan: Plan<Self>) -> Outcome<Self> {
        let (declared, promised) = Declared::of(plan);
        let template = declared.template()?;
        if declared.uses_files() {
            machine::remember(&mut cx.private())?;
        }
        let key = declared.new_key(cx, &promised).await?;
        let request = declared::sign(template, &key)?;
        let csr_pem = match &declared.csr_file {
            Some(file) => csr_file::install(cx, file, &request)?,
            None => request.to_pem(),
        };
        let made = Made::of(&key, declared.in_state(cx, &key)?);
        let id = promised.id.clone().unwrap_or_else(|| made.key_id.clone());
        Ok(declared.into_state(id, made, promised, csr_pem))
    }

    async fn read(cx: &Context<SecretZero>, state: Self) -> Outcome<Option<Self>> {
        if state.uses_files() && machine::elsewhere(&cx.private()) {
            cx.warn_once(machine::warning("Certificate requests"));
            // What was found there is for that machine to find again, and nothing to plan here.
            return Ok(Some(Self { drift: Vec::new(), ..state }));
        }
        let mut found = Vec::new();
        if let Some(declared) = &state.key {
            let home = Home::of(declared, &Self::KEY.path(), cx)?;
            let drift = drift(declared, &home, &state.key_id, state.private_key_pem_in_state.as_ref()).await;
            found.extend(drift.map_err(|error| error.reading(&Self::KEY.path()))?);
        }
        found.extend(csr_file::file().differences(state.csr_file.as_ref(), &state.csr_pem)?);
        Ok(Some(Self { drift: found, ..state }))
    }

    async fn update(cx: &Context<SecretZero>, prior: Self, plan: Plan<Self>) -> Outcome<Self> {
        let (declared, promised) = Declared::of(plan);
        let template = declared.template()?;
        let is_file_touched =
            declared.csr_file != prior.csr_file || promised.csr_pem.is_none() || !prior.drift.is_empty();
        if is_file_touched && (declared.csr_file.is_some() || prior.csr_file.is_some()) {
            machine::required_here(&cx.private(), "Writing a certificate request")?;
            machine::remember(&mut cx.private())?;
        }
        let key = declared.changed_key(cx, &prior, &promised).await?;
        let csr_pem = match (promised.csr_pem.clone(), &key) {
            (Some(promised), _) => promised,
            (None, Some((key, _))) => declared::renewed(&prior.csr_pem, &declared::sign(template, key)?),
            (None, None) => prior.csr_pem.clone(),
        };
        if is_file_touched {
            let (old, new) = (prior.csr_file.as_ref(), declared.csr_file.as_ref());
            csr_file::file().update(cx, (old, &prior.csr_pem), (new, &csr_pem))?;
        }
        let made = match key {
            Some((key, in_state)) => Made::of(&key, in_state),
            None => Made::before(&prior, declared.key.is_some()),
        };
        Ok(declared.into_state(prior.id, made, promised, csr_pem))
    }

    async fn delete(cx: &Context<SecretZero>, state: Self) -> Outcome<()> {
        if let Some(file) = &state.csr_file {
            machine::required_here(&cx.private(), "Removing a certificate request")?;
            csr_file::file().remove(cx, file, &state.csr_pem)?;
        }
        match &state.key {
            Some(key) => {
                let home = Home::of(key, &Self::KEY.path(), cx)?;
                remove(cx, &home, &state.key_id, state.delete_on_destroy).await
            }
            None => Ok(()),
        }
    }

    fn plan(_: &Context<SecretZero>, draft: &mut Draft<'_, Self>) -> Outcome<()> {
        planning::look_over(draft)
    }

    fn validate(config: &Config<'_, Self>) -> Diagnostics {
        let mut diagnostics = declared::check(config);
        if let Setting::Known(home) = config.get(Self::KEY) {
            diagnostics.extend(home.check(&Self::KEY.path()));
        }
        if let Setting::Known(file) = config.get(Self::CSR_FILE) {
            diagnostics.extend(file.check(&Self::CSR_FILE.path()));
        }
        diagnostics
    }

    fn moves() -> Vec<Move<Self>> {
        vec![Move::from("tls_cert_request", 0..=0, moved::adopt)]
    }
}

impl CertificateRequest {
    fn uses_files(&self) -> bool {
        self.csr_file.is_some() || self.key.as_ref().is_some_and(|key| key.file.is_some())
    }
}
