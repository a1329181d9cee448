//! Reading what Rust's test harness prints, under `--show-output`.

use std::{collections::BTreeSet, fmt, ops::AddAssign};

use super::pairs::{PAIR, Pairs};

/// What a test prints, at the start of a line, when it could not do its work: `SKIPPED dex: …`.
const SKIPPED: &str = "SKIPPED ";
/// What tests begin the lines of their tables with: acceptance rows, and who noticed which broken rule.
const TABLES: [&str; 2] = ["ROW ", "SABOTAGE "];
/// The sum of the leak scans so far; the last one is that of all.
const LEAK_SCANS: &str = "LEAKSCAN ";
/// Begins the line with the counts.
const RESULT: &str = "test result: ";
/// Lines of failures that are shown; the log has all of them.
const FAILURE_LINES: usize = 80;

/// How many tests ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// The output of one or more test programs, counted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// A test that passed but printed `SKIPPED` counts as skipped.
    pub(crate) tally: Tally,
    /// The names of the tests that failed.
    pub(crate) failed: Vec<String>,
    /// The `SKIPPED` lines, the tables, and the output of failed tests.
    pub(crate) details: Vec<String>,
    /// Whether any program printed its result, and the last that began did; if not, it crashed or was ended, or is no test
    /// program at all.
    pub(crate) complete: bool,
    /// What had ended before a program went without a result; in `tally` only what printed `SKIPPED` is.
    pub(crate) unfinished: Tally,
}

/// Reads the output of one test program. A test may itself run tests and print what they printed: only the first beginning
/// and the last result are those of the program.
pub(crate) fn read_one(output: &str) -> Report {
    let begins: Vec<usize> = positions(output, is_beginning);
    let results: Vec<usize> = positions(output, |line| line.starts_with(RESULT));
    let lines = output.lines().enumerate().filter(|(at, line)| {
        let foreign = (is_beginning(line) && begins.first() != Some(at))
            || (line.starts_with(RESULT) && results.last() != Some(at));
        !foreign
    });
    read(lines.map(|(_, line)| line))
}

/// Reads the output of several test programs, one after the other.
pub(crate) fn read_several(output: &str) -> Report {
    read(output.lines())
}

fn positions(output: &str, wanted: impl Fn(&str) -> bool) -> Vec<usize> {
    output.lines().enumerate().filter(|(_, line)| wanted(line)).map(|(at, _)| at).collect()
}

fn is_beginning(line: &str) -> bool {
    line.starts_with("running ") && (line.ends_with(" tests") || line.ends_with(" test"))
}

fn read<'a>(lines: impl Iterator<Item = &'a str>) -> Report {
    let mut report = Report::default();
    let mut region = Region::Running;
    let mut section = "";
    let mut skipping: BTreeSet<&str> = BTreeSet::new();
    let mut failures = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut ended = Tally::default();
    let mut leak_scans = None;
    let mut pairs = Pairs::default();
    for line in lines {
        match line {
            "successes:" => region = Region::Successes,
            "failures:" => {
                region = Region::Failures;
                // It comes twice: before what they printed, and before their names.
                names.clear();
            }
            _ => {}
        }
        if is_beginning(line) {
            region = Region::Running;
            report.complete = false;
            ended = Tally::default();
        } else if let Some(name) = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----")) {
            section = name;
        } else if TABLES.iter().any(|table| line.starts_with(table)) {
            report.details.push(line.to_owned());
        } else if line.starts_with(PAIR) {
            pairs.add(line);
        } else if line.starts_with(LEAK_SCANS) {
            leak_scans = Some(line.to_owned());
        } else if line.starts_with(SKIPPED) {
            report.details.push(line.to_owned());
            // Printed past the capture it names the test itself, `SKIPPED <test>: …`; captured, it stands in its section.
            skipping.insert(match region {
                Region::Running => line.split_whitespace().nth(1).unwrap_or_default().trim_end_matches(':'),
                Region::Successes | Region::Failures => section,
            });
        } else if let Some(counts) = line.strip_prefix(RESULT) {
            let count = |what| number_before(counts, what);
            report.tally.passed += count(" passed").saturating_sub(skipping.len());
            report.tally.failed += count(" failed");
            report.tally.skipped += count(" ignored") + skipping.len();
            report.complete = true;
            report.failed.append(&mut names);
            skipping.clear();
            ended = Tally::default();
            continue;
        } else if region == Region::Running
            && let Some((name, result)) = line.strip_prefix("test ").and_then(|rest| rest.split_once(" ... "))
        {
            match result {
                "ok" => ended.passed += 1,
                "FAILED" => {
                    ended.failed += 1;
                    names.push(name.to_owned());
                }
                _ => {}
            }
        }
        if region == Region::Failures {
            failures.push(line.to_owned());
            names.extend(line.strip_prefix("    ").map(str::to_owned));
        }
    }
    report.tally.skipped += skipping.len();
    report.unfinished = Tally { passed: ended.passed.saturating_sub(skipping.len()), ..ended };
    report.failed.append(&mut names);
    if failures.len() > FAILURE_LINES {
        let more = failures.len() - FAILURE_LINES;
        failures.truncate(FAILURE_LINES);
        failures.push(format!("… and {more} more lines, see the log"));
    }
    report.details.extend(pairs.lines());
    report.details.extend(leak_scans);
    report.details.append(&mut failures);
    report
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Region {
    Running,
    Successes,
    Failures,
}

