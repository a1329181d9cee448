//! `example_echo`: keeps what it is told, which is how one sees what arrived. For tests of ephemeral values.
//!
//! The file has the value; the state has it only if asked for. Destroying removes the file.

use serde::{Deserialize, Serialize};
use tf_framework::model::{Model, Plan, Secret, WriteOnly};
use tf_framework::{Context, Doing as _, Outcome, Resource};

use crate::provider::Example;
use crate::store::file_name;

const KIND: &str = "echoes";

/// Keeps a value that the state doesn't.
#[derive(Model)]
#[tf(resource = "echo")]
pub struct Echo {
    /// What it is called.
    #[tf(required, replace, validate(file_name))]
    pub name: String,
    /// What is kept.
    #[tf(required, write_only(version = value_version))]
    pub value: WriteOnly<Secret>,
    /// Raise it to have the value written again.
    #[tf(required)]
    pub value_version: i64,
    /// Whether the state is to have it nevertheless.
    #[tf(optional, default = false)]
    pub show: bool,
    /// The value, if that was asked for.
    #[tf(computed, depends_on(value, show))]
    pub value_in_state: Option<Secret>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Heard {
    value: String,
}

impl Resource for Echo {
    type Provider = Example;

    async fn create(cx: &Context<Example>, plan: Plan<Self>) -> Outcome<Self> {
        keep(cx, plan)
    }

    async fn read(cx: &Context<Example>, state: Self) -> Outcome<Option<Self>> {
        let summary = format!("Reading the echo {:?}", state.name);
        let heard = cx.client().store()?.read::<Heard>(KIND, &state.name).doing(summary)?;
        Ok(heard.map(|heard| {
            let value_in_state = state.show.then(|| heard.value.into());
            Self { value_in_state, ..state }
        }))
    }

    async fn update(cx: &Context<Example>, prior: Self, plan: Plan<Self>) -> Outcome<Self> {
        if plan.value_version != prior.value_version {
            return keep(cx, plan);
        }
        let EchoPlan { name, value: _, value_version, show, value_in_state: _ } = plan;
        let summary = format!("Changing the echo {name:?}");
        let heard = cx.client().store()?.read::<Heard>(KIND, &name).doing(summary)?;
        let value_in_state = heard.filter(|_| show).map(|heard| heard.value.into());
        Ok(Self { name, value: WriteOnly::default(), value_version, show, value_in_state })
    }

    async fn delete(cx: &Context<Example>, state: Self) -> Outcome<()> {
        let summary = format!("Destroying the echo {:?}", state.name);
        Ok(cx.client().store()?.remove(KIND, &state.name).doing(summary)?)
    }
}

fn keep(cx: &Context<Example>, plan: Plan<Echo>) -> Outcome<Echo> {
    let EchoPlan { name, value, value_version, show, value_in_state: _ } = plan;
    let heard = Heard { value: value.expose().to_owned() };
    cx.client().store()?.write(KIND, &name, &heard).doing(format!("Keeping the echo {name:?}"))?;
    Ok(Echo { name, value: WriteOnly::default(), value_version, show, value_in_state: show.then_some(value) })
}
