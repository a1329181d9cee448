//! Renewals. What decides is the flag that a refresh has put into the state, so a test lets time pass by changing there
//! when the certificate ends.

use jiff::SignedDuration;
use pki::Certificate;
use provider::clock;
use serde_json::json;
use tf_framework::value::Value;
use tf_testing::Action;

use crate::stage::{CLIENTS, Stage, certificate, ends_at, id_of, issuer, reference, restored, text, with};

const LONG_AGO: &str = "2001-01-01T00:00:00Z";

#[test]
fn a_certificate_is_renewed_in_place_with_the_same_key() {
    for client in CLIENTS {
        let stage = Stage::under(client);
        let root = stage.root();
        let mut server = stage.certificate();
        let config = stage.server_config(&root, json!({}));
        server.converges(&config).unwrap();
        let (key, old) = (stage.read("vault.key"), certificate(&server));
        ends_at(&mut server, LONG_AGO);

        let plan = server.plan(&config).unwrap();
        assert_eq!(
            (plan.action(), plan.planned().attribute("ready_for_renewal")),
            (Action::Update, Some(&false.into()))
        );
        assert!(plan.is_unknown("certificate_pem") && plan.is_unknown("not_after") && !plan.is_unknown("key_id"));
        assert_eq!(server.converges(&config).unwrap(), Action::Update);
        let new = certificate(&server);
        assert_ne!(new.serial(), old.serial());
        assert_eq!((new.public_key(), new.key_id()), (old.public_key(), old.key_id()));
        assert_eq!((stage.read("vault.key"), stage.chain("vault.pem")), (key, vec![new]));
        assert_eq!(server.attribute("ready_for_renewal"), Some(&Value::from(false)));
    }
}

#[test]
fn a_renewal_makes_a_new_key_if_that_is_declared() {
    for client in CLIENTS {
        let stage = Stage::under(client);
        let root = stage.root();
        let mut server = stage.certificate();
        server.converges(stage.server_config(&root, json!({}))).unwrap();
        let old = id_of(&stage.key("vault.key"));
        let config = stage.server_config(&root, json!({ "new_key_on_renewal": true }));
        assert_eq!(server.converges(&config).unwrap(), Action::Update);
        let more = stage.server_config(&root, json!({ "new_key_on_renewal": true, "dns_names": ["a.home.arpa"] }));
        assert_eq!(server.converges(&more).unwrap(), Action::Update);
        assert_eq!(id_of(&stage.key("vault.key")), old, "neither of these was a renewal");

        ends_at(&mut server, LONG_AGO);
        let before = server.state().cloned().unwrap();
        let plan = server.plan(&config).unwrap();
        assert_eq!(plan.action(), Action::Update);
        assert!(plan.is_unknown("key_id") && plan.is_unknown("public_key_pem") && !plan.is_unknown("key_algorithm"));
        assert_eq!(server.converges(&config).unwrap(), Action::Update);
        let new = stage.key("vault.key");
        assert_ne!(id_of(&new), old);
        assert_eq!(certificate(&server).public_key(), new.public_key());
        assert_eq!(stage.chain("vault.pem"), [certificate(&server)]);
        let aside: Vec<_> = stage.files().into_iter().filter(|name| name.starts_with("vault.key.replaced-")).collect();
        assert_eq!(aside.iter().map(|name| id_of(&stage.key(name))).collect::<Vec<_>>(), [old]);

        // Killed before the state was written: the new key is known as such, and no further one is made.
        let mut server = restored(stage.certificate(), &before);
        assert_eq!(server.converges(&config).unwrap(), Action::Update);
        assert_eq!((text(&server, "key_id"), stage.files().len()), (id_of(&new), 4));
    }
}

#[test]
fn a_new_key_can_live_in_the_state_or_move_with_the_renewal() {
    let stage = Stage::new();
    let root = stage.root();
    let mut server = stage.certificate();
    let config = |key: serde_json::Value| stage.server_config(&root, json!({ "key": key, "new_key_on_renewal": true }));
    let in_state = config(json!({ "in_state": true }));
    server.converges(&in_state).unwrap();
    let old = text(&server, "private_key_pem_in_state");
    ends_at(&mut server, LONG_AGO);
    assert!(server.plan(&in_state).unwrap().is_unknown("private_key_pem_in_state"));
    assert_eq!(server.converges(&in_state).unwrap(), Action::Update);
    assert_ne!(text(&server, "private_key_pem_in_state"), old);
    let before = text(&server, "key_id");
    ends_at(&mut server, LONG_AGO);
    assert_eq!(server.converges(config(json!({ "file": stage.path("b.key") }))).unwrap(), Action::Update);
    assert_eq!(text(&server, "key_id"), id_of(&stage.key("b.key")));
    assert_ne!(text(&server, "key_id"), before);
}

#[test]
fn only_an_own_key_can_be_renewed() {
    let stage = Stage::new();
    let root = stage.root();
    let mut key = stage.resource("private_key");
    key.converges(with(json!({ "key": { "file": stage.path("a.key") } }), json!({}))).unwrap();
    let more = json!({ "key": null, "private_key": reference(&key), "new_key_on_renewal": true });
    let refusal = stage.certificate().validate(stage.server_config(&root, more)).unwrap_err();
    assert!(refusal.to_string().contains("new_key_on_renewal"), "{refusal}");
}

