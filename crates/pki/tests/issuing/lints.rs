//! The lint report, over our own certificates and over those that are found in the field.

use pki::{CaOptions, Certificate, Finding, KeyAlgorithm, Profile, Request, Severity, lint};
use tempfile::TempDir;

use crate::openssl::{folder, run, write_file};
use crate::world::{
    self, Owner, below, intermediate_request, now, root, root_request, root_with, server_request, signed_by,
};

fn codes(certificate: &Certificate) -> Vec<&'static str> {
    // OpenSSL's command line starts validities now, so theirs are judged at their own beginning.
    lint(certificate, certificate.not_before()).iter().map(Finding::code).collect()
}

fn read(folder: &TempDir, name: &str) -> Certificate {
    Certificate::from_pem(&std::fs::read_to_string(folder.path().join(name)).unwrap()).unwrap()
}

#[test]
fn ours_are_clean() {
    for algorithm in KeyAlgorithm::ALL {
        let mut request = root_request(CaOptions { path_length: Some(1), digital_signature: true });
        request.excluded.ip = vec!["192.0.2.0/24".to_owned()];
        let root = root_with(request, algorithm);
        let intermediate = below(&root, intermediate_request(CaOptions::default()), algorithm);
        let key = world::key_of(algorithm, Owner::Leaf);
        let mut certificates = vec![root.certificate().clone(), intermediate.certificate().clone()];
        for profile in [Profile::TlsServer, Profile::TlsClient, Profile::TlsServerAndClient] {
            let request = Request { profile, ..server_request() };
            let nameless = Request { subject: pki::Subject::default(), ..request.clone() };
            certificates.push(signed_by(request, &key, &intermediate).unwrap());
            certificates.push(signed_by(nameless, &key, &intermediate).unwrap());
        }
        for certificate in certificates {
            assert_eq!(lint(&certificate, now()), [], "{certificate:?}");
        }
    }
}

/// As the snap makes it: `openssl req -x509` with the defaults of OpenSSL, ten years.
#[test]
fn the_ca_of_microk8s() {
    let Some(folder) = folder() else { return };
    run(&folder, "genrsa -out ca.key 2048");
    run(&folder, "req -x509 -new -sha256 -nodes -days 3650 -key ca.key -subj /CN=10.152.183.1 -out ca.crt");
    let certificate = read(&folder, "ca.crt");
    let findings = lint(&certificate, certificate.not_before());
    assert_eq!(codes(&certificate), ["ca_without_key_usage"]);
    assert_eq!(findings[0].severity(), Severity::Error);
    assert_eq!(findings[0].rule(), Some("RFC 5280 §4.2.1.3"));
    assert!(findings[0].to_string().contains("Python 3.13"));
}

/// The root of the pi-cluster guide: no `-days`, so thirty of them, and no key usage.
#[test]
fn the_root_of_thirty_days() {
    let Some(folder) = folder() else { return };
    run(&folder, "req -x509 -nodes -newkey rsa:2048 -keyout ca.key -out ca.crt -subj /CN=MyCA");
    let certificate = read(&folder, "ca.crt");
    assert_eq!(codes(&certificate), ["ca_without_key_usage", "short_lived_root"]);
    let text = lint(&certificate, certificate.not_before())[1].to_string();
    assert!(text.starts_with("the root lives for 30 days in all"), "{text}");
    let later = certificate.not_after() + world::DAY;
    assert!(lint(&certificate, later).iter().any(|finding| finding.code() == "expired"));
}

