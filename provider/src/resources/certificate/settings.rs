//! What the user says of a certificate, and how it and a state come from that.

use jiff::Timestamp;
use pki::{Csr, Issuer, Profile, PublicKey, Request, Template, Validity};
use tf_framework::diagnostic::{Diagnostic, Diagnostics};
use tf_framework::model::{Plan, Secret};
use tf_framework::{Context, Outcome};

use super::source::Source;
use super::{Certificate, CertificatePlan, VALIDITY_PERIOD_HOURS};
use crate::import_id::Found;
use crate::installed_file::FileSettings;
use crate::issued::Issued;
use crate::issuer::IssuerReference;
use crate::key_home::KeyHome;
use crate::on_change::OnChange;
use crate::refusal::{self, Places};
use crate::resources::private_key::KeyReference;
use crate::stored::certificate;
use crate::subject::SubjectSettings;
use crate::{SecretZero, clock, issuing, machine};

const SUMMARY: &str = "The certificate can't be issued";

/// Everything in a configuration, except for the kind of key, which a plan decides.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) issuer: IssuerReference,
    pub(super) profile: String,
    pub(super) subject: Option<SubjectSettings>,
    pub(super) dns_names: Option<Vec<String>>,
    pub(super) ip_addresses: Option<Vec<String>>,
    pub(super) uris: Option<Vec<String>>,
    pub(super) email_addresses: Option<Vec<String>>,
    pub(super) crl_urls: Option<Vec<String>>,
    pub(super) key: Option<KeyHome>,
    pub(super) private_key: Option<KeyReference>,
    pub(super) csr_pem: Option<String>,
    pub(super) validity_period_hours: i64,
    pub(super) early_renewal_hours: Option<i64>,
    pub(super) new_key_on_renewal: bool,
    pub(super) certificate_file: Option<FileSettings>,
    pub(super) ca_certificate_file: Option<FileSettings>,
    pub(super) on_change: Option<OnChange>,
    pub(super) allow_replace: bool,
    pub(super) delete_on_destroy: bool,
}

/// What a plan promises. What is missing is to be made.
pub(super) struct Promised {
    pub(super) id: Option<String>,
    pub(super) key_algorithm: Option<String>,
    pub(super) certificate_pem: Option<String>,
    pub(super) certificate_chain_pem: Option<String>,
    pub(super) key_id: Option<String>,
}

pub(super) fn taken_apart(plan: Plan<Certificate>) -> (Settings, Promised) {
    let CertificatePlan { id, key_algorithm, certificate_pem, certificate_chain_pem, key_id, .. } = plan;
    let promised = Promised {
        id: id.known(),
        key_algorithm: key_algorithm.known(),
        certificate_pem: certificate_pem.known(),
        certificate_chain_pem: certificate_chain_pem.known(),
        key_id: key_id.known(),
    };
    let settings = Settings {
        issuer: plan.issuer.into(),
        profile: plan.profile,
        subject: plan.subject.map(SubjectSettings::from),
        dns_names: plan.dns_names,
        ip_addresses: plan.ip_addresses,
        uris: plan.uris,
        email_addresses: plan.email_addresses,
        crl_urls: plan.crl_urls,
        key: plan.key.map(KeyHome::from),
        private_key: plan.private_key.map(KeyReference::from),
        csr_pem: plan.csr_pem,
        validity_period_hours: plan.validity_period_hours,
        early_renewal_hours: plan.early_renewal_hours,
        new_key_on_renewal: plan.new_key_on_renewal,
        certificate_file: plan.certificate_file.map(FileSettings::from),
        ca_certificate_file: plan.ca_certificate_file.map(FileSettings::from),
        on_change: plan.on_change.map(OnChange::from),
        allow_replace: plan.allow_replace,
        delete_on_destroy: plan.delete_on_destroy,
    };
    (settings, promised)
}

impl Settings {
    /// With nothing but defaults, for questions about a part of a configuration.
    pub(super) fn bare(issuer: IssuerReference) -> Self {
        Self {
            issuer,
            profile: "server".to_owned(),
            subject: None,
            dns_names: None,
            ip_addresses: None,
            uris: None,
            email_addresses: None,
            crl_urls: None,
            key: None,
            private_key: None,
            csr_pem: None,
            validity_period_hours: VALIDITY_PERIOD_HOURS,
            early_renewal_hours: None,
            new_key_on_renewal: false,
            certificate_file: None,
            ca_certificate_file: None,
            on_change: None,
            allow_replace: false,
            delete_on_destroy: true,
        }
    }

    pub(super) fn uses_files(&self) -> bool {
        uses_files(self.key.as_ref(), [&self.certificate_file, &self.ca_certificate_file])
    }

    /// Whether an update changes nothing but what the state says, which can be done on any machine.
    pub(super) fn leaves_all(&self, prior: &Certificate, promised: &Promised) -> bool {
        promised.certificate_pem.is_some()
            && promised.certificate_chain_pem.is_some()
            && self.key == prior.key
            && self.certificate_file == prior.certificate_file
            && self.ca_certificate_file == prior.ca_certificate_file
            && prior.drift.is_empty()
    }

