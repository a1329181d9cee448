//! What a configuration asks for, and the request that comes of it.

use pki::{Csr, CsrRequest, CsrTemplate};
use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::{Plan, Secret};
use tf_framework::{Config, Context, Outcome};

use super::super::private_key::{DEFAULT_ALGORITHM, Held, KeyReference, NewKey, Replacement, algorithm, kind, settle};
use super::{CertificateRequest, CertificateRequestPlan};
use crate::SecretZero;
use crate::installed_file::FileSettings;
use crate::key_home::{Home, KeyHome};
use crate::refusal::{self, Places};
use crate::subject::SubjectSettings;

/// The name of the resource, for messages.
const OWNER: &str = "secretzero_certificate_request";
const SUMMARY: &str = "The certificate request can't be made";

/// What the user says.
pub(super) struct Declared {
    subject: Option<SubjectSettings>,
    dns_names: Option<Vec<String>>,
    ip_addresses: Option<Vec<String>>,
    uris: Option<Vec<String>>,
    email_addresses: Option<Vec<String>>,
    pub(super) key: Option<KeyHome>,
    private_key: Option<KeyReference>,
    pub(super) csr_file: Option<FileSettings>,
    allow_replace: bool,
    delete_on_destroy: bool,
}

/// What the plan says of the rest. `None` is for the apply to decide.
pub(super) struct Promised {
    pub(super) id: Option<String>,
    pub(super) key_algorithm: Option<String>,
    pub(super) key_id: Option<String>,
    pub(super) csr_pem: Option<String>,
}

/// What follows from the key.
pub(super) struct Made {
    key_algorithm: String,
    pub(super) key_id: String,
    public_key_pem: String,
    in_state: Option<Secret>,
}

impl Declared {
    pub(super) fn of(plan: Plan<CertificateRequest>) -> (Self, Promised) {
        let CertificateRequestPlan { subject, dns_names, ip_addresses, uris, email_addresses, .. } = plan;
        let declared = Self {
            subject: subject.map(SubjectSettings::from),
            dns_names,
            ip_addresses,
            uris,
            email_addresses,
            key: plan.key.map(KeyHome::from),
            private_key: plan.private_key.map(KeyReference::from),
            csr_file: plan.csr_file.map(FileSettings::from),
            allow_replace: plan.allow_replace,
            delete_on_destroy: plan.delete_on_destroy,
        };
        let promised = Promised {
            id: plan.id.known(),
            key_algorithm: plan.key_algorithm.known(),
            key_id: plan.key_id.known(),
            csr_pem: plan.csr_pem.known(),
        };
        (declared, promised)
    }

    pub(super) fn uses_files(&self) -> bool {
        self.csr_file.is_some() || self.key.as_ref().is_some_and(|key| key.file.is_some())
    }

    /// The request without key and signature.
    pub(super) fn template(&self) -> Result<CsrTemplate, Diagnostics> {
        let texts = |list: &Option<Vec<String>>| list.clone().unwrap_or_default();
        let request = CsrRequest {
            profile: None,
            subject: self.subject.as_ref().map(SubjectSettings::to_pki).unwrap_or_default(),
            dns_names: texts(&self.dns_names),
            ip_addresses: texts(&self.ip_addresses),
            uris: texts(&self.uris),
            email_addresses: texts(&self.email_addresses),
        };
        request.validate().map_err(|refusal| refusal::diagnostics(&refusal, SUMMARY, &Places::default()))
    }

    /// The key for a request that is new.
    pub(super) async fn new_key(&self, cx: &Context<SecretZero>, promised: &Promised) -> Outcome<pki::PrivateKey> {
        match (&self.key, &self.private_key) {
            (Some(declared), _) => {
                let home = Home::of(declared, &CertificateRequest::KEY.path(), cx)?;
                let wanted = NewKey::of(OWNER, promised.algorithm()?);
                settle(cx, &home, &CertificateRequest::KEY.path(), wanted).await
            }
            (None, Some(reference)) => Ok(reference.load(&CertificateRequest::PRIVATE_KEY.path(), cx).await?),
            (None, None) => Err(Diagnostic::error(SUMMARY)
                .detail("Neither `key` nor `private_key` is set.")
                .remedy("Set one of them.")
                .into()),
        }
    }

    /// The key for a request that is there already, after the change, with the value of `private_key_pem_in_state`. `None` if
    /// nothing needs it.
    pub(super) async fn changed_key(
        &self,
        cx: &Context<SecretZero>,
        prior: &CertificateRequest,
        promised: &Promised,
    ) -> Outcome<Option<(pki::PrivateKey, Option<Secret>)>> {
        let (Some(declared), Some(before)) = (&self.key, &prior.key) else {
            self.warn_of_own_key_left(cx, prior)?;
            if promised.csr_pem.is_some() && promised.key_id.is_some() {
                return Ok(None);
            }
            let key = self.new_key(cx, promised).await?;
            let in_state = self.in_state(cx, &key)?;
            return Ok(Some((key, in_state)));
        };
        let is_untouched = declared == before && prior.drift.is_empty();
        if promised.csr_pem.is_some() && promised.key_id.is_some() && is_untouched {
            return Ok(None);
        }
        let replacement = match promised.key_id {
            Some(_) => None,
            None => Some(Replacement { algorithm: promised.algorithm()?, is_other: false }),
        };
        let in_state = prior.private_key_pem_in_state.as_ref();
        let held = Held { home: before, key_id: &prior.key_id, in_state };
        held.change(cx, OWNER, &CertificateRequest::KEY.path(), declared, replacement).await.map(Some)
    }

