//! What takes an object out of the state, and what does not.

use anyhow::{Context as _, Result, bail, ensure};
use fault_proxy::{Fault, Moment};
use tf_testing::Refusal;

use crate::object::{self, Object};
use crate::stage::{Stage, again, break_all, on_both, was_broken};

/// Half an answer, or none, or one that is none of this server.
const FAULTS: [Fault; 7] = [
    Fault::HalfBody,
    Fault::InternalError(Moment::After),
    Fault::BadGatewayHtml(Moment::Before),
    Fault::Standby(Moment::Before),
    Fault::WrongType(Moment::Before),
    Fault::WrongTypeHtml(Moment::Before),
    Fault::Reset(Moment::After),
];

#[test]
fn what_can_not_be_looked_at_stays_in_the_state() -> Result<()> {
    on_both(|stage| {
        let proxy = stage.proxy()?;
        for object in object::all() {
            let state = stage.made(&object)?;
            stands_with_error(stage, &object, &state, stage.server.address(), "nobody", "permission denied")?;
            stands_with_error(stage, &object, &state, "https://127.0.0.1:9", "administrator", "can't be reached")?;
            for fault in FAULTS {
                break_all(&proxy, fault);
                stands_with_error(stage, &object, &state, proxy.address(), "administrator", "")
                    .with_context(|| fault.to_string())?;
                was_broken(&proxy)?;
            }
        }
        Ok(())
    })
}

/// The same apply may unseal it, so this is no error.
#[test]
fn of_a_sealed_server_the_state_stands_with_a_warning() -> Result<()> {
    on_both(|stage| {
        let proxy = stage.proxy()?;
        for object in object::all() {
            let state = stage.made(&object)?;
            break_all(&proxy, Fault::Sealed(Moment::Before));
            let kit = stage.kit_for(proxy.address(), "administrator")?;
            let mut managed = again(&kit, &object, &state)?;
            let told = managed.refresh().with_context(|| format!("a sealed server, {}", object.kind))?;
            let said: Vec<String> = told.iter().map(|told| told.summary().to_owned()).collect();
            ensure!(said.len() == 1 && said[0].starts_with("The server is sealed"), "{}: {said:?}", object.kind);
            ensure!(managed.state_file()? == state, "{} is another in the state", object.kind);
            was_broken(&proxy)?;
        }
        Ok(())
    })
}

#[test]
fn what_is_gone_for_certain_leaves_the_state() -> Result<()> {
    on_both(|stage| {
        for object in object::all() {
            let state = stage.made(&object)?;
            stage.remove(&object)?;
            let kit = stage.kit()?;
            let mut managed = again(&kit, &object, &state)?;
            managed.refresh().with_context(|| object.kind)?;
            ensure!(managed.stored().is_none(), "{} is still in the state", object.kind);
            // And is made anew.
            managed.converges(object.config()).with_context(|| object.kind)?;
        }
        Ok(())
    })
}

fn stands_with_error(
    stage: &Stage,
    object: &Object,
    state: &str,
    address: &str,
    token: &str,
    reason: &str,
) -> Result<()> {
    let kit = stage.kit_for(address, token)?;
    let mut managed = again(&kit, object, state)?;
    let Err(refusal) = managed.refresh() else {
        bail!("{}: a refresh goes well that finds out nothing", object.kind);
    };
    ensure!(matches!(refusal, Refusal::Reported { .. }), "{}: {refusal}", object.kind);
    ensure!(refusal.to_string().contains(reason), "{}: no {reason:?} in: {refusal}", object.kind);
    ensure!(managed.state_file()? == state, "{} is another in the state, or gone", object.kind);
    Ok(())
}
