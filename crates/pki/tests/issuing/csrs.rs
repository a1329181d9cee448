//! Certificate requests, made here and by OpenSSL.

use pki::{Csr, CsrError, CsrRequest, FoundName, Issuer, KeyAlgorithm, Profile, Subject, SystemRandom};

use crate::openssl::{folder, run, write_file};
use crate::world::{self, Owner, days, now, root};

fn request() -> CsrRequest {
    CsrRequest {
        profile: Some(Profile::TlsServer),
        subject: Subject { organizational_unit: vec!["a".to_owned(), "b".to_owned()], ..Subject::common_name("vault") },
        dns_names: vec!["vault.home.arpa".to_owned()],
        ip_addresses: vec!["127.0.0.1".to_owned()],
        ..CsrRequest::default()
    }
}

fn issue(csr: &Csr, issuer: &Issuer) -> pki::Certificate {
    let template = csr.template(Profile::TlsServer, days(365)).unwrap();
    template.for_key(csr.public_key(), &mut SystemRandom).unwrap().signed_by(issuer, now()).unwrap()
}

#[test]
fn ours_are_accepted_by_openssl_for_every_kind_of_key() {
    let Some(folder) = folder() else { return };
    for algorithm in KeyAlgorithm::ALL {
        let key = world::key_of(algorithm, Owner::Leaf);
        let csr = request().validate().unwrap().sign(&key).unwrap();
        write_file(&folder, "csr.pem", csr.to_pem());
        let text = run(&folder, "req -in csr.pem -verify -noout -text");
        assert!(text.contains("DNS:vault.home.arpa, IP Address:127.0.0.1"), "{text}");
        assert!(text.contains("TLS Web Server Authentication"), "{text}");
        assert_eq!(Csr::from_pem(&csr.to_pem()).unwrap().as_der(), csr.as_der());
    }
}

#[test]
fn a_request_without_anything_but_a_subject_is_one() {
    let Some(folder) = folder() else { return };
    let bare = CsrRequest { subject: Subject::common_name("x"), ..CsrRequest::default() };
    write_file(&folder, "csr.pem", bare.validate().unwrap().sign(&world::key()).unwrap().to_pem());
    assert!(run(&folder, "req -in csr.pem -verify -noout -text").contains("Subject: CN = x"));
    assert!(CsrRequest::default().validate().is_err());
}

#[test]
fn subject_and_names_are_taken_over_and_nothing_else() {
    let Some(folder) = folder() else { return };
    run(
        &folder,
        "req -new -newkey rsa:2048 -nodes -keyout key.pem -out csr.pem -subj /O=Home/OU=b/OU=a/CN=vault -addext \
         subjectAltName=DNS:Vault.Home.arpa,IP:127.0.0.1,DNS:vault.home.arpa,email:a@home.arpa -addext \
         basicConstraints=critical,CA:TRUE -addext keyUsage=keyCertSign",
    );
    let csr = Csr::from_pem(&std::fs::read_to_string(folder.path().join("csr.pem")).unwrap()).unwrap();
    assert!(csr.asks_for_ca());
    let certificate = issue(&csr, &root(pki::CaOptions::default()));
    assert!(!certificate.is_ca());
    assert_eq!(certificate.key_usage().unwrap(), ["digitalSignature", "keyEncipherment"]);
    assert_eq!(certificate.subject().as_der(), csr.subject().as_der());
    assert_eq!(certificate.subject().to_string(), "CN=vault,OU=a,OU=b,O=Home");
    assert_eq!(certificate.public_key(), csr.public_key());
    let names = [
        FoundName::Dns("vault.home.arpa".to_owned()),
        FoundName::Ip([127, 0, 0, 1].into()),
        FoundName::Email("a@home.arpa".to_owned()),
    ];
    assert_eq!(certificate.names(), names);
}

#[test]
fn the_addresses_of_revocation_lists_come_from_the_issuer() {
    let csr = request().validate().unwrap().sign(&world::key()).unwrap();
    let template = || csr.template(Profile::TlsServer, days(365)).unwrap();
    let urls = ["http://pki.home.arpa/root.crl".to_owned()];
    let template_with = template().with_crl_urls(&urls).unwrap();
    let unsigned = template_with.for_key(csr.public_key(), &mut SystemRandom).unwrap();
    let certificate = unsigned.signed_by(&root(pki::CaOptions::default()), now()).unwrap();
    assert_eq!(certificate.crl_urls(), urls);
    let refusal = template().with_crl_urls(&[urls[0].clone(), "root.crl".to_owned()]).unwrap_err();
    assert_eq!(refusal.violations()[0].field(), pki::Field::CrlUrls(1));
}

#[test]
fn what_is_not_issued_is_named() {
    let Some(folder) = folder() else { return };
    run(
        &folder,
        "req -new -newkey rsa:2048 -nodes -keyout key.pem -out csr.pem -subj /C=de/CN=vault -addext \
         subjectAltName=DNS:10.0.0.1,DNS:a_b.example,otherName:1.2.3;UTF8:x",
    );
    let csr = Csr::from_pem(&std::fs::read_to_string(folder.path().join("csr.pem")).unwrap()).unwrap();
    let refusal = csr.template(Profile::TlsServer, days(1)).unwrap_err();
    let texts: Vec<_> = refusal.violations().iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), 4, "{texts:#?}");
    assert!(texts[0].starts_with("certificate request: country must be"), "{texts:#?}");
    assert!(texts[1].contains("\"10.0.0.1\" is an IP address"), "{texts:#?}");
    assert!(texts[2].contains("underscore"), "{texts:#?}");
    assert!(texts[3].contains("which is not issued here"), "{texts:#?}");
}

#[test]
fn a_signature_that_does_not_hold_is_refused() {
    let csr = request().validate().unwrap().sign(&world::key()).unwrap();
    let mut der = csr.as_der().to_vec();
    let place = der.windows(5).position(|window| window == b"vault").unwrap();
    der[place] = b'V';
    let error = Csr::from_der(&der).unwrap_err();
    assert!(matches!(error, CsrError::Signature(_)), "{error}");
    assert!(error.to_string().contains("does not hold"));
}

#[test]
fn a_weak_key_is_refused_by_its_size() {
    let Some(folder) = folder() else { return };
    run(&folder, "req -new -newkey rsa:1024 -nodes -keyout key.pem -out csr.pem -subj /CN=x");
    let error = Csr::from_pem(&std::fs::read_to_string(folder.path().join("csr.pem")).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "the key of the certificate request has 1024 bits; RSA needs 2048 at least");
}

#[test]
fn damaged_requests_never_panic() {
    let csr = request().validate().unwrap().sign(&world::key()).unwrap();
    for index in 0..csr.as_der().len() {
        for change in [1, 0x20, 0x80, 0xff] {
            let mut damaged = csr.as_der().to_vec();
            damaged[index] ^= change;
            assert!(Csr::from_der(&damaged).is_err(), "byte {index}");
        }
    }
}
