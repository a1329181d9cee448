//! A judge that is a command line, started anew for each case.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context as _, Result, anyhow};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Verdict;
use crate::case::Case;

/// How many at once: the machine of a CI has two cores.
const THREADS: usize = 2;

/// Judges each case in a folder of the thread that does it.
pub(super) fn run<F>(cases: &[Case], folder: &Path, judge: F) -> Result<BTreeMap<String, Verdict>>
where
    F: Fn(&Case, &Path) -> Result<Verdict> + Sync,
{
    let (next, verdicts) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let work = |number: usize| -> Result<()> {
        let folder = folder.join(format!("thread-{number}"));
        fs::create_dir(&folder).with_context(|| format!("making {}", folder.display()))?;
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let verdict = judge(case, &folder).with_context(|| case.id.clone())?;
            verdicts.lock().map_err(|_| anyhow!("another thread failed"))?.insert(case.id.clone(), verdict);
        }
        Ok(())
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|number| scope.spawn(move || work(number))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| anyhow!("a thread failed"))?)
    })?;
    verdicts.into_inner().map_err(|_| anyhow!("a thread failed"))
}

/// Runs a command line: success is acceptance, and what it prints the reason of a rejection.
pub(super) fn verdict(command: &mut Command) -> Result<Verdict> {
    let program = command.get_program().display().to_string();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("starting {program}"))?;
    if output.status.success() {
        return Ok(Verdict::Accepted);
    }
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    Ok(Verdict::Rejected(text.split_whitespace().collect::<Vec<_>>().join(" ")))
}

/// What a program prints, or nothing if it is not there.
pub(super) fn printed(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Writes PEM blocks by hand: pki refuses to read some of what is judged here.
pub(super) fn write_pem(file: &Path, label: &str, ders: &[Vec<u8>]) -> Result<()> {
    let mut text = String::new();
    for der in ders {
        text += &format!("-----BEGIN {label}-----\n");
        for line in STANDARD.encode(der).as_bytes().chunks(64) {
            text += &String::from_utf8_lossy(line);
            text.push('\n');
        }
        text += &format!("-----END {label}-----\n");
    }
    fs::write(file, text).with_context(|| format!("writing {}", file.display()))
}
