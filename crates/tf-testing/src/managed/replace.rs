//! The two orders in which an object is replaced.
//!
//! Without a word about it, the object is removed first, and its successor is made from nothing. With
//! `create_before_destroy` the object is deposed: it stays in the state beside its successor, which is made from
//! nothing too, and is removed then. What fails in between leaves the state as the cores leave it.

use tf_value::Value;

use super::Managed;
use super::apply::Change;
use super::plan::{Action, Plan};
use crate::refusal::{Call, Refusal};

impl Managed<'_> {
    /// The first half of a replacement that begins with the removal.
    pub(super) fn remove_predecessor(&mut self, plan: &Plan) -> Result<(), Refusal> {
        let change = Change {
            action: Action::Delete,
            prior: &plan.before,
            planned: &Value::Null,
            config: &Value::Null,
            private: &plan.private,
            identity: None,
            replaced: None,
        };
        self.change(&change)
    }

    /// A replacement that begins with the successor. The object is deposed, and is still to be removed.
    ///
    /// If the successor can't be made and nothing of it is there, the object is what it was; if a part of it is there,
    /// both stay, the one tainted, the other deposed. If already its plan fails, the object stays deposed: neither
    /// core takes that back.
    pub(super) fn replace_later(&mut self, plan: &Plan, config: &Value) -> Result<Action, Refusal> {
        self.deposed.extend(self.stored.take());
        let replaced = self.deposed.last().and_then(|deposed| deposed.identity.clone());
        let made = self.made(plan, config, replaced.as_ref());
        let failed_to_make = matches!(&made, Err(refusal) if refusal.call() == Some(Call::ApplyResourceChange));
        if failed_to_make && self.stored.is_none() {
            self.stored = self.deposed.pop();
        }
        made
    }

    /// Plans the destruction of each object that is deposed, and destroys it. One that can't be destroyed stays
    /// deposed, and the others go.
    pub(super) fn remove_deposed(&mut self) -> Result<(), Refusal> {
        let mut outcome = Ok(());
        let mut left = Vec::new();
        for deposed in std::mem::take(&mut self.deposed) {
            let current = self.stored.replace(deposed);
            let removed = self.destroy_stored();
            left.extend(std::mem::replace(&mut self.stored, current));
            outcome = outcome.and(removed);
        }
        self.deposed = left;
        outcome
    }
}
