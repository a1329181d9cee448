//! After an apply there is nothing to do; what somebody else changes is seen, and set right.

use anyhow::{Context as _, Result, ensure};
use tf_testing::Action;

use crate::object;
use crate::stage::{again, on_both};

#[test]
fn drift_in_every_kind_is_seen_and_repaired() -> Result<()> {
    on_both(|stage| {
        for object in object::all() {
            let state = stage.made(&object)?;
            let ours = stage.shown(&object)?;
            stage.write(object.change, &object.changed)?;
            ensure!(stage.shown(&object)? != ours, "{}: the two forms are the same", object.kind);
            let kit = stage.kit()?;
            let mut managed = again(&kit, &object, &state)?;
            let action = managed.converges(object.config()).with_context(|| object.kind)?;
            ensure!(action == Action::Update, "{}: the drift is not seen: {action:?}", object.kind);
            ensure!(stage.shown(&object)? == ours, "{}: the drift is not repaired", object.kind);
        }
        Ok(())
    })
}
