//! What is not issued, and what the user is told.

use jiff::Timestamp;
use pki::{
    CaOptions, Field, IssueError, Issuer, KeyAlgorithm, PrivateKey, Problem, Profile, Request, SystemRandom, Validity,
};

use crate::world::{self, DAY, days, intermediate_request, now, root, root_request, server_request, signed_by};

const fn limited(path_length: u8) -> CaOptions {
    CaOptions { path_length: Some(path_length), digital_signature: true }
}

#[track_caller]
fn check<T: std::fmt::Debug>(result: Result<T, IssueError>, expected: &[(Field, &str)]) {
    let IssueError::Refused(refusal) = result.expect_err("is refused") else { panic!("another error") };
    let found: Vec<_> =
        refusal.violations().iter().map(|violation| (violation.field(), violation.to_string())).collect();
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for ((field, text), (expected_field, part)) in found.iter().zip(expected) {
        assert_eq!(field, expected_field);
        assert!(text.contains(part), "{text}\ndoes not contain\n{part}");
    }
}

#[test]
fn a_certificate_does_not_outlive_its_ca() {
    let server = Request { validity: days(3651), ..server_request() };
    check(
        signed_by(server, &world::key(), &root(CaOptions::default())),
        &[(Field::Validity, "longer than CN=Home root,O=Home, which ends at 2036-11-21T12:00:00Z; shorten")],
    );
}

#[test]
fn nor_does_it_outlive_one_further_up() {
    let root = root(CaOptions::default());
    let above = Request { validity: days(100), ..intermediate_request(CaOptions::default()) };
    let intermediate = world::below(&root, above, KeyAlgorithm::EcdsaP256);
    let server = Request { validity: days(101), ..server_request() };
    check(signed_by(server, &world::key(), &intermediate), &[(Field::Validity, "longer than CN=Servers")]);
}

#[test]
fn a_ca_signs_in_its_time_only() {
    let root = root(CaOptions::default());
    let at = |time: Timestamp| {
        let key = world::key();
        let unsigned = server_request().validate().unwrap().for_key(key.public_key(), &mut SystemRandom).unwrap();
        unsigned.signed_by(&root, time)
    };
    check(at(now() - DAY * 2), &[(Field::Issuer, "is not valid before 2026-11-23T12:00:00Z, and it is")]);
    check(at(now() + DAY * 4000), &[(Field::Issuer, "has expired at 2036-11-21T12:00:00Z; renew it first")]);
}

#[test]
fn only_a_ca_signs() {
    let root = root(CaOptions::default());
    let key = world::key();
    let server = signed_by(server_request(), &key, &root).unwrap();
    let impostor = Issuer::new(vec![server], key).unwrap();
    let client =
        Request { subject: pki::Subject::common_name("operator"), ..Request::new(Profile::TlsClient, days(1)) };
    check(
        signed_by(client, &world::key(), &impostor),
        &[
            (Field::Issuer, "CN=vault is not a CA: its basicConstraints don't say so (RFC 5280 §4.2.1.9)"),
            (Field::Issuer, "CN=vault may not sign certificates: its keyUsage lacks keyCertSign (RFC 5280 §4.2.1.3)"),
            (Field::Issuer, "and clientAuth is not among them (RFC 5280 §4.2.1.12)"),
        ],
    );
}

#[test]
fn path_lengths_are_kept_also_further_up() {
    let none_below = root(limited(0));
    check(
        signed_by(intermediate_request(CaOptions::default()), &world::key(), &none_below),
        &[(Field::Issuer, "allows 0 CAs below it (pathLenConstraint), and this would be number 1 (RFC 5280 §4.2.1.9)")],
    );
    assert!(signed_by(server_request(), &world::key(), &none_below).is_ok());

    let one_below = root(limited(1));
    let intermediate = world::below(&one_below, intermediate_request(CaOptions::default()), KeyAlgorithm::EcdsaP256);
    let second = Request { subject: pki::Subject::common_name("Second"), ..intermediate_request(CaOptions::default()) };
    check(
        signed_by(second, &world::key(), &intermediate),
        &[(Field::Issuer, "allows 1 CAs below it (pathLenConstraint), and this would be number 2")],
    );
}