    /// Whether an update makes a new key because it renews the certificate.
    pub(super) fn rekeys(&self, prior: &Certificate) -> bool {
        self.new_key_on_renewal && prior.ready_for_renewal
    }

    /// Whose key it is for.
    pub(super) fn source(&self) -> Result<Source<'_>, Diagnostic> {
        match (&self.key, &self.private_key, &self.csr_pem) {
            (Some(home), _, _) => Ok(Source::Own(home)),
            (None, Some(reference), _) => Ok(Source::Reference(reference)),
            (None, None, Some(pem)) => Ok(Source::Request(pem)),
            (None, None, None) => Err(Diagnostic::error(SUMMARY)
                .detail("None of `key`, `private_key` and `csr_pem` is set.")
                .remedy("Set one of them.")),
        }
    }

    /// The files are here, or there were none before.
    pub(super) fn require_here(&self, cx: &Context<SecretZero>, prior: &Certificate) -> Outcome<()> {
        if prior.uses_files() {
            machine::required_here(&cx.private(), "Changing a certificate")?;
        } else if self.uses_files() {
            machine::remember(&mut cx.private())?;
        }
        Ok(())
    }

    /// How what is there already could be taken over.
    pub(super) fn import_command(&self) -> String {
        match (self.key.as_ref().and_then(|key| key.file.as_ref()), &self.certificate_file) {
            (Some(key), Some(file)) => format!("tofu import ADDRESS {:?}", format!("{key},{}", file.path)),
            _ => "give the key a home in a file, and import both with the id KEYFILE,CERTIFICATEFILE".to_owned(),
        }
    }

    fn profile(&self) -> Profile {
        match self.profile.as_str() {
            "client" => Profile::TlsClient,
            "server_and_client" => Profile::TlsServerAndClient,
            _ => Profile::TlsServer,
        }
    }

    /// The wish for a certificate, if it does not come with a request.
    fn request(&self, validity: Validity) -> Request {
        let list = |list: &Option<Vec<String>>| list.clone().unwrap_or_default();
        let mut request = Request::new(self.profile(), validity);
        request.subject = self.subject.as_ref().map(SubjectSettings::to_pki).unwrap_or_default();
        request.dns_names = list(&self.dns_names);
        request.ip_addresses = list(&self.ip_addresses);
        request.uris = list(&self.uris);
        request.email_addresses = list(&self.email_addresses);
        request.crl_urls = list(&self.crl_urls);
        request
    }

    /// Everything that is to be in the certificate, with its names checked.
    pub(super) fn template(&self, validity: Validity) -> Result<Template, Diagnostics> {
        let urls = self.crl_urls.as_deref().unwrap_or_default();
        let template = match &self.csr_pem {
            Some(pem) => {
                request_of(pem)?.template(self.profile(), validity).and_then(|found| found.with_crl_urls(urls))
            }
            None => self.request(validity).validate(),
        };
        template.map_err(|refusal| refusal::diagnostics(&refusal, SUMMARY, &self.places()))
    }

    fn places(&self) -> Places {
        let key = match self.source() {
            Ok(Source::Reference(_)) => Certificate::PRIVATE_KEY.path(),
            Ok(Source::Request(_)) => Certificate::CSR_PEM.path(),
            _ => Certificate::KEY.path(),
        };
        Places { issuer: Certificate::ISSUER.path(), key }
    }

    /// What the issuer will refuse, as far as that depends neither on the time nor on keys.
    pub(super) fn consider(&self) -> Outcome<()> {
        let template = self.template(issuing::any_validity()?)?;
        let chain = self.issuer.chain(&Certificate::ISSUER.path())?;
        let acceptable = template.acceptable_to(&chain);
        Ok(acceptable.map_err(|refusal| refusal::diagnostics(&refusal, SUMMARY, &self.places()))?)
    }

    /// What the issuer refuses, whatever the key is. To be asked before one is made.
    pub(super) fn consider_now(&self, issuer: &Issuer) -> Outcome<()> {
        let now = clock::now();
        let acceptable = self.template(self.validity(issuer, now)?)?.acceptable_now(issuer, now);
        Ok(acceptable.map_err(|refusal| refusal::diagnostics(&refusal, SUMMARY, &self.places()))?)
    }

    fn validity(&self, issuer: &Issuer, now: Timestamp) -> Result<Validity, Diagnostic> {
        issuing::validity(self.validity_period_hours, Some(issuer.certificate()), now)
    }

    /// Issues a certificate for a key.
    pub(super) fn issue(&self, key: &PublicKey, issuer: &Issuer) -> Outcome<Issued> {
        let now = clock::now();
        let issued = issuing::signed(self.template(self.validity(issuer, now)?)?, key, issuer, now, None);
        let certificate = issued.map_err(|error| refusal::issue_error(&error, SUMMARY, &self.places()))?;
        Ok(Issued { certificate, above: issuer.chain().cloned().collect() })
    }

    /// The certificate that there is, below the authorities that are above it now.
    pub(super) fn unchanged(&self, prior: &Certificate) -> Outcome<Issued> {
        let above = self.issuer.chain(&Certificate::ISSUER.path())?;
        Ok(Issued { certificate: certificate(&prior.certificate_pem)?, above })
    }

    /// What was imported, as a configuration would say it. Where its issuer has its key is not known yet.
    pub(super) fn found(found: &Found, summary: &str) -> Outcome<Self> {
        let certificate = &found.issued.certificate;
        if certificate.is_ca() {
            return Err(Diagnostic::error(summary)
                .detail(format!("The certificate of {} is one of an authority.", certificate.subject()))
                .remedy("Import it as secretzero_certificate_authority.")
                .into());
        }
        let issuer = IssuerReference {
            certificate_pem: found.issued.above.iter().map(pki::Certificate::to_pem).collect(),
            key: KeyHome::default(),
            key_id: certificate.authority_key_id().map(|id| id.to_hex()).unwrap_or_default(),
            private_key_pem_in_state: None,
        };
        Ok(Self {
            key: Some(found.key_home()),
            certificate_file: Some(found.certificate_settings()),
            ..Self::said_by(certificate, issuer)
        })
    }

    /// What a certificate says, as a configuration would say it.
    pub(super) fn said_by(certificate: &pki::Certificate, issuer: IssuerReference) -> Self {
        let subject = SubjectSettings::found(certificate.subject());
        let lifetime = certificate.not_after().duration_since(certificate.not_before());
        let mut settings = Self {
            subject: (subject != SubjectSettings::default()).then_some(subject),
            profile: profile_of(certificate).to_owned(),
            validity_period_hours: lifetime.as_hours().max(1),
            ..Self::bare(issuer)
        };
        for name in certificate.names() {
            let (list, text) = match name {
                pki::FoundName::Dns(name) => (&mut settings.dns_names, name.clone()),
                pki::FoundName::Ip(address) => (&mut settings.ip_addresses, address.to_string()),
                pki::FoundName::Uri(uri) => (&mut settings.uris, uri.clone()),
                pki::FoundName::Email(address) => (&mut settings.email_addresses, address.clone()),
                _ => continue,
            };
            list.get_or_insert_default().push(text);
        }
        let crl_urls = certificate.crl_urls();
        settings.crl_urls = (!crl_urls.is_empty()).then_some(crl_urls);
        settings
    }

    pub(super) fn into_state(
        self,
        id: String,
        issued: &Issued,
        key_algorithm: String,
        in_state: Option<Secret>,
    ) -> Certificate {
        Certificate {
            id,
            issuer: self.issuer,
            profile: self.profile,
            subject: self.subject,
            dns_names: self.dns_names,
            ip_addresses: self.ip_addresses,
            uris: self.uris,
            email_addresses: self.email_addresses,
            crl_urls: self.crl_urls,
            key: self.key,
            private_key: self.private_key,
            csr_pem: self.csr_pem,
            key_algorithm,
            validity_period_hours: self.validity_period_hours,
            early_renewal_hours: self.early_renewal_hours,
            new_key_on_renewal: self.new_key_on_renewal,
            certificate_file: self.certificate_file,
            ca_certificate_file: self.ca_certificate_file,
            on_change: self.on_change,
            allow_replace: self.allow_replace,
            delete_on_destroy: self.delete_on_destroy,
            certificate_pem: issued.pem(),
            certificate_chain_pem: issued.chain_pem(),
            ca_certificate_pem: issued.root_pem(),
            fingerprint_sha256: issued.fingerprint(),
            serial_number: issued.serial_number(),
            key_id: issued.key_id(),
            public_key_pem: issued.certificate.public_key().to_pem(),
            not_before: issued.not_before(),
            not_after: issued.not_after(),
            ready_for_renewal: false,
            private_key_pem_in_state: in_state,
            drift: Vec::new(),
        }
    }
}

