//! From `tls_cert_request`: key and request are in the state, and stay as they are.

use pki::Csr;
use tf_framework::Outcome;
use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::{Model, Secret};

use super::CertificateRequest;
use crate::key_home::KeyHome;
use crate::resources::private_key::{kind, pem, read_tls_key};
use crate::subject::SubjectSettings;

/// What is needed of the state of a `tls_cert_request`.
#[derive(Model)]
#[tf(object)]
pub(super) struct TlsCertRequest {
    /// The key. Null if it was write-only.
    #[tf(optional)]
    private_key_pem: Option<Secret>,
    /// The request.
    #[tf(required)]
    cert_request_pem: String,
    /// Host names.
    #[tf(optional)]
    dns_names: Option<Vec<String>>,
    /// IP addresses.
    #[tf(optional)]
    ip_addresses: Option<Vec<String>>,
    /// URIs.
    #[tf(optional)]
    uris: Option<Vec<String>>,
    /// One subject or none.
    #[tf(optional)]
    subject: Option<Vec<TlsSubject>>,
}

/// A subject as the tls provider has it: one of each part.
#[derive(Model)]
#[tf(object)]
pub(super) struct TlsSubject {
    /// CN.
    #[tf(optional)]
    common_name: Option<String>,
    /// O.
    #[tf(optional)]
    organization: Option<String>,
    /// OU.
    #[tf(optional)]
    organizational_unit: Option<String>,
    /// C.
    #[tf(optional)]
    country: Option<String>,
    /// ST.
    #[tf(optional)]
    province: Option<String>,
    /// L.
    #[tf(optional)]
    locality: Option<String>,
    /// STREET.
    #[tf(optional)]
    street_address: Option<Vec<String>>,
    /// The postal code.
    #[tf(optional)]
    postal_code: Option<String>,
    /// A serial number that is not that of the certificate.
    #[tf(optional)]
    serial_number: Option<String>,
    /// An e-mail address.
    #[tf(optional)]
    email_address: Option<String>,
}

const SUMMARY: &str = "Taking over a certificate request from the tls provider";

pub(super) fn adopt(old: TlsCertRequest) -> Outcome<CertificateRequest> {
    let TlsCertRequest { private_key_pem, cert_request_pem, dns_names, ip_addresses, uris, subject } = old;
    let Some(key) = private_key_pem else {
        return Err(Diagnostic::error(SUMMARY)
            .detail("Its state has no key: it was given as `private_key_pem_wo`, which is not stored.")
            .remedy("Remove the `moved` block, and have a new request made.")
            .into());
    };
    let key = read_tls_key(&key)?;
    let request = Csr::from_pem(&cert_request_pem).map_err(|error| Diagnostic::error(SUMMARY).because(&error))?;
    let public = key.public_key();
    if request.public_key() != public {
        return Err(Diagnostic::error(SUMMARY)
            .detail("The key in its state is not the one that the request is for.")
            .remedy("Apply once with the tls provider before the move, so that its state is whole.")
            .into());
    }
    let key_id = public.key_id().to_hex();
    let subject = subject.into_iter().flatten().next();
    Ok(CertificateRequest {
        id: key_id.clone(),
        subject: subject.map(SubjectSettings::from).filter(|subject| *subject != SubjectSettings::default()),
        dns_names: some(dns_names),
        ip_addresses: some(ip_addresses),
        uris: some(uris),
        email_addresses: None,
        key: Some(KeyHome { in_state: Some(true), ..KeyHome::default() }),
        private_key: None,
        key_algorithm: kind(public),
        csr_file: None,
        allow_replace: false,
        delete_on_destroy: true,
        csr_pem: request.to_pem(),
        key_id,
        public_key_pem: public.to_pem(),
        private_key_pem_in_state: Some(pem(&key)?),
        drift: Vec::new(),
    })
}

impl From<TlsSubject> for SubjectSettings {
    fn from(subject: TlsSubject) -> Self {
        // What is not set was an empty text in old versions.
        let text = |text: Option<String>| text.filter(|text| !text.is_empty());
        Self {
            common_name: text(subject.common_name),
            organization: text(subject.organization).map(|name| vec![name]),
            organizational_unit: text(subject.organizational_unit).map(|name| vec![name]),
            country: text(subject.country),
            province: text(subject.province),
            locality: text(subject.locality),
            street_address: some(subject.street_address),
            postal_code: text(subject.postal_code),
            domain_components: None,
            serial_number: text(subject.serial_number),
            email_address: text(subject.email_address),
        }
    }
}

/// An empty list is what nobody set.
fn some(list: Option<Vec<String>>) -> Option<Vec<String>> {
    list.filter(|list| !list.is_empty())
}
