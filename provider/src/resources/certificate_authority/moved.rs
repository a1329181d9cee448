//! Authorities that the provider hashicorp/tls made, from the states of its resource `tls_self_signed_cert`.

use pki::Certificate;
use tf_framework::Outcome;
use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::{Model, Secret};

use super::CertificateAuthority;
use super::settings::Settings;
use crate::import_id::Found;
use crate::issued::Issued;
use crate::key_home::KeyHome;
use crate::resources::private_key::{declarable, pem, read_tls_key};

/// A `tls_self_signed_cert`, as far as it matters here.
#[derive(Model)]
#[tf(object)]
pub(super) struct SelfSigned {
    /// The certificate.
    #[tf(required)]
    cert_pem: String,
    /// Its key, in clear. Null if it was write-only.
    #[tf(optional)]
    private_key_pem: Option<Secret>,
    /// How many hours before its end it is renewed; 0 if that was not set.
    #[tf(optional)]
    early_renewal_hours: Option<i64>,
}

/// The key was in the state, and stays there until `key` names another home.
pub(super) fn adopt(moved: SelfSigned) -> Outcome<CertificateAuthority> {
    let SelfSigned { cert_pem, private_key_pem, early_renewal_hours } = moved;
    let summary = "Taking over a tls_self_signed_cert";
    let certificate = Certificate::from_pem(&cert_pem).map_err(|error| {
        Diagnostic::error(summary)
            .detail(format!("cert_pem: {error}"))
            .remedy("Refresh the old resource with its own provider, and move it then.")
    })?;
    if !certificate.is_ca() {
        return Err(Diagnostic::error(summary)
            .detail(format!("The certificate of {} is not one of an authority.", certificate.subject()))
            .remedy("Remove the `moved` block, and have a secretzero_certificate issued by an authority in its place.")
            .into());
    }
    let Some(private_key_pem) = private_key_pem else {
        return Err(Diagnostic::error(summary)
            .detail("Its state has no key: it was given as `private_key_pem_wo`, which is not stored.")
            .remedy(
                "Remove the `moved` block. Put key and certificate into files, and import them with KEYFILE,CERTFILE.",
            )
            .into());
    };
    let key = read_tls_key(&private_key_pem)?;
    let kind = declarable(key.public_key(), summary)?;
    let in_state = pem(&key)?;
    let id = certificate.key_id().to_hex();
    let found = Found {
        key_file: String::new(),
        certificate_file: String::new(),
        key,
        issued: Issued { certificate, above: Vec::new() },
    };
    let settings = Settings {
        key: KeyHome { in_state: Some(true), ..KeyHome::default() },
        certificate_file: None,
        early_renewal_hours: early_renewal_hours.filter(|hours| *hours > 0),
        ..Settings::found(&found, kind, summary)?
    };
    Ok(settings.into_state(id, &found.issued, Some(in_state)))
}
