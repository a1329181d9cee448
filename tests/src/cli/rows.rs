//! The table of what a provider must stand under the real CLIs: one row after the other, each a small scenario.
//!
//! One test per CLI runs all rows, so that a failed row does not hide the others and the table is always printed, and
//! whole. Every row must be accounted for: run, not measured, or not applicable, each with a reason. A row that was
//! forgotten fails the test.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, bail};

use crate::cli::Cli;

/// Makes the enum, the list of all, and what is printed of each.
macro_rules! rows {
    ($($row:ident $number:literal $what:literal;)+) => {
        /// A row of the table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Row {
            $(#[doc = concat!("Row ", $number, ": ", $what, ".")] $row,)+
        }

        impl Row {
            /// All of them, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$row),+];

            /// Its number in the table.
            pub fn number(self) -> &'static str {
                match self { $(Self::$row => $number,)+ }
            }

            /// What it is about.
            pub fn what(self) -> &'static str {
                match self { $(Self::$row => $what,)+ }
            }
        }
    };
}

rows! {
    Apply "1" "apply, and the state is as expected";
    EmptyPlan "2" "no changes after it, without refresh";
    EmptyPlanWithRefresh "3" "no changes after it, with refresh";
    PlanChecks "4" "the plan is as expected: actions, known, unknown and sensitive values";
    UpdateAndReplace "5" "update in place, and replace";
    PlanOnly "6" "plan without apply";
    Refresh "7" "refresh, and no changes after it";
    Import "8" "import by command, compared attribute by attribute";
    ImportBlock "9" "import block with an id: no changes";
    ImportByIdentity "9i" "import block with an identity: no changes";
    GeneratedConfiguration "10" "generated configuration: no changes";
    ExpectedError "11" "errors: summary, detail and attribute";
    Disappears "12" "deleted behind our back: created again";
    Drift "13" "changed behind our back: changed back";
    Replace "14" "taint and -replace";
    Destroy "15" "destroy, and it is gone";
    StateUpgrade "16" "state of an older version";
    Moved "17" "moved from another type or provider: no changes";
    Ephemeral "18" "ephemeral values arrive";
    WriteOnly "19" "write-only values are nowhere; a new version updates";
    UnknownProviderConfiguration "20" "provider configuration that is not known yet";
    Functions "21" "functions";
    OlderClients "22" "clients without write-only and ephemeral values";
    NewerFeatures "23" "list resources, actions, state stores";
    Interrupt "24" "interrupted apply: nothing is lost";
    PartialFailure "25" "create that fails half-way: tracked, and replaced";
}

/// How a row ended. The later ones outweigh the earlier ones when a row has several parts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    NotApplicable(String),
    NotMeasured(String),
    Passed,
    Failed(String),
}

impl Verdict {
    fn word(&self) -> &'static str {
        match self {
            Self::NotApplicable(_) => "not applicable",
            Self::NotMeasured(_) => "not measured",
            Self::Passed => "passed",
            Self::Failed(_) => "FAILED",
        }
    }

    fn reason(&self) -> Option<&str> {
        match self {
            Self::NotApplicable(reason) | Self::NotMeasured(reason) | Self::Failed(reason) => Some(reason),
            Self::Passed => None,
        }
    }
}

type Column = BTreeMap<Row, Verdict>;

/// Subject, then CLI. The tests of the two CLIs run beside each other; whoever is later prints what both have.
static COLUMNS: Mutex<BTreeMap<String, BTreeMap<String, Column>>> = Mutex::new(BTreeMap::new());

/// The rows of one provider under one CLI.
///
/// ```no_run
/// # use acceptance::cli::{Cli, Row, Rows};
/// # fn main() -> anyhow::Result<()> {
/// let mut rows = Rows::of("example provider", Cli::Terraform);
/// rows.run_all(&[Row::Apply, Row::EmptyPlan, Row::EmptyPlanWithRefresh], || Ok(()));
/// rows.not_measured(Row::ImportByIdentity, "Terraform 1.11 has no identities");
/// rows.finish()
/// # }
/// ```
#[derive(Debug)]
#[must_use = "the table is printed, and failures count, when it is finished"]
pub struct Rows {
    subject: String,
    cli: Cli,
    column: Column,
}

impl Rows {
    /// No row yet. The subject is the heading of the table.
    pub fn of(subject: &str, cli: Cli) -> Self {
        Self { subject: subject.to_owned(), cli, column: Column::new() }
    }

    /// Runs a row, or another part of it. If it fails or panics, that is noted and the next row can run.
    pub fn run(&mut self, row: Row, test: impl FnOnce() -> Result<()>) {
        self.run_all(&[row], test);
    }

    /// Runs what stands for several rows at once, as every apply does for the first three.
    pub fn run_all(&mut self, rows: &[Row], test: impl FnOnce() -> Result<()>) {
        // Only what the closure borrowed can be half-changed, which is a project of its own.
        let verdict = match catch_unwind(AssertUnwindSafe(test)) {
            Ok(Ok(())) => Verdict::Passed,
            Ok(Err(error)) => Verdict::Failed(format!("{error:#}")),
            Err(panic) => Verdict::Failed(format!("panicked: {}", text(panic.as_ref()))),
        };
        rows.iter().for_each(|row| self.note(*row, verdict.clone()));
    }

    /// Says why a row can't be measured here although the provider has what it is about.
    pub fn not_measured(&mut self, row: Row, reason: &str) {
        self.note(row, Verdict::NotMeasured(reason.to_owned()));
    }

    /// Says why a row has no meaning for this provider or this CLI.
    pub fn not_applicable(&mut self, row: Row, reason: &str) {
        self.note(row, Verdict::NotApplicable(reason.to_owned()));
    }

