//! Data sources, ephemeral resources, functions, and the provider block.

use tf_testing::{Client, Kit, Refusal, Unknown, config};
use tf_value::{Path, Value};

use crate::memory::{Kept, Memory, kit, kit_under, lock, store};

#[test]
fn data_sources_are_read() {
    let kit = kit("data");
    lock(&store("data")).insert("a".to_owned(), Kept { text: Some("x".to_owned()), secret: None });
    let found = kit.data_source("found").unwrap();
    found.validate(config!({ "name": Unknown })).unwrap();
    let value = found.read(config!({ "name": "a" })).unwrap();
    assert_eq!(value.attribute("text"), Some(&Value::from("x")));
    let refusal = found.read(config!({ "name": "b" })).unwrap_err();
    assert_eq!(refusal.to_string(), "memory_found: ReadDataSource reports\n  There is no such note, attribute name");
    assert!(matches!(found.read(config!({ "name": Unknown })), Err(Refusal::Unasked { .. })));
}

#[test]
fn ephemeral_resources_are_opened_renewed_and_closed_twice() {
    let kit = kit("ephemeral");
    lock(&store("ephemeral")).insert("a".to_owned(), Kept { text: None, secret: Some("a long secret".to_owned()) });
    let lease = kit.ephemeral("lease").unwrap();
    lease.validate(config!({ "name": Unknown })).unwrap();
    let mut open = lease.open(config!({ "name": "a" })).unwrap();
    assert_eq!(open.value().attribute("secret"), Some(&Value::from("a long secret")));
    assert_eq!(open.renew_at(), None);
    open.renew().unwrap();
    let refusal = open.renew().unwrap_err();
    assert!(refusal.diagnostics().is_some(), "{refusal}");
    open.close().unwrap();
    open.close().unwrap();
    lease.open(config!({ "name": "b" })).map(drop).unwrap_err();
}

#[test]
fn functions_are_called_as_the_cores_do() {
    for (client, name) in [(Client::opentofu(), "slug_tofu"), (Client::terraform(), "slug_terraform")] {
        let kit = kit_under(client, name);
        let slug = kit.function("slug").unwrap();
        let call = |text, filler| slug.call([text, filler]);
        assert_eq!(call(config!("Ab c"), config!("-")).unwrap(), Value::from("ab-c"));
        assert_eq!(call(config!("Ab c"), config!(null)).unwrap(), Value::from("abc"));
        assert!(!call(config!(Unknown), config!(null)).unwrap().is_known());
        let refusal = call(config!("  "), config!(null)).unwrap_err();
        let diagnostics = refusal.diagnostics().unwrap_or_else(|| panic!("{refusal}"));
        assert_eq!(diagnostics.iter().next().unwrap().path(), &Path::root().index(0));
        assert!(matches!(call(config!(null), config!(null)), Err(Refusal::Unasked { .. })));
        assert!(matches!(slug.call([config!("a")]), Err(Refusal::Unasked { .. })));
    }
}

#[test]
fn a_provider_is_configured_with_what_is_not_known() {
    let kit = Kit::new::<Memory>(config!({ "store": Unknown, "token": Unknown }));
    // This one needs the name of its store at once.
    let refusal = kit.unwrap_err();
    let diagnostics = refusal.diagnostics().unwrap_or_else(|| panic!("{refusal}"));
    let detail = diagnostics.iter().next().unwrap().detail_text();
    assert!(detail.contains("The attribute store of the provider block is known only after apply"), "{refusal}");
}

#[test]
fn a_provider_can_be_configured_again_and_stopped() {
    let mut kit = kit("first");
    kit.configure(config!({ "store": "second" })).unwrap();
    assert!(kit.warnings().is_empty());
    kit.stop().unwrap();
    let mut note = kit.resource("note").unwrap();
    note.converges(config!({ "name": "a" })).unwrap();
    assert!(lock(&store("first")).is_empty() && lock(&store("second")).contains_key("a"));
}