#[test]
fn a_plan_decides_from_the_state_alone() {
    let stage = Stage::new();
    let root = stage.root();
    let mut server = stage.certificate();
    let config = stage.server_config(&root, json!({}));
    server.converges(&config).unwrap();
    let fresh = server.attribute("not_after").unwrap().as_str().unwrap().to_owned();
    // The window opens after the refresh: such a plan, also a saved one, renews nothing, and its apply agrees.
    ends_at(&mut server, LONG_AGO);
    assert_eq!(server.plan_without_refresh(&config).unwrap().action(), Action::NoOp);
    assert_eq!(server.plan(&config).unwrap().action(), Action::Update);
    // It was open at the refresh: the plan renews, whatever the clock says when it is applied.
    server.refresh().unwrap();
    assert_eq!(server.plan_without_refresh(&config).unwrap().action(), Action::Update);
    assert_eq!(server.attribute("ready_for_renewal"), Some(&Value::from(true)));
    // A clock that was wrong: the flag is taken back.
    ends_at(&mut server, &fresh);
    server.refresh().unwrap();
    assert_eq!(server.converges(&config).unwrap(), Action::NoOp);
}

#[test]
fn the_window_is_what_is_declared() {
    for (hours, action) in [(24, Action::NoOp), (72, Action::Update)] {
        let stage = Stage::new();
        let root = stage.root();
        let mut server = stage.certificate();
        let config = |hours: i64| stage.server_config(&root, json!({ "early_renewal_hours": hours }));
        server.converges(config(1)).unwrap();
        let serial = text(&server, "serial_number");
        assert_eq!(server.converges(config(hours)).unwrap(), Action::Update);
        assert_eq!(text(&server, "serial_number"), serial, "it is far from its end");
        let in_two_days = clock::now() + SignedDuration::from_hours(48);
        ends_at(&mut server, &in_two_days.to_string());
        assert_eq!(server.converges(config(hours)).unwrap(), action);
        assert_eq!(text(&server, "serial_number") == serial, action == Action::NoOp);
    }
}

#[test]
fn an_authority_is_renewed_and_what_it_issued_stays() {
    for client in CLIENTS {
        let stage = Stage::under(client);
        let mut root = stage.root();
        let mut server = stage.certificate();
        server.converges(stage.server_config(&root, json!({}))).unwrap();
        let (old, leaf) = (certificate(&root), certificate(&server));
        ends_at(&mut root, LONG_AGO);
        let plan = root.plan(stage.root_config(json!({}))).unwrap();
        assert!(plan.is_unknown("certificate_pem") && !plan.is_unknown("key_id"));
        let planned = plan.planned().attribute("issuer").unwrap();
        assert!(!planned.attribute("certificate_pem").unwrap().is_known());
        assert_eq!(planned.attribute("key_id"), root.attribute("key_id"), "what it issued is not issued anew");
        assert_eq!(root.converges(stage.root_config(json!({}))).unwrap(), Action::Update);
        let new = certificate(&root);
        assert_ne!(new.serial(), old.serial());
        assert!(pki::same_subject_and_key(&old, &new) && old.key_id() == new.key_id());
        leaf.verify_signature(&new).unwrap();

        assert_eq!(server.converges(stage.server_config(&root, json!({}))).unwrap(), Action::Update);
        assert_eq!((certificate(&server), text(&server, "ca_certificate_pem")), (leaf, text(&root, "certificate_pem")));
    }
}

#[test]
fn an_intermediate_is_renewed_by_its_parent() {
    let stage = Stage::new();
    let root = stage.root();
    let mut between = stage.authority();
    let config = json!({
        "subject": { "common_name": "Between" }, "parent": issuer(&root), "key": { "file": stage.path("between.key") },
        "validity_period_hours": 40_000,
    });
    let config = with(config, json!({}));
    between.converges(&config).unwrap();
    let old = certificate(&between);
    ends_at(&mut between, LONG_AGO);
    assert_eq!(between.converges(&config).unwrap(), Action::Update);
    assert_ne!(certificate(&between).serial(), old.serial());
    certificate(&between).verify_signature(&certificate(&root)).unwrap();
}

#[test]
fn a_renewal_that_is_refused_changes_nothing() {
    let stage = Stage::new();
    let root = stage.root();
    let mut server = stage.certificate();
    let config = stage.server_config(&root, json!({}));
    server.converges(&config).unwrap();
    ends_at(&mut server, LONG_AGO);
    std::fs::rename(stage.file("root.key"), stage.file("aside")).unwrap();
    let before = stage.read("vault.pem");
    let refusal = server.apply(&config).unwrap_err();
    crate::stage::refused(&refusal, "Reading the key of the issuer", "issuer.key", "no key");
    assert_eq!(stage.read("vault.pem"), before);
    assert!(!server.stored().unwrap().is_tainted());
    std::fs::rename(stage.file("aside"), stage.file("root.key")).unwrap();
    assert_eq!(server.converges(&config).unwrap(), Action::Update);
    assert_ne!(stage.read("vault.pem"), before);
}

#[test]
fn a_request_is_answered_again() {
    let stage = Stage::new();
    let root = stage.root();
    let mut request = stage.resource("certificate_request");
    request.converges(with(json!({ "dns_names": ["a.home.arpa"], "key": { "in_state": true } }), json!({}))).unwrap();
    let more = json!({ "dns_names": null, "key": null, "csr_pem": text(&request, "csr_pem") });
    let config = stage.server_config(&root, more);
    let mut server = stage.certificate();
    server.converges(&config).unwrap();
    let old: Certificate = certificate(&server);
    ends_at(&mut server, LONG_AGO);
    assert_eq!(server.converges(&config).unwrap(), Action::Update);
    assert_eq!(certificate(&server).public_key(), old.public_key());
    assert_ne!(certificate(&server), old);
}
