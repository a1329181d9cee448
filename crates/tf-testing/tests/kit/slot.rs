//! A resource of which two can't exist beside each other: a slot is removed by its key, whoever has it.

use tf_framework::model::{Model, Plan};
use tf_framework::{Context, Outcome, Resource};

use crate::memory::{Kept, Memory, lock};

/// A slot that belongs to somebody.
#[derive(Model)]
#[tf(resource = "slot")]
pub(crate) struct Slot {
    /// Which slot.
    #[tf(required)]
    key: String,
    /// Whose it is. Nobody gives a slot away.
    #[tf(required, replace)]
    owner: String,
}

impl Resource for Slot {
    type Provider = Memory;

    async fn create(cx: &Context<Memory>, SlotPlan { key, owner }: Plan<Self>) -> Outcome<Self> {
        lock(cx.client()).insert(key.clone(), Kept { text: Some(owner.clone()), secret: None });
        Ok(Self { key, owner })
    }

    async fn read(cx: &Context<Memory>, Self { key, .. }: Self) -> Outcome<Option<Self>> {
        let owner = lock(cx.client()).get(&key).and_then(|kept| kept.text.clone());
        Ok(owner.map(|owner| Self { key, owner }))
    }

    async fn update(cx: &Context<Memory>, prior: Self, plan: Plan<Self>) -> Outcome<Self> {
        lock(cx.client()).remove(&prior.key);
        Self::create(cx, plan).await
    }

    async fn delete(cx: &Context<Memory>, state: Self) -> Outcome<()> {
        lock(cx.client()).remove(&state.key);
        Ok(())
    }
}
