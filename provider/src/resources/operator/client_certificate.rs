//! A client certificate for an operator, from an authority that signs nothing else: its key is forgotten at once. The role
//! trusts that authority, so it takes this certificate and no other.

use jiff::{SignedDuration, Timestamp};
use pki::{
    CaOptions, Certificate, Issuer, KeyAlgorithm, PrivateKey, Profile, Request, Subject, SystemRandom, Validity,
};
use secrecy::{ExposeSecret as _, SecretString};
use tf_framework::diagnostic::Diagnostic;

/// How long it is good.
const LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 3652);
/// For servers whose clocks are a little slow.
const BACKDATED: SignedDuration = SignedDuration::from_hours(1);

/// A certificate that was made.
pub(super) struct Made {
    /// The authority, as PEM: what the role trusts.
    pub(super) authority_pem: String,
    /// Key, certificate and authority, as PEM: what the file has.
    pub(super) file: SecretString,
}

/// Makes one.
///
/// # Errors
/// If there is no randomness, or the name can't be in a certificate.
#[expect(clippy::disallowed_methods, reason = "the key goes into its file, which nobody else can read")]
pub(super) fn make(name: &str, now: Timestamp) -> Result<Made, Diagnostic> {
    let failed = |error: &dyn std::error::Error| {
        Diagnostic::error("A client certificate for the operator can't be made").because(error)
    };
    let validity = Validity::starting(now, BACKDATED, LIFETIME).map_err(|error| failed(&error))?;
    let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256).map_err(|error| failed(&error))?;
    let mut request =
        Request::new(Profile::RootCa(CaOptions { path_length: Some(0), ..CaOptions::default() }), validity);
    request.subject = Subject::common_name(format!("Authority of {name}"));
    let root = request.validate().map_err(|error| failed(&error))?;
    let root = root.for_key(key.public_key(), &mut SystemRandom).map_err(|error| failed(&error))?;
    let root = root.self_signed(&key).map_err(|error| failed(&error))?;
    let authority_pem = root.to_pem();
    let issuer = Issuer::new(vec![root], key).map_err(|error| failed(&error))?;

    let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256).map_err(|error| failed(&error))?;
    let mut request = Request::new(Profile::TlsClient, validity);
    request.subject = Subject::common_name(name);
    let leaf = request.validate().map_err(|error| failed(&error))?;
    let leaf = leaf.for_key(key.public_key(), &mut SystemRandom).map_err(|error| failed(&error))?;
    let leaf = leaf.signed_by(&issuer, now).map_err(|error| failed(&error))?;
    let key = key.to_pkcs8_pem().map_err(|error| failed(&error))?;
    let file = format!("{}{}{authority_pem}", key.expose_secret(), leaf.to_pem());
    Ok(Made { authority_pem, file: file.into() })
}

/// The authority in such a file, as PEM.
///
/// # Errors
/// If it has no certificate with its authority behind it.
pub(super) fn authority(file: &[u8]) -> Result<String, String> {
    let [_, authority] = certificates(file)?;
    Ok(authority.to_pem())
}

/// Whether it is time for another one.
///
/// # Errors
/// As [`authority`].
pub(super) fn ends_soon(file: &[u8], now: Timestamp) -> Result<Option<Timestamp>, String> {
    let [leaf, _] = certificates(file)?;
    let ends = leaf.not_after();
    Ok((ends.duration_since(now) < LIFETIME / 3).then_some(ends))
}

/// Whether two texts have the same certificates, in whatever order and however they are written.
pub(super) fn are_same(one: &str, other: &str) -> bool {
    let all = |text: &str| {
        let mut all: Vec<_> =
            Certificate::all_from_pem(text).unwrap_or_default().iter().map(|found| found.as_der().to_vec()).collect();
        all.sort();
        all
    };
    all(one) == all(other)
}

fn certificates(file: &[u8]) -> Result<[Certificate; 2], String> {
    let text = std::str::from_utf8(file).map_err(|_| "it is not a text".to_owned())?;
    let found = Certificate::all_from_pem(text).map_err(|error| error.to_string())?;
    found.try_into().map_err(|_| "it does not have a certificate and its authority".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "made by the test")]
    fn the_file_has_all_that_a_login_and_a_role_need() {
        let now: Timestamp = "2026-11-30T12:00:00Z".parse().unwrap();
        let Made { authority_pem, file } = make("operator", now).unwrap();
        let file = file.expose_secret();
        PrivateKey::from_pem(file, None).unwrap();
        let [leaf, authority_found] = certificates(file.as_bytes()).unwrap();
        leaf.verify_signature(&authority_found).unwrap();
        assert!(!leaf.is_ca() && authority_found.is_ca());
        assert_eq!(leaf.extended_key_usage().unwrap().len(), 1);
        assert!(are_same(&authority(file.as_bytes()).unwrap(), &authority_pem));
        assert!(!are_same(&authority_pem, &make("operator", now).unwrap().authority_pem));
        for (years, is_soon) in [(0, false), (6, false), (7, true), (11, true)] {
            let later = now + SignedDuration::from_hours(24 * 365 * years);
            assert_eq!(ends_soon(file.as_bytes(), later).unwrap().is_some(), is_soon, "after {years} years");
        }
        for broken in ["", "-----BEGIN CERTIFICATE-----", authority_pem.as_str()] {
            authority(broken.as_bytes()).unwrap_err();
        }
    }
}
