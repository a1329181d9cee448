//! What is wrong with a certificate that was made elsewhere, told when it is imported.

use jiff::Timestamp;
use pki::{Certificate, Severity, lint};
use tf_framework::diagnostic::Diagnostic;

/// One warning with everything that strict verifiers will say of it. `None` if they have nothing to say.
pub fn report(certificate: &Certificate, now: Timestamp) -> Option<Diagnostic> {
    let findings = lint(certificate, now);
    if findings.is_empty() {
        return None;
    }
    let is_refused = findings.iter().any(|finding| finding.severity() == Severity::Error);
    let headline =
        if is_refused { "Strict verifiers refuse this certificate" } else { "This certificate has weak points" };
    let lines: Vec<String> = findings
        .iter()
        .map(|finding| match finding.rule() {
            Some(rule) => format!("- {}: {finding} ({rule})", finding.code()),
            None => format!("- {}: {finding}", finding.code()),
        })
        .collect();
    Some(
        Diagnostic::warning(headline)
            .detail(format!("{}:\n{}", certificate.subject(), lines.join("\n")))
            .remedy("It is imported as it is. The next renewal issues it without these faults."),
    )
}

#[cfg(test)]
mod tests {
    use pki::{CaOptions, KeyAlgorithm, PrivateKey, Profile, Request, Subject};

    use super::*;
    use crate::issuing;

    fn root(days: i64) -> Certificate {
        let now = "2026-11-30T12:00:00Z".parse().unwrap();
        let validity = issuing::validity(days * 24, None, now).unwrap();
        let mut request = Request::new(Profile::RootCa(CaOptions::default()), validity);
        request.subject = Subject::common_name("My CA");
        let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256).unwrap();
        issuing::self_signed(request.validate().unwrap(), &key, None).unwrap()
    }

    #[test]
    fn a_root_of_thirty_days_is_named_as_what_it_is() {
        let now = "2026-11-30T13:00:00Z".parse().unwrap();
        assert_eq!(report(&root(3650), now), None);
        let diagnostic = report(&root(30), now).unwrap();
        assert!(diagnostic.detail_text().starts_with("CN=My CA:\n- short_lived_root: "), "{diagnostic:?}");
    }
}