/// Three stages of dekeyrej's CA: by a module for RFC 5280, by an older template, and by hand.
#[test]
fn the_cas_of_dekeyrej() {
    let Some(folder) = folder() else { return };
    for (lines, days, expected) in [
        ("basicConstraints=critical,CA:TRUE\nkeyUsage=critical,digitalSignature,keyCertSign,cRLSign", 3650, &[][..]),
        (
            "basicConstraints=CA:TRUE\nkeyUsage=critical,digitalSignature,keyCertSign",
            3650,
            &["basic_constraints_not_critical", "ca_may_not_revoke"],
        ),
        (
            "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,digitalSignature,keyCertSign",
            360,
            &["short_lived_root", "ca_may_not_revoke"],
        ),
    ] {
        write_file(
            &folder,
            "config",
            format!("[req]\ndistinguished_name=dn\nx509_extensions=ext\n[dn]\n[ext]\n{lines}\n"),
        );
        run(
            &folder,
            &format!(
                "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -days {days} -subj /CN=x -config config -out c.pem"
            ),
        );
        assert_eq!(codes(&read(&folder, "c.pem")), expected, "{lines}");
    }
}

/// The leaf of the pi-cluster guide: the signing command leaves the extensions of the request out.
#[test]
fn the_server_without_names() {
    let Some(folder) = folder() else { return };
    run(&folder, "req -x509 -nodes -newkey rsa:2048 -keyout ca.key -out ca.crt -subj /CN=MyCA -days 3650");
    run(
        &folder,
        "req -new -newkey rsa:2048 -nodes -keyout key.pem -out csr.pem -subj /CN=vault.mydomain.com -addext subjectAltName=IP:127.0.0.1",
    );
    run(&folder, "x509 -req -in csr.pem -CA ca.crt -CAkey ca.key -CAcreateserial -days 500 -sha256 -out v1.crt");
    assert_eq!(
        codes(&read(&folder, "v1.crt")),
        ["old_version", "no_authority_key_identifier", "no_server_name", "leaf_without_key_identifier", "any_purpose",]
    );
    let text = lint(&read(&folder, "v1.crt"), now())
        .iter()
        .find(|finding| finding.code() == "no_server_name")
        .unwrap()
        .to_string();
    assert!(text.ends_with("the common name \"vault.mydomain.com\" is not looked at"), "{text}");
}

/// One fault each, in the words of OpenSSL's extension syntax.
#[test]
fn each_fault_is_named() {
    let Some(folder) = folder() else { return };
    run(&folder, "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem");
    let good_ca = "basicConstraints=critical,CA:TRUE keyUsage=critical,keyCertSign,cRLSign subjectKeyIdentifier=hash";
    let good_leaf = "basicConstraints=critical,CA:FALSE keyUsage=critical,digitalSignature subjectKeyIdentifier=hash \
                     extendedKeyUsage=serverAuth subjectAltName=DNS:a.example";
    for (extensions, expected) in [
        (good_ca.to_owned(), &[][..]),
        (good_leaf.to_owned(), &[]),
        (good_ca.replace("critical,CA", "CA"), &["basic_constraints_not_critical"]),
        (good_ca.replace("critical,keyCertSign", "keyCertSign"), &["key_usage_not_critical"]),
        (good_ca.replace("keyCertSign,", ""), &["ca_may_not_sign"]),
        (good_ca.replace(",cRLSign", ""), &["ca_may_not_revoke"]),
        (good_ca.replace("=hash", "=none"), &["ca_without_key_identifier"]),
        (
            good_ca.replace("CA:TRUE", "CA:TRUE,pathlen:1").replace("keyCertSign,", ""),
            &["path_length_without_cert_sign"],
        ),
        (format!("{good_ca} nameConstraints=permitted;DNS:home.arpa"), &["constraints_not_critical"]),
        (format!("{good_ca} 1.2.3.4=critical,DER:0500"), &["unknown_critical_extension"]),
        (format!("{good_ca} nameConstraints=critical,DER:0500"), &["malformed_extension"]),
        (good_leaf.replace("CA:FALSE", "CA:FALSE,pathlen:1"), &["path_length_without_ca"]),
        (good_leaf.replace("digitalSignature", "keyCertSign"), &["cert_sign_without_ca"]),
        (good_leaf.replace("digitalSignature", "keyEncipherment"), &["encipherment_without_rsa"]),
        (good_leaf.replace("extendedKeyUsage=serverAuth ", ""), &["any_purpose"]),
        (good_leaf.replace("DNS:a.example", "DNS:10.0.0.1"), &["dns_name"]),
        (good_leaf.replace("DNS:a.example", "DNS:a_b.example"), &["dns_name"]),
        (good_leaf.replace("subjectAltName=DNS:a.example", "subjectAltName=URI:a:b"), &["no_server_name"]),
        (format!("{good_leaf} nameConstraints=critical,permitted;DNS:home.arpa"), &["constraints_without_ca"]),
    ] {
        let config = format!(
            "[req]\ndistinguished_name=dn\nx509_extensions=ext\n[dn]\n[ext]\n{}\n",
            extensions.split_whitespace().collect::<Vec<_>>().join("\n")
        );
        write_file(&folder, "config", config);
        run(&folder, "req -x509 -new -key key.pem -days 400 -subj /CN=x -config config -out c.pem");
        assert_eq!(codes(&read(&folder, "c.pem")), expected, "{extensions}");
    }
}