    /// Prints the table, with the other CLI's column if that has finished.
    ///
    /// # Errors
    /// If a row failed or was forgotten.
    pub fn finish(self) -> Result<()> {
        let (table, outcome) = self.conclude();
        // Past the capture of libtest, which shows the output of failed tests only. A closed stdout is no reason to fail.
        let _ = std::io::stdout().write_all(format!("\n{table}").as_bytes());
        outcome
    }

    fn conclude(mut self) -> (String, Result<()>) {
        for row in Row::ALL.iter().filter(|row| !self.column.contains_key(row)).copied().collect::<Vec<_>>() {
            self.note(row, Verdict::Failed("nobody ran it, and nobody said why not".to_owned()));
        }
        let failed = self.column.iter().filter_map(|(row, verdict)| match verdict {
            Verdict::Failed(reason) => Some(format!("row {}, {}: {reason}", row.number(), row.what())),
            _ => None,
        });
        let failed: Vec<String> = failed.collect();
        let (subject, cli) = (self.subject, self.cli);
        let table = {
            let mut columns = COLUMNS.lock().unwrap_or_else(PoisonError::into_inner);
            let columns = columns.entry(subject.clone()).or_default();
            columns.insert(cli.tool().name().to_owned(), self.column);
            table(&subject, columns)
        };
        if failed.is_empty() {
            return (table, Ok(()));
        }
        let outcome = || -> Result<()> { bail!("{subject} with {cli}:\n{}", failed.join("\n")) };
        (table, outcome())
    }

    fn note(&mut self, row: Row, verdict: Verdict) {
        let noted = self.column.entry(row).or_insert_with(|| verdict.clone());
        if verdict > *noted {
            *noted = verdict;
        }
    }
}

/// Lines that begin with `ROW `, so that they are found in a log; below them the reasons.
fn table(subject: &str, columns: &BTreeMap<String, Column>) -> String {
    let width = Row::ALL.iter().map(|row| row.what().len()).max().unwrap_or_default();
    let mut text = String::new();
    let mut reasons = String::new();
    // A string takes everything.
    let _ = write!(text, "ROW    {subject:width$}");
    columns.keys().for_each(|cli| text.push_str(&format!("  {cli:14}")));
    for row in Row::ALL {
        let _ = write!(text, "\nROW {:>2} {:width$}", row.number(), row.what());
        for (cli, column) in columns {
            let verdict = column.get(row);
            let _ = write!(text, "  {:14}", verdict.map_or("-", Verdict::word));
            if let Some(reason) = verdict.and_then(Verdict::reason) {
                let reason = reason.lines().next().unwrap_or_default();
                let _ = writeln!(reasons, "ROW {:>2} {cli}: {reason}", row.number());
            }
        }
    }
    format!("{text}\n{reasons}")
}

/// What a panic said.
fn text(panic: &(dyn Any + Send)) -> &str {
    let borrowed = panic.downcast_ref::<&str>().copied();
    borrowed.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("with something that is no text")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_but(rows: &mut Rows, except: Row) {
        Row::ALL.iter().filter(|row| **row != except).for_each(|row| rows.run(*row, || Ok(())));
    }

    #[test]
    fn numbers_are_those_of_the_table() {
        let numbers: Vec<&str> = Row::ALL.iter().map(|row| row.number()).filter(|number| *number != "9i").collect();
        assert_eq!(numbers, (1..=25).map(|number| number.to_string()).collect::<Vec<_>>());
    }

    #[test]
    fn failures_panics_and_gaps_fail_the_whole_and_are_printed() {
        let mut rows = Rows::of("failing", Cli::OpenTofu);
        rows.run(Row::Apply, || bail!("seeded failure"));
        // Past the panic hook, whose message would look like a failure in the output.
        rows.run(Row::Drift, || std::panic::resume_unwind(Box::new("seeded panic")));
        let (table, outcome) = rows.conclude();
        let error = outcome.unwrap_err().to_string();
        for text in ["row 1, apply", "seeded failure", "panicked: seeded panic", "row 25", "nobody ran it"] {
            assert!(error.contains(text), "{text}: {error}");
        }
        assert!(table.contains("FAILED") && !table.contains(" passed"), "{table}");
        assert!(table.contains("\nROW  1 opentofu: seeded failure\n"), "{table}");
    }

    #[test]
    fn the_worst_part_of_a_row_counts() {
        let mut rows = Rows::of("parts", Cli::OpenTofu);
        all_but(&mut rows, Row::Import);
        rows.run_all(&[Row::Import, Row::ImportBlock], || bail!("seeded"));
        rows.run(Row::Import, || Ok(()));
        let error = rows.conclude().1.unwrap_err().to_string();
        assert!(error.contains("row 8,") && error.contains("row 9,"), "{error}");
    }

    #[test]
    fn both_clis_share_a_table() {
        for cli in Cli::both() {
            let mut rows = Rows::of("two", cli);
            all_but(&mut rows, Row::ImportByIdentity);
            match cli {
                Cli::OpenTofu => rows.run(Row::ImportByIdentity, || Ok(())),
                Cli::Terraform => rows.not_measured(Row::ImportByIdentity, "has none"),
            }
            let (table, outcome) = rows.conclude();
            outcome.unwrap();
            if cli == Cli::Terraform {
                let line = table.lines().find(|line| line.starts_with("ROW 9i import")).unwrap();
                let words: Vec<&str> = line.split_whitespace().rev().take(3).collect();
                assert_eq!(words, ["measured", "not", "passed"], "{table}");
                assert!(table.contains("ROW 9i terraform: has none"), "{table}");
            }
        }
    }
}
