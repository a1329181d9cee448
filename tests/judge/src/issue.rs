//! The one place where the judged certificates, lists and requests are issued: the way that the provider takes.

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use pki::{Certificate, Crl, CrlRequest, Csr, CsrRequest, Issuer, PrivateKey, Request};
use provider::issuing;

/// Issues a root, if there is no issuer, or what the issuer may sign.
///
/// # Errors
/// Everything that the request or the issuer has against it.
pub(crate) fn certificate(
    request: Request,
    key: &PrivateKey,
    issuer: Option<&Issuer>,
    now: Timestamp,
) -> Result<Certificate> {
    let name = request.subject.common_name.clone().unwrap_or_default();
    let template = request.validate()?;
    let certificate = match issuer {
        None => issuing::self_signed(template, key, None),
        Some(issuer) => issuing::signed(template, key.public_key(), issuer, now, None),
    };
    certificate.with_context(|| format!("issuing {name:?}"))
}

/// Issues a revocation list.
///
/// # Errors
/// If the issuer may not.
pub(crate) fn crl(request: &CrlRequest, issuer: &Issuer, now: Timestamp) -> Result<Crl> {
    request.signed_by(issuer, now).context("issuing a revocation list")
}

/// Makes a request.
///
/// # Errors
/// If it is not valid or the key can't sign.
pub(crate) fn csr(request: CsrRequest, key: &PrivateKey) -> Result<Csr> {
    request.validate()?.sign(key).context("making a request")
}

/// Issues what a request asks for.
///
/// # Errors
/// Everything that the issuer or the names in it have against it.
pub(crate) fn from_csr(
    csr: &Csr,
    profile: pki::Profile,
    validity: pki::Validity,
    issuer: &Issuer,
    now: Timestamp,
) -> Result<Certificate> {
    let template = csr.template(profile, validity)?;
    let certificate = issuing::signed(template, csr.public_key(), issuer, now, None);
    certificate.with_context(|| format!("issuing from a request of {}", csr.subject()))
}
