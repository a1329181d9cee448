//! A judge that is a process of its own: all cases go in, a line each, and the verdicts come out, a line each.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::{Testimony, Verdict};
use crate::case::Case;

/// Runs the program. Its first line tells `version`, each other one `id`, `verdict` (`accepted` or `rejected`) and
/// `reason`.
pub(super) fn run(command: &mut Command, cases: &[Case], now: i64) -> Result<Testimony> {
    let name = command.get_program().display().to_string();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("starting {name}"))?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let mut input = stdin.context("no stdin")?;
    let lines: String = cases.iter().map(|case| case.line(now) + "\n").collect();
    // On threads of their own: a judge that answers while it is asked would otherwise wait for us, and we for it.
    let (written, answers, complaints) = thread::scope(|scope| {
        let writer = scope.spawn(move || input.write_all(lines.as_bytes()));
        let complaints = scope.spawn(|| stderr.map(std::io::read_to_string).transpose());
        let answers = stdout.map(|stdout| BufReader::new(stdout).lines().collect::<Result<Vec<_>, _>>());
        (writer.join(), answers, complaints.join())
    });
    let status = child.wait().with_context(|| format!("waiting for {name}"))?;
    let complaints = complaints.ok().and_then(Result::ok).flatten().unwrap_or_default();
    ensure!(status.success(), "{name} ended with {status}: {}", complaints.trim());
    if let Ok(Err(error)) = written {
        bail!("{name} did not read all cases ({error}): {}", complaints.trim());
    }
    read(&answers.context("no stdout")?.context("reading the verdicts")?)
}

fn read(lines: &[String]) -> Result<Testimony> {
    let mut testimony = Testimony::default();
    for line in lines {
        let answer: Value = serde_json::from_str(line).with_context(|| format!("no JSON: {line}"))?;
        let text = |name| answer.get(name).and_then(Value::as_str);
        if let Some(version) = text("version") {
            version.clone_into(&mut testimony.version);
            continue;
        }
        let id = text("id").with_context(|| format!("an answer without a case: {line}"))?;
        let verdict = match text("verdict") {
            Some("accepted") => Verdict::Accepted,
            Some("rejected") => Verdict::Rejected(text("reason").unwrap_or("no reason given").to_owned()),
            _ => bail!("no verdict: {line}"),
        };
        testimony.verdicts.insert(id.to_owned(), verdict);
    }
    Ok(testimony)
}
