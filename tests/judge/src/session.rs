//! A run: everything is issued, put before every judge, and compared with what was expected.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail};
use jiff::Timestamp;
use tempfile::TempDir;

use crate::broken;
use crate::case::{Case, Kind, Question};
use crate::judges::{self, Judge, Testimony, Verdict};
use crate::keys::Keys;
use crate::product;
use crate::verdicts::Table;

/// How many judges at once: the machine of a CI has two cores.
const THREADS: usize = 2;
const CONTROL: &str = "control";
const BROKEN: &str = "broken";

/// What came out.
#[derive(Debug)]
pub struct Report {
    /// A row for each judge that was asked, in the order of the table.
    pub rows: Vec<Row>,
    /// What was issued, in words.
    pub issued: String,
    /// How long issuing took.
    pub issuing: Duration,
}

/// What one judge said.
#[derive(Debug)]
pub struct Row {
    /// Its name.
    pub judge: &'static str,
    /// Why it did not judge.
    pub skipped: Option<String>,
    /// Its version, by its own words.
    pub version: String,
    /// How many different certificates of ours were judged.
    pub certificates: usize,
    /// How many revocation lists.
    pub crls: usize,
    /// How many requests.
    pub csrs: usize,
    /// How many questions were not put before it, because it does not know what they are about.
    pub abstained: usize,
    /// How many of ours it rejected.
    pub errors: usize,
    /// How many broken chains it rejected.
    pub rejected: usize,
    /// How many it was expected to reject.
    pub expected: usize,
    /// Every difference between what it said and what was expected, a line each.
    pub differences: Vec<String>,
    /// What it said of each broken chain, a line each.
    pub reasons: Vec<String>,
    /// How long it took.
    pub time: Duration,
}

impl Report {
    /// Whether every judge that could be asked said what was expected, and there was one.
    pub fn is_as_expected(&self) -> bool {
        self.rows.iter().all(|row| row.differences.is_empty()) && self.rows.iter().any(|row| row.skipped.is_none())
    }
}

/// Asks the judges with these names, or all of them if there are none.
///
/// # Errors
/// If something can't be issued, a judge does not exist, or one can't do its work.
pub fn run(names: &[String], now: Timestamp) -> Result<Report> {
    let start = Instant::now();
    if let Some(unknown) = names.iter().find(|name| !judges::ALL.iter().any(|judge| judge.name() == *name)) {
        let known: Vec<_> = judges::ALL.iter().map(|judge| judge.name()).collect();
        bail!("there is no judge {unknown:?}; there are {}", known.join(", "));
    }
    let table = Table::committed()?;
    let keys = Keys::generate()?;
    let product = product::product(&keys, now)?;
    let broken = broken::cases(&keys, now).context("making broken chains")?;
    let issued = format!(
        "{} certificates, {} revocation lists and {} requests; {} broken chains",
        product.certificates,
        product.crls,
        product.csrs,
        table.faults().count()
    );
    let issuing = start.elapsed();

    let wanted: Vec<_> = judges::ALL
        .into_iter()
        .filter(|judge| names.is_empty() || names.iter().any(|name| name == judge.name()))
        .collect();
    let folder = TempDir::new().context("making a folder for the judges")?;
    let (next, rows) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || -> Result<()> {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(judge) = wanted.get(index) else { return Ok(()) };
            let own = folder.path().join(judge.name());
            fs::create_dir(&own).with_context(|| format!("making {}", own.display()))?;
            let court = Court { judge: *judge, table: &table, now };
            let row =
                court.sit(&product.cases, &broken, &own).with_context(|| format!("the judge {}", judge.name()))?;
            rows.lock().map_err(|_| anyhow!("another thread failed"))?.push((index, row));
        }
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| anyhow!("a thread failed"))?)
    })?;
    let mut rows = rows.into_inner().map_err(|_| anyhow!("a thread failed"))?;
    rows.sort_by_key(|(index, _)| *index);
    Ok(Report { rows: rows.into_iter().map(|(_, row)| row).collect(), issued, issuing })
}