impl Certificate {
    pub(super) fn uses_files(&self) -> bool {
        uses_files(self.key.as_ref(), [&self.certificate_file, &self.ca_certificate_file])
    }
}

fn uses_files(key: Option<&KeyHome>, files: [&Option<FileSettings>; 2]) -> bool {
    key.is_some_and(|key| key.file.is_some()) || files.into_iter().any(Option::is_some)
}

/// Reads a request, and checks that its maker has the key and that it is a good one.
pub(super) fn request_of(pem: &str) -> Result<Csr, Diagnostic> {
    let diagnostic = || Diagnostic::error("Reading the certificate request").at(Certificate::CSR_PEM.path());
    let request = Csr::from_pem(pem).map_err(|error| diagnostic().because(&error))?;
    match request.public_key().weakness() {
        Some(reason) => Err(diagnostic()
            .detail(format!("The key {reason}."))
            .remedy("Have its owner make a new key, and a request for that.")),
        None => Ok(request),
    }
}

/// As `profile` calls it. One that says nothing can be used for everything.
fn profile_of(certificate: &pki::Certificate) -> &'static str {
    let Some(purposes) = certificate.extended_key_usage() else { return "server" };
    let has = |purpose: &str| purposes.iter().any(|found| found == purpose);
    match (has("serverAuth"), has("clientAuth")) {
        (true, true) => "server_and_client",
        (false, true) => "client",
        _ => "server",
    }
}
