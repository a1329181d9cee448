//! `secretzero_certificate`: a certificate for a server, a client or both, issued by an authority of ours.
//!
//! Its key is its own, that of another resource, or one that only its owner knows, who sent a request. It is renewed in
//! place and installed as a file, and whoever uses the file is told.

mod moved;
mod planning;
mod settings;
mod source;

use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::{Model, Plan, Secret};
use tf_framework::validate::{one_of, range};
use tf_framework::{Config, Context, Draft, Move, Outcome, Resource};

use self::settings::Settings;
use super::private_key::{KeyReference, declarable, drift, key_algorithm, remove};
use crate::installed_file::FileSettings;
use crate::issuer::IssuerReference;
use crate::key_home::{Home, KeyHome};
use crate::on_change::OnChange;
use crate::stored::id_of_key;
use crate::subject::SubjectSettings;
use crate::{SecretZero, clock, import_id, installed_certificate, lint_report, machine, renewal};

const TYPE: &str = "secretzero_certificate";

/// A year.
const VALIDITY_PERIOD_HOURS: i64 = 8_760;

/// Private state: whoever uses the files has not been told of their last change.
const UNTOLD: &str = "on_change_is_due";

/// A certificate for a TLS server, a client or both.
///
/// Its key is made in the home that `key` names; or it is that of a `secretzero_private_key`, to which `private_key`
/// refers; or only its owner knows it, and `csr_pem` is the owner's request. If there is a key of the declared kind in
/// the home already, it is taken over with a warning; so is a certificate that says what is declared.
///
/// It is renewed in place, with the same key unless `new_key_on_renewal` is set. It is issued anew if its issuer is
/// replaced, and not if that is only renewed.
///
/// Drift is seen in its files: whether they are there and have what they should, their mode, owner and group; and in the field
/// of a secret, if its key is there.
///
/// ## From openssl scripts
///
/// Import what the script has made: `tofu import secretzero_certificate.vault vault.key,vault.pem`. If its issuer is the
/// declared one, and it says what is declared, it stays until it is due for renewal. A script that signs requests is replaced
/// by `csr_pem`.
///
/// ## From the tls provider
///
/// A `tls_locally_signed_cert` moves over as the answer to its request, and is not issued anew as long as that and the key of
/// its authority are the same:
///
/// ```terraform
/// moved {
///   from = tls_locally_signed_cert.vault
///   to   = secretzero_certificate.vault
/// }
///
/// resource "secretzero_certificate" "vault" {
///   issuer                = secretzero_certificate_authority.root.issuer
///   csr_pem               = secretzero_certificate_request.vault.csr_pem
///   profile               = "server"
///   validity_period_hours = 8760 # as it was
/// }
/// ```
///
/// Its key and its request are resources of their own, and move over as such.
#[expect(clippy::duplicated_attributes, reason = "several pairs are in conflict, and each is one rule")]
#[derive(Model)]
#[tf(
    resource = "certificate",
    import = "{id}",
    exactly_one_of(key, private_key, csr_pem),
    conflicting(csr_pem, subject),
    conflicting(csr_pem, dns_names),
    conflicting(csr_pem, ip_addresses),
    conflicting(csr_pem, uris),
    conflicting(csr_pem, email_addresses),
    conflicting(csr_pem, key_algorithm),
    conflicting(csr_pem, new_key_on_renewal),
    conflicting(private_key, new_key_on_renewal),
    conflicting(private_key, key_algorithm)
)]
pub struct Certificate {
    /// What it was made of, which is also its import id: the files of key and certificate, with a comma between them.
    /// The key identifier if its key was not made in a file. It stays when they move.
    #[tf(computed, keep_state, identity)]
    pub id: String,
    /// Who issues it: the output `issuer` of a `secretzero_certificate_authority`.
    #[tf(required)]
    pub issuer: IssuerReference,
    /// What it is for: `server`, `client` or `server_and_client`.
    #[tf(optional, default = "server", validate(one_of(&["server", "client", "server_and_client"])))]
    pub profile: String,
    /// Who it is for. It may be left out if there is another name.
    #[tf(optional)]
    pub subject: Option<SubjectSettings>,
    /// Host names, also such as `*.home.arpa`. Clients look here, and not at the common name.
    #[tf(optional)]
    pub dns_names: Option<Vec<String>>,
    /// IP addresses, IPv4 or IPv6. A server that is reached by its address needs it here.
    #[tf(optional)]
    pub ip_addresses: Option<Vec<String>>,
    /// Absolute URIs.
    #[tf(optional)]
    pub uris: Option<Vec<String>>,
    /// E-mail addresses.
    #[tf(optional)]
    pub email_addresses: Option<Vec<String>>,
    /// Where the revocation list of the issuer can be fetched.
    #[tf(optional)]
    pub crl_urls: Option<Vec<String>>,
    /// Where its own key lives. Changing it moves the key.
    #[tf(optional)]
    pub key: Option<KeyHome>,
    /// The key of another resource: the `reference` of a `secretzero_private_key`.
    #[tf(optional)]
    pub private_key: Option<KeyReference>,
    /// A certificate request, as PEM. Subject and names are what it asks for.
    #[tf(optional)]
    pub csr_pem: Option<String>,
    /// The kind of its own key: `rsa2048`, `rsa3072`, `rsa4096`, `ecdsa-p256`, `ecdsa-p384`, `ecdsa-p521` or `ed25519`.
    /// `ecdsa-p256` if it was never set. Another kind is another key, and needs `allow_replace`.
    #[tf(optional, computed, keep_state, validate(key_algorithm))]
    pub key_algorithm: String,
    /// How many hours it is valid. A year if it is not set. Never longer than its issuer.
    #[tf(optional, default = VALIDITY_PERIOD_HOURS, validate(range(1..)))]
    pub validity_period_hours: i64,
    /// How many hours before its end it is renewed. A third of its life if it is not set. Whether a change of it makes the
    /// certificate due is seen by the next refresh.
    #[tf(optional, validate(range(0..)))]
    pub early_renewal_hours: Option<i64>,
    /// Whether each renewal makes a new key of its own, of the same kind, in the same home. The old key is set aside as
    /// with `allow_replace`, which this does not need. A certificate that is issued anew for another reason keeps its
    /// key.
    #[tf(optional, default = false)]
    pub new_key_on_renewal: bool,
    /// A file with the certificate, followed by the authorities between it and the root: what a server presents.
    #[tf(optional)]
    pub certificate_file: Option<FileSettings>,
    /// A file with the certificate of the root, which clients need.
    #[tf(optional)]
    pub ca_certificate_file: Option<FileSettings>,
    /// What is told when an update has changed a file, so that it is served without a restart.
    #[tf(optional)]
    pub on_change: Option<OnChange>,
    /// Permits a new key of its own in place of one that is lost, or of another kind. The old key is set aside beside
    /// the new one, as a file whose name ends in `.replaced-` and the time, or as an earlier version of the secret; one in the
    /// state is gone.
    #[tf(optional, default = false)]
    pub allow_replace: bool,
    /// Whether destroying the object removes its own key. The files of certificates are removed in any case.
    #[tf(optional, default = true)]
    pub delete_on_destroy: bool,

