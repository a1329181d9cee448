//! `cargo xtask test`: everything that CI runs, in the order of importance.

mod checks;
mod executables;
mod libtest;
mod servers;
mod session;
mod smoke;
mod supply_chain;

use std::{process::ExitCode, time::Duration};

use anyhow::{Context as _, Result};
use testbed::{Stop, cache_root, folder_size, remove_tree};

use crate::{cargo, screen};
use session::{Pace, Session};

/// Above this size the target folder holds mostly what old versions left behind.
const TARGET_LIMIT: u64 = 25_000_000_000;

/// Checks, builds and tests everything, against real servers.
///
/// In order: formatting, house rules, lints, documentation; unit, protocol and drift tests; the core servers (built when they
/// are not cached: about 35 minutes and 20 GB with empty caches) and the tests on them; licences and bans; a few seconds of
/// each fuzz target; the extended servers, when they are cached or the time left allows their build.
///
/// A step that fails does not stop the others. Each writes a log to artifacts/test. The last lines tell which servers really
/// ran, and `N passed, N failed, N skipped`: every test counts, and every other step counts as one.
///
/// With SECRETZERO_USE_PATH=1 in the environment, servers on PATH are used instead of built ones.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only what needs no server: under 3 minutes with warm caches.
    #[arg(long, conflicts_with = "full")]
    quick: bool,
    /// Also the long sets: every fuzz target runs for a minute.
    #[arg(long)]
    full: bool,
    /// Ends in time: what does not fit any more is skipped and counted.
    #[arg(long, value_name = "MINUTES")]
    time_limit: Option<u64>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let stop = crate::testbed::stop_on_interrupt()?;
    let pace = match (arguments.quick, arguments.full) {
        (true, _) => Pace::Quick,
        (false, true) => Pace::Full,
        (false, false) => Pace::Usual,
    };
    bound_target(&stop)?;
    let limit = arguments.time_limit.map(|minutes| Duration::from_secs(60 * minutes));
    let mut session = Session::start(&cargo::root().join("artifacts/test"), &stop, limit, pace)?;

    checks::run(&mut session);
    let executables = executables::build(&mut session);
    executables::run_without_servers(&mut session, &executables);
    if pace == Pace::Quick {
        supply_chain::run(&mut session);
        return Ok(session.finish());
    }
    servers::build_core(&mut session);
    executables::run_on_servers(&mut session, &executables);
    supply_chain::run(&mut session);
    smoke::run(&mut session);
    executables::run_on_late_servers(&mut session, &executables);
    session.show_steps();
    servers::show_table(&session);
    Ok(session.finish())
}

fn bound_target(stop: &Stop) -> Result<()> {
    for folder in [cargo::target_folder(), cache_root().join("fuzz-target")] {
        let size = folder_size(&folder);
        if size > TARGET_LIMIT && stop.reached().is_none() {
            screen::say(&format!("{} has grown to {} and is emptied", folder.display(), screen::size(size)));
            remove_tree(&folder).with_context(|| format!("emptying {}", folder.display()))?;
        }
    }
    Ok(())
}
