//! Certificates, certificate requests and revocation lists of others, as an import, a configuration or a file gives them.
//!
//! An input is DER, or the text of PEM.
//!
//! Whatever it is: nothing panics; what is read is written again as it was; and everything that is said of a certificate can
//! be said of every certificate that was read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pki::{Certificate, Chain, Crl, Csr};

fuzz_target!(|input: &[u8]| {
    if let Ok(certificate) = Certificate::from_der(input) {
        look_over(&certificate);
        assert_eq!(certificate.as_der(), input, "a certificate is kept byte for byte");
    }
    if let Ok(request) = Csr::from_der(input) {
        let _ = (request.subject().to_string(), request.names().len(), request.asks_for_ca());
        assert!(Csr::from_pem(&request.to_pem()).is_ok_and(|again| again.as_der() == input));
    }
    if let Ok(list) = Crl::from_der(input) {
        let _ = (list.issuer().to_string(), list.number_hex(), list.revocations().len(), list.next_update());
        assert!(Crl::from_pem(&list.to_pem()).is_ok_and(|again| again.as_der() == input));
    }
    let Ok(text) = str::from_utf8(input) else { return };
    let _ = (Csr::from_pem(text).is_ok(), Crl::from_pem(text).is_ok());
    if let Ok(certificates) = Certificate::all_from_pem(text) {
        certificates.iter().for_each(look_over);
        let written: String = certificates.iter().map(Certificate::to_pem).collect();
        let again = Certificate::all_from_pem(&written).map(|again| again.len());
        assert_eq!(again.ok(), Some(certificates.len()), "what was read can be read again");
        let _ = Chain::sort(certificates).map(|chain| chain.to_pem());
    }
});

fn look_over(certificate: &Certificate) {
    let now = certificate.not_before();
    let findings = pki::lint(certificate, now);
    let _ = findings.iter().map(|finding| (finding.to_string(), finding.code(), finding.rule())).count();
    let _ = (certificate.subject().to_string(), certificate.issuer().to_string(), certificate.serial().to_hex());
    let _ = (certificate.key_usage(), certificate.extended_key_usage(), certificate.crl_urls());
    let _ = (certificate.key_id(), certificate.authority_key_id(), certificate.name_constraints().is_some());
    let _ = certificate.names().iter().map(ToString::to_string).count();
    let _ = certificate.verify_signature(certificate);
}
