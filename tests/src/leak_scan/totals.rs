//! What a scan has looked at, in one line, and the sum of all scans of this process.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::ops::AddAssign;
use std::sync::{Mutex, PoisonError};

use ::leak_scan::Surface;

use super::Inner;

/// The scans so far.
static SUM: Mutex<Totals> = Mutex::new(Totals::NONE);

/// Figures of one scan, or of several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    scenario: String,
    scenarios: usize,
    canaries: usize,
    learnt: usize,
    surfaces: BTreeSet<Surface>,
    places: usize,
    bytes: u64,
    controls: usize,
    allowed: usize,
    leaks: usize,
}

impl Totals {
    const NONE: Self = Self {
        scenario: String::new(),
        scenarios: 0,
        canaries: 0,
        learnt: 0,
        surfaces: BTreeSet::new(),
        places: 0,
        bytes: 0,
        controls: 0,
        allowed: 0,
        leaks: 0,
    };

    /// Those of a scan that has come to its end; `in_copies` controls were found in copies.
    pub(super) fn of(inner: &Inner, in_copies: usize, scenario: &str) -> Self {
        Self {
            scenario: scenario.to_owned(),
            scenarios: 1,
            canaries: inner.canaries,
            learnt: inner.secrets.len() - inner.canaries,
            surfaces: inner.places.surfaces(),
            places: inner.places.count(),
            bytes: inner.places.bytes(),
            controls: in_copies + inner.places.shown(),
            allowed: inner.allowances.used(),
            leaks: if inner.are_seeded { 0 } else { inner.leaks.len() },
        }
    }

    /// Prints this scan for the log of the test, and the sum so far. The last such line of a run is its sum.
    pub(super) fn print(&self) {
        let sum = {
            let mut sum = SUM.lock().unwrap_or_else(PoisonError::into_inner);
            *sum += self;
            sum.in_words()
        };
        let Self { scenario, surfaces, .. } = self;
        let kinds: Vec<String> = surfaces.iter().map(ToString::to_string).collect();
        captured(&format!("leak scan of {scenario}: {}; {}", self.in_words(), kinds.join(", ")));
        // Past the capture of libtest, which shows the output of failed tests only. A closed stdout is no reason to
        // fail.
        let _ = std::io::stdout().write_all(format!("\nLEAKSCAN {sum}\n").as_bytes());
    }

    fn in_words(&self) -> String {
        let Self { scenarios, canaries, learnt, surfaces, places, bytes, controls, allowed, leaks, .. } = self;
        let (kinds, size) = (surfaces.len(), bytes.div_ceil(1 << 20));
        format!(
            "scenarios: {scenarios}; {canaries} canaries and {learnt} learnt secrets, {places} places of {kinds} kinds with \
             {size} MB, {controls} controls found, {allowed} allowances used, {leaks} leaks"
        )
    }
}

impl AddAssign<&Self> for Totals {
    fn add_assign(&mut self, other: &Self) {
        self.scenarios += other.scenarios;
        self.canaries += other.canaries;
        self.learnt += other.learnt;
        self.surfaces.extend(&other.surfaces);
        self.places += other.places;
        self.bytes += other.bytes;
        self.controls += other.controls;
        self.allowed += other.allowed;
        self.leaks += other.leaks;
    }
}

#[expect(
    clippy::print_stdout,
    reason = "libtest captures only what is printed like this, and keeps it for the log of the test"
)]
fn captured(line: &str) {
    println!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scans_add_up() {
        let one =
            Totals { scenarios: 1, canaries: 2, surfaces: [Surface::State].into(), bytes: 3 << 20, ..Totals::NONE };
        let two = Totals { scenarios: 1, learnt: 4, surfaces: [Surface::Plan].into(), leaks: 5, ..Totals::NONE };
        let mut sum = Totals::default();
        sum += &one;
        sum += &two;
        assert_eq!(
            sum.in_words(),
            "scenarios: 2; 2 canaries and 4 learnt secrets, 0 places of 2 kinds with 3 MB, 0 controls found, \
             0 allowances used, 5 leaks"
        );
    }
}
