//! The verbs for managed resources.

use tf_testing::{Action, Call, Client, Refusal, Rule, Unknown, config};
use tf_value::{Path, Value};

use crate::memory::{Kept, kit, kit_under, lock, store};

const SECRET: &str = "nobody may know this";

#[test]
fn an_object_is_made_changed_replaced_and_destroyed() {
    let kit = kit("life");
    let mut note = kit.resource("note").unwrap();
    assert_eq!(note.type_name(), "memory_note");
    let plan = note.plan(config!({ "name": "a", "text": "one" })).unwrap();
    assert_eq!(plan.action(), Action::Create);
    assert!(plan.is_unknown("id") && plan.is_unknown("length") && !plan.is_unknown("ttl"));
    assert!(note.state().is_none(), "a plan makes nothing");

    assert_eq!(note.converges(config!({ "name": "a", "text": "one" })).unwrap(), Action::Create);
    assert_eq!(note.attribute("id"), Some(&Value::from("memory/a")));
    assert_eq!(note.attribute("ttl"), Some(&Value::from(3600)));
    assert_eq!(note.stored().unwrap().identity().unwrap().attribute("name"), Some(&Value::from("a")));
    assert_eq!(note.stored().unwrap().private(), br#"{"writes":1}"#);

    let changed = config!({ "name": "a", "text": "three", "labels": [{ "key": "k" }], "rule": [{ "port": 1 }] });
    assert_eq!(note.converges(changed).unwrap(), Action::Update);
    assert_eq!(note.attribute("length"), Some(&Value::from(5)));

    let plan = note.plan(config!({ "name": "b" })).unwrap();
    assert_eq!((plan.action(), plan.requires_replace()), (Action::Replace, &[Path::root().attribute("name")][..]));
    assert!(plan.is_unknown("id"), "it is another object");
    assert_eq!(note.converges(config!({ "name": "b" })).unwrap(), Action::Replace);
    assert_eq!(lock(&store("life")).keys().collect::<Vec<_>>(), ["b"]);

    assert_eq!(note.apply(config!({ "name": "b" })).unwrap(), Action::NoOp);
    note.destroy().unwrap();
    assert!(note.state().is_none() && lock(&store("life")).is_empty());
    note.destroy().unwrap();
}

#[test]
fn each_core_can_replace() {
    for (client, name) in [
        (Client::opentofu(), "opentofu"),
        (Client::terraform(), "terraform"),
        (Client::terraform_1_11(), "terraform_1_11"),
        (Client::older(), "older"),
    ] {
        let kit = kit_under(client, name);
        let mut note = kit.resource("note").unwrap();
        note.converges(config!({ "name": "a" })).unwrap();
        assert_eq!(note.converges(config!({ "name": "b" })).unwrap(), Action::Replace, "{name}");
        let has_identity = client == Client::opentofu() || client == Client::terraform();
        assert_eq!(note.stored().unwrap().identity().is_some(), has_identity, "{name}");
        note.destroy().unwrap();
    }
}

#[test]
fn what_is_not_known_at_plan_is_known_at_apply() {
    let kit = kit("unknown");
    let mut note = kit.resource("note").unwrap();
    let at_plan = config!({ "name": Unknown, "text": Unknown, "rule": Unknown });
    let at_apply = config!({ "name": "a", "text": "x", "rule": [{ "port": 1 }] });
    assert_eq!(note.apply_later(at_plan, &at_apply).unwrap(), Action::Create);
    assert_eq!(
        note.apply_later(config!({ "name": "a", "text": Unknown }), config!({ "name": "a" })).unwrap(),
        Action::Update
    );
    // It turns out to be what it was.
    let at_plan = config!({ "name": "a", "text": Unknown });
    assert_eq!(note.apply_later(at_plan, config!({ "name": "a" })).unwrap(), Action::NoOp);
    let refusal = note.apply(config!({ "name": Unknown })).unwrap_err();
    assert!(matches!(refusal, Refusal::Unasked { .. }), "{refusal}");
}

#[test]
fn secrets_reach_the_provider_and_nothing_else() {
    let kit = kit("secrets");
    let mut note = kit.resource("note").unwrap();
    let config = |secret: &str, version: i64| config!({ "name": "a", "secret": secret, "secret_version": version });
    note.converges(config(SECRET, 1)).unwrap();
    assert_eq!(lock(&store("secrets"))["a"].secret.as_deref(), Some(SECRET));
    assert_eq!(note.attribute("secret"), Some(&Value::Null));
    assert_eq!(note.apply(config("another secret altogether", 1)).unwrap(), Action::NoOp);
    assert_eq!(note.converges(config("another secret altogether", 2)).unwrap(), Action::Update);
    assert_eq!(lock(&store("secrets"))["a"].secret.as_deref(), Some("another secret altogether"));
}

#[test]
fn an_older_core_is_told_what_it_lacks() {
    let kit = kit_under(Client::older(), "write_only");
    let mut note = kit.resource("note").unwrap();
    note.converges(config!({ "name": "a" })).unwrap();
    let refusal = note.apply(config!({ "name": "a", "secret": SECRET, "secret_version": 1 })).unwrap_err();
    let diagnostics = refusal.diagnostics().expect("the provider reports it");
    let error = diagnostics.iter().next().unwrap();
    assert_eq!(error.path(), &Path::root().attribute("secret"));
    assert!(error.detail_text().contains("1.11"), "{refusal}");
    assert!(kit.ephemeral("lease").is_err() && kit.function("slug").is_err());
}

#[test]
fn drift_and_disappearance_are_planned_back() {
    let kit = kit("drift");
    let mut note = kit.resource("note").unwrap();
    let config = config!({ "name": "a", "text": "mine" });
    note.converges(&config).unwrap();

    let theirs = Kept { text: Some("theirs".to_owned()), secret: None };
    lock(&store("drift")).insert("a".to_owned(), theirs);
    assert_eq!(note.plan_without_refresh(&config).unwrap().action(), Action::NoOp);
    assert_eq!(note.plan(&config).unwrap().action(), Action::Update);
    assert_eq!(note.attribute("text"), Some(&Value::from("mine")), "a plan keeps nothing");
    note.refresh().unwrap();
    assert_eq!(note.attribute("text"), Some(&Value::from("theirs")));
    assert_eq!(note.converges(&config).unwrap(), Action::Update);

    lock(&store("drift")).clear();
    assert_eq!(note.plan(&config).unwrap().action(), Action::Create);
    assert_eq!(note.converges(&config).unwrap(), Action::Create);
    lock(&store("drift")).clear();
    note.refresh().unwrap();
    assert!(note.state().is_none());
}

#[test]
fn what_is_made_by_half_is_tainted_and_made_anew() {
    let kit = kit("half");
    let mut note = kit.resource("note").unwrap();
    let refusal = note.apply(config!({ "name": "a", "text": "half" })).unwrap_err();
    assert_eq!(refusal.call(), Some(Call::ApplyResourceChange));
    assert!(refusal.to_string().contains("The note was written by half"), "{refusal}");
    assert!(note.stored().unwrap().is_tainted());
    let config = config!({ "name": "a", "text": "whole" });
    assert_eq!(note.plan(&config).unwrap().action(), Action::Replace);
    assert_eq!(note.converges(&config).unwrap(), Action::Replace);
    assert!(!note.stored().unwrap().is_tainted());

    note.apply(config!({ "name": "a", "text": "half" })).unwrap_err();
    assert!(!note.stored().unwrap().is_tainted(), "an update that failed taints nothing");
    assert_eq!(note.converges(&config).unwrap(), Action::Update);

    note.taint();
    assert_eq!(note.converges(&config).unwrap(), Action::Replace);
}

#[test]
fn objects_are_imported_by_id_and_by_identity() {
    let kit = kit("import");
    lock(&store("import")).insert("a".to_owned(), Kept { text: Some("x".to_owned()), secret: None });
    let mut by_id = kit.resource("note").unwrap();
    by_id.import("a").unwrap();
    assert_eq!(by_id.attribute("text"), Some(&Value::from("x")));
    assert_eq!(by_id.plan(config!({ "name": "a", "text": "x" })).unwrap().action(), Action::NoOp);
    assert!(by_id.import("a").unwrap_err().to_string().contains("is managed already"));

    let mut by_identity = kit.resource("note").unwrap();
    by_identity.import_identity(config!({ "name": "a" })).unwrap();
    assert_eq!(by_identity.state(), by_id.state());

    let mut absent = kit.resource("note").unwrap();
    absent.import("b").unwrap_err();
    assert!(absent.state().is_none());
}

#[test]
fn another_process_goes_on_from_the_state_file() {
    let kit = kit("processes");
    let config = config!({ "name": "a", "text": "x" });
    let mut note = kit.resource("note").unwrap();
    note.converges(&config).unwrap();
    note.taint();
    let file = note.state_file().unwrap();

    let other = self::kit("processes");
    let mut same = other.resource("note").unwrap();
    same.read_state_file(&file).unwrap();
    let all = |note: &tf_testing::Managed<'_>| {
        let stored = note.stored().unwrap();
        (stored.value().clone(), stored.identity().cloned(), stored.private().to_vec(), stored.is_tainted())
    };
    assert_eq!(all(&same), all(&note));
    assert_eq!(same.converges(&config).unwrap(), Action::Replace);

    note.forget();
    same.read_state_file(&note.state_file().unwrap()).unwrap();
    assert!(same.state().is_none());
    for broken in
        ["", "{}", r#"{"object":{"attributes":"{","identity":null,"private":"","is_tainted":false},"deposed":[]}"#]
    {
        assert!(same.read_state_file(broken).unwrap_err().to_string().contains("can't be read"), "{broken}");
    }
}

#[test]
fn mistakes_of_a_user_are_reported() {
    let kit = kit("mistakes");
    let mut note = kit.resource("note").unwrap();
    note.validate(config!({ "name": "a" })).unwrap();
    for (config, path) in [
        (config!({ "name": "A" }), "name"),
        (config!({ "name": null }), "name"),
        (config!({ "name": "a", "id": "x" }), "id"),
        (config!({ "name": "a", "secret": SECRET }), "secret"),
    ] {
        let refusal = note.validate(config).unwrap_err();
        let diagnostics = refusal.diagnostics().unwrap_or_else(|| panic!("{refusal}"));
        let paths: Vec<String> = diagnostics.iter().map(|told| told.path().to_string()).collect();
        assert_eq!(paths, [path]);
    }
    let refusal = note.apply(config!({ "nmae": "a" })).unwrap_err();
    assert_eq!(refusal.to_string(), "memory_note: attribute nmae is not in the schema");
    assert!(!refusal.breaks(&Rule::UnstablePlan));
    assert!(kit.resource("nothing").is_err());
}

#[test]
fn a_panic_is_one_failed_call() {
    let kit = kit("panic");
    let mut note = kit.resource("note").unwrap();
    let refusal = note.apply(config!({ "name": "a", "text": "panic" })).unwrap_err();
    assert_eq!(refusal.call(), Some(Call::ApplyResourceChange), "{refusal}");
    assert!(note.state().is_none());
    note.converges(config!({ "name": "a" })).unwrap();
}