/// One judge with what it needs.
struct Court<'a> {
    judge: &'a dyn Judge,
    table: &'a Table,
    now: Timestamp,
}

impl Court<'_> {
    fn sit(&self, good: &[Case], broken: &[Case], folder: &Path) -> Result<Row> {
        let start = Instant::now();
        let good: Vec<&Case> = good.iter().filter(|case| self.judge.kinds().contains(&case.kind())).collect();
        let asked: Vec<&Case> = good.iter().copied().filter(|case| self.knows(case)).collect();
        let controls = self.controls(&asked)?;
        let prefixed = broken.iter().map(|case| Case { id: format!("{BROKEN}/{}", case.id), ..case.clone() });
        let cases: Vec<Case> = asked.iter().map(|case| (*case).clone()).chain(controls).chain(prefixed).collect();
        let mut row = Row::empty(self.judge.name());
        match self.judge.judge(&cases, self.now.as_second(), folder)? {
            Ok(testimony) => self.compare(&mut row, &cases, testimony)?,
            Err(reason) => row.skipped = Some(reason),
        }
        row.abstained = good.len() - asked.len();
        row.time = start.elapsed();
        Ok(row)
    }

    fn knows(&self, case: &Case) -> bool {
        !case.features.iter().any(|feature| self.judge.lacks().contains(feature))
    }

    /// Of each kind one of ours whose signature was changed: a judge that accepts it accepts everything.
    fn controls(&self, asked: &[&Case]) -> Result<Vec<Case>> {
        let spoilt = |kind: &Kind| {
            let case = asked.iter().find(|case| case.kind() == *kind).context("there is nothing to judge")?;
            let mut case = Case { id: format!("{CONTROL}/{}", case.id), ..(*case).clone() };
            let der = match &mut case.question {
                Question::Crl { der, .. } | Question::Csr { der } => Some(der),
                Question::Chain { .. } => case.chain.first_mut(),
            };
            *der.and_then(|der| der.last_mut()).context("nothing to spoil")? ^= 1;
            Ok(case)
        };
        self.judge.kinds().iter().filter(|kind| self.controls_kind(**kind)).map(spoilt).collect()
    }

    /// pkilint does not look at the signature of a list, which stands alone there.
    fn controls_kind(&self, kind: Kind) -> bool {
        kind != Kind::Crl || self.judge.name() != "pkilint"
    }

    fn compare(&self, row: &mut Row, cases: &[Case], testimony: Testimony) -> Result<()> {
        let Testimony { version, verdicts } = testimony;
        let mut certificates = BTreeSet::new();
        for case in cases {
            let verdict = verdicts.get(&case.id).with_context(|| format!("there is no verdict on {}", case.id))?;
            let is_rejected = matches!(verdict, Verdict::Rejected(_));
            let expected = match case.id.split_once('/') {
                Some((CONTROL, _)) => true,
                Some((BROKEN, fault)) => {
                    let expected = self.table.rejects(row.judge, fault)?;
                    row.rejected += usize::from(is_rejected);
                    row.expected += usize::from(expected);
                    row.reasons.push(match verdict {
                        Verdict::Accepted => format!("accepts {fault}"),
                        Verdict::Rejected(reason) => format!("rejects {fault}: {reason}"),
                    });
                    expected
                }
                _ => {
                    row.errors += usize::from(is_rejected);
                    match case.kind() {
                        Kind::Chain => certificates.extend(case.chain.iter().cloned()),
                        Kind::Crl => row.crls += 1,
                        Kind::Csr => row.csrs += 1,
                    }
                    false
                }
            };
            match verdict {
                Verdict::Rejected(reason) if !expected => {
                    row.differences.push(format!("rejects {}: {reason}", case.id))
                }
                Verdict::Accepted if expected => row.differences.push(format!("accepts {}", case.id)),
                Verdict::Rejected(_) | Verdict::Accepted => {}
            }
        }
        let written_for = self.table.version(row.judge);
        if !row.differences.is_empty() && version != written_for {
            let hint = format!("verdicts.txt was written with {written_for}, and this is {version}");
            row.differences.push(hint);
        }
        row.certificates = certificates.len();
        row.version = version;
        Ok(())
    }
}

