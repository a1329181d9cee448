//! The one way in which this provider issues certificates, and how an issued one is compared with a wish.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use pki::{Certificate, IssueError, Issuer, PrivateKey, PublicKey, SystemRandom, Template, Unsigned, Validity};
use tf_framework::diagnostic::Diagnostic;
use tf_framework::model::Setting;
use tf_framework::value::Path;

use crate::key_plan::differs;

/// How long before now a certificate begins, for machines whose clocks are slow.
const BACKDATED: SignedDuration = SignedDuration::from_hours(24);

/// From a day ago until so many hours from now, but not from before the issuer.
///
/// # Errors
/// If a certificate can't say that.
pub fn validity(hours: i64, issuer: Option<&Certificate>, now: Timestamp) -> Result<Validity, Diagnostic> {
    let at = || Path::root().attribute("validity_period_hours");
    let summary = "No certificate can be valid for so long";
    let lifetime = SignedDuration::try_from_hours(hours)
        .ok_or_else(|| Diagnostic::error(summary).remedy("Choose a shorter period.").at(at()))?;
    let validity = Validity::starting(now, BACKDATED, lifetime)
        .map_err(|error| Diagnostic::error(summary).because(&error).remedy("Choose a shorter period.").at(at()))?;
    let Some(begin) = issuer.map(Certificate::not_before).filter(|begin| *begin > validity.not_before()) else {
        return Ok(validity);
    };
    // An issuer that is not valid yet is refused when it is to sign.
    Ok(Validity::new(begin, validity.not_after()).unwrap_or(validity))
}

/// Of no importance, for questions about everything else.
///
/// # Errors
/// None, as far as is known.
pub fn any_validity() -> Result<Validity, Diagnostic> {
    Validity::starting(Timestamp::UNIX_EPOCH, SignedDuration::ZERO, SignedDuration::from_hours(1))
        .map_err(|error| Diagnostic::error("Making up a validity").because(&error))
}

/// Whether a certificate is to be valid for another time: `prior` are the hours in the state. What is not known may be.
pub fn is_other_lifetime(certificate: &Certificate, prior: i64, declared: Setting<i64>) -> bool {
    let Some(declared) = declared.into_known() else { return true };
    // Of one that was imported, the state has its whole life. If it is one of ours, the first day is none that was
    // declared.
    let is_imported = prior == lifetime(certificate).as_hours();
    declared != prior && !(is_imported && declared.saturating_add(BACKDATED.as_hours()) == prior)
}

/// Whether a certificate was signed by another key than that of the declared authority, of which this is the key
/// identifier and the certificate. What is not known may be.
pub fn is_signed_by_another(certificate: &Certificate, key_id: Setting<String>, issuer_pem: Setting<String>) -> bool {
    let Some(signed_by) = certificate.authority_key_id() else {
        // It does not say, as some that are imported.
        let issuer = issuer_pem.into_known().and_then(|pem| Certificate::all_from_pem(&pem).ok()?.into_iter().next());
        return issuer.is_none_or(|issuer| certificate.verify_signature(&issuer).is_err());
    };
    differs(key_id, Some(&signed_by.to_hex()))
}

fn lifetime(certificate: &Certificate) -> SignedDuration {
    certificate.not_after().duration_since(certificate.not_before())
}

/// A root, signed by its own key. It may take the place of an earlier one.
///
/// # Errors
/// Everything that speaks against it.
pub fn self_signed(
    template: Template,
    key: &PrivateKey,
    earlier: Option<&Certificate>,
) -> Result<Certificate, IssueError> {
    unsigned(template, key.public_key(), earlier)?.self_signed(key)
}

/// A certificate for a key, signed by an authority. It may take the place of an earlier one.
///
/// # Errors
/// Everything that speaks against it.
pub fn signed(
    template: Template,
    key: &PublicKey,
    issuer: &Issuer,
    now: Timestamp,
    earlier: Option<&Certificate>,
) -> Result<Certificate, IssueError> {
    unsigned(template, key, earlier)?.signed_by(issuer, now)
}

