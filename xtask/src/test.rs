//! `cargo xtask test`: everything that CI runs, in the order of importance.

mod again;
mod certificates;
mod checks;
mod executables;
mod judge;
mod libtest;
mod long;
mod pairs;
mod servers;
mod session;
mod smoke;
mod supply_chain;

use std::{
    path::Path,
    process::ExitCode,
    time::{Duration, SystemTime},
};

use anyhow::{Context as _, Result};
use testbed::{Stop, cache_root, folder_size, remove_tree};

use crate::{cargo, checkout, fuzz, screen};
use session::{Pace, Session};

/// Above this size the target folder holds mostly what old versions left behind.
const TARGET_LIMIT: u64 = 25_000_000_000;

/// Checks, builds and tests everything, against real servers.
///
/// In order: formatting, house rules, lints, documentation; unit, protocol and drift tests; the core servers (built when they
/// are not cached: about 35 minutes and 20 GB with empty caches) and the tests on them; certificates before their judges; licences
/// and bans; a few seconds of
/// each fuzz target; the extended servers, when they are cached or the time left allows their build; known vulnerabilities.
///
/// A step that fails does not stop the others. Each writes a log to artifacts/test. The last lines tell which servers really
/// ran, and `N passed, N failed, N skipped`: every test counts, and every other step counts as one.
///
/// Cargo.lock must be up to date. One run at a time in a checkout; runs in several checkouts wait for each other. A step that
/// takes ten times as long as usual, and at least 15 minutes, has hung and counts as failed. A test that failed beside others
/// runs once more, alone; if it passes then, it counts as passed, and the last lines call it UNSTEADY.
///
/// What tests choose at random begins with SECRETZERO_SEED, and with 1 without it, so that two runs do the same; with --full,
/// and in `cargo xtask fuzz`, it is another choice each time.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only what needs no server: under 3 minutes with warm caches.
    #[arg(long, conflicts_with = "full")]
    quick: bool,
    /// Also the long sets: every fuzz target runs for a minute, and ten million values go through every encoding.
    #[arg(long)]
    full: bool,
    /// Also cuts off the apply that sets a server up at many points, in each of its ways, where it is a few otherwise.
    #[arg(long, conflicts_with = "quick")]
    interrupts: bool,
    /// Ends in time: what does not fit any more is skipped and counted.
    #[arg(long, value_name = "MINUTES")]
    time_limit: Option<u64>,
    /// The same as a moment, in seconds since 1970, which also counts what came before, such as compiling this program.
    #[arg(long, value_name = "SECONDS")]
    deadline: Option<u64>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let stop = crate::testbed::stop_on_interrupt()?;
    let pace = match (arguments.quick, arguments.full) {
        (true, _) => Pace::Quick,
        (false, true) => Pace::Full,
        (false, false) => Pace::Usual,
    };
    #[expect(clippy::disallowed_methods, reason = "the deadline is given in the machine's time")]
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let limit = limit(arguments, now);
    let mut session = Session::start(&cargo::root().join("artifacts/test"), &stop, limit, pace)?;
    session.interrupts = arguments.interrupts;
    bound_targets(&stop)?;
    let _target = checkout::claim(&cargo::target_folder(), session.stop())?;
    let _fuzz_target = checkout::claim(&fuzz::target_folder(), session.stop())?;

    checks::run(&mut session);
    let executables = executables::build(&mut session);
    executables::run_without_servers(&mut session, &executables);
    if pace == Pace::Quick {
        supply_chain::run(&mut session);
        supply_chain::run_advisories(&mut session);
        return Ok(session.finish());
    }
    servers::build_core(&mut session);
    servers::fetch_modules(&mut session);
    executables::run_on_servers(&mut session, &executables);
    certificates::run(&mut session);
    supply_chain::run(&mut session);
    smoke::run(&mut session);
    executables::run_on_late_servers(&mut session, &executables);
    long::run(&mut session);
    supply_chain::run_advisories(&mut session);
    session.show_steps();
    servers::show_table(&session);
    Ok(session.finish())
}

/// The time left until the earlier of the two limits.
fn limit(arguments: &Arguments, now: Duration) -> Option<Duration> {
    let minutes = arguments.time_limit.map(|minutes| Duration::from_secs(minutes.saturating_mul(60)));
    let deadline = arguments.deadline.map(|deadline| Duration::from_secs(deadline).saturating_sub(now));
    minutes.into_iter().chain(deadline).min()
}

/// Empties our own target folders when they are too large. Never one that the user chose, and never one in use.
fn bound_targets(stop: &Stop) -> Result<()> {
    for folder in [cache_root().join("target"), fuzz::target_folder()] {
        let Some(_alone) = checkout::alone(&folder)? else { continue };
        bound(&folder, TARGET_LIMIT, stop)?;
    }
    Ok(())
}

fn bound(folder: &Path, limit: u64, stop: &Stop) -> Result<()> {
    let size = folder_size(folder);
    if size > limit && stop.reached().is_none() {
        screen::say(&format!("{} has grown to {} and is emptied", folder.display(), screen::size(size)));
        remove_tree(folder).with_context(|| format!("emptying {}", folder.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_earlier_limit_counts() {
        let arguments =
            |time_limit, deadline| Arguments { quick: false, full: false, interrupts: false, time_limit, deadline };
        let now = Duration::from_secs(1_000);
        assert_eq!(limit(&arguments(None, None), now), None);
        assert_eq!(limit(&arguments(Some(1), None), now), Some(Duration::from_secs(60)));
        assert_eq!(limit(&arguments(Some(1), Some(1_030)), now), Some(Duration::from_secs(30)));
        assert_eq!(limit(&arguments(Some(1), Some(1_090)), now), Some(Duration::from_secs(60)));
        assert_eq!(limit(&arguments(None, Some(900)), now), Some(Duration::ZERO));
    }

    #[test]
    fn only_a_large_folder_is_emptied() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        fs::create_dir(&target).unwrap();
        fs::write(target.join("ten"), "0123456789").unwrap();
        bound(&target, 10, &Stop::default()).unwrap();
        assert!(target.join("ten").exists());
        bound(&target, 9, &Stop::default()).unwrap();
        assert!(!target.exists());
    }
}
