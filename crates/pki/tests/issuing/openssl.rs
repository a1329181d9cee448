//! OpenSSL as a judge, with its strict mode, which is also what Python 3.13 does by default.

use std::path::Path;
use std::process::Command;

use pki::{CaOptions, Certificate, Issuer, KeyAlgorithm, Profile, Request};
use tempfile::TempDir;

use crate::world::{self, Owner, days, intermediate_request, root_request, root_with, server_request, signed_by};

/// A folder to work in; `None`, and a line that says so, on a machine without OpenSSL.
pub(crate) fn folder() -> Option<TempDir> {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("SKIPPED openssl is not on PATH");
        return None;
    }
    Some(tempfile::tempdir().unwrap())
}

/// Runs a command line in the folder, which must succeed, and returns what it prints.
#[track_caller]
pub(crate) fn run(folder: &TempDir, arguments: &str) -> String {
    let output =
        Command::new("openssl").args(arguments.split_whitespace()).current_dir(folder.path()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments}\n{text}");
    text
}

fn write(folder: &TempDir, name: &str, certificates: &[&Certificate]) {
    let text: String = certificates.iter().map(|certificate| certificate.to_pem()).collect();
    std::fs::write(folder.path().join(name), text).unwrap();
}

#[track_caller]
fn verify(folder: &TempDir, issuer: &Issuer, certificate: &Certificate, more: &str) {
    let chain: Vec<_> = issuer.chain().collect();
    let (root, between) = chain.split_last().unwrap();
    write(folder, "root.pem", &[root]);
    write(folder, "between.pem", between);
    write(folder, "leaf.pem", &[certificate]);
    let untrusted = if between.is_empty() { "" } else { "-untrusted between.pem" };
    let at = world::now().as_second();
    run(folder, &format!("verify -x509_strict -attime {at} -CAfile root.pem {untrusted} {more} leaf.pem"));
}

/// All key algorithms as those of root, intermediate and server.
#[test]
fn every_kind_of_key_at_every_depth() {
    let Some(folder) = folder() else { return };
    for algorithm in KeyAlgorithm::ALL {
        let root = root_with(root_request(CaOptions::default()), algorithm);
        let options = CaOptions { path_length: Some(0), digital_signature: false };
        let intermediate = world::below(&root, intermediate_request(options), algorithm);
        verify(&folder, &root, root.certificate(), "");
        verify(&folder, &root, intermediate.certificate(), "");
        for issuer in [&root, &intermediate] {
            let key = world::key_of(algorithm, Owner::Leaf);
            let server = signed_by(server_request(), &key, issuer).unwrap();
            verify(&folder, issuer, &server, "-purpose sslserver -verify_hostname a.apps.home.arpa");
            verify(&folder, issuer, &server, "-purpose sslserver -verify_ip ::1");
        }
    }
}

#[test]
fn every_profile() {
    let Some(folder) = folder() else { return };
    let mut request = root_request(CaOptions::default());
    request.permitted.dns = vec!["home.arpa".to_owned(), "localhost".to_owned()];
    request.permitted.ip = vec!["127.0.0.0/8".to_owned(), "::1".to_owned()];
    request.permitted.email = vec!["home.arpa".to_owned()];
    let root = root_with(request, KeyAlgorithm::EcdsaP384);
    for (profile, purposes) in [
        (Profile::TlsServer, &["sslserver"][..]),
        (Profile::TlsClient, &["sslclient"]),
        (Profile::TlsServerAndClient, &["sslserver", "sslclient"]),
    ] {
        for algorithm in [KeyAlgorithm::Rsa2048, KeyAlgorithm::EcdsaP256] {
            let request = Request {
                profile,
                email_addresses: vec!["operator@home.arpa".to_owned()],
                uris: vec!["spiffe://home.arpa/vault".to_owned()],
                crl_urls: vec!["http://pki.home.arpa/root.crl".to_owned()],
                ..server_request()
            };
            let nameless = Request { subject: pki::Subject::default(), ..request.clone() };
            for request in [request, nameless] {
                let key = world::key_of(algorithm, Owner::Leaf);
                let certificate = signed_by(request, &key, &root).unwrap();
                for purpose in purposes {
                    verify(&folder, &root, &certificate, &format!("-purpose {purpose}"));
                }
            }
        }
    }
}

