//! What the user says of an authority, and how a certificate and a state come from it.

use jiff::{SignedDuration, Timestamp};
use pki::{CaOptions, Issuer, KeyAlgorithm, PrivateKey, Profile, Request, Template, Validity};
use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::{Plan, Secret};
use tf_framework::{Context, Outcome};

use super::{CertificateAuthority, CertificateAuthorityPlan};
use crate::import_id::Found;
use crate::installed_file::FileSettings;
use crate::issued::Issued;
use crate::issuer::{IssuerOutput, IssuerReference};
use crate::key_home::{Home, KeyHome};
use crate::refusal::{self, Places};
use crate::stored::{certificate, certificates};
use crate::subject::SubjectSettings;
use crate::subtrees::SubtreeSettings;
use crate::{SecretZero, clock, issuing, machine};

const SUMMARY: &str = "The authority can't be issued";

/// Everything in a configuration.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) subject: SubjectSettings,
    pub(super) parent: Option<IssuerReference>,
    pub(super) key: KeyHome,
    pub(super) key_algorithm: String,
    pub(super) path_length: Option<u8>,
    pub(super) digital_signature: bool,
    pub(super) permitted: Option<SubtreeSettings>,
    pub(super) excluded: Option<SubtreeSettings>,
    pub(super) crl_urls: Option<Vec<String>>,
    pub(super) validity_period_hours: i64,
    pub(super) early_renewal_hours: Option<i64>,
    pub(super) certificate_file: Option<FileSettings>,
    pub(super) allow_replace: bool,
    pub(super) delete_on_destroy: bool,
}

/// What a plan promises. What is missing is to be made.
pub(super) struct Promised {
    pub(super) id: Option<String>,
    pub(super) certificate_pem: Option<String>,
    pub(super) certificate_chain_pem: Option<String>,
    pub(super) key_id: Option<String>,
}

pub(super) fn taken_apart(plan: Plan<CertificateAuthority>) -> (Settings, Promised) {
    let CertificateAuthorityPlan { id, certificate_pem, certificate_chain_pem, key_id, .. } = plan;
    let promised = Promised {
        id: id.known(),
        certificate_pem: certificate_pem.known(),
        certificate_chain_pem: certificate_chain_pem.known(),
        key_id: key_id.known(),
    };
    let settings = Settings {
        subject: plan.subject.into(),
        parent: plan.parent.map(IssuerReference::from),
        key: plan.key.into(),
        key_algorithm: plan.key_algorithm,
        path_length: plan.path_length,
        digital_signature: plan.digital_signature,
        permitted: plan.permitted.map(SubtreeSettings::from),
        excluded: plan.excluded.map(SubtreeSettings::from),
        crl_urls: plan.crl_urls,
        validity_period_hours: plan.validity_period_hours,
        early_renewal_hours: plan.early_renewal_hours,
        certificate_file: plan.certificate_file.map(FileSettings::from),
        allow_replace: plan.allow_replace,
        delete_on_destroy: plan.delete_on_destroy,
    };
    (settings, promised)
}

impl Settings {
    /// With nothing but defaults, for questions about a part of a configuration.
    pub(super) fn bare(parent: Option<IssuerReference>) -> Self {
        Self {
            subject: SubjectSettings::default(),
            parent,
            key: KeyHome::default(),
            key_algorithm: String::new(),
            path_length: None,
            digital_signature: true,
            permitted: None,
            excluded: None,
            crl_urls: None,
            validity_period_hours: super::VALIDITY_PERIOD_HOURS,
            early_renewal_hours: None,
            certificate_file: None,
            allow_replace: false,
            delete_on_destroy: false,
        }
    }

