//! Bad input: told where it is, with what helps, and as early as it can be known.

use std::fs;

use jiff::SignedDuration;
use pki::{CaOptions, KeyAlgorithm, Profile, Request, Subject, Validity};
use provider::clock;
use serde_json::{Value as Json, json};
use tf_framework::diagnostic::Severity;
use tf_testing::{Action, Managed, Refusal, Unknown};

use crate::stage::{Stage, issuer, told, with};

/// The errors, each with its place.
#[track_caller]
fn errors(refusal: &Refusal) -> Vec<(String, String)> {
    let errors = told(refusal).into_iter().filter(|told| told.severity() == Severity::Error);
    errors.map(|told| (told.path().to_string(), format!("{}\n{}", told.summary(), told.detail_text()))).collect()
}

/// One error, at this attribute, that says all of this.
#[track_caller]
fn one(refusal: &Refusal, attribute: &str, parts: &[&str]) {
    let errors = errors(refusal);
    let [(path, text)] = errors.as_slice() else { panic!("{refusal}") };
    assert_eq!(path, attribute, "{refusal}");
    for part in parts {
        assert!(text.contains(part), "{part:?}: {refusal}");
    }
}

/// A key and certificate of a root as nobody would have them, and how to refer to them.
fn strange_root(stage: &Stage, name: &str, begins: SignedDuration, lives: SignedDuration) -> Json {
    let key = stage.make_key(&format!("{name}.key"), KeyAlgorithm::EcdsaP256);
    let validity = Validity::starting(clock::now() + begins, SignedDuration::ZERO, lives).unwrap();
    let mut request = Request::new(Profile::RootCa(CaOptions::default()), validity);
    request.subject = Subject::common_name(name);
    let certificate = provider::issuing::self_signed(request.validate().unwrap(), &key, None).unwrap();
    json!({
        "certificate_pem": certificate.to_pem(), "key": { "file": stage.path(&format!("{name}.key")) },
        "key_id": certificate.key_id().to_hex(),
    })
}

