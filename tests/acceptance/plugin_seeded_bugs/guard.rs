//! What is looked at: the checks of the other tests, under one name each.

use std::time::Duration;

use acceptance::wait_until;
use anyhow::{Context as _, Result, ensure};

use super::{Stage, socket};
use crate::plugin_faults::{
    a_task_is_told_to_stop, a_write_outlives_its_client, logged, logs_are_whole, panics_fail_alone,
};
use crate::plugin_large::goes_and_comes;
use crate::plugin_life::{have_their_own, keep, register_unversioned};
use crate::plugin_requests::{VERSION, faults, help, loans, objects, rules};

/// How long a process takes to end, and a mount to come back.
const SOON: Duration = Duration::from_secs(20);

/// A check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Guard {
    /// It can be mounted, and each mount has its own.
    Begins,
    /// Only the server that started it gets in.
    Strangers,
    /// Whoever connects and says nothing holds up nobody.
    Stalled,
    /// It is asked for its version where nothing works yet.
    Version,
    /// Who may do what.
    Rules,
    /// Objects are written, read, listed and deleted.
    Objects,
    /// Leases.
    Loans,
    /// Each error has its status and its text.
    Faults,
    /// Help and documents.
    Help,
    /// After a crash all mounts answer again.
    Killed,
    /// The process ends by itself when its last mount does.
    Ends,
    /// A panic is one failed request.
    Panics,
    /// Twenty megabytes.
    Large,
    /// A write outlives its client.
    Finished,
    /// Whatever is logged can be read, and all of it.
    Logs,
    /// A task is told when its mount ends.
    Told,
}

impl Guard {
    /// Looks, and says what is wrong.
    pub(super) fn look(self, stage: &Stage<'_>) -> Result<()> {
        let (plugin, mounts) = (&stage.plugin, stage.mounts());
        let path = format!("/v1/{}", mounts[0]);
        match self {
            Self::Begins => keep(plugin, mounts).and_then(|()| have_their_own(plugin, mounts)),
            Self::Strangers => socket::lets_no_stranger_in(process(stage)?),
            Self::Stalled => socket::lets_nobody_wait(process(stage)?),
            Self::Version => {
                let name = format!("{}-told", plugin.name());
                register_unversioned(plugin.server(), &name, stage.program)?.deregister(Some(VERSION))
            }
            Self::Rules => rules(plugin, &path),
            Self::Objects => objects(plugin, &path),
            Self::Loans => loans(plugin, &path),
            Self::Faults => faults(plugin, &path),
            Self::Help => help(plugin, &path),
            Self::Killed => {
                keep(plugin, mounts)?;
                plugin.kill9()?;
                have_their_own(plugin, mounts)
            }
            Self::Ends => ends(stage),
            Self::Panics => panics_fail_alone(plugin, mounts),
            Self::Large => goes_and_comes(plugin, mounts[0]).map(drop),
            Self::Finished => a_write_outlives_its_client(plugin, mounts),
            Self::Logs => logs_are_whole(plugin, mounts),
            Self::Told => a_task_is_told_to_stop(plugin, mounts),
        }
    }
}

fn process(stage: &Stage<'_>) -> Result<u32> {
    stage.plugin.processes()?.pop().context("the engine does not run")
}

/// With something going on in it. A server that has to kill says so in its log.
fn ends(stage: &Stage<'_>) -> Result<()> {
    let killed = || Ok::<_, anyhow::Error>(logged(stage.plugin.server(), "plugin failed to exit gracefully")?.len());
    let before = killed()?;
    for mount in stage.mounts() {
        stage.plugin.client().put(&format!("/v1/{mount}/task/stubborn"), &serde_json::json!({}))?.ok()?;
    }
    for mount in stage.mounts() {
        stage.plugin.unmount(mount)?;
    }
    wait_until("the process to end", SOON, || {
        let left = stage.plugin.processes()?;
        ensure!(left.is_empty(), "{left:?} are still there");
        Ok(())
    })?;
    ensure!(killed()? == before, "the server had to kill it");
    Ok(())
}
