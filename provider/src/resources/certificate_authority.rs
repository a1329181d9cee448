//! `secretzero_certificate_authority`: a root, or an authority below another one.
//!
//! Its key is made in its home, once, and never shown. The certificate is renewed in place with the same key, so that
//! what was issued stays valid. Another key is another authority, and has to be permitted.

mod moved;
mod planning;
mod settings;

use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::{Model, Plan, Secret};
use tf_framework::validate::range;
use tf_framework::{Config, Context, Draft, Move, Outcome, Resource};

use self::settings::Settings;
use super::private_key::{Held, NewKey, Replacement, algorithm, declarable, drift, key_algorithm, remove, settle};
use crate::installed_file::FileSettings;
use crate::issuer::{IssuerOutput, IssuerReference};
use crate::key_home::{Home, KeyHome};
use crate::stored::id_of_key;
use crate::subject::SubjectSettings;
use crate::subtrees::SubtreeSettings;
use crate::{SecretZero, clock, import_id, installed_certificate, lint_report, machine, renewal};

const TYPE: &str = "secretzero_certificate_authority";

/// Ten years.
const VALIDITY_PERIOD_HOURS: i64 = 87_600;

/// A certificate authority: a root, or one below another.
///
/// Its private key has one home, is made there, and is never shown. If there is a key of the declared kind already, it
/// is taken over with a warning; so is a certificate that says what is declared.
///
/// It is renewed in place with the same key, and what it issued stays valid. A changed subject, another kind of key and
/// a lost key need another key and so another authority: that is an error unless `allow_replace` is true.
///
/// Drift is seen in its files: whether they are there and have what they should, their mode, owner and group; and in the field
/// of a secret, if its key is there.
///
/// ## From openssl scripts
///
/// Import what the script has made: `tofu import secretzero_certificate_authority.root pki/root.key,pki/root.pem`. A report
/// names what strict verifiers refuse, such as a missing keyUsage, and a root that lives for 30 days. The next renewal mends
/// it, and so does another `validity_period_hours` at once: with the same key and name, so that all that it has issued stays
/// valid.
///
/// ## From the tls provider
///
/// A `tls_self_signed_cert` moves over with certificate and key, which stays in the state until another home is named. So
/// first apply this:
///
/// ```terraform
/// moved {
///   from = tls_self_signed_cert.root
///   to   = secretzero_certificate_authority.root
/// }
///
/// resource "secretzero_certificate_authority" "root" {
///   subject               = { common_name = "Home Root" }
///   key                   = { in_state = true }
///   key_algorithm         = "ecdsa-p384" # as it was
///   validity_period_hours = 87600        # as it was
/// }
/// ```
///
/// Then name a file, `key = { file = "pki/root.key" }`, and apply again. Older versions of the state still have the key: if
/// somebody else may have read them, make a new authority and move over to that.
#[derive(Model)]
#[tf(resource = "certificate_authority", import = "{id}")]
pub struct CertificateAuthority {
    /// What it was made of, which is also its import id: the files of key and certificate, with a comma between them.
    /// The key identifier if its key was not made in a file. It stays when they move.
    #[tf(computed, keep_state, identity)]
    pub id: String,
    /// Its name. It stands in everything that it issues, so another one is another authority.
    #[tf(required)]
    pub subject: SubjectSettings,
    /// The authority above it: the output `issuer` of another `secretzero_certificate_authority`. A root has none.
    #[tf(optional)]
    pub parent: Option<IssuerReference>,
    /// Where its key lives. Changing it moves the key.
    #[tf(required)]
    pub key: KeyHome,
    /// The kind of key: `rsa2048`, `rsa3072`, `rsa4096`, `ecdsa-p256`, `ecdsa-p384`, `ecdsa-p521` or `ed25519`. Another
    /// kind is another authority.
    #[tf(optional, default = "ecdsa-p256", validate(key_algorithm))]
    pub key_algorithm: String,
    /// How many authorities may follow below it; 0 if it certifies servers and clients only. Any number if it is not
    /// set.
    #[tf(optional)]
    pub path_length: Option<u8>,
    /// Whether the key may also sign other things than certificates and revocation lists, which some servers want.
    #[tf(optional, default = true)]
    pub digital_signature: bool,
    /// The names that it may certify. Of a kind that is not listed it may certify all.
    #[tf(optional)]
    pub permitted: Option<SubtreeSettings>,
    /// Names that it may not certify.
    #[tf(optional)]
    pub excluded: Option<SubtreeSettings>,
    /// Where the revocation list of its issuer can be fetched.
    #[tf(optional)]
    pub crl_urls: Option<Vec<String>>,
    /// How many hours its certificate is valid. Ten years if it is not set.
    #[tf(optional, default = VALIDITY_PERIOD_HOURS, validate(range(1..)))]
    pub validity_period_hours: i64,
    /// How many hours before its end the certificate is renewed. A third of its life if it is not set. Whether a change of it
    /// makes the certificate due is seen by the next refresh.
    #[tf(optional, validate(range(0..)))]
    pub early_renewal_hours: Option<i64>,
    /// A file with its certificate, as clients that trust it take it. For an authority below another one, those between
    /// it and the root follow.
    #[tf(optional)]
    pub certificate_file: Option<FileSettings>,
    /// Permits another key, and with it another authority, if the subject or the kind of key changes or the key is
    /// lost. The old key is set aside beside the new one, as a file whose name ends in `.replaced-` and the time,
    /// or as an earlier version of the secret.
    #[tf(optional, default = false)]
    pub allow_replace: bool,
    /// Whether destroying the object removes the key.
    #[tf(optional, default = false)]
    pub delete_on_destroy: bool,

