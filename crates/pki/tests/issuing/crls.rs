//! Revocation lists, judged by OpenSSL and webpki.

use jiff::Timestamp;
use pki::{
    CaOptions, Certificate, Crl, CrlRequest, IssueError, Issuer, KeyAlgorithm, Problem, Reason, Revocation,
    SignatureError,
};

use crate::openssl::{folder, run, write_file};
use crate::world::{self, days, now, root, root_request, root_with, server_request, signed_by};

fn list(certificates: &[&Certificate]) -> CrlRequest {
    let revocation = |certificate: &&Certificate| Revocation {
        serial: certificate.serial().clone(),
        revoked_at: now(),
        reason: Reason::KeyCompromise,
    };
    CrlRequest { validity: days(30), number: 0x80, revocations: certificates.iter().map(revocation).collect() }
}

#[test]
fn openssl_refuses_what_is_on_the_list_and_nothing_else() {
    let Some(folder) = folder() else { return };
    for algorithm in KeyAlgorithm::ALL {
        let root = root_with(root_request(CaOptions::default()), algorithm);
        let (bad, good) = (world::key(), world::key());
        let bad = signed_by(server_request(), &bad, &root).unwrap();
        let good = signed_by(server_request(), &good, &root).unwrap();
        let crl = list(&[&bad]).signed_by(&root, now()).unwrap();
        assert!(crl.revokes(&bad) && !crl.revokes(&good));
        for (name, text) in [
            ("root.pem", root.certificate().to_pem()),
            ("bad.pem", bad.to_pem()),
            ("good.pem", good.to_pem()),
            ("crl.pem", crl.to_pem()),
        ] {
            write_file(&folder, name, text);
        }
        run(&folder, "crl -in crl.pem -CAfile root.pem -noout");
        let check =
            format!("verify -x509_strict -crl_check -attime {} -CAfile root.pem -CRLfile crl.pem", now().as_second());
        run(&folder, &format!("{check} good.pem"));
        let output = std::process::Command::new("openssl")
            .args(format!("{check} bad.pem").split(' '))
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(String::from_utf8_lossy(&output.stderr).contains("certificate revoked"));
    }
}

#[test]
fn what_is_written_is_read() {
    let root = root(CaOptions::default());
    let mut request = list(&[]);
    assert!(request.signed_by(&root, now()).unwrap().revocations().is_empty());
    for (reason, days) in [(Reason::Unspecified, 1), (Reason::Superseded, 2), (Reason::AaCompromise, 3)] {
        let serial = signed_by(server_request(), &world::key(), &root).unwrap().serial().clone();
        request.revocations.push(Revocation { serial, revoked_at: now() - world::DAY * days, reason });
    }
    let crl = Crl::from_pem(&request.signed_by(&root, now()).unwrap().to_pem()).unwrap();
    assert_eq!(crl.revocations(), request.revocations);
    assert_eq!(crl.number_hex().as_deref(), Some("80"));
    assert_eq!(crl.issuer(), root.certificate().subject());
    assert_eq!(crl.authority_key_id(), Some(&root.certificate().key_id()));
    assert_eq!((crl.this_update(), crl.next_update()), (now() - world::DAY, Some(now() + world::DAY * 30)));
    assert_eq!(crl.verify_signature(root.certificate()), Ok(()));
    assert_eq!(crl.verify_signature(world::root(CaOptions::default()).certificate()), Err(SignatureError::Mismatch));
}

#[test]
fn only_a_ca_in_its_time_signs_lists() {
    let root = root(CaOptions::default());
    let problems = |issuer: &Issuer, at: Timestamp| match list(&[]).signed_by(issuer, at) {
        Err(IssueError::Refused(refusal)) => {
            refusal.into_violations().iter().map(|violation| violation.problem().clone()).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    assert!(matches!(problems(&root, now() + world::DAY * 4000)[..], [Problem::IssuerExpired { .. }]));
    let key = world::key();
    let leaf = signed_by(server_request(), &key, &root).unwrap();
    let leaf = Issuer::new(vec![leaf], key).unwrap();
    assert!(matches!(problems(&leaf, now())[..], [Problem::IssuerNotCa { .. }, Problem::IssuerMayNotRevoke { .. }]));
}

#[test]
fn damaged_lists_never_panic_and_never_verify() {
    let root = root(CaOptions::default());
    let crl = list(&[root.certificate()]).signed_by(&root, now()).unwrap();
    for index in 0..crl.as_der().len() {
        for change in [1, 0x20, 0x80, 0xff] {
            let mut damaged = crl.as_der().to_vec();
            damaged[index] ^= change;
            if let Ok(damaged) = Crl::from_der(&damaged) {
                assert!(damaged.verify_signature(root.certificate()).is_err(), "byte {index}");
            }
        }
    }
}