    pub(super) fn home<'a>(&self, cx: &'a Context<SecretZero>) -> Outcome<Home<'a>> {
        Ok(Home::of(&self.key, &CertificateAuthority::KEY.path(), cx)?)
    }

    pub(super) fn uses_files(&self) -> bool {
        self.key.file.is_some() || self.certificate_file.is_some()
    }

    /// The files are here, or there were none before.
    pub(super) fn require_here(&self, cx: &Context<SecretZero>, prior: &CertificateAuthority) -> Outcome<()> {
        if prior.uses_files() {
            machine::required_here(&cx.private(), "Changing a certificate authority")?;
        } else if self.uses_files() {
            machine::remember(&mut cx.private())?;
        }
        Ok(())
    }

    /// Whether an update changes nothing but what the state says, which can be done on any machine.
    pub(super) fn leaves_all(&self, prior: &CertificateAuthority, promised: &Promised) -> bool {
        promised.certificate_pem.is_some()
            && promised.certificate_chain_pem.is_some()
            && self.key == prior.key
            && self.certificate_file == prior.certificate_file
            && prior.drift.is_empty()
    }

    /// The authority above it, if there is one, and if it signs now, whatever the key is. To be asked before one is
    /// made.
    pub(super) async fn load_parent(&self, cx: &Context<SecretZero>) -> Outcome<Option<Issuer>> {
        let Some(parent) = &self.parent else { return Ok(None) };
        let issuer = parent.load(&CertificateAuthority::PARENT.path(), cx).await?;
        let now = clock::now();
        let acceptable = self.template(self.validity(Some(&issuer), now)?)?.acceptable_now(&issuer, now);
        acceptable.map_err(|refusal| refusal::diagnostics(&refusal, SUMMARY, &places()))?;
        Ok(Some(issuer))
    }

    fn validity(&self, parent: Option<&Issuer>, now: Timestamp) -> Result<Validity, Diagnostic> {
        issuing::validity(self.validity_period_hours, parent.map(Issuer::certificate), now)
    }

    /// How what is there already could be taken over.
    pub(super) fn import_command(&self) -> String {
        match (&self.key.file, &self.certificate_file) {
            (Some(key), Some(file)) => format!("tofu import ADDRESS {:?}", format!("{key},{}", file.path)),
            _ => "give the key a home in a file, and import both with the id KEYFILE,CERTIFICATEFILE".to_owned(),
        }
    }

    /// Everything that is to be in the certificate, with its names checked.
    pub(super) fn template(&self, validity: Validity) -> Result<Template, Diagnostics> {
        self.request(validity).validate().map_err(|refusal| refusal::diagnostics(&refusal, SUMMARY, &places()))
    }

    /// What its parent will refuse, as far as that depends neither on the time nor on keys.
    pub(super) fn consider(&self) -> Outcome<()> {
        let Some(parent) = &self.parent else { return Ok(()) };
        let template = self.template(issuing::any_validity()?)?;
        let acceptable = template.acceptable_to(&parent.chain(&CertificateAuthority::PARENT.path())?);
        Ok(acceptable.map_err(|refusal| refusal::diagnostics(&refusal, SUMMARY, &places()))?)
    }

    /// The wish for a certificate.
    fn request(&self, validity: Validity) -> Request {
        let options = CaOptions { path_length: self.path_length, digital_signature: self.digital_signature };
        let is_root = self.parent.is_none();
        let profile = if is_root { Profile::RootCa(options) } else { Profile::IntermediateCa(options) };
        let lists =
            |subtrees: &Option<SubtreeSettings>| subtrees.as_ref().map(SubtreeSettings::to_pki).unwrap_or_default();
        let mut request = Request::new(profile, validity);
        request.subject = self.subject.to_pki();
        request.permitted = lists(&self.permitted);
        request.excluded = lists(&self.excluded);
        request.crl_urls = self.crl_urls.clone().unwrap_or_default();
        request
    }

    /// Issues a certificate for a key. One that takes the place of an earlier one keeps its name byte for byte, and its
    /// key identifier.
    pub(super) fn issue(
        &self,
        key: &PrivateKey,
        parent: Option<&Issuer>,
        earlier: Option<&CertificateAuthority>,
    ) -> Outcome<Issued> {
        let now = clock::now();
        let earlier = match earlier.filter(|earlier| earlier.subject == self.subject) {
            Some(earlier) => Some(certificate(&earlier.certificate_pem)?),
            None => None,
        };
        let template = self.template(self.validity(parent, now)?)?;
        let issued = match parent {
            Some(issuer) => issuing::signed(template, key.public_key(), issuer, now, earlier.as_ref()),
            None => issuing::self_signed(template, key, earlier.as_ref()),
        };
        let certificate = issued.map_err(|error| refusal::issue_error(&error, SUMMARY, &places()))?;
        Ok(Issued { certificate, above: parent.map(|parent| parent.chain().cloned().collect()).unwrap_or_default() })
    }

    /// The certificate that there is, below the authorities that are above it now.
    pub(super) fn unchanged(&self, prior: &CertificateAuthority) -> Outcome<Issued> {
        let certificate = certificate(&prior.certificate_pem)?;
        let above = match &self.parent {
            Some(parent) => parent.chain(&CertificateAuthority::PARENT.path())?,
            // One that was imported has those that were in its file.
            None => certificates(&prior.issuer.certificate_pem)?.into_iter().skip(1).collect(),
        };
        Ok(Issued { certificate, above })
    }

    /// What was imported, as a configuration would say it.
    pub(super) fn found(found: &Found, kind: KeyAlgorithm, summary: &str) -> Outcome<Self> {
        let certificate = &found.issued.certificate;
        if !certificate.is_ca() {
            return Err(Diagnostic::error(summary)
                .detail(format!("The certificate of {} is not one of an authority.", certificate.subject()))
                .remedy("Import it as secretzero_certificate.")
                .into());
        }
        let usage = certificate.key_usage();
        let (permitted, excluded) = certificate.name_constraints().map(SubtreeSettings::found).unwrap_or_default();
        let lifetime: SignedDuration = certificate.not_after().duration_since(certificate.not_before());
        let crl_urls = certificate.crl_urls();
        Ok(Self {
            subject: SubjectSettings::found(certificate.subject()),
            parent: None,
            key: found.key_home(),
            key_algorithm: kind.to_string(),
            path_length: certificate.path_length(),
            digital_signature: usage.is_none_or(|usage| usage.contains(&"digitalSignature")),
            permitted,
            excluded,
            crl_urls: if crl_urls.is_empty() { None } else { Some(crl_urls) },
            validity_period_hours: lifetime.as_hours().max(1),
            early_renewal_hours: None,
            certificate_file: Some(found.certificate_settings()),
            allow_replace: false,
            delete_on_destroy: false,
        })
    }

    pub(super) fn into_state(self, id: String, issued: &Issued, in_state: Option<Secret>) -> CertificateAuthority {
        let issuer = IssuerOutput {
            certificate_pem: issued.whole_pem(),
            key: self.key.clone().into(),
            key_id: issued.key_id(),
            private_key_pem_in_state: in_state.clone(),
        };
        CertificateAuthority {
            id,
            subject: self.subject,
            parent: self.parent,
            key: self.key,
            key_algorithm: self.key_algorithm,
            path_length: self.path_length,
            digital_signature: self.digital_signature,
            permitted: self.permitted,
            excluded: self.excluded,
            crl_urls: self.crl_urls,
            validity_period_hours: self.validity_period_hours,
            early_renewal_hours: self.early_renewal_hours,
            certificate_file: self.certificate_file,
            allow_replace: self.allow_replace,
            delete_on_destroy: self.delete_on_destroy,
            certificate_pem: issued.pem(),
            certificate_chain_pem: issued.chain_pem(),
            certificate_base64: issued.base64(),
            fingerprint_sha256: issued.fingerprint(),
            serial_number: issued.serial_number(),
            key_id: issued.key_id(),
            public_key_pem: issued.certificate.public_key().to_pem(),
            not_before: issued.not_before(),
            not_after: issued.not_after(),
            ready_for_renewal: false,
            issuer,
            private_key_pem_in_state: in_state,
            drift: Vec::new(),
        }
    }
}

fn places() -> Places {
    Places { issuer: CertificateAuthority::PARENT.path(), key: CertificateAuthority::KEY.path() }
}

impl CertificateAuthority {
    pub(super) fn uses_files(&self) -> bool {
        self.key.file.is_some() || self.certificate_file.is_some()
    }
}
