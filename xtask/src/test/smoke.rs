//! A short run of every fuzz target: ten seconds, and half a minute for those whose crate has changed since they last ran
//! that long without a finding. The long sets run each for a minute.

use std::{fs, path::PathBuf, time::Duration};

use testbed::cache_root;

use super::session::{CUT_OFF, Ending, Outcome, Pace, Session};
use crate::{
    fuzz::{self, Target},
    screen,
};

const SHORT: u64 = 10;
const CHANGED: u64 = 30;
const LONG: u64 = 60;

pub(crate) fn run(session: &mut Session) {
    let targets = match fuzz::targets() {
        Ok(targets) => targets,
        Err(error) => return session.step("fuzz", Duration::ZERO, |_| Outcome::Failed(format!("{error:#}"))),
    };
    if targets.is_empty() {
        return session.step("fuzz", Duration::ZERO, |_| Outcome::Skipped("there are no fuzz targets".to_owned()));
    }
    let compile = Duration::from_secs(if fuzz::was_built() { 90 } else { 8 * 60 });
    let mut compiled = false;
    let missing = fuzz::missing_compiler();
    session.optional_step("fuzz compile", compile, |session| {
        if let Some(reason) = missing {
            return Outcome::Skipped(reason);
        }
        let outcome = match fuzz::compile_command() {
            Ok(mut command) => session.execute("fuzz compile", compile, &mut command),
            Err(error) => Outcome::Failed(format!("{error:#}")),
        };
        compiled = matches!(outcome, Outcome::Passed);
        outcome
    });
    for target in &targets {
        let name = format!("fuzz {}", target.name);
        if !compiled {
            session.step(&name, Duration::ZERO, |_| Outcome::Skipped("the targets are not compiled".to_owned()));
            continue;
        }
        smoke(session, target, &name);
    }
}

fn smoke(session: &mut Session, target: &Target, name: &str) {
    let content = target.content_hash();
    let wanted = match (session.pace, last_long_run(target) == content) {
        (Pace::Full, _) => LONG,
        (Pace::Quick | Pace::Usual, false) => CHANGED,
        (Pace::Quick | Pace::Usual, true) => SHORT,
    };
    let seconds = if session.fits(Duration::from_secs(wanted + 5)) { wanted } else { SHORT };
    session.optional_step(name, Duration::from_secs(seconds + 2), |session| {
        // The same inputs each time, as far as the clock allows; the long sets make up others.
        let begin = (session.pace != Pace::Full).then_some(1);
        let mut command = match target.run_command(seconds, begin) {
            Ok(command) => command,
            Err(error) => return Outcome::Failed(format!("{error:#}")),
        };
        let log = session.log(name);
        match session.run(name, Duration::from_secs(seconds), &mut command, &log) {
            Ok(()) => {
                screen::say(&format!("   {}", fuzz::executions(&log)));
                if seconds >= CHANGED {
                    remember(target, &content);
                }
                Outcome::Passed
            }
            Err(Ending::OutOfTime(reason)) => Outcome::Skipped(format!("{CUT_OFF}{name}: {reason}")),
            Err(Ending::Failed(reason)) => Outcome::Failed(format!("{reason}\n{}", fuzz::finding(&log))),
        }
    });
}

fn last_long_run(target: &Target) -> String {
    fs::read_to_string(record(target)).unwrap_or_default()
}

/// If it can't be written, the next run is a long one again, which is the safe side.
fn remember(target: &Target, content: &str) {
    let file = record(target);
    let _ = fs::create_dir_all(file.with_file_name(""));
    let _ = fs::write(file, content);
}

fn record(target: &Target) -> PathBuf {
    cache_root().join("fuzz-green").join(&target.name)
}