/// The number in `ok. 12 passed; 1 failed` that stands before the word.
fn number_before(counts: &str, word: &str) -> usize {
    let before = counts.split_once(word).map_or("", |(before, _)| before);
    before.rsplit(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "
running 4 tests
test bao::login ... ok
test dex::token ... ok
test pg::credential ... FAILED
test later ... ignored

successes:

---- dex::token stdout ----
SKIPPED dex: dex is missing

successes:
    bao::login
    dex::token

failures:

---- pg::credential stdout ----
thread 'pg::credential' panicked at tests/acceptance/pg.rs:3:5:
refused

failures:
    pg::credential

test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.01s
";

    #[test]
    fn a_table_is_repeated() {
        let output = OUTPUT.replace("SKIPPED dex", "ROW  1 apply            passed    passed\nSKIPPED dex");
        assert_eq!(read_one(&output).details.first().unwrap(), "ROW  1 apply            passed    passed");
    }

    #[test]
    fn the_pairs_of_all_tests_become_one_table() {
        let pairs = "\nPAIR policy::opentofu opentofu openbao passed 12s\nPAIR mount::terraform terraform vault passed 9s\ntest dex";
        let details = read_one(&OUTPUT.replace("test dex", pairs)).details;
        let table: Vec<&String> = details.iter().filter(|line| line.starts_with("PAIR")).collect();
        assert_eq!(table.len(), 4, "a head, two tests and the sums: {table:?}");
        assert!(table.iter().any(|line| line.starts_with("PAIR policy") && line.contains("passed 12 s")));
    }

    #[test]
    fn of_the_leak_scans_the_last_sum_is_repeated() {
        let sums = "LEAKSCAN scenarios: 1\nLEAKSCAN scenarios: 2\ntest dex";
        let output = OUTPUT.replace("test dex", sums);
        let details = read_one(&output).details;
        let sums: Vec<&String> = details.iter().filter(|line| line.starts_with("LEAKSCAN")).collect();
        assert_eq!(sums, ["LEAKSCAN scenarios: 2"]);
    }

    #[test]
    fn a_test_that_printed_skipped_has_not_passed() {
        let report = read_one(OUTPUT);
        assert_eq!(report.tally, Tally { passed: 1, failed: 1, skipped: 2 });
        assert!(report.complete);
        assert!(report.details.contains(&"SKIPPED dex: dex is missing".to_owned()));
        assert!(report.details.contains(&"refused".to_owned()));
        assert_eq!(report.failed, ["pg::credential"]);
    }

    #[test]
    fn a_line_past_the_capture_counts_for_the_test_that_it_names() {
        let output = "running 2 tests\ntest a ... ok\n\nSKIPPED dex::token: dex is missing\n\
                      SKIPPED dex::token: etcd is missing\ntest dex::token ... ok\n\n\
                      test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.0s\n";
        let report = read_one(output);
        assert_eq!(report.tally, Tally { passed: 1, failed: 0, skipped: 1 });
        assert_eq!(report.details.len(), 2);
    }

    #[test]
    fn tests_that_a_test_has_run_are_not_counted() {
        let inner = OUTPUT.replace("SKIPPED", "skipped");
        let output = format!(
            "running 1 test\ntest outer ... FAILED\n\nfailures:\n\n---- outer stdout ----\n{inner}{inner}\n\
             failures:\n    outer\n\ntest result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n"
        );
        assert_eq!(read_one(&output).tally, Tally { passed: 0, failed: 1, skipped: 0 });
        assert_eq!(read_one(&output).failed, ["outer"]);
    }

    #[test]
    fn several_programs_add_up() {
        let report = read_several(&format!("{OUTPUT}{OUTPUT}"));
        assert_eq!(report.tally, Tally { passed: 2, failed: 2, skipped: 4 });
    }

    #[test]
    fn a_program_without_a_result_line_is_not_complete() {
        let cut = OUTPUT.split("failures:").next().unwrap();
        let report = read_one(cut);
        assert!(!report.complete);
        assert_eq!(report.tally.skipped, 1);
        assert!(!read_one("").complete);
        assert!(!read_several("   Doc-tests pki\n").complete);
    }
}
