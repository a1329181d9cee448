//! Import: by command, by block, and with a configuration that the CLI writes; compared with what was there before.

use std::fmt;

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::Value;

use crate::cli::plan_json::{Action, PlanJson};
use crate::cli::state_json::{StateJson, differences};
use crate::cli::story::aside::Aside;
use crate::cli::story::check::{Scene, Subject};
use crate::cli::story::performance::Performance;
use crate::cli::story::step::Expectations;

/// The file into which a CLI writes configuration.
const GENERATED: &str = "generated.tf";

/// How a resource is found that is to be imported.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Import {
    /// By this id.
    Id(String),
    /// By the id that the state holds at a JSON pointer below its attributes.
    IdAt(String),
    /// By an identity, with an `import` block only. Terraform has that since 1.12.
    Identity(Value),
}

impl From<&str> for Import {
    fn from(id: &str) -> Self {
        Self::Id(id.to_owned())
    }
}

impl fmt::Display for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "the id {id:?}"),
            Self::IdAt(path) => write!(f, "the id at {path}"),
            Self::Identity(identity) => write!(f, "the identity {identity}"),
        }
    }
}

impl Import {
    /// The id, looked up where need be.
    fn id(&self, state: &Value, address: &str) -> Result<String> {
        match self {
            Self::Id(id) => Ok(id.clone()),
            Self::IdAt(path) => match StateJson(state).value(address, path).map_err(|text| anyhow!(text))? {
                Value::String(id) => Ok(id.clone()),
                other => bail!("{address} {path} is no id: {other}"),
            },
            Self::Identity(_) => bail!("only an import block can have an identity"),
        }
    }

    fn block(&self, state: &Value, address: &str) -> Result<String> {
        let by = match self {
            Self::Identity(identity) => format!("identity = {}", expression(identity)),
            Self::Id(_) | Self::IdAt(_) => format!("id = {}", expression(&self.id(state, address)?.into())),
        };
        Ok(format!("import {{\n  to = {address}\n  {by}\n}}\n"))
    }
}

/// JSON is an expression of HCL, but for what begins a template.
fn expression(value: &Value) -> String {
    value.to_string().replace("${", "$${").replace("%{", "%%{")
}

/// The steps of this module.
impl Performance<'_> {
    pub(super) fn import(&self, expected: &Expectations, address: &str, by: &Import) -> Result<()> {
        let before = self.shown_state()?;
        let id = by.id(&before, address)?;
        let aside = Aside::take(self.project)?;
        let finished = self.command(["import", "-input=false", address, &id]).run()?.succeeded()?;
        let state = self.shown_state()?;
        let scene = Scene { before: Some(before), state, log: finished.log, ..Scene::default() };
        self.judge(expected, &[Subject::State, Subject::Log], &scene)?;
        is_the_same(expected, address, &scene)?;
        aside.restore()
    }

    pub(super) fn import_block(&self, expected: &Expectations, address: &str, by: &Import) -> Result<()> {
        let before = self.shown_state()?;
        let mut aside = self.forget(address)?;
        aside.add("import.tf", &by.block(&before, address)?)?;
        self.import_planned(expected, address, before)?;
        aside.restore()
    }

    pub(super) fn generate(
        &self,
        expected: &Expectations,
        configuration: &str,
        address: &str,
        by: &Import,
    ) -> Result<()> {
        let before = self.shown_state()?;
        let mut aside = self.forget(address)?;
        aside.add("import.tf", &by.block(&before, address)?)?;
        aside.is_added(GENERATED);
        let own = self.configuration()?.to_owned();
        self.project.configure(configuration)?;
        let written = self.planned(&[&format!("-generate-config-out={GENERATED}")])?;
        PlanJson(&written.json).is_imported(address).map_err(|text| anyhow!(text))?;
        // From here on it is a configuration like any other.
        self.import_planned(expected, address, before).with_context(|| {
            let text = std::fs::read_to_string(self.project.module().join(GENERATED)).unwrap_or_default();
            format!("with the configuration that was generated:\n{text}")
        })?;
        self.project.configure(&own)?;
        aside.restore()
    }

    /// Takes a resource out of a copy of the state.
    fn forget(&self, address: &str) -> Result<Aside<'_>> {
        let aside = Aside::copy(self.project)?;
        self.command(["state", "rm", address]).run()?.succeeded()?;
        Ok(aside)
    }

    /// Plans an import that the configuration asks for, applies it, and looks at what it brought.
    fn import_planned(&self, expected: &Expectations, address: &str, before: Value) -> Result<()> {
        let planned = self.planned(&[])?;
        let scene =
            Scene { plan: planned.json, log: planned.log, diagnostics: planned.diagnostics, ..Scene::default() };
        let plan = PlanJson(&scene.plan);
        plan.is_imported(address).map_err(|text| anyhow!(text))?;
        let action = plan.action(address).map_err(|text| anyhow!(text))?;
        if action != Action::NoOp && !expected.acted_on.contains(address) {
            bail!("{address} should be imported and left as it is; {}", plan.summary());
        }
        self.judge(expected, &[Subject::Plan], &scene)?;
        let scene = self.applied(&planned.file, scene, Some(before))?;
        self.judge(expected, &[Subject::State, Subject::Warnings, Subject::Log], &scene)?;
        is_the_same(expected, address, &scene)?;
        self.follow_up(expected)
    }
}

/// Compares attributes and identity with those before.
fn is_the_same(expected: &Expectations, address: &str, scene: &Scene) -> Result<()> {
    let before = scene.before.as_ref().context("there is no state to compare with")?;
    let [before, after] = [before, &scene.state].map(|state| StateJson(state).resource(address));
    let (before, after) = (before.map_err(|text| anyhow!(text))?, after.map_err(|text| anyhow!(text))?);
    let side = |resource: &Value, name: &str| resource.get(name).cloned().unwrap_or_default();
    let mut differing = differences(&side(before, "values"), &side(after, "values"), &expected.ignored);
    if before.get("identity").is_some() {
        let identities = differences(&side(before, "identity"), &side(after, "identity"), &[]);
        differing.extend(identities.into_iter().map(|difference| format!("identity {difference}")));
    }
    if differing.is_empty() {
        return Ok(());
    }
    bail!("{address} is not what it was before the import:\n{}", differing.join("\n"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn blocks_are_hcl() {
        let state =
            json!({ "values": { "root_module": { "resources": [{ "address": "x.a", "values": { "n": "7" } }] } } });
        let id = Import::from("a/${b}\"").block(&state, "x.a").unwrap();
        assert_eq!(id, "import {\n  to = x.a\n  id = \"a/$${b}\\\"\"\n}\n");
        let looked_up = Import::IdAt("/n".to_owned()).block(&state, "x.a").unwrap();
        assert!(looked_up.contains("id = \"7\""), "{looked_up}");
        let identity = Import::Identity(json!({ "name": "a" })).block(&state, "x.a").unwrap();
        assert!(identity.contains("identity = {\"name\":\"a\"}"), "{identity}");
        Import::IdAt("/m".to_owned()).block(&state, "x.a").unwrap_err();
        Import::Identity(json!({})).id(&state, "x.a").unwrap_err();
    }
}