#[test]
fn what_literals_tell_is_told_by_validate() {
    let stage = Stage::new();
    let server = stage.certificate();
    let base = json!({ "issuer": Unknown, "key": { "in_state": true }, "dns_names": ["a.home.arpa"] });
    for (more, attribute, parts) in [
        (json!({ "dns_names": ["a.arpa", "*.*.arpa"] }), "dns_names[1]", &["\"*.*.arpa\"", "RFC 5280 §4.2.1.6"][..]),
        (json!({ "dns_names": ["*"] }), "dns_names[0]", &["\"*\""]),
        (json!({ "dns_names": ["a..arpa"] }), "dns_names[0]", &["\"a..arpa\""]),
        (json!({ "dns_names": ["-a.arpa"] }), "dns_names[0]", &["\"-a.arpa\""]),
        (json!({ "dns_names": ["https://a.arpa"] }), "dns_names[0]", &["https://a.arpa"]),
        (json!({ "dns_names": ["10.0.0.1"] }), "dns_names[0]", &["10.0.0.1", "IP address"]),
        (json!({ "dns_names": ["::1"] }), "dns_names[0]", &["::1"]),
        (json!({ "dns_names": ["A.arpa", "a.arpa"] }), "dns_names[1]", &["twice"]),
        (json!({ "ip_addresses": ["a.arpa"] }), "ip_addresses[0]", &["a.arpa"]),
        (json!({ "ip_addresses": ["10.0.0.0/8"] }), "ip_addresses[0]", &["10.0.0.0/8"]),
        (json!({ "uris": ["no scheme"] }), "uris[0]", &["no scheme"]),
        (json!({ "email_addresses": ["nobody"] }), "email_addresses[0]", &["nobody"]),
        (json!({ "crl_urls": ["pki/root.crl"] }), "crl_urls[0]", &["pki/root.crl"]),
        (json!({ "subject": { "country": "Germany" } }), "subject.country", &["Germany"]),
        (json!({ "subject": { "common_name": "x".repeat(65) } }), "subject.common_name", &["64"]),
        (json!({ "dns_names": null }), "", &["server needs a DNS name or an IP address", "RFC 9525"]),
        (json!({ "dns_names": null, "profile": "client" }), "", &["subject is empty", "RFC 5280 §4.1.2.6"]),
        (json!({ "profile": "mail" }), "profile", &["server_and_client"]),
        (json!({ "validity_period_hours": 0 }), "validity_period_hours", &["1"]),
        (json!({ "validity_period_hours": 24, "early_renewal_hours": 24 }), "early_renewal_hours", &["always due"]),
        (json!({ "early_renewal_hours": 8_760 }), "early_renewal_hours", &["always due"]),
        (json!({ "early_renewal_hours": -1 }), "early_renewal_hours", &["0"]),
        (json!({ "key_algorithm": "rsa1024" }), "key_algorithm", &["rsa2048"]),
        (json!({ "certificate_file": { "path": "pki/" } }), "certificate_file.path", &["folder"]),
        (json!({ "certificate_file": { "path": "a.pem", "mode": "0666" } }), "certificate_file.mode", &["0666"]),
        (json!({ "ca_certificate_file": { "path": "~/a.pem" } }), "ca_certificate_file.path", &["pathexpand"]),
    ] {
        let mut all = base.clone();
        for (name, value) in more.as_object().unwrap() {
            all[name] = value.clone();
        }
        one(&server.validate(with(all, json!({}))).unwrap_err(), attribute, parts);
    }
    // Everything at once.
    let all = with(base.clone(), json!({ "dns_names": ["*.*"], "ip_addresses": ["x"], "profile": "client" }));
    assert_eq!(errors(&server.validate(all).unwrap_err()).len(), 2);
    // What may still come is not missed.
    for open in ["dns_names", "ip_addresses", "subject", "profile"] {
        let mut all = base.clone();
        all["dns_names"] = json!(null);
        all[open] = json!(Unknown);
        server.validate(with(all, json!({}))).unwrap();
    }
}

#[test]
fn where_a_key_comes_from_is_said_once() {
    let stage = Stage::new();
    let server = stage.certificate();
    let csr = include_str!("found/tls_leaf.csr");
    for (more, attribute) in [
        (json!({ "dns_names": ["a.arpa"] }), ""),
        (json!({ "dns_names": ["a.arpa"], "key": { "in_state": true }, "csr_pem": csr }), ""),
        (
            json!({ "dns_names": ["a.arpa"], "key": { "in_state": true }, "private_key": { "key": Unknown, "key_id": "" }
            }),
            "",
        ),
        (json!({ "dns_names": ["a.arpa"], "csr_pem": csr }), ""),
        (json!({ "csr_pem": csr, "key_algorithm": "ed25519" }), ""),
        (json!({ "dns_names": ["a.arpa"], "key": {} }), "key"),
        (json!({ "dns_names": ["a.arpa"], "key": { "in_state": false } }), "key.in_state"),
        (json!({ "dns_names": ["a.arpa"], "key": { "file": "a.key", "mode": "0644" } }), "key.mode"),
    ] {
        let refusal = server.validate(with(json!({ "issuer": Unknown }), more.clone())).unwrap_err();
        let errors = errors(&refusal);
        assert!(attribute.is_empty() || errors.iter().any(|(path, _)| path == attribute), "{more}: {refusal}");
    }
}

#[test]
fn a_request_is_looked_through() {
    let stage = Stage::new();
    let server = stage.certificate();
    for (csr, part) in [
        (include_str!("found/bad.csr"), "signature"),
        ("some text", "PEM"),
        (include_str!("found/leaf.pem"), "CERTIFICATE"),
        (include_str!("found/rsa1024.csr"), "1024 bits"),
    ] {
        let config = with(json!({ "issuer": Unknown, "csr_pem": csr }), json!({}));
        one(&server.validate(config).unwrap_err(), "csr_pem", &[part]);
    }
}

