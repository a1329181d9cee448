//! Certificates byte for byte: with a fixed clock, fixed randomness and a deterministic signature nothing may change
//! unnoticed.
//!
//! `BLESS=1` writes the files; look at the difference before you commit it.

use std::path::Path;

use pki::{CaOptions, Certificate, Issuer, PrivateKey, Request};

use crate::world::{Counting, intermediate_request, now, root_request, server_request};

fn key(text: &str) -> PrivateKey {
    PrivateKey::from_pem(text, None).unwrap()
}

#[track_caller]
fn check(name: &str, certificate: &Certificate) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/issuing/golden").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, certificate.to_pem()).unwrap();
    }
    let golden = Certificate::from_pem(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(golden.to_pem(), certificate.to_pem(), "{name} has changed");
}

fn root(key: PrivateKey, mut request: Request) -> Issuer {
    request.permitted.dns = vec!["home.arpa".to_owned(), "localhost".to_owned()];
    request.permitted.ip = vec!["127.0.0.0/8".to_owned(), "::1/128".to_owned()];
    request.excluded.email = vec!["home.arpa".to_owned()];
    let unsigned = request.validate().unwrap().for_key(key.public_key(), &mut Counting(0)).unwrap();
    Issuer::new(vec![unsigned.self_signed(&key).unwrap()], key).unwrap()
}

#[test]
fn ed25519() {
    let options = CaOptions { path_length: Some(1), digital_signature: false };
    let root = root(key(include_str!("keys/ed25519.pem")), root_request(options));
    check("ed25519-root.pem", root.certificate());
    let server = Request { crl_urls: vec!["http://pki.home.arpa/root.crl".to_owned()], ..server_request() };
    let server_key = key(include_str!("keys/ed25519-server.pem"));
    let unsigned = server.validate().unwrap().for_key(server_key.public_key(), &mut Counting(100)).unwrap();
    check("ed25519-server.pem", &unsigned.signed_by(&root, now()).unwrap());
}

#[test]
fn rsa() {
    let root = root(key(include_str!("keys/rsa2048.pem")), root_request(CaOptions::default()));
    check("rsa2048-root.pem", root.certificate());
    let intermediate = intermediate_request(CaOptions { path_length: Some(0), digital_signature: true });
    let below = key(include_str!("keys/ed25519.pem"));
    let unsigned = intermediate.validate().unwrap().for_key(below.public_key(), &mut Counting(200)).unwrap();
    check("rsa2048-intermediate.pem", &unsigned.signed_by(&root, now()).unwrap());
}
