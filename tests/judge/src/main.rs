//! `judge [NAME…]`: asks these judges, or all, prints what they said, and fails on any difference from what was
//! expected. With `--reasons` it also prints what each said of each broken chain.
//!
//! People call it by `cargo xtask judge`.

use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::Result;
use jiff::Timestamp;
use judge::Report;

const REASONS: &str = "--reasons";

fn main() -> ExitCode {
    let (options, names): (Vec<String>, _) = std::env::args().skip(1).partition(|argument| argument == REASONS);
    #[expect(clippy::disallowed_methods, reason = "Python's handshake looks at the machine's time, so all judges do")]
    let now = Timestamp::now();
    let outcome =
        judge::run(&names, now).and_then(|report| show(&report, !options.is_empty()).map(|()| report.is_as_expected()));
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // Nobody is left to be told if this fails.
            let _ = writeln!(io::stdout(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn show(report: &Report, with_reasons: bool) -> Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "issued {} in {:.1} s", report.issued, report.issuing.as_secs_f32())?;
    writeln!(output, "{}", line("judge", "version", ["certs", "CRLs", "CSRs", "n/a", "errors"], "broken", "time"))?;
    for row in report.rows.iter().filter(|row| row.skipped.is_none()) {
        let counts = [row.certificates, row.crls, row.csrs, row.abstained, row.errors].map(|count| count.to_string());
        let broken = format!("{}/{}", row.rejected, row.expected);
        let time = format!("{:.1} s", row.time.as_secs_f32());
        writeln!(output, "{}", line(row.judge, &row.version, counts.each_ref().map(String::as_str), &broken, &time))?;
    }
    for row in &report.rows {
        if let Some(reason) = &row.skipped {
            writeln!(output, "SKIPPED {}: {reason}", row.judge)?;
        }
    }
    for row in &report.rows {
        for reason in row.reasons.iter().filter(|_| with_reasons) {
            writeln!(output, "{}: {reason}", row.judge)?;
        }
        for difference in &row.differences {
            writeln!(output, "DIFFERENT {}: {difference}", row.judge)?;
        }
    }
    let skipped = report.rows.iter().filter(|row| row.skipped.is_some()).count();
    match (report.is_as_expected(), skipped) {
        (false, _) => {}
        (true, 0) => writeln!(output, "every judge said what was expected")?,
        (true, _) => writeln!(output, "{skipped} judges are not here; the others said what was expected")?,
    }
    Ok(())
}

fn line(judge: &str, version: &str, counts: [&str; 5], broken: &str, time: &str) -> String {
    let [certificates, crls, csrs, abstained, errors] = counts;
    let counts = format!("{certificates:>5}  {crls:>4}  {csrs:>4}  {abstained:>4}  {errors:>6}");
    format!("{judge:10}  {version:13}  {counts}  {broken:>7}  {time:>7}")
}
