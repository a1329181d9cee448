//! ValidateResourceConfig.

use plugin_proto::tfplugin6::{Diagnostic, validate_resource_config};
use tf_framework::value::Value;

use crate::core::{Core, config, details, modern, note_message, told, with};

async fn check_with(
    core: &Core,
    config: Value,
    client_capabilities: Option<plugin_proto::tfplugin6::ClientCapabilities>,
) -> Vec<Diagnostic> {
    let request = validate_resource_config::Request {
        type_name: "test_note".to_owned(),
        config: note_message(&config),
        client_capabilities,
    };
    core.client.clone().validate_resource_config(request).await.unwrap().into_inner().diagnostics
}

async fn check(core: &Core, config: Value) -> Vec<String> {
    told(&check_with(core, config, modern()).await)
}

#[tokio::test]
async fn the_schema_and_the_resource_are_both_asked() {
    let core = Core::unconfigured("validate resource");
    assert_eq!(check(&core, config("x")).await, [""; 0]);
    let wrong = with(config("x"), [("name", Value::from("f")), ("id", Value::from("mine"))]);
    let expected = ["error: Read-Only Attribute at .id", "error: Name and folder are the same at .name"];
    assert_eq!(check(&core, wrong).await, expected);
}

#[tokio::test]
async fn what_is_not_known_is_passed_over() {
    let core = Core::unconfigured("validate unknown");
    let unknown =
        with(config("x"), [("name", Value::unknown()), ("rule", Value::unknown()), ("timeouts", Value::unknown())]);
    assert_eq!(check(&core, unknown).await, [""; 0]);
}

#[tokio::test]
async fn an_older_client_can_use_everything_but_what_is_write_only() {
    let core = Core::unconfigured("validate old");
    let secret = with(config("x"), [("secret", Value::from("canary")), ("secret_version", Value::from(1))]);
    assert_eq!(check(&core, secret.clone()).await, [""; 0]);
    let found = check_with(&core, secret, None).await;
    assert_eq!(told(&found), ["error: Write-Only Attributes Are Not Supported at .secret"]);
    assert!(details(&found).contains("Terraform 1.11") && details(&found).contains("OpenTofu 1.11"));
    assert_eq!(told(&check_with(&core, config("x"), None).await), [""; 0]);
}

#[tokio::test]
async fn a_panic_is_a_bug_that_names_the_resource() {
    let core = Core::unconfigured("validate panic");
    let config = with(config("x"), [("name", Value::from("panic"))]);
    assert_eq!(check(&core, config).await, ["error: Bug in the Provider: test_note"]);
}

#[tokio::test]
async fn a_type_that_is_not_there_is_an_error() {
    let core = Core::unconfigured("validate nothing");
    let request = validate_resource_config::Request { type_name: "test_other".to_owned(), ..Default::default() };
    let answer = core.client.clone().validate_resource_config(request).await.unwrap().into_inner();
    assert_eq!(told(&answer.diagnostics), ["error: No resource \"test_other\""]);
}