#[test]
fn what_an_authority_says_is_looked_through() {
    let stage = Stage::new();
    let root = stage.authority();
    for (more, attribute, parts) in [
        (json!({ "subject": {} }), "subject", &["must have a subject", "RFC 5280 §4.1.2.6"][..]),
        (json!({ "subject": { "country": "D" } }), "subject.country", &["\"D\""]),
        (json!({ "permitted": { "dns": ["*.arpa"] } }), "permitted.dns[0]", &["home.arpa", "RFC 5280 §4.2.1.10"]),
        (json!({ "excluded": { "ip": ["10.0.0.0/8", "10.0.0.1/8"] } }), "excluded.ip[1]", &["10.0.0.1/8"]),
        (json!({ "crl_urls": ["ftp"] }), "crl_urls[0]", &["ftp"]),
        (json!({ "early_renewal_hours": 87_600 }), "early_renewal_hours", &["always due"]),
        (json!({ "certificate_file": { "path": "" } }), "certificate_file.path", &["is empty"]),
        (json!({ "key": { "file": "a.key", "mode": "0604" } }), "key.mode", &["0604"]),
    ] {
        one(&root.validate(stage.root_config(more)).unwrap_err(), attribute, parts);
    }
    root.validate(stage.root_config(json!({ "subject": Unknown }))).unwrap();
}

#[test]
fn what_the_issuer_may_not_sign_is_told_at_plan() {
    let stage = Stage::new();
    let mut root = stage.authority();
    let limits = json!({
        "path_length": 0, "permitted": { "dns": ["home.arpa"], "ip": ["10.0.0.0/8"] },
        "excluded": { "dns": ["guest.home.arpa"] },
    });
    root.converges(stage.root_config(limits)).unwrap();
    let server = stage.certificate();
    let plan = |more: Json| server.plan(stage.server_config(&root, more));
    for (more, attribute, parts) in [
        (
            json!({ "dns_names": ["a.home.arpa", "a.example"] }),
            "dns_names[1]",
            &["a.example", "RFC 5280 §4.2.1.10"][..],
        ),
        (json!({ "dns_names": ["a.guest.home.arpa"] }), "dns_names[0]", &["a.guest.home.arpa"]),
        (json!({ "ip_addresses": ["192.168.0.1"] }), "ip_addresses[0]", &["192.168.0.1"]),
        (json!({ "subject": { "common_name": "Root" } }), "subject", &["the name of the CA itself"]),
    ] {
        one(&plan(more).unwrap_err(), attribute, parts);
    }
    assert_eq!(plan(json!({})).unwrap().action(), Action::Create);
    // What is not known yet is judged at apply.
    assert_eq!(plan(json!({ "dns_names": Unknown })).unwrap().action(), Action::Create);

    let below = stage.authority();
    let config = json!({
        "subject": { "common_name": "Below" }, "parent": issuer(&root), "key": { "in_state": true },
    });
    one(&below.plan(with(config, json!({}))).unwrap_err(), "parent", &["pathLenConstraint", "RFC 5280 §4.2.1.9"]);
}

#[test]
fn an_issuer_that_is_none_is_told_at_plan() {
    let stage = Stage::new();
    let root = stage.root();
    let mut leaf = stage.certificate();
    leaf.converges(stage.server_config(&root, json!({}))).unwrap();
    let text = |object: &Managed<'_>, name: &str| crate::stage::text(object, name);
    let server = stage.certificate();
    let plan = |more: Json| {
        let mut reference = issuer(&root);
        for (name, value) in more.as_object().unwrap() {
            reference[name] = value.clone();
        }
        let config = json!({ "issuer": reference, "dns_names": ["b.home.arpa"], "key": { "in_state": true } });
        server.plan(with(config, json!({}))).unwrap_err()
    };
    let no_authority = json!({ "certificate_pem": text(&leaf, "certificate_pem"), "key_id": text(&leaf, "key_id") });
    let refusal = plan(no_authority);
    let found = errors(&refusal);
    assert!(found.iter().any(|(at, text)| at == "issuer" && text.contains("is not a CA")), "{refusal}");
    assert!(found.iter().any(|(_, text)| text.contains("RFC 5280 §4.2.1.9")), "{refusal}");
    one(&plan(json!({ "key_id": text(&leaf, "key_id") })), "issuer.key_id", &["output `issuer`"]);
    one(&plan(json!({ "certificate_pem": "some text" })), "issuer.certificate_pem", &["PEM"]);
}

