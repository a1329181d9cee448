//! One change of one object: the call to the author's code, and the state that it leaves.
//!
//! Whatever happens, core must learn what exists now. An object that was made and not reported is lost; one that is reported
//! and was not made can't be removed. So the state after a failure is what the author's code recorded last, else what there
//! was before.

use tf_value::Value;

use super::judgement::{self, Judgement};
use super::limit::Limit;
use super::partial;
use super::run::{Operation, failure, run};
use super::served::Served;
use crate::assert::{self, Breach};
use crate::contents::ListedResource;
use crate::context::{Context, Remains};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::erased::Halt;
use crate::failure::Outcome;
use crate::plan::{keep_spelling, with_write_only, without_write_only};
use crate::private::Private;
use crate::provider::Provider;
use crate::stored;

/// What core wants done.
pub(super) struct Change<'a, P: Provider> {
    pub(super) name: &'a str,
    pub(super) listed: &'a ListedResource<P>,
    /// What there is. Null if the object is to be created.
    pub(super) prior: Value,
    /// What there is to be, without what is write-only. Null if the object is to be deleted.
    pub(super) planned: Value,
    /// What the user wrote, with what is write-only.
    pub(super) config: Value,
    /// The identity that was planned.
    pub(super) identity: Option<Value>,
}

/// What there is now.
pub(super) struct Made {
    /// A value that core can store.
    pub(super) state: Value,
    pub(super) private: Private,
    pub(super) identity: Option<Value>,
    /// With an error if the change failed.
    pub(super) told: Diagnostics,
}

impl<P: Provider> Change<'_, P> {
    /// Makes the change.
    ///
    /// # Errors
    /// If it was not begun.
    pub(super) async fn make(self, server: &Served<P>, private: Private) -> Outcome<Made> {
        let operation = match (self.prior.is_null(), self.planned.is_null()) {
            (true, true) => return Ok(Made { state: Value::Null, private, identity: None, told: Diagnostics::new() }),
            (true, false) => Operation::Create,
            (false, false) => Operation::Update,
            (false, true) => Operation::Delete,
        };
        let kept = self.listed.kept();
        let limited = if operation == Operation::Delete { &self.prior } else { &self.planned };
        let limit = Limit::of(&kept.schema, limited, self.listed.author.timeouts(), operation);
        let cx = server.context(limit.as_ref(), private)?;
        let outcome = self.call(operation, &cx, limit.as_ref()).await;
        let Remains { private, mut told, checkpoint } = cx.end();
        let state = match outcome {
            Ok(new) => self.after_success(server.judgement(), operation, new, &mut told),
            Err(failure) => {
                told.extend(failure.into_diagnostics());
                self.after_failure(server.judgement(), checkpoint, &mut told)
            }
        };
        let identity = stored::identity(&kept.identity, &state);
        Ok(Made { state, private, identity, told })
    }

    async fn call(&self, operation: Operation, cx: &Context<P>, limit: Option<&Limit>) -> Outcome<Value> {
        let author = &self.listed.author;
        let plan = || with_write_only(&self.listed.kept().schema, self.planned.clone(), &self.config);
        let update = |prior: Value| run(operation, self.name, limit, author.update(cx, prior, plan()));
        let delete = |state: Value| run(operation, self.name, limit, author.delete(cx, state));
        let whole = async |error| partial::whole(self.listed, cx, self.name, limit, &self.prior, &error).await;
        let done = match operation {
            Operation::Create => run(operation, self.name, limit, author.create(cx, plan())).await,
            Operation::Update => match update(self.prior.clone()).await {
                Err(Halt::Partial(error)) => match whole(error).await? {
                    Some(prior) => update(prior).await,
                    None => Err(gone(self.name).into()),
                },
                done => done,
            },
            _ => match delete(self.prior.clone()).await {
                Err(Halt::Partial(error)) => match whole(error).await? {
                    Some(state) => delete(state).await,
                    None => Ok(()),
                },
                done => done,
            }
            .map(|()| Value::Null),
        };
        done.map_err(|halt| failure(halt, self.name))
    }

    fn after_success(&self, judgement: Judgement, operation: Operation, new: Value, told: &mut Diagnostics) -> Value {
        if operation == Operation::Delete {
            return Value::Null;
        }
        let kept = self.listed.kept();
        let new = without_write_only(&kept.schema, keep_spelling(&kept.schema, &self.planned, new));
        let mut violations = assert::apply_answer(&kept.schema, &self.planned, &new);
        match (stored::identity(&kept.identity, &new), &self.identity) {
            (None, _) if !kept.identity.is_empty() => violations.push(judgement::whole(Breach::NoIdentity)),
            (Some(new), Some(planned)) if operation == Operation::Update && new != *planned => {
                violations.push(judgement::whole(Breach::IdentityChanged));
            }
            _ => {}
        }
        match judgement.pass(self.name, &violations) {
            Ok(()) => new,
            Err(failure) => {
                told.extend(failure.into_diagnostics());
                // Something exists, so something must be stored.
                let stores = |state: &Value| assert::state(&kept.schema, state).is_empty();
                let new = new.unknown_as_null();
                if stores(&new) { new } else { self.planned.clone().unknown_as_null() }
            }
        }
    }

    fn after_failure(&self, judgement: Judgement, checkpoint: Option<Value>, told: &mut Diagnostics) -> Value {
        let kept = self.listed.kept();
        let Some(checkpoint) = checkpoint else { return self.prior.clone() };
        let state = keep_spelling(&kept.schema, &self.planned, checkpoint);
        let state = without_write_only(&kept.schema, state);
        match judgement.pass(self.name, &assert::state(&kept.schema, &state)) {
            Ok(()) => state,
            Err(failure) => {
                told.extend(failure.into_diagnostics());
                let something = if self.planned.is_null() { &self.prior } else { &self.planned };
                something.clone().unknown_as_null()
            }
        }
    }
}

fn gone(name: &str) -> crate::failure::Failure {
    Diagnostic::error(format!("Updating {name}"))
        .detail("The object is gone. An earlier apply that failed half-way had not made all of it.")
        .remedy("Apply again: the object will be created anew.")
        .into()
}
