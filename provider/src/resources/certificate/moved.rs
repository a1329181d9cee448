//! Certificates that the provider hashicorp/tls issued, from the states of its resource `tls_locally_signed_cert`.

use pki::Csr;
use tf_framework::Outcome;
use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::{Model, Secret};

use super::Certificate;
use super::settings::Settings;
use crate::issued::Issued;
use crate::issuer::IssuerReference;
use crate::key_home::KeyHome;
use crate::resources::private_key::{kind, pem, read_tls_key};

/// A `tls_locally_signed_cert`, as far as it matters here.
#[derive(Model)]
#[tf(object)]
pub(super) struct LocallySigned {
    /// The certificate.
    #[tf(required)]
    cert_pem: String,
    /// The request that it answers.
    #[tf(required)]
    cert_request_pem: String,
    /// The certificate of the authority that signed it.
    #[tf(required)]
    ca_cert_pem: String,
    /// The key of that, in clear. Null if it was write-only.
    #[tf(optional)]
    ca_private_key_pem: Option<Secret>,
    /// How many hours before its end it is renewed; 0 if that was not set.
    #[tf(optional)]
    early_renewal_hours: Option<i64>,
}

/// It answered a request, and goes on to do so. The key of its issuer was in the state, and stays there until `issuer`
/// names another home.
pub(super) fn adopt(moved: LocallySigned) -> Outcome<Certificate> {
    let LocallySigned { cert_pem, cert_request_pem, ca_cert_pem, ca_private_key_pem, early_renewal_hours } = moved;
    let summary = "Taking over a tls_locally_signed_cert";
    let read = |what: &str, error: &dyn std::error::Error| {
        Diagnostic::error(summary)
            .detail(format!("{what}: {error}"))
            .remedy("Refresh the old resource with its own provider, and move it then.")
    };
    let certificate = pki::Certificate::from_pem(&cert_pem).map_err(|error| read("cert_pem", &error))?;
    let authority = pki::Certificate::from_pem(&ca_cert_pem).map_err(|error| read("ca_cert_pem", &error))?;
    let request = Csr::from_pem(&cert_request_pem).map_err(|error| read("cert_request_pem", &error))?;
    let Some(ca_private_key_pem) = ca_private_key_pem else {
        return Err(Diagnostic::error(summary)
            .detail(
                "Its state has no key of the authority: it was given as `ca_private_key_pem_wo`, which is not stored.",
            )
            .remedy(
                "Remove the `moved` block, and have a new certificate issued by a secretzero_certificate_authority.",
            )
            .into());
    };
    let key = read_tls_key(&ca_private_key_pem)?;
    let issuer = IssuerReference {
        certificate_pem: authority.to_pem(),
        key: KeyHome { in_state: Some(true), ..KeyHome::default() },
        key_id: authority.key_id().to_hex(),
        private_key_pem_in_state: Some(pem(&key)?),
    };
    let bare = Settings::bare(issuer.clone());
    let said = Settings::said_by(&certificate, issuer);
    let settings = Settings {
        csr_pem: Some(request.to_pem()),
        profile: said.profile,
        crl_urls: said.crl_urls,
        validity_period_hours: said.validity_period_hours,
        early_renewal_hours: early_renewal_hours.filter(|hours| *hours > 0),
        ..bare
    };
    let kind = kind(certificate.public_key());
    let id = certificate.key_id().to_hex();
    let issued = Issued { certificate, above: vec![authority] };
    Ok(settings.into_state(id, &issued, kind, None))
}