#[test]
fn name_constraints_are_kept_also_further_up() {
    let mut request = root_request(CaOptions::default());
    request.permitted.dns = vec!["home.arpa".to_owned(), "localhost".to_owned()];
    request.excluded.ip = vec!["0.0.0.0/0".to_owned()];
    let root = world::root_with(request, KeyAlgorithm::EcdsaP256);
    let intermediate = world::below(&root, intermediate_request(CaOptions::default()), KeyAlgorithm::EcdsaP256);
    let mut server = server_request();
    server.dns_names.push("vault.example".to_owned());
    check(
        signed_by(server, &world::key(), &intermediate),
        &[
            (
                Field::DnsNames(3),
                "may not certify vault.example: permitted are only home.arpa, localhost (RFC 5280 §4.2.1.10)",
            ),
            (Field::IpAddresses(0), "may not certify 127.0.0.1: 0.0.0.0/0 is excluded"),
        ],
    );
}

/// OpenSSL looks at it when there is no DNS name beside it.
#[test]
fn a_host_as_common_name_is_a_name_too() {
    let mut request = root_request(CaOptions::default());
    request.permitted.dns = vec!["home.arpa".to_owned()];
    let root = world::root_with(request, KeyAlgorithm::EcdsaP256);
    let client =
        |name: &str| Request { subject: pki::Subject::common_name(name), ..Request::new(Profile::TlsClient, days(1)) };
    check(
        signed_by(client("a.example"), &world::key(), &root),
        &[(Field::Subject(Some("common_name")), "may not certify a.example: permitted are only home.arpa")],
    );
    for name in ["operator", "a.home.arpa", "Operator. No host"] {
        assert!(signed_by(client(name), &world::key(), &root).is_ok(), "{name}");
    }
}

/// The constraints of a foreign CA on distinguished names, in another string type and case.
#[test]
fn directory_constraints_of_a_foreign_ca_are_kept() {
    let Some(folder) = crate::openssl::folder() else { return };
    let config = "[req]\ndistinguished_name=dn\nx509_extensions=ext\n[dn]\n[ext]\nbasicConstraints=critical,CA:TRUE\n\
                  keyUsage=critical,keyCertSign\nnameConstraints=critical,permitted;dirName:base\n[base]\nO=home  lab\n";
    crate::openssl::write_file(&folder, "config", config);
    crate::openssl::run(
        &folder,
        "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -days 3650 -subj /CN=x -config config -out c.pem",
    );
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let ca = pki::Certificate::from_pem(&read("c.pem")).unwrap();
    let at = ca.not_before();
    let issuer = Issuer::new(vec![ca], PrivateKey::from_pem(&read("key.pem"), None).unwrap()).unwrap();
    let issue = |organization: &str| {
        let subject = pki::Subject { organization: vec![organization.to_owned()], ..pki::Subject::common_name("a") };
        let validity = Validity::starting(at, DAY, DAY).unwrap();
        let request = Request { subject, ..Request::new(Profile::TlsClient, validity) };
        request.validate()?.for_key(world::key().public_key(), &mut SystemRandom)?.signed_by(&issuer, at)
    };
    assert!(issue("Home Lab").is_ok());
    check(
        issue("Elsewhere"),
        &[(Field::Subject(None), "may not certify CN=a,O=Elsewhere: permitted are only O=home  lab")],
    );
}

#[test]
fn a_ca_with_a_damaged_extension_signs_nothing() {
    let Some(folder) = crate::openssl::folder() else { return };
    let config = "[req]\ndistinguished_name=dn\nx509_extensions=ext\n[dn]\n[ext]\nbasicConstraints=critical,CA:TRUE\n\
                  keyUsage=critical,keyCertSign\nnameConstraints=critical,DER:0500\n";
    crate::openssl::write_file(&folder, "config", config);
    crate::openssl::run(
        &folder,
        "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -days 3650 -subj /CN=x -config config -out c.pem",
    );
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let ca = pki::Certificate::from_pem(&read("c.pem")).unwrap();
    let at = ca.not_before();
    let issuer = Issuer::new(vec![ca], PrivateKey::from_pem(&read("key.pem"), None).unwrap()).unwrap();
    let request = Request { validity: Validity::starting(at, DAY, DAY).unwrap(), ..server_request() };
    let unsigned = request.validate().unwrap().for_key(world::key().public_key(), &mut SystemRandom).unwrap();
    check(unsigned.signed_by(&issuer, at), &[(Field::Issuer, "the extension 2.5.29.30 of CN=x is damaged")]);
}

#[test]
fn each_certificate_has_its_own_name_and_key() {
    let root_key = world::key();
    let certificate = world::self_signed(root_request(CaOptions::default()), &root_key);
    let same = PrivateKey::from_pem(&pem_of(&root_key), None).unwrap();
    let issuer = Issuer::new(vec![certificate], root_key).unwrap();
    let request = Request { subject: root_request(CaOptions::default()).subject, ..server_request() };
    check(
        signed_by(request, &same, &issuer),
        &[(Field::Subject(None), "is the name of the CA itself"), (Field::PublicKey, "is the key of the CA itself")],
    );
}

