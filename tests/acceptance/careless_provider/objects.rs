//! Configurations and states, as JSON, in which objects ask for sabotages.

use careless_provider::{Sabotage, Script};
use serde_json::{Map, Value as Json, json};

/// A configuration with an object for each sabotage.
pub(super) fn configuration(script: Script, sabotages: &[&Sabotage]) -> Json {
    let each = |make: &dyn Fn(&Sabotage) -> Json| -> Json {
        sabotages.iter().map(|sabotage| (sabotage.name.to_owned(), make(sabotage))).collect::<Map<_, _>>().into()
    };
    let things = || each(&|sabotage| sabotage.config());
    let thing = |sabotage: &Sabotage| format!("careless_thing.{}", sabotage.name);
    match script {
        Script::Load
        | Script::Plan
        | Script::Apply
        | Script::Replan
        | Script::Refresh
        | Script::PlanUpdate
        | Script::Update
        | Script::Destroy
        | Script::Upgrade => {
            json!({ "resource": { "careless_thing": things() } })
        }
        Script::PlanUnknown => {
            let later = json!({ "for_each": "${terraform_data.later.output}", "content": { "port": 80 } });
            let things = each(&|sabotage| {
                let mut config = sabotage.config();
                config["dynamic"] = json!({ "rule": later });
                config
            });
            json!({ "resource": { "careless_thing": things, "terraform_data": { "later": { "input": ["a"] } } } })
        }
        Script::CreateBeforeDestroy => {
            json!({ "resource": { "careless_thing": each(&|sabotage| create_before_destroy(sabotage.config())) } })
        }
        Script::Import => {
            let imports: Vec<Json> =
                sabotages.iter().map(|sabotage| json!({ "to": thing(sabotage), "id": sabotage.name })).collect();
            json!({ "resource": { "careless_thing": things() }, "import": imports })
        }
        Script::Move => {
            let moved = sabotages
                .iter()
                .map(|sabotage| json!({ "from": format!("terraform_data.{}", sabotage.name), "to": thing(sabotage) }));
            json!({ "resource": { "careless_thing": things() }, "moved": moved.collect::<Vec<_>>() })
        }
        Script::Data => json!({ "data": { "careless_query": things() } }),
        Script::Open | Script::Renew => json!({ "ephemeral": { "careless_lease": things() } }),
        Script::Function => {
            let call = |sabotage: &Sabotage| {
                let call = format!("${{provider::careless::shout(\"{}\")}}", sabotage.name);
                json!({ "value": call })
            };
            json!({ "output": each(&call) })
        }
    }
}

/// The configuration after the first, if there is one.
pub(super) fn second_configuration(script: Script, sabotages: &[&Sabotage]) -> Json {
    let config = |sabotage: &Sabotage| match script {
        Script::CreateBeforeDestroy => create_before_destroy(sabotage.second_config()),
        _ => sabotage.second_config(),
    };
    let things = sabotages.iter().map(|sabotage| (sabotage.name.to_owned(), config(sabotage)));
    json!({ "resource": { "careless_thing": things.collect::<Map<_, _>>() } })
}

fn create_before_destroy(mut config: Json) -> Json {
    config["lifecycle"] = json!({ "create_before_destroy": true });
    config
}

/// A state from before, if there is to be one.
pub(super) fn state(script: Script, registry: &str, sabotages: &[&Sabotage]) -> Option<Json> {
    let (kind, provider) = match script {
        Script::Upgrade => ("careless_thing", format!("{registry}/secretzero/careless")),
        Script::Move => ("terraform_data", "terraform.io/builtin/terraform".to_owned()),
        _ => return None,
    };
    let object = |sabotage: &&Sabotage| {
        let attributes = match script {
            Script::Upgrade => json!({ "name": sabotage.name, "label": "old" }),
            _ => json!({ "id": sabotage.name, "input": null, "output": null, "triggers_replace": null }),
        };
        json!({
            "mode": "managed",
            "type": kind,
            "name": sabotage.name,
            "provider": format!("provider[\"{provider}\"]"),
            "instances": [{ "schema_version": 0, "attributes": attributes, "sensitive_attributes": [] }],
        })
    };
    Some(json!({
        "version": 4,
        "terraform_version": "1.11.0",
        "serial": 1,
        "lineage": "11111111-2222-3333-4444-555555555555",
        "outputs": {},
        "resources": sabotages.iter().map(object).collect::<Vec<_>>(),
    }))
}
