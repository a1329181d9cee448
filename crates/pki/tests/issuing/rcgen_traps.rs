//! The eight traps of rcgen, the best-known crate for this, which ours must not have: each as a test on issued
//! certificates.

use std::collections::BTreeSet;

use pki::{CaOptions, Issuer, KeyAlgorithm, Profile, Request, Subject};

use crate::world::{self, days, now, root, root_request, self_signed, server_request, signed_by};

#[test]
fn trap_1_two_certificates_of_one_key_have_two_serial_numbers() {
    let root = root(CaOptions::default());
    let key = world::key();
    let serials: BTreeSet<_> =
        (0..50).map(|_| signed_by(server_request(), &key, &root).unwrap().serial().clone()).collect();
    assert_eq!(serials.len(), 50);
}

#[test]
fn trap_2_serial_numbers_are_positive_and_no_longer_than_20_octets() {
    let key = world::key();
    for _ in 0..200 {
        let serial = self_signed(root_request(CaOptions::default()), &key).serial().clone();
        assert!(serial.is_positive() && (16..=20).contains(&serial.as_bytes().len()), "{serial}");
    }
}

#[test]
fn trap_3_validity_and_subject_are_those_asked_for() {
    let root = root(CaOptions::default());
    let nameless = Request { subject: Subject::default(), ..server_request() };
    let certificate = signed_by(nameless, &world::key(), &root).unwrap();
    assert!(certificate.subject().is_empty());
    assert_eq!((certificate.not_before(), certificate.not_after()), (now() - world::DAY, now() + world::DAY * 365));
}

/// An imported CA keeps its name byte for byte: repeated attributes, their order, and attributes side by side in one
/// part.
#[test]
fn trap_4_the_issuer_is_the_subject_of_the_ca_byte_for_byte() {
    let request = Request {
        subject: Subject {
            domain_components: vec!["org".to_owned(), "example".to_owned()],
            organizational_unit: vec!["a".to_owned(), "b".to_owned()],
            ..Subject::common_name("Directory CA")
        },
        ..Request::new(Profile::RootCa(CaOptions::default()), days(3650))
    };
    let key = world::key();
    let pem = self_signed(request, &key).to_pem();
    let issuer = Issuer::new(pki::Certificate::all_from_pem(&pem).unwrap(), key).unwrap();
    let leaf = signed_by(server_request(), &world::key(), &issuer).unwrap();
    assert_eq!(leaf.issuer().as_der(), issuer.certificate().subject().as_der());
    assert_eq!(leaf.issuer().to_string(), "CN=Directory CA,OU=b,OU=a,DC=example,DC=org");
}

#[test]
fn traps_5_and_6_every_certificate_has_basic_constraints_and_both_key_identifiers() {
    let root = root(CaOptions::default());
    let leaf = signed_by(server_request(), &world::key(), &root).unwrap();
    let certificate = root.certificate();
    assert_eq!(certificate.authority_key_id(), Some(certificate.key_id()));
    assert_eq!(leaf.authority_key_id(), Some(certificate.key_id()));
    assert_ne!(leaf.key_id(), certificate.key_id());
    for certificate in [certificate, &leaf] {
        let der = certificate.as_der();
        for (name, oid) in [("basicConstraints", [0x55, 0x1d, 0x13]), ("subjectKeyIdentifier", [0x55, 0x1d, 0x0e])] {
            assert_eq!(der.windows(3).filter(|window| *window == oid).count(), 1, "{name}");
        }
    }
    assert!(!leaf.is_ca() && leaf.path_length().is_none());
}

// Trap 7, an issuer that is no CA, may not sign or ends earlier, is what `refusals` is about.

/// Ours is the SHA-256 method of RFC 7093, and a CA that has another one keeps it.
#[test]
fn trap_8_the_key_identifier_of_an_imported_ca_is_kept() {
    let Some(folder) = crate::openssl::folder() else { return };
    let run = |arguments: &str| crate::openssl::run(&folder, arguments);
    run(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt -days 100 -subj /CN=Old \
         -addext keyUsage=critical,keyCertSign,cRLSign",
    );
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let ca = pki::Certificate::from_pem(&read("ca.crt")).unwrap();
    assert_ne!(ca.key_id(), ca.public_key().key_id(), "OpenSSL takes SHA-1");
    let key = pki::PrivateKey::from_pem(&read("ca.key"), None).unwrap();
    let at = ca.not_before();
    let issuer = Issuer::new(vec![ca.clone()], key).unwrap();
    let validity = pki::Validity::starting(at, jiff::SignedDuration::ZERO, world::DAY).unwrap();
    let leaf_key = world::key();
    let leaf = Request { validity, ..server_request() }
        .validate()
        .unwrap()
        .for_key(leaf_key.public_key(), &mut pki::SystemRandom)
        .unwrap()
        .signed_by(&issuer, at)
        .unwrap();
    assert_eq!(leaf.authority_key_id(), Some(ca.key_id()));
}

#[test]
fn a_path_length_of_zero_is_written() {
    let options = CaOptions { path_length: Some(0), digital_signature: false };
    let certificate = world::root_with(root_request(options), KeyAlgorithm::Ed25519).certificate().clone();
    assert_eq!(certificate.path_length(), Some(0));
    assert_eq!(certificate.key_usage().unwrap(), ["keyCertSign", "cRLSign"]);
    // SEQUENCE { BOOLEAN TRUE, INTEGER 0 }
    assert!(certificate.as_der().windows(8).any(|window| window == [0x30, 6, 1, 1, 0xff, 2, 1, 0]));
}