    /// The certificate, as PEM.
    #[tf(computed, keep_state)]
    pub certificate_pem: String,
    /// The certificate as PEM, followed by those between it and the root.
    #[tf(computed, keep_state)]
    pub certificate_chain_pem: String,
    /// The PEM in base64 on one line, as Kubernetes takes it for `caBundle`.
    #[tf(computed, keep_state)]
    pub certificate_base64: String,
    /// SHA-256 of the certificate, in hexadecimal.
    #[tf(computed, keep_state)]
    pub fingerprint_sha256: String,
    /// The serial number of the certificate, in hexadecimal.
    #[tf(computed, keep_state)]
    pub serial_number: String,
    /// The key identifier, in hexadecimal, by which what it issues refers to it. A renewal keeps it.
    #[tf(computed, keep_state)]
    pub key_id: String,
    /// The public key, as PEM.
    #[tf(computed, keep_state)]
    pub public_key_pem: String,
    /// From when the certificate is valid, as RFC 3339 writes it.
    #[tf(computed, keep_state)]
    pub not_before: String,
    /// Until when it is valid, as RFC 3339 writes it.
    #[tf(computed, keep_state)]
    pub not_after: String,
    /// Whether it was so near its end, when it was looked at last, that the next apply renews it.
    #[tf(computed, renewal_flag)]
    pub ready_for_renewal: bool,
    /// What other resources take as their `issuer` or `parent`.
    #[tf(computed, keep_state)]
    pub issuer: IssuerOutput,
    /// The key as PEM, if its home is the state; else null.
    #[tf(computed, keep_state)]
    pub private_key_pem_in_state: Option<Secret>,
    /// What was found different from what it should be, when the files were looked at last. The next apply repairs it.
    #[tf(computed, keep_state)]
    pub drift: Vec<String>,
}

impl Resource for CertificateAuthority {
    type Provider = SecretZero;

    async fn create(cx: &Context<SecretZero>, plan: Plan<Self>) -> Outcome<Self> {
        let (settings, promised) = settings::taken_apart(plan);
        let parent = settings.load_parent(cx).await?;
        let home = settings.home(cx)?;
        if settings.uses_files() {
            machine::remember(&mut cx.private())?;
        }
        let wanted = NewKey::of(TYPE, algorithm(&settings.key_algorithm)?);
        let key = settle(cx, &home, &Self::KEY.path(), wanted).await?;
        let mut issued = settings.issue(&key, parent.as_ref(), None)?;
        if let Some(file) = &settings.certificate_file {
            let (at, import) = (Self::CERTIFICATE_FILE.path(), settings.import_command());
            let window = renewal::window(settings.validity_period_hours, settings.early_renewal_hours);
            let is_due = |found: &pki::Certificate| pki::ready_for_renewal(found.not_after(), window, clock::now());
            issued = installed_certificate::settle(cx, file, at, issued, is_due, &import)?;
        }
        let id = promised.id.unwrap_or_else(|| issued.key_id());
        let in_state = home.in_state(&key).map_err(Diagnostic::from)?;
        Ok(settings.into_state(id, &issued, in_state))
    }

