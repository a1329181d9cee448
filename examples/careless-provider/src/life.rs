//! What has to be done for a sabotage to show, done by the test kit.

use proptest::strategy::Just;
use serde_json::{Value as Json, json};
use tf_testing::{Client, Config, Failure, Kit, Refusal, Source, Unknown, config};
use tf_value::Value;

use crate::contents::{Lease, Query, Shout};
use crate::sabotage::{Sabotage, Script};
use crate::saboteur::Saboteur;

/// Does it, with objects that ask for the sabotage of this name: that of `sabotage`, or none.
///
/// # Errors
/// What the kit says.
pub fn life(sabotage: &Sabotage, asked: &str) -> Result<(), Refusal> {
    let (first, second) = (renamed(sabotage.config(), sabotage, asked), sabotage.second_config());
    if sabotage.script == Script::Load {
        return Kit::serving(Client::opentofu(), || Saboteur::with_schema(asked), config!({})).map(drop);
    }
    let kit = Kit::serving(Client::opentofu(), Saboteur::new, config!({}))?;
    let mut thing = kit.resource("thing")?;
    match sabotage.script {
        Script::Load => Ok(()),
        Script::Plan => thing.plan(first).map(drop),
        Script::PlanUnknown => {
            let mut unknown = sabotage.config();
            if let Some(members) = unknown.as_object_mut() {
                members.insert("rule".to_owned(), json!(Unknown));
            }
            thing.apply_later(renamed(unknown, sabotage, asked), first).map(drop)
        }
        Script::Apply => thing.apply(first).map(drop),
        Script::Replan => thing.converges(first).map(drop),
        Script::Refresh => {
            thing.apply(first)?;
            thing.refresh().map(drop)
        }
        Script::PlanUpdate => {
            thing.apply(first)?;
            thing.plan(renamed(second, sabotage, asked)).map(drop)
        }
        Script::Update => {
            thing.apply(first)?;
            thing.apply(renamed(second, sabotage, asked)).map(drop)
        }
        Script::CreateBeforeDestroy => {
            thing.apply(first)?;
            thing = thing.create_before_destroy();
            thing.converges(renamed(second, sabotage, asked)).map(drop)
        }
        Script::Destroy => {
            thing.apply(first)?;
            thing.destroy()
        }
        Script::Import => thing.import(asked).map(drop),
        Script::Upgrade => thing.upgrade(0, &json!({ "name": asked, "label": "old" })),
        Script::Move => thing.moved_from(&moved(asked)),
        Script::Data => driven(kit.drive::<Query>()?.with("sabotage", named(asked)).cases(CASES).run()),
        Script::Open | Script::Renew => driven(kit.drive::<Lease>()?.with("sabotage", named(asked)).cases(CASES).run()),
        Script::Function => driven(kit.drive::<Shout>()?.with("text", named(asked)).cases(CASES).run()),
    }
}

/// How often a drive tries.
const CASES: u32 = 16;

/// The name of a sabotage, and nothing else.
fn named(asked: &str) -> Just<Value> {
    Just(Value::from(asked))
}

fn driven<T>(outcome: Result<T, Failure>) -> Result<(), Refusal> {
    outcome.map(drop).map_err(|failure| failure.refusal)
}

fn moved(asked: &str) -> Source {
    Source {
        provider: "terraform.io/builtin/terraform".to_owned(),
        type_name: "terraform_data".to_owned(),
        version: 0,
        state: json!({ "id": asked, "input": null, "output": null, "triggers_replace": null }),
        private: Vec::new(),
    }
}

/// A configuration that asks for something else.
fn renamed(config: Json, sabotage: &Sabotage, asked: &str) -> Config {
    let text = config.to_string().replace(sabotage.name, asked);
    serde_json::from_str::<Json>(&text).unwrap_or(config).into()
}
