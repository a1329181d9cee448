//! Both CLIs read the same schema.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use acceptance::Scenario;
use acceptance::cli::Cli;
use anyhow::{Context as _, Result};
use serde_json::Value;

use super::{Stage, provider};

/// What one of the two prints and the other, in its version, knows nothing of.
const ONLY_ONE_PRINTS: [&str; 3] = ["deprecation_message", "resource_identity_schemas", "summary"];

#[test]
fn both_clis_print_the_same_schema() -> Result<()> {
    Scenario::run(&Cli::both().map(Cli::tool), |scenario| {
        let [one, other] = Cli::both().map(|cli| schema(scenario, cli));
        let mut differences = BTreeSet::new();
        compare("", &one?, &other?, &mut differences);
        assert_eq!(differences, BTreeSet::new());
        Ok(())
    })
}

#[test]
fn what_they_print_is_what_the_provider_prints_itself() -> Result<()> {
    Scenario::run(&[Cli::OpenTofu.tool()], |scenario| {
        let printed = std::process::Command::new(provider()?.binary()).arg("schema").output()?;
        let own = serde_json::from_slice(&printed.stdout).context("the provider prints no JSON")?;
        let mut differences = BTreeSet::new();
        compare("", &schema(scenario, Cli::OpenTofu)?, &own, &mut differences);
        assert_eq!(differences, BTreeSet::new());
        Ok(())
    })
}

/// The examples that the documentation shows, all in one configuration.
#[test]
fn the_examples_are_valid() -> Result<()> {
    Scenario::run(&Cli::both().map(Cli::tool), |scenario| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/example-provider/examples");
        let mut text = String::new();
        for entry in ["resources", "data-sources", "ephemeral-resources", "functions"] {
            for example in fs::read_dir(folder.join(entry)).with_context(|| format!("listing {entry}"))? {
                for file in fs::read_dir(example?.path())?.map(|file| Ok(file?.path())).collect::<Result<Vec<_>>>()? {
                    // What imports an object is no part of a configuration that makes it.
                    if file.extension().is_some_and(|end| end == "tf") && !file.ends_with("import-by-identity.tf") {
                        text += &fs::read_to_string(file)?;
                    }
                }
            }
        }
        assert!(text.matches("resource \"example_").count() >= 5, "{text}");
        for cli in Cli::both() {
            let stage = Stage::create(scenario, cli)?;
            stage.project.configure(&stage.with(&text))?;
            stage.project.init()?;
            stage.project.validate()?;
        }
        Ok(())
    })
}

fn schema(scenario: &Scenario, cli: Cli) -> Result<Value> {
    let stage = Stage::create(scenario, cli)?;
    stage.project.configure(&stage.with(""))?;
    stage.project.init()?;
    let mut schemas = stage.project.schema()?;
    let address = format!("{}/{}", cli.registry(), provider()?.source());
    schemas["provider_schemas"].get_mut(&address).map(Value::take).with_context(|| format!("no {address}: {schemas}"))
}

/// Notes every path at which two values differ.
fn compare(path: &str, one: &Value, other: &Value, differences: &mut BTreeSet<String>) {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            for name in one.keys().chain(other.keys()) {
                let path = format!("{path}/{name}");
                match (one.get(name), other.get(name)) {
                    (Some(one), Some(other)) => compare(&path, one, other, differences),
                    _ if ONLY_ONE_PRINTS.contains(&&**name) => {}
                    _ => drop(differences.insert(path)),
                }
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (at, (one, other)) in one.iter().zip(other).enumerate() {
                compare(&format!("{path}/{at}"), one, other, differences);
            }
        }
        (one, other) if one == other => {}
        _ => drop(differences.insert(path.to_owned())),
    }
}
