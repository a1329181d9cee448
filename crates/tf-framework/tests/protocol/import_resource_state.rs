//! ImportResourceState.

use plugin_proto::tfplugin6::ResourceIdentityData;
use plugin_proto::tfplugin6::import_resource_state::{Request, Response};
use tf_framework::value::Value;

use crate::core::{Core, details, identity, identity_message, identity_of, names, note_value, state, told};
use crate::world::Act;

async fn import(core: &Core, type_name: &str, id: &str, identity: Option<ResourceIdentityData>) -> Response {
    let request = Request { type_name: type_name.to_owned(), id: id.to_owned(), identity, ..Request::default() };
    core.client.clone().import_resource_state(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn by_id_and_by_identity() {
    let core = Core::new("import").await;
    core.world.put("f", "n", "x");
    for (id, by) in [("f/n", None), ("", identity_message("f", "n"))] {
        core.world.will([Act::Remember]);
        let answer = import(&core, "test_note", id, by).await;
        assert_eq!(told(&answer.diagnostics), [""; 0]);
        let [imported] = <[_; 1]>::try_from(answer.imported_resources).unwrap();
        assert_eq!(imported.type_name, "test_note");
        assert_eq!(note_value(imported.state.as_ref()), state("x"));
        assert_eq!(imported.private, &b"{\"seen\":7}"[..]);
        assert_eq!(identity(imported.identity.as_ref()), names("f", "n"));
    }
}

#[tokio::test]
async fn what_is_not_there_is_an_error_that_names_it() {
    let core = Core::new("import nothing").await;
    let answer = import(&core, "test_note", "f/absent", None).await;
    assert_eq!(told(&answer.diagnostics), ["error: No such test_note"]);
    assert!(details(&answer.diagnostics).contains("the id \"f/absent\""));
    assert!(answer.imported_resources.is_empty());
    let answer = import(&core, "test_note", "", identity_message("f", "absent")).await;
    assert!(details(&answer.diagnostics).contains(r#"the identity { folder = "f", name = "absent" }"#));
}

#[tokio::test]
async fn an_id_of_another_form_is_an_error_that_tells_the_form() {
    let core = Core::new("import malformed").await;
    let answer = import(&core, "test_note", "no-slash", None).await;
    assert_eq!(told(&answer.diagnostics), ["error: Malformed Import Id"]);
    assert!(details(&answer.diagnostics).contains("{folder}/{name}"));
    assert_eq!(core.world.calls(), ["configure"]);
}

#[tokio::test]
async fn an_identity_must_have_what_is_required() {
    let core = Core::new("import half").await;
    let answer = import(&core, "test_note", "", identity_of(Value::from("f"), Value::Null)).await;
    assert_eq!(told(&answer.diagnostics), ["error: Invalid Value at .name"]);
}

#[tokio::test]
async fn a_resource_without_import_says_so() {
    let core = Core::new("import plain").await;
    let answer = import(&core, "test_plain", "7", None).await;
    assert_eq!(told(&answer.diagnostics), ["error: test_plain has no import id"]);
}

#[tokio::test]
async fn failures_that_a_refresh_forgives_are_failures_here() {
    let core = Core::new("import unknown").await;
    core.configure(Value::unknown()).await;
    core.world.will([Act::NeedAddress, Act::PriorStands, Act::Panic]);
    let answer = import(&core, "test_note", "f/n", None).await;
    assert_eq!(told(&answer.diagnostics), ["error: Provider Configuration Not Known Yet"]);
    let details = details(&answer.diagnostics);
    assert!(details.contains("-target=ADDRESS") && details.contains("-exclude=ADDRESS"), "{details}");
    assert_eq!(told(&import(&core, "test_note", "f/n", None).await.diagnostics), ["error: The server is sealed"]);
    assert_eq!(
        told(&import(&core, "test_note", "f/n", None).await.diagnostics),
        ["error: Bug in the Provider: test_note"]
    );
}
