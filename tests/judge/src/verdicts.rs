//! The table of verdicts, written beforehand: which judge rejects which fault.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};

/// What each judge is expected to say of each fault.
pub(crate) struct Table {
    /// The versions with which the table was written, by the judge's name.
    versions: BTreeMap<String, String>,
    rows: BTreeMap<String, BTreeMap<String, bool>>,
}

const REJECTED: &str = "x";
const ACCEPTED: &str = ".";

impl Table {
    /// The one of this crate.
    ///
    /// # Errors
    /// If it can't be read.
    pub(crate) fn committed() -> Result<Self> {
        Self::parse(include_str!("../verdicts.txt")).context("reading verdicts.txt")
    }

    /// Lines of words: the heading, the versions, then a fault each. What follows the verdicts is for people.
    fn parse(text: &str) -> Result<Self> {
        let mut lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
        let mut heading = lines.next().context("no heading")?.split_whitespace();
        ensure!(heading.next() == Some("fault"), "the heading begins with `fault`");
        let judges: Vec<&str> = heading.collect();
        let versions = lines.next().context("no versions")?.split_whitespace().skip(1);
        let versions = judges.iter().map(|judge| (*judge).to_owned()).zip(versions.map(str::to_owned)).collect();
        let mut rows = BTreeMap::new();
        for line in lines {
            let mut words = line.split_whitespace();
            let fault = words.next().unwrap_or_default();
            let mut row = BTreeMap::new();
            for judge in &judges {
                let rejected = match words.next() {
                    Some(REJECTED) => true,
                    Some(ACCEPTED) => false,
                    other => bail!("{fault}, {judge}: {other:?} is neither {REJECTED} nor {ACCEPTED}"),
                };
                row.insert((*judge).to_owned(), rejected);
            }
            ensure!(row.values().any(|rejected| *rejected), "{fault} is rejected by nobody");
            ensure!(rows.insert(fault.to_owned(), row).is_none(), "{fault} is there twice");
        }
        Ok(Self { versions, rows })
    }

    /// Whether this judge rejects this fault. A chain that is good is rejected by nobody.
    ///
    /// # Errors
    /// If the table does not say.
    pub(crate) fn rejects(&self, judge: &str, fault: &str) -> Result<bool> {
        if fault.starts_with("good-") {
            return Ok(false);
        }
        let row = self.rows.get(fault).with_context(|| format!("verdicts.txt has no line {fault}"))?;
        row.get(judge).copied().with_context(|| format!("verdicts.txt has no column {judge}"))
    }

    /// The version with which the column was written.
    pub(crate) fn version(&self, judge: &str) -> &str {
        self.versions.get(judge).map_or("", String::as_str)
    }

    /// The faults.
    pub(crate) fn faults(&self) -> impl Iterator<Item = &str> {
        self.rows.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read() {
        let table = Table::parse("# why\nfault a b\nversion 1 2\n\nexpired x . over\n").unwrap();
        assert!(table.rejects("a", "expired").unwrap() && !table.rejects("b", "expired").unwrap());
        assert!(!table.rejects("a", "good-pair").unwrap());
        assert!(table.rejects("a", "other").is_err() && table.rejects("c", "expired").is_err());
        assert_eq!(table.version("b"), "2");
    }

    #[test]
    fn a_fault_that_nobody_sees_is_none() {
        assert!(Table::parse("fault a\nversion 1\nexpired .\n").is_err());
        assert!(Table::parse("fault a\nversion 1\nexpired\n").is_err());
        assert!(Table::parse("fault a\nversion 1\nexpired x\nexpired x\n").is_err());
    }

    #[test]
    fn every_judge_has_a_column_and_every_fault_a_line() {
        let table = Table::committed().unwrap();
        for judge in crate::judges::ALL {
            assert!(!table.version(judge.name()).is_empty(), "{}", judge.name());
            for fault in table.faults() {
                table.rejects(judge.name(), fault).unwrap();
            }
        }
        let mut written: Vec<&str> = table.faults().collect();
        let mut made = crate::broken::ids();
        written.sort_unstable();
        made.sort_unstable();
        assert_eq!(written, made);
    }
}
