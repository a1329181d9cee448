//! What an apply that was cut off has left is found again; what is another's is not touched.

use anyhow::{Context as _, Result, bail, ensure};
use fault_proxy::{Fault, Filter, Moment};
use serde_json::json;
use tf_testing::{Action, Client};

use crate::object::{self, mount};
use crate::stage::{again, on_both, was_broken};

#[test]
fn what_is_there_already_is_adopted_if_it_is_the_same() -> Result<()> {
    on_both(|stage| {
        for object in object::all() {
            stage.write(object.path, &object.body)?;
            let kit = stage.kit()?;
            let mut managed = kit.resource(object.kind)?;
            managed.converges(object.config()).with_context(|| format!("an equal {}", object.kind))?;
            stage.remove(&object)?;
        }
        Ok(())
    })
}

#[test]
fn what_is_there_already_is_left_alone_if_it_is_another() -> Result<()> {
    on_both(|stage| {
        for object in object::all() {
            stage.write(object.path, &object.body)?;
            stage.write(object.change, &object.changed)?;
            let before = stage.shown(&object)?;
            let kit = stage.kit()?;
            let mut managed = kit.resource(object.kind)?;
            let outcome = managed.apply(object.config());
            ensure!(stage.shown(&object)? == before, "{}: that of another was changed", object.kind);
            let Err(refusal) = outcome else { bail!("{}: another one is taken for ours", object.kind) };
            ensure!(refusal.to_string().contains("terraform import"), "{}: {refusal}", object.kind);
            ensure!(managed.stored().is_none(), "{} is in the state", object.kind);
            stage.remove(&object)?;
        }
        Ok(())
    })
}

/// Whichever answer of a creation is lost, the next apply has nothing to replace and nobody to ask.
#[test]
fn an_answer_that_is_lost_is_made_good() -> Result<()> {
    on_both(|stage| {
        let proxy = stage.proxy()?;
        for object in object::all() {
            // As often as it takes until the fault meets no call.
            for call in 0.. {
                proxy.begin_round();
                proxy.count(Filter::all());
                proxy.fail(call, Fault::Reset(Moment::After));
                let kit = stage.kit_for(proxy.address(), "administrator")?;
                let mut managed = kit.resource(object.kind)?;
                let first = managed.apply(object.config());
                let is_met = was_broken(&proxy).is_ok();
                ensure!(is_met || first.is_ok(), "{}, without a fault: {first:?}", object.kind);
                let is_tainted = managed.stored().is_some_and(tf_testing::Stored::is_tainted);
                ensure!(!is_tainted, "{}: a lost answer to call {call} has it replaced", object.kind);
                let state = managed.state_file()?;
                let kit = stage.kit()?;
                let mut managed = again(&kit, &object, &state)?;
                let action = managed.converges(object.config());
                let action = action.with_context(|| format!("{}, after a lost answer to call {call}", object.kind))?;
                ensure!(action != Action::Replace, "{}: it is replaced", object.kind);
                stage.remove(&object)?;
                if !is_met {
                    break;
                }
            }
        }
        Ok(())
    })
}

/// An object that is there is no sign that it was changed.
#[test]
fn a_change_that_failed_is_not_taken_for_done() -> Result<()> {
    on_both(|stage| {
        let proxy = stage.proxy()?;
        for object in object::all() {
            for fault in [Fault::InternalError(Moment::Before), Fault::BadGatewayHtml(Moment::Before)] {
                let state = stage.made(&object)?;
                let before = stage.shown(&object)?;
                proxy.begin_round();
                proxy.count(Filter::all().method("POST").path(&format!("/v1/{}", object.change)));
                proxy.fail(.., fault);
                let kit = stage.kit_for(proxy.address(), "administrator")?;
                let mut managed = again(&kit, &object, &state)?;
                let outcome = managed.apply(object.changed_config());
                was_broken(&proxy).with_context(|| format!("{}: {outcome:?}", object.kind))?;
                ensure!(stage.shown(&object)? == before, "{}: it was changed", object.kind);
                ensure!(outcome.is_err(), "{}: {fault:?} is taken for done", object.kind);
                let kit = stage.kit()?;
                let mut managed = again(&kit, &object, &managed.state_file()?)?;
                let action = managed.converges(object.changed_config())?;
                ensure!(action == Action::Update, "{}: what is left to do is {action:?}", object.kind);
                ensure!(stage.shown(&object)? != before, "{}: it is as before", object.kind);
                stage.remove(&object)?;
            }
        }
        Ok(())
    })
}

/// The answer to the one call that must not be made twice is looked for in what is there.
#[test]
fn a_mount_whose_answer_is_lost_is_made_in_the_same_apply() -> Result<()> {
    on_both(|stage| {
        let (proxy, object) = (stage.proxy()?, mount());
        proxy.count(Filter::all().method("POST").path("/v1/sys/mounts/objects-mount"));
        proxy.fail(0, Fault::Reset(Moment::After));
        let kit = stage.kit_for(proxy.address(), "administrator")?;
        let mut managed = kit.resource(object.kind)?;
        managed.apply(object.config()).context("the answer was lost, and nobody has looked")?;
        was_broken(&proxy)
    })
}

/// A change of two steps that is cut off after the first: the state has the first. Under a core without identities, since the
/// kit takes one that changes for a mistake.
#[test]
fn the_first_step_of_a_change_is_recorded() -> Result<()> {
    on_both(|stage| {
        let (proxy, object) = (stage.proxy()?, mount());
        let kit = |address: &str| stage.kit_under(Client::terraform_1_11(), address, "administrator");
        let state = stage.made(&object)?;
        let moved = object.config_with(&json!({ "path": "objects-moved", "description": "moved" }));
        proxy.count(Filter::all().path("/v1/sys/mounts/objects-moved/tune"));
        proxy.fail(.., Fault::InternalError(Moment::Before));
        let breaking = kit(proxy.address())?;
        let mut managed = again(&breaking, &object, &state)?;
        let Err(refusal) = managed.apply(moved.clone()) else { bail!("the second step went well") };
        was_broken(&proxy).with_context(|| refusal.to_string())?;
        let state = managed.state_file()?;
        ensure!(state.contains("objects-moved"), "the state knows nothing of the move");
        let kit = kit(stage.server.address())?;
        let mut managed = again(&kit, &object, &state)?;
        let action = managed.converges(moved)?;
        ensure!(action == Action::Update, "what is left to do is {action:?}");
        managed.destroy()?;
        Ok(())
    })
}