fn unsigned(template: Template, key: &PublicKey, earlier: Option<&Certificate>) -> Result<Unsigned, IssueError> {
    let unsigned = template.for_key(key, &mut SystemRandom)?;
    Ok(earlier.into_iter().fold(unsigned, Unsigned::succeeding))
}

/// In what a certificate that was found is another one than that which would be issued now: the attributes, in words.
/// The serial number and the days are its own affair, the length of its life is not.
pub fn differences(found: &Certificate, wished: &Certificate) -> Vec<&'static str> {
    let names =
        |certificate: &Certificate| certificate.names().iter().map(ToString::to_string).collect::<BTreeSet<_>>();
    // Less than the backdating: that may have been cut to the issuer's beginning.
    let is_as_long = (lifetime(found) - lifetime(wished)).abs() <= BACKDATED;
    let mut differences = Vec::new();
    let mut compare = |is_equal: bool, what: &'static str| {
        if !is_equal {
            differences.push(what);
        }
    };
    compare(found.public_key() == wished.public_key(), "the key");
    compare(found.subject() == wished.subject(), "the subject");
    compare(names(found) == names(wished), "the names");
    compare(found.issuer() == wished.issuer(), "the name of the issuer");
    compare(found.authority_key_id() == wished.authority_key_id(), "the key of the issuer");
    compare(found.is_ca() == wished.is_ca() && found.path_length() == wished.path_length(), "basicConstraints");
    compare(found.key_usage() == wished.key_usage(), "keyUsage");
    compare(found.extended_key_usage() == wished.extended_key_usage(), "extendedKeyUsage");
    compare(found.name_constraints() == wished.name_constraints(), "the name constraints");
    compare(found.crl_urls() == wished.crl_urls(), "the addresses of revocation lists");
    compare(is_as_long, "how long it is valid");
    differences
}

#[cfg(test)]
mod tests {
    use pki::{CaOptions, KeyAlgorithm, Profile, Request, Subject};

    use super::*;

    fn now() -> Timestamp {
        "2026-11-30T12:00:00Z".parse().unwrap()
    }

    fn root(path_length: Option<u8>, hours: i64, key: &PrivateKey) -> Certificate {
        let options = CaOptions { path_length, ..CaOptions::default() };
        let mut request = Request::new(Profile::RootCa(options), validity(hours, None, now()).unwrap());
        request.subject = Subject::common_name("Root");
        self_signed(request.validate().unwrap(), key, None).unwrap()
    }

    #[test]
    fn a_certificate_does_not_begin_before_its_issuer() {
        let key = PrivateKey::generate(KeyAlgorithm::Ed25519).unwrap();
        let root = root(None, 48, &key);
        assert_eq!(now().duration_since(root.not_before()), BACKDATED);
        let hour_later = now() + SignedDuration::from_hours(1);
        assert_eq!(validity(1, Some(&root), hour_later).unwrap().not_before(), hour_later - BACKDATED);
        assert_eq!(validity(1, Some(&root), now() - BACKDATED).unwrap().not_before(), root.not_before());
    }

    #[test]
    fn ages_are_refused() {
        for hours in [0, -1, i64::MAX, 8_000 * 9_000] {
            assert_eq!(
                validity(hours, None, now()).unwrap_err().path(),
                &Path::root().attribute("validity_period_hours")
            );
        }
    }

    #[test]
    fn what_differs_is_named() {
        let key = PrivateKey::generate(KeyAlgorithm::Ed25519).unwrap();
        let [found, again] = [(); 2].map(|()| root(Some(1), 48, &key));
        assert_ne!(found.serial(), again.serial());
        assert_eq!(differences(&found, &again), [""; 0]);
        assert_eq!(differences(&found, &root(Some(0), 48, &key)), ["basicConstraints"]);
        assert_eq!(differences(&found, &root(Some(1), 100, &key)), ["how long it is valid"]);
        let other = PrivateKey::generate(KeyAlgorithm::Ed25519).unwrap();
        assert_eq!(differences(&found, &root(Some(1), 48, &other)), ["the key", "the key of the issuer"]);
    }
}