#[test]
fn texts_and_criticality() {
    let Some(folder) = folder() else { return };
    let root =
        root_with(root_request(CaOptions { path_length: Some(0), digital_signature: true }), KeyAlgorithm::Rsa2048);
    write(&folder, "root.pem", &[root.certificate()]);
    let text = run(&folder, "x509 -in root.pem -noout -text");
    assert!(text.contains("X509v3 Basic Constraints: critical\n                CA:TRUE, pathlen:0"), "{text}");
    assert!(
        text.contains("X509v3 Key Usage: critical\n                Digital Signature, Certificate Sign, CRL Sign"),
        "{text}"
    );
    assert!(text.contains("Issuer: O = Home, CN = Home root"), "{text}");

    let key = world::key_of(KeyAlgorithm::Rsa2048, Owner::Leaf);
    let certificate = signed_by(server_request(), &key, &root).unwrap();
    write(&folder, "leaf.pem", &[&certificate]);
    let text = run(&folder, "x509 -in leaf.pem -noout -text -fingerprint -sha256");
    for part in [
        "X509v3 Basic Constraints: critical\n                CA:FALSE",
        "X509v3 Key Usage: critical\n                Digital Signature, Key Encipherment",
        "X509v3 Extended Key Usage: \n                TLS Web Server Authentication",
        "X509v3 Subject Alternative Name: \n                DNS:vault.home.arpa, DNS:*.apps.home.arpa, DNS:localhost, \
         IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1",
        &certificate.fingerprint().to_string().to_uppercase(),
        &certificate.key_id().to_string().to_uppercase(),
        &root.certificate().key_id().to_string().to_uppercase(),
        &certificate.serial().to_string(),
    ] {
        assert!(text.contains(part), "{part}\nis not in\n{text}");
    }
    assert!(!text.contains("DirName"), "the issuer is named by key only: {text}");
    let nameless = signed_by(Request { subject: pki::Subject::default(), ..server_request() }, &key, &root).unwrap();
    write(&folder, "nameless.pem", &[&nameless]);
    assert!(run(&folder, "x509 -in nameless.pem -noout -text").contains("X509v3 Subject Alternative Name: critical"));
}

/// The judge must be able to say no.
#[test]
fn the_judge_refuses_what_is_wrong() {
    let Some(folder) = folder() else { return };
    let (root, other) = (world::root(CaOptions::default()), world::root(CaOptions::default()));
    let leaf = signed_by(server_request(), &world::key(), &root).unwrap();
    write(&folder, "root.pem", &[other.certificate()]);
    write(&folder, "leaf.pem", &[&leaf]);
    let status = Command::new("openssl")
        .args(["verify", "-x509_strict", "-CAfile", "root.pem", "leaf.pem"])
        .current_dir(folder.path())
        .output()
        .unwrap()
        .status;
    assert!(!status.success());
}

#[test]
fn years_after_2049() {
    let Some(folder) = folder() else { return };
    let root =
        root_with(Request { validity: days(18_000), ..root_request(CaOptions::default()) }, KeyAlgorithm::EcdsaP256);
    write(&folder, "root.pem", &[root.certificate()]);
    let text = run(&folder, "asn1parse -in root.pem");
    assert!(
        text.contains("UTCTIME           :261123120000Z") && text.contains("GENERALIZEDTIME   :20760306120000Z"),
        "{text}"
    );
}

pub(crate) fn write_file(folder: &TempDir, name: &str, content: impl AsRef<[u8]>) {
    std::fs::write(Path::new(folder.path()).join(name), content).unwrap();
}