#[test]
fn what_depends_on_time_and_keys_is_told_at_apply_and_nothing_is_made() {
    let stage = Stage::new();
    let root = stage.root();
    let hour = SignedDuration::from_hours(1);
    let day = hour * 24;
    let future = strange_root(&stage, "future", day, day * 400);
    let past = strange_root(&stage, "past", -(day * 2), day);
    let ends_soon = strange_root(&stage, "soon", -hour, day);
    stage.make_key("other.key", KeyAlgorithm::EcdsaP256);
    stage.make_key("open.key", KeyAlgorithm::EcdsaP256);
    stage.set_mode("open.key", 0o644);
    fs::create_dir(stage.file("folder.key")).unwrap();
    stage.write("text.key", "some text");
    stage.set_mode("text.key", 0o600);
    let with_key = |name: &str| {
        let mut reference = issuer(&root);
        reference["key"]["file"] = json!(stage.path(name));
        reference
    };
    let before = stage.files();
    for (issuer, attribute, parts) in [
        (future, "issuer", &["is not valid before", "check the clock", "RFC 5280 §4.1.2.5"][..]),
        (past, "issuer", &["has expired", "renew it first"]),
        (ends_soon, "validity_period_hours", &["longer than CN=soon", "shorten", "RFC 5280 §6.1.3"]),
        (with_key("other.key"), "issuer.key", &["does not belong to the certificate of CN=Root"]),
        (with_key("open.key"), "issuer.key", &["read by everybody", "chmod 600"]),
        (with_key("folder.key"), "issuer.key", &["folder"]),
        (with_key("text.key"), "issuer.key", &["text.key"]),
        (with_key("absent.key"), "issuer.key", &["no key", "backup"]),
    ] {
        let mut server = stage.certificate();
        let config = stage.server_config(&root, json!({ "issuer": issuer }));
        let refusal = server.apply(config).unwrap_err();
        let found = errors(&refusal);
        let (_, text) = found.iter().find(|(path, _)| path == attribute).unwrap_or_else(|| panic!("{refusal}"));
        assert!(parts.iter().all(|part| text.contains(part)), "{parts:?}: {refusal}");
        assert!(server.state().is_none());
        assert_eq!(stage.files(), before, "{attribute} {parts:?}");
    }
}

#[test]
fn keys_and_files_that_can_not_be_used() {
    let stage = Stage::new();
    let root = stage.root();
    stage.make_key("open.key", KeyAlgorithm::EcdsaP256);
    stage.set_mode("open.key", 0o604);
    stage.write("file", "");
    for (more, attribute, parts) in [
        (json!({ "key": { "file": stage.path("open.key") } }), "key", &["read by everybody", "chmod 600"][..]),
        (json!({ "key": { "file": stage.path("root.key") } }), "key", &["key of the CA itself"]),
        (json!({ "key": { "file": stage.path("file/a.key") } }), "key", &["is a file"]),
        (json!({ "certificate_file": { "path": "/sys/kernel/a.pem" } }), "certificate_file", &["/sys/kernel"]),
        (json!({ "certificate_file": { "path": stage.path("file/a.pem") } }), "certificate_file", &["is a file"]),
    ] {
        let mut server = stage.certificate();
        let refusal = server.apply(stage.server_config(&root, more)).unwrap_err();
        one(&refusal, attribute, parts);
        assert!(server.state().is_none());
    }
}