    fn warn_of_own_key_left(&self, cx: &Context<SecretZero>, prior: &CertificateRequest) -> Outcome<()> {
        if let (Some(before), Some(reference)) = (&prior.key, &self.private_key)
            && !before.is_in_state()
            && !before.is_same_place(&reference.key)
        {
            let place = before.describe();
            cx.warn(
                Diagnostic::warning(format!("The key of the certificate request stays in {place}")).detail(
                    "The request refers to another key now. Remove the old one when nothing needs it any more.",
                ),
            );
        }
        Ok(())
    }

    /// The value of `private_key_pem_in_state`.
    pub(super) fn in_state(&self, cx: &Context<SecretZero>, key: &pki::PrivateKey) -> Outcome<Option<Secret>> {
        let Some(declared) = &self.key else { return Ok(None) };
        let home = Home::of(declared, &CertificateRequest::KEY.path(), cx)?;
        Ok(home.in_state(key).map_err(Diagnostic::from)?)
    }

    pub(super) fn into_state(self, id: String, made: Made, promised: Promised, csr_pem: String) -> CertificateRequest {
        let Made { key_algorithm, key_id, public_key_pem, in_state } = made;
        CertificateRequest {
            id,
            subject: self.subject,
            dns_names: self.dns_names,
            ip_addresses: self.ip_addresses,
            uris: self.uris,
            email_addresses: self.email_addresses,
            key: self.key,
            private_key: self.private_key,
            key_algorithm: promised.key_algorithm.unwrap_or(key_algorithm),
            csr_file: self.csr_file,
            allow_replace: self.allow_replace,
            delete_on_destroy: self.delete_on_destroy,
            csr_pem,
            key_id,
            public_key_pem,
            private_key_pem_in_state: in_state,
            drift: Vec::new(),
        }
    }
}

impl Promised {
    fn algorithm(&self) -> Outcome<pki::KeyAlgorithm> {
        Ok(self.key_algorithm.as_deref().map_or(Ok(DEFAULT_ALGORITHM), algorithm)?)
    }
}

impl Made {
    pub(super) fn of(key: &pki::PrivateKey, in_state: Option<Secret>) -> Self {
        let public = key.public_key();
        Self {
            key_algorithm: kind(public),
            key_id: public.key_id().to_hex(),
            public_key_pem: public.to_pem(),
            in_state,
        }
    }

    /// Nothing about the key has changed, except perhaps whose it is.
    pub(super) fn before(prior: &CertificateRequest, is_own: bool) -> Self {
        Self {
            key_algorithm: prior.key_algorithm.clone(),
            key_id: prior.key_id.clone(),
            public_key_pem: prior.public_key_pem.clone(),
            in_state: prior.private_key_pem_in_state.clone().filter(|_| is_own),
        }
    }
}

/// Everything that is wrong with subject and names, as far as it is known.
pub(super) fn check(config: &Config<'_, CertificateRequest>) -> Diagnostics {
    type Of = CertificateRequest;
    let subject = config.get(Of::SUBJECT);
    let lists = [Of::DNS_NAMES, Of::IP_ADDRESSES, Of::URIS, Of::EMAIL_ADDRESSES].map(|list| config.get(list));
    let is_whole = !subject.is_unknown() && lists.iter().all(|list| !list.is_unknown());
    let [dns_names, ip_addresses, uris, email_addresses] = lists.map(|list| list.into_known());
    let declared = Declared {
        subject: subject.into_known(),
        dns_names,
        ip_addresses,
        uris,
        email_addresses,
        key: None,
        private_key: None,
        csr_file: None,
        allow_replace: false,
        delete_on_destroy: true,
    };
    let diagnostics = declared.template().err().unwrap_or_default();
    // That there is no name at all can be told only of the whole.
    diagnostics.into_iter().filter(|told| is_whole || !told.path().is_root()).collect()
}

/// Signs a request.
pub(super) fn sign(template: CsrTemplate, key: &pki::PrivateKey) -> Outcome<Csr> {
    Ok(template.sign(key).map_err(|error| Diagnostic::error("Signing the certificate request").because(&error))?)
}

/// The request that was made before, if it says the same as a new one: signatures may differ each time.
pub(super) fn renewed(before: &str, now: &Csr) -> String {
    match Csr::from_pem(before) {
        Ok(before) if says_the_same(&before, now) => before.to_pem(),
        _ => now.to_pem(),
    }
}

/// Whether two requests are for the same key, subject and names.
pub(super) fn says_the_same(one: &Csr, other: &Csr) -> bool {
    one.public_key() == other.public_key()
        && one.subject() == other.subject()
        && one.names() == other.names()
        && one.asks_for_ca() == other.asks_for_ca()
}
