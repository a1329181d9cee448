//! Certificates of others, whole and damaged.

use pki::{CaOptions, Certificate, FoundName, SignatureError};

use crate::openssl::{folder, run};
use crate::world::{self, root, server_request, signed_by};

#[test]
fn what_is_issued_says_what_was_asked_for() {
    let root = root(CaOptions { path_length: Some(3), digital_signature: true });
    let key = world::key();
    let certificate = signed_by(server_request(), &key, &root).unwrap();
    let again = Certificate::from_pem(&certificate.to_pem()).unwrap();
    assert_eq!(again, certificate);
    assert_eq!(again.public_key(), key.public_key());
    assert_eq!(again.key_usage().unwrap(), ["digitalSignature"]);
    assert_eq!(again.extended_key_usage().unwrap(), ["serverAuth"]);
    assert_eq!(again.signature_algorithm(), "ECDSA-SHA256");
    let dns = |name: &str| FoundName::Dns(name.to_owned());
    let ip = |text: &str| FoundName::Ip(text.parse().unwrap());
    let names = [dns("vault.home.arpa"), dns("*.apps.home.arpa"), dns("localhost"), ip("127.0.0.1"), ip("::1")];
    assert_eq!(again.names(), names);
    assert_eq!(again.verify_signature(root.certificate()), Ok(()));
    assert!(again.verify_signature(&again).is_err());
    assert!(root.certificate().is_self_issued() && !again.is_self_issued());
}

/// Signatures in the field are made in more ways than ours.
#[test]
fn signatures_of_all_kinds_are_checked() {
    let Some(folder) = folder() else { return };
    let pss = "-sigopt rsa_padding_mode:pss";
    for (key, arguments, expected) in [
        ("rsa:2048", "-sha256".to_owned(), Ok(())),
        ("rsa:2048", "-sha384".to_owned(), Ok(())),
        ("rsa:2048", "-sha512".to_owned(), Ok(())),
        ("rsa:2048", format!("-sha256 {pss} -sigopt rsa_pss_saltlen:32"), Ok(())),
        ("rsa:2048", format!("-sha512 {pss} -sigopt rsa_pss_saltlen:64"), Ok(())),
        ("rsa:2048", format!("-sha1 {pss}"), Err(SignatureError::Weak { hash: "SHA-1" })),
        ("rsa:2048", "-sha1".to_owned(), Err(SignatureError::Weak { hash: "SHA-1" })),
        ("rsa:2048", "-md5".to_owned(), Err(SignatureError::Weak { hash: "MD5" })),
        ("ec -pkeyopt ec_paramgen_curve:P-256", "-sha512".to_owned(), Ok(())),
        ("ec -pkeyopt ec_paramgen_curve:P-384", "-sha256".to_owned(), Ok(())),
        ("ec -pkeyopt ec_paramgen_curve:P-521", "-sha384".to_owned(), Ok(())),
        ("ec -pkeyopt ec_paramgen_curve:P-256", "-sha1".to_owned(), Err(SignatureError::Weak { hash: "SHA-1" })),
        ("ed448", String::new(), Err(SignatureError::Unknown { oid: "1.3.101.113".parse().unwrap() })),
    ] {
        run(&folder, &format!("req -x509 -newkey {key} -nodes -keyout key.pem -out c.pem -subj /CN=x {arguments}"));
        let certificate =
            Certificate::from_pem(&std::fs::read_to_string(folder.path().join("c.pem")).unwrap()).unwrap();
        assert_eq!(certificate.verify_signature(&certificate), expected, "{key} {arguments}");
    }
}

/// Every byte changed, every length cut: an error or another certificate, never a panic, and never one that still
/// verifies.
#[test]
fn damaged_certificates_never_panic_and_never_verify() {
    let root = root(CaOptions::default());
    let certificate = signed_by(server_request(), &world::key(), &root).unwrap();
    let der = certificate.as_der();
    for index in 0..der.len() {
        assert!(Certificate::from_der(&der[..index]).is_err());
        for change in [1, 0x20, 0x80, 0xff] {
            let mut damaged = der.to_vec();
            damaged[index] ^= change;
            if let Ok(damaged) = Certificate::from_der(&damaged) {
                assert!(damaged.verify_signature(root.certificate()).is_err(), "byte {index}");
                drop((damaged.key_usage(), damaged.names().len(), damaged.crl_urls(), format!("{damaged:?}")));
            }
        }
    }
    let mut longer = der.to_vec();
    longer.push(0);
    assert!(Certificate::from_der(&longer).is_err());
}