#[test]
fn names_keys_serials_and_hashes() {
    let Some(folder) = folder() else { return };
    let check = |arguments: &str, expected: &[&str]| {
        run(&folder, &format!("req -x509 -nodes -keyout key.pem -days 400 -out c.pem {arguments}"));
        let codes = codes(&read(&folder, "c.pem"));
        for code in expected {
            assert!(codes.contains(code), "{arguments}: {codes:?}");
        }
    };
    check("-newkey rsa:1024 -subj /CN=x", &["weak_key"]);
    check("-newkey rsa:2048 -pkeyopt rsa_keygen_pubexp:3 -subj /CN=x", &["unusual_exponent"]);
    check("-newkey rsa:2048 -subj /CN=x -set_serial 0", &["serial_not_positive"]);
    check("-newkey rsa:2048 -subj /CN=x -set_serial 1", &["serial_guessable"]);
    check("-newkey rsa:2048 -subj /CN=x -set_serial 0xff00000000000000000000000000000000000000", &["serial_too_long"]);
    check("-newkey rsa:2048 -subj /C=de/CN=x", &["subject"]);
    check("-newkey rsa:2048 -subj /", &["nameless_ca", "empty_issuer"]);

    let root = root(CaOptions::default());
    run(&folder, "req -new -newkey rsa:2048 -nodes -keyout key.pem -out csr.pem -subj /CN=x");
    write_file(&folder, "ca.pem", root.certificate().to_pem());
    run(&folder, "req -x509 -nodes -newkey rsa:2048 -keyout ca.key -out ca.crt -subj /CN=CA");
    run(&folder, "x509 -req -in csr.pem -CA ca.crt -CAkey ca.key -CAcreateserial -sha1 -out sha1.crt");
    assert!(codes(&read(&folder, "sha1.crt")).contains(&"weak_signature"));
}

#[test]
fn time_and_damage() {
    let root = root(CaOptions::default());
    let leaf = signed_by(server_request(), &world::key(), &root).unwrap();
    let at = |time| lint(&leaf, time).iter().map(Finding::code).collect::<Vec<_>>();
    assert_eq!(at(now() - world::DAY * 2), ["not_yet_valid"]);
    assert_eq!(at(now() + world::DAY * 400), ["expired"]);

    let mut der = root.certificate().as_der().to_vec();
    *der.last_mut().unwrap() ^= 1;
    assert_eq!(codes(&Certificate::from_der(&der).unwrap()), ["broken_self_signature"]);

    let long = Request { validity: world::days(900), ..server_request() };
    assert_eq!(codes(&signed_by(long, &world::key(), &root).unwrap()), ["long_lived_server"]);
    let elsewhere = Request { subject: pki::Subject::common_name("other.example"), ..server_request() };
    assert_eq!(codes(&signed_by(elsewhere, &world::key(), &root).unwrap()), ["common_name_not_among_names"]);
}