impl Row {
    fn empty(judge: &'static str) -> Self {
        Self {
            judge,
            skipped: None,
            version: String::new(),
            certificates: 0,
            crls: 0,
            csrs: 0,
            abstained: 0,
            errors: 0,
            rejected: 0,
            expected: 0,
            differences: Vec::new(),
            reasons: Vec::new(),
            time: Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{Feature, Purpose};

    /// Says the same of everything, or is not there.
    struct Stubborn(Option<Verdict>);

    impl Judge for Stubborn {
        fn name(&self) -> &'static str {
            "go"
        }

        fn kinds(&self) -> &'static [Kind] {
            &[Kind::Chain, Kind::Csr]
        }

        fn lacks(&self) -> &'static [Feature] {
            &[Feature::Ed25519]
        }

        fn judge(&self, cases: &[Case], _: i64, _: &Path) -> Result<Result<Testimony, String>> {
            let Some(verdict) = &self.0 else { return Ok(Err("it is on holiday".to_owned())) };
            let verdicts = cases.iter().map(|case| (case.id.clone(), verdict.clone())).collect();
            Ok(Ok(Testimony { version: "1".to_owned(), verdicts }))
        }
    }

    fn case(id: &str, features: &[Feature]) -> Case {
        let question = Question::Chain {
            purpose: Purpose::Client,
            name: String::new(),
            key: Vec::new(),
            allowed_names: Vec::new(),
        };
        Case { id: id.to_owned(), question, chain: vec![vec![1], vec![2]], features: features.to_vec() }
    }

    fn row(verdict: Option<Verdict>) -> Row {
        let table = Table::committed().unwrap();
        let now = "2026-11-24T12:00:00Z".parse().unwrap();
        let court = Court { judge: &Stubborn(verdict), table: &table, now };
        let csr = Case { question: Question::Csr { der: vec![3] }, chain: Vec::new(), ..case("csr", &[]) };
        let good = [case("server", &[]), case("client", &[Feature::Ed25519]), csr];
        let broken = [case("good-pair", &[]), case("expired", &[]), case("no-subject-key-id", &[])];
        court.sit(&good, &broken, Path::new("")).unwrap()
    }

    #[test]
    fn who_accepts_everything_is_found_out() {
        let row = row(Some(Verdict::Accepted));
        let hint = "verdicts.txt was written with 1.26.8, and this is 1";
        assert_eq!(row.differences, ["accepts control/server", "accepts control/csr", "accepts broken/expired", hint]);
        assert_eq!((row.certificates, row.csrs, row.abstained, row.errors), (2, 1, 1, 0));
        assert_eq!((row.rejected, row.expected), (0, 1));
    }

    #[test]
    fn who_rejects_everything_is_found_out() {
        let row = row(Some(Verdict::Rejected("no".to_owned())));
        let rejected = ["server", "csr", "broken/good-pair", "broken/no-subject-key-id"];
        let expected = rejected.map(|id| format!("rejects {id}: no"));
        assert_eq!(row.differences[..4], expected);
        assert_eq!((row.errors, row.rejected, row.expected), (2, 3, 1));
    }

    #[test]
    fn without_any_judge_nothing_is_as_expected() {
        let report = |rows| Report { rows, issued: String::new(), issuing: Duration::ZERO };
        assert_eq!(row(None).skipped.as_deref(), Some("it is on holiday"));
        assert!(!report(vec![row(None)]).is_as_expected());
        assert!(report(vec![row(None), Row::empty("webpki")]).is_as_expected());
        assert!(!report(vec![Row::empty("webpki"), row(Some(Verdict::Accepted))]).is_as_expected());
    }
}