    /// The certificate, as PEM.
    #[tf(computed, keep_state)]
    pub certificate_pem: String,
    /// The certificate as PEM, followed by the authorities between it and the root.
    #[tf(computed, keep_state)]
    pub certificate_chain_pem: String,
    /// The certificate of the root as PEM, which clients need.
    #[tf(computed, keep_state)]
    pub ca_certificate_pem: String,
    /// SHA-256 of the certificate, in hexadecimal.
    #[tf(computed, keep_state)]
    pub fingerprint_sha256: String,
    /// The serial number of the certificate, in hexadecimal. Each renewal has a new one.
    #[tf(computed, keep_state)]
    pub serial_number: String,
    /// The key identifier, in hexadecimal.
    #[tf(computed, keep_state)]
    pub key_id: String,
    /// The public key, as PEM.
    #[tf(computed, keep_state)]
    pub public_key_pem: String,
    /// From when it is valid, as RFC 3339 writes it.
    #[tf(computed, keep_state)]
    pub not_before: String,
    /// Until when it is valid, as RFC 3339 writes it.
    #[tf(computed, keep_state)]
    pub not_after: String,
    /// Whether it was so near its end, when it was looked at last, that the next apply renews it.
    #[tf(computed, renewal_flag)]
    pub ready_for_renewal: bool,
    /// Its own key as PEM, if the home of that is the state; else null.
    #[tf(computed, keep_state)]
    pub private_key_pem_in_state: Option<Secret>,
    /// What was found different from what it should be, when the files were looked at last. The next apply repairs it.
    #[tf(computed, keep_state)]
    pub drift: Vec<String>,
}