#[test]
fn a_key_must_fit_its_certificate() {
    let certificate = world::self_signed(root_request(CaOptions::default()), &world::key());
    let refusal = Issuer::new(vec![certificate], PrivateKey::generate(KeyAlgorithm::Ed25519).unwrap()).unwrap_err();
    let violation = &refusal.violations()[0];
    assert_eq!(violation.field(), Field::PrivateKey);
    assert!(matches!(violation.problem(), Problem::WrongKey { .. }));
    assert!(violation.to_string().starts_with("private key: the private key (Ed25519 "), "{violation}");

    let unsigned = root_request(CaOptions::default())
        .validate()
        .unwrap()
        .for_key(world::key().public_key(), &mut SystemRandom)
        .unwrap();
    check(unsigned.self_signed(&world::key()), &[(Field::PrivateKey, "does not belong to the certificate")]);
}

#[test]
fn a_chain_must_be_in_order() {
    let root = root(CaOptions::default());
    let intermediate = world::below(&root, intermediate_request(CaOptions::default()), KeyAlgorithm::EcdsaP256);
    let key = world::key_of(KeyAlgorithm::EcdsaP256, world::Owner::Intermediate);
    let chain = vec![intermediate.certificate().clone(), intermediate.certificate().clone()];
    let violation = Issuer::new(chain, key).unwrap_err().into_violations().remove(0);
    assert_eq!(violation.field(), Field::Issuer);
    assert!(violation.to_string().ends_with("CN=Servers follows CN=Servers, and is not its issuer"), "{violation}");
    assert!(Issuer::new(Vec::new(), world::key()).is_err());
}

#[test]
fn roots_and_only_roots_sign_themselves() {
    let key = world::key();
    let unsigned = server_request().validate().unwrap().for_key(key.public_key(), &mut SystemRandom).unwrap();
    check(
        unsigned.self_signed(&key),
        &[(Field::Profile, "only a root CA signs its own certificate; a TLS server needs")],
    );
    let root = root(CaOptions::default());
    let other = Request { subject: pki::Subject::common_name("Other"), ..root_request(CaOptions::default()) };
    check(signed_by(other, &key, &root), &[(Field::Profile, "below another CA it is an intermediate CA")]);
}

#[test]
fn a_certificate_may_be_cut_to_its_ca() {
    let root = root(CaOptions::default());
    let ca = Validity::new(root.certificate().not_before(), root.certificate().not_after()).unwrap();
    let server = Request { validity: days(9999).within(ca).unwrap(), ..server_request() };
    let certificate = signed_by(server, &world::key(), &root).unwrap();
    assert_eq!(certificate.not_after(), root.certificate().not_after());
}

/// What is asked before there is a signature, or even a key, is answered as the signature will be.
#[test]
fn who_asks_beforehand_is_told_the_same() {
    let root = root(limited(0));
    let chain: Vec<_> = root.chain().cloned().collect();
    let asked = |request: Request, time: Timestamp| {
        let template = request.validate().unwrap();
        (template.acceptable_to(&chain), template.acceptable_now(&root, time))
    };
    assert_eq!(asked(server_request(), now()), (Ok(()), Ok(())));
    let (sometime, today) = asked(intermediate_request(CaOptions::default()), now());
    let expected = [(Field::Issuer, "pathLenConstraint")];
    check(sometime.map_err(IssueError::from), &expected);
    check(today.map_err(IssueError::from), &expected);
    // What depends on the time is told of now alone.
    let (sometime, today) = asked(server_request(), now() + DAY * 4000);
    sometime.unwrap();
    check(today.map_err(IssueError::from), &[(Field::Issuer, "has expired")]);
    let (sometime, today) = asked(Request { validity: days(3651), ..server_request() }, now());
    sometime.unwrap();
    check(today.map_err(IssueError::from), &[(Field::Validity, "longer than")]);
    let nobody = server_request().validate().unwrap().acceptable_to(&[]);
    check(nobody.map_err(IssueError::from), &[(Field::Issuer, "needs an issuer")]);
}

fn pem_of(key: &PrivateKey) -> String {
    use secrecy::ExposeSecret as _;
    #[expect(clippy::disallowed_methods, reason = "a test key")]
    key.to_pkcs8_pem().unwrap().expose_secret().to_owned()
}