    async fn read(cx: &Context<SecretZero>, state: Self) -> Outcome<Option<Self>> {
        let home = Home::of(&state.key, &Self::KEY.path(), cx)?;
        if state.uses_files() && machine::elsewhere(&cx.private()) {
            cx.warn_once(machine::warning("Certificate authorities"));
            return Ok(Some(Self { drift: Vec::new(), ..state }));
        }
        let key_id = id_of_key(&state.public_key_pem)?;
        let mut found = drift(&state.key, &home, &key_id, state.private_key_pem_in_state.as_ref())
            .await
            .map_err(|error| error.reading(&Self::KEY.path()))?;
        let file = installed_certificate::file(Self::CERTIFICATE_FILE.path());
        found.extend(file.differences(state.certificate_file.as_ref(), &state.certificate_chain_pem)?);
        let early = renewal::window(state.validity_period_hours, state.early_renewal_hours);
        let ready_for_renewal = renewal::is_due(&state.not_after, early, clock::now())?;
        Ok(Some(Self { drift: found, ready_for_renewal, ..state }))
    }

    async fn update(cx: &Context<SecretZero>, prior: Self, plan: Plan<Self>) -> Outcome<Self> {
        let (settings, promised) = settings::taken_apart(plan);
        if settings.leaves_all(&prior, &promised) {
            let (issued, in_state) = (settings.unchanged(&prior)?, prior.private_key_pem_in_state);
            return Ok(settings.into_state(prior.id, &issued, in_state));
        }
        settings.require_here(cx, &prior)?;
        let issues = promised.certificate_pem.is_none();
        // Before anything is changed: a parent that can't sign must not leave a new key behind.
        let parent = if issues { settings.load_parent(cx).await? } else { None };
        let replacement = match promised.key_id {
            Some(_) => None,
            None => Some(Replacement {
                algorithm: algorithm(&settings.key_algorithm)?,
                is_other: settings.subject != prior.subject,
            }),
        };
        let key_id = id_of_key(&prior.public_key_pem)?;
        let in_state = prior.private_key_pem_in_state.as_ref();
        let held = Held { home: &prior.key, key_id: &key_id, in_state };
        let (key, in_state) = held.change(cx, TYPE, &Self::KEY.path(), &settings.key, replacement).await?;
        let issued =
            if issues { settings.issue(&key, parent.as_ref(), Some(&prior))? } else { settings.unchanged(&prior)? };
        let chain = issued.chain_pem();
        let old = (prior.certificate_file.as_ref(), prior.certificate_chain_pem.as_str());
        let new = (settings.certificate_file.as_ref(), chain.as_str());
        installed_certificate::file(Self::CERTIFICATE_FILE.path()).update(cx, old, new)?;
        Ok(settings.into_state(prior.id, &issued, in_state))
    }

    async fn delete(cx: &Context<SecretZero>, state: Self) -> Outcome<()> {
        let key_id = id_of_key(&state.public_key_pem)?;
        let home = Home::of(&state.key, &Self::KEY.path(), cx)?;
        if let Some(file) = &state.certificate_file {
            machine::required_here(&cx.private(), "Removing a certificate authority")?;
            let text = installed_certificate::file(Self::CERTIFICATE_FILE.path());
            text.remove(cx, file, &state.certificate_chain_pem)?;
        }
        remove(cx, &home, &key_id, state.delete_on_destroy).await
    }

    fn plan(_: &Context<SecretZero>, draft: &mut Draft<'_, Self>) -> Outcome<()> {
        planning::plan(draft)
    }

    fn validate(config: &Config<'_, Self>) -> Diagnostics {
        planning::validate(config)
    }

    async fn import(cx: &Context<SecretZero>, identity: CertificateAuthorityIdentity) -> Outcome<Option<Self>> {
        let CertificateAuthorityIdentity { id } = identity;
        let summary = format!("Importing the certificate authority {id:?}");
        let Some(found) = import_id::read(cx, &id, &summary).await? else { return Ok(None) };
        machine::remember(&mut cx.private())?;
        let kind = declarable(found.key.public_key(), &summary)?;
        let settings = Settings::found(&found, kind, &summary)?;
        if let Some(report) = lint_report::report(&found.issued.certificate, clock::now()) {
            cx.warn(report);
        }
        Ok(Some(settings.into_state(id, &found.issued, None)))
    }

    fn moves() -> Vec<Move<Self>> {
        vec![Move::from("tls_self_signed_cert", 0..=0, moved::adopt)]
    }
}