impl Resource for Certificate {
    type Provider = SecretZero;

    async fn create(cx: &Context<SecretZero>, plan: Plan<Self>) -> Outcome<Self> {
        let (settings, promised) = settings::taken_apart(plan);
        // Before a key is made: an issuer that can't sign must not leave one behind.
        let issuer = settings.issuer.load(&Self::ISSUER.path(), cx).await?;
        settings.consider_now(&issuer)?;
        if settings.uses_files() {
            machine::remember(&mut cx.private())?;
        }
        let key = settings.source()?.new_key(cx, &promised).await?;
        let mut issued = settings.issue(&key.public, &issuer)?;
        if let Some(file) = &settings.certificate_file {
            let (at, import) = (Self::CERTIFICATE_FILE.path(), settings.import_command());
            let window = renewal::window(settings.validity_period_hours, settings.early_renewal_hours);
            let is_due = |found: &pki::Certificate| pki::ready_for_renewal(found.not_after(), window, clock::now());
            issued = installed_certificate::settle(cx, file, at, issued, is_due, &import)?;
        }
        if let Some(file) = &settings.ca_certificate_file {
            installed_certificate::file(Self::CA_CERTIFICATE_FILE.path()).create(file, &issued.root_pem())?;
        }
        let id = promised.id.clone().unwrap_or_else(|| issued.key_id());
        Ok(settings.into_state(id, &issued, key.kind(&promised), key.in_state))
    }

    async fn read(cx: &Context<SecretZero>, state: Self) -> Outcome<Option<Self>> {
        if state.uses_files() && machine::elsewhere(&cx.private()) {
            cx.warn_once(machine::warning("Certificates"));
            return Ok(Some(Self { drift: Vec::new(), ..state }));
        }
        let mut found = Vec::new();
        if let Some(declared) = &state.key {
            let home = Home::of(declared, &Self::KEY.path(), cx)?;
            let key_id = id_of_key(&state.public_key_pem)?;
            let drift = drift(declared, &home, &key_id, state.private_key_pem_in_state.as_ref()).await;
            found.extend(drift.map_err(|error| error.reading(&Self::KEY.path()))?);
        }
        for (file, at, content) in [
            (&state.certificate_file, Self::CERTIFICATE_FILE.path(), &state.certificate_chain_pem),
            (&state.ca_certificate_file, Self::CA_CERTIFICATE_FILE.path(), &state.ca_certificate_pem),
        ] {
            found.extend(installed_certificate::file(at).differences(file.as_ref(), content)?);
        }
        if state.on_change.is_some() && cx.private().get::<bool>(UNTOLD) == Some(true) {
            found.push("on_change: did not succeed".to_owned());
        }
        let early = renewal::window(state.validity_period_hours, state.early_renewal_hours);
        let ready_for_renewal = renewal::is_due(&state.not_after, early, clock::now())?;
        Ok(Some(Self { drift: found, ready_for_renewal, ..state }))
    }

