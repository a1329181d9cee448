//! From `validate` to `destroy`, and the schema.

use acceptance::cli::{Cli, Planned, Project};
use acceptance::{Scenario, on_both_clis};
use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::null_provider::{marker, project, provider};

on_both_clis![a_marker_is_created_changed_and_destroyed, a_wrong_configuration_is_refused, a_saved_plan_is_applied];

fn a_marker_is_created_changed_and_destroyed(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = project(scenario, cli, &marker("first"))?;
    project.validate()?;
    assert_eq!(project.plan(&[])?, Planned::Changes);
    project.apply(&[])?.says("1 added, 0 changed, 0 destroyed")?;
    assert_eq!(project.resource("null_marker.one")?, Some(json!({ "note": "first", "gate": null })));
    assert_eq!(project.plan(&[])?, Planned::Nothing);
    assert_eq!(project.plan(&["-refresh=false"])?, Planned::Nothing);

    project.configure(&marker("second"))?;
    assert_eq!(project.plan(&[])?, Planned::Changes);
    project.apply(&[])?.says("0 added, 1 changed, 0 destroyed")?;
    assert_eq!(project.resource("null_marker.one")?, Some(json!({ "note": "second", "gate": null })));
    assert_eq!(project.plan(&[])?, Planned::Nothing);

    project.destroy(&[])?;
    assert_eq!(project.resources()?, Vec::<Value>::new());
    assert_eq!(project.plan(&[])?, Planned::Changes);
    Ok(())
}

fn a_wrong_configuration_is_refused(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = project(scenario, cli, "resource \"null_marker\" \"one\" {\n  color = \"red\"\n}")?;
    project.command(["validate"]).run()?.refused()?.says("An argument named \"color\" is not expected here")?;
    project.configure("resource \"null_thing\" \"one\" {}")?;
    project.command(["validate"]).run()?.refused()?.says("does not support resource type \"null_thing\"")?;
    Ok(())
}

fn a_saved_plan_is_applied(scenario: &Scenario, cli: Cli) -> Result<()> {
    let project = project(scenario, cli, &marker("planned"))?;
    assert_eq!(project.plan(&["-out=saved"])?, Planned::Changes);
    let plan = project.show(Some("saved"))?;
    assert_eq!(plan.pointer("/resource_changes/0/change/actions"), Some(&json!(["create"])), "{plan}");
    assert_eq!(plan.pointer("/resource_changes/0/change/after"), Some(&json!({ "note": "planned", "gate": null })));
    project.command(["apply", "-input=false", "saved"]).run()?.succeeded()?;
    assert_eq!(project.plan(&[])?, Planned::Nothing);
    Ok(())
}

#[test]
fn both_clis_read_the_same_schema() -> Result<()> {
    Scenario::run(&Cli::both().map(Cli::tool), |scenario| {
        let [ours, theirs] = Cli::both().map(|cli| schema(scenario, cli));
        let (ours, theirs) = (ours?, theirs?);
        assert_eq!(ours, theirs);
        let attributes = ours.pointer("/resource_schemas/null_marker/block/attributes").context("no attributes")?;
        let Value::Object(attributes) = attributes else { panic!("not an object: {attributes}") };
        assert_eq!(attributes.keys().collect::<Vec<_>>(), ["gate", "note"]);
        for attribute in attributes.values() {
            assert_eq!((&attribute["type"], &attribute["optional"]), (&json!("string"), &json!(true)));
            assert!(attribute["description"].as_str().is_some_and(|text| !text.is_empty()), "{attribute}");
        }
        Ok(())
    })
}

fn schema(scenario: &Scenario, cli: Cli) -> Result<Value> {
    let project: Project = project(scenario, cli, &marker("first"))?;
    let mut schemas = project.schema()?;
    let address = format!("{}/{}", cli.registry(), provider()?.source());
    schemas["provider_schemas"].get_mut(&address).map(Value::take).with_context(|| format!("{address}: {schemas}"))
}
