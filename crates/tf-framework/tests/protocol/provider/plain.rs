//! `test_plain`: as little as a resource can have. No identity, no import, and limits that the user can't set.

use std::time::Duration;

use tf_framework::model::{Model, Plan};
use tf_framework::{Context, DefaultTimeouts, Outcome, Resource};

use super::TestProvider;
use crate::world::{Act, end};

/// A number.
#[derive(Clone, Debug, Model)]
#[tf(resource = "plain")]
pub(crate) struct Plain {
    /// A text.
    #[tf(optional)]
    text: Option<String>,
    /// Its number.
    #[tf(computed, keep_state)]
    number: i64,
}

impl Resource for Plain {
    type Provider = TestProvider;

    const TIMEOUTS: DefaultTimeouts =
        DefaultTimeouts { create: Some(Duration::from_secs(90)), ..DefaultTimeouts::NONE };

    async fn create(cx: &Context<TestProvider>, plan: Plan<Self>) -> Outcome<Self> {
        let act = cx.client().world.begin(cx, "create plain").await?;
        if act == Act::FailAfterPlan {
            cx.checkpoint_plan(&plan);
        }
        end(act).await?;
        Ok(Self { text: plan.text, number: plan.number.or(7) })
    }

    async fn read(cx: &Context<TestProvider>, state: Self) -> Outcome<Option<Self>> {
        let act = cx.client().world.begin(cx, "read plain").await?;
        end(act).await?;
        Ok(Some(state))
    }

    async fn update(cx: &Context<TestProvider>, _: Self, plan: Plan<Self>) -> Outcome<Self> {
        let act = cx.client().world.begin(cx, "update plain").await?;
        end(act).await?;
        Ok(Self { text: plan.text, number: plan.number.or(7) })
    }

    async fn delete(cx: &Context<TestProvider>, _: Self) -> Outcome<()> {
        let act = cx.client().world.begin(cx, "delete plain").await?;
        end(act).await
    }
}