    async fn update(cx: &Context<SecretZero>, prior: Self, plan: Plan<Self>) -> Outcome<Self> {
        let (settings, promised) = settings::taken_apart(plan);
        let is_untold = cx.private().get::<bool>(UNTOLD) == Some(true);
        if settings.leaves_all(&prior, &promised) && !is_untold {
            let (issued, in_state) = (settings.unchanged(&prior)?, prior.private_key_pem_in_state);
            return Ok(settings.into_state(prior.id, &issued, prior.key_algorithm, in_state));
        }
        settings.require_here(cx, &prior)?;
        let mut issuer = None;
        if promised.certificate_pem.is_none() {
            let loaded = settings.issuer.load(&Self::ISSUER.path(), cx).await?;
            settings.consider_now(&loaded)?;
            issuer = Some(loaded);
        }
        let key = settings.source()?.changed_key(cx, &prior, &promised, settings.rekeys(&prior)).await?;
        let issued = match &issuer {
            Some(issuer) => settings.issue(&key.public, issuer)?,
            None => settings.unchanged(&prior)?,
        };
        let kind = key.kind(&promised);
        let is_new_key = key.is_changed;
        let in_state = key.in_state;
        let (chain, root) = (issued.chain_pem(), issued.root_pem());
        let files = [
            (Self::CERTIFICATE_FILE.path(), &prior.certificate_file, &settings.certificate_file),
            (Self::CA_CERTIFICATE_FILE.path(), &prior.ca_certificate_file, &settings.ca_certificate_file),
        ];
        let contents = [(&prior.certificate_chain_pem, &chain), (&prior.ca_certificate_pem, &root)];
        // A file that is as it should be by now may have been changed by an apply that was cut off before it could
        // tell.
        let mut is_changed = is_new_key || is_untold || !prior.drift.is_empty();
        for ((at, old, new), (before, now)) in files.into_iter().zip(contents) {
            is_changed |= installed_certificate::file(at).update(cx, (old.as_ref(), before), (new.as_ref(), now))?;
        }
        let on_change = settings.on_change.clone().filter(|_| is_changed);
        let state = settings.into_state(prior.id, &issued, kind, in_state);
        if let Some(on_change) = on_change {
            cx.checkpoint(&state);
            cx.private().set(UNTOLD, &true)?;
            let told = on_change.run().await.map_err(|error| Diagnostic::from(error).at(Self::ON_CHANGE.path()))?;
            told.into_iter().for_each(|warning| cx.warn(warning));
        }
        cx.private().remove(UNTOLD);
        Ok(state)
    }

    async fn delete(cx: &Context<SecretZero>, state: Self) -> Outcome<()> {
        for (file, at, content) in [
            (&state.certificate_file, Self::CERTIFICATE_FILE.path(), &state.certificate_chain_pem),
            (&state.ca_certificate_file, Self::CA_CERTIFICATE_FILE.path(), &state.ca_certificate_pem),
        ] {
            let Some(file) = file else { continue };
            machine::required_here(&cx.private(), "Removing a certificate")?;
            installed_certificate::file(at).remove(cx, file, content)?;
        }
        let Some(key) = &state.key else { return Ok(()) };
        let home = Home::of(key, &Self::KEY.path(), cx)?;
        remove(cx, &home, &id_of_key(&state.public_key_pem)?, state.delete_on_destroy).await
    }

    fn plan(_: &Context<SecretZero>, draft: &mut Draft<'_, Self>) -> Outcome<()> {
        planning::plan(draft)
    }

    fn validate(config: &Config<'_, Self>) -> Diagnostics {
        planning::validate(config)
    }

    async fn import(cx: &Context<SecretZero>, identity: CertificateIdentity) -> Outcome<Option<Self>> {
        let CertificateIdentity { id } = identity;
        let summary = format!("Importing the certificate {id:?}");
        let Some(found) = import_id::read(cx, &id, &summary).await? else { return Ok(None) };
        machine::remember(&mut cx.private())?;
        let kind = declarable(found.key.public_key(), &summary)?.to_string();
        let settings = Settings::found(&found, &summary)?;
        if let Some(report) = lint_report::report(&found.issued.certificate, clock::now()) {
            cx.warn(report);
        }
        Ok(Some(settings.into_state(id, &found.issued, kind, None)))
    }

    fn moves() -> Vec<Move<Self>> {
        vec![Move::from("tls_locally_signed_cert", 0..=0, moved::adopt)]
    }
}
