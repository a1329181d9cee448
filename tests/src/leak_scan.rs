//! The leak scan: no secret is in what a run leaves behind.
//!
//! It runs over every scenario that has a [`Project`](crate::cli::Project), by itself: after each step of a story, and
//! for everything when the scenario ends. It looks at states and their backups, saved plans, what commands print, the
//! logs of CLI and providers (at the level `TRACE`, unless a test sets another), crash logs, temporary files, and the
//! environment and command lines of the processes that a CLI starts; in all encodings and containers that the crate
//! `leak-scan` knows.
//!
//! What it looks for:
//!
//! * what a test says: [`Scenario::canary`](crate::Scenario::canary) makes a value up,
//!   [`Story::hides`](crate::cli::Story::hides) names one that exists, [`Scenario::learnt`](crate::Scenario::learnt)
//!   takes what the run has brought to light, such as a password that a server returned. Also late: everything is
//!   looked through again for what came later;
//! * private keys in files that the provider wrote into the folder of the scenario, outside of the project. They are
//!   found by themselves; a [home](crate::Scenario::secret_home) inside the project has to be named;
//! * the unseal keys and tokens of the test bed's servers, which register themselves;
//! * shapes of tokens and keys ([`Pattern`]), whoever made them.
//!
//! What may be somewhere all the same is written down before the run, with a reason:
//!
//! ```no_run
//! use acceptance::Scenario;
//! use acceptance::cli::{Cli, Project, Story};
//! use acceptance::leak_scan::{Allowance, Surface};
//!
//! # fn main() -> anyhow::Result<()> {
//! Scenario::run(&[Cli::OpenTofu.tool()], |scenario| {
//!     let password = scenario.canary("the password of the database")?;
//!     let project = Project::create(scenario, Cli::OpenTofu)?.env("DATABASE_PASSWORD", password.value());
//!     scenario.allow(
//!         Allowance::of(password.label(), Surface::Environment)
//!             .at("DATABASE_PASSWORD of")
//!             .because("a user who sets a variable gives it to the provider")
//!             .optional(),
//!     );
//!     Story::of(&project)
//!         .apply("resource \"terraform_data\" \"a\" {}")
//!         .between("ask the server for a token", || scenario.learnt("the token of the role", "hvs.…"))
//!         .destroy()
//!         .run()
//! })
//! # }
//! ```
//!
//! Whatever is found elsewhere fails the story or the scenario, and so does an allowance that was never needed.
//! Failures name the secret, the place and the encoding, and never the secret itself.
//!
//! A search that finds nothing proves little, so each scan proves that it would have found something, or fails as
//! *blind*: a resource with a conspicuous name and encoded values goes through the CLI of every story, a variable is in
//! the environment of every command, a file lies in every folder for temporary files; and a value in every encoding is
//! planted in a copy of one place of each kind.

mod gathering;
mod key_files;
mod leftovers;
mod places;
mod planted;
mod process_watch;
mod project_traces;
mod registry;
mod totals;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Result, bail};

pub use ::leak_scan::{Allowance, Canary, Pattern, Secret, Surface};
use ::leak_scan::{Allowances, Scanner, What};

use key_files::KeyFiles;
pub(crate) use key_files::key_in;
use leftovers::Begin;
use places::{Among, Places, Search};
pub(crate) use planted::CONTROL;
use planted::Planted;
pub(crate) use process_watch::ProcessWatch;
pub(crate) use project_traces::ProjectTraces;
pub(crate) use registry::{server_learnt, server_learnt_key};
use totals::Totals;

/// The scan of one scenario.
pub(crate) struct LeakScan {
    scenario: String,
    folder: PathBuf,
    begin: Begin,
    planted: Planted,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    secrets: Vec<Secret>,
    canaries: usize,
    /// How many of those that servers registered are among the secrets.
    of_servers: usize,
    key_files: KeyFiles,
    allowances: Allowances,
    homes: Vec<PathBuf>,
    projects: BTreeSet<PathBuf>,
    places: Places,
    leaks: BTreeSet<Leak>,
    reported: BTreeSet<Leak>,
    /// Whether the scenario makes leaks to see that they are found.
    are_seeded: bool,
}

/// What failures say: what was found in which kind of place, where, and how it was encoded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Leak {
    what: String,
    place: String,
}

/// So many places of one kind with the same secret are named.
const NAMED: usize = 5;

impl LeakScan {
    pub(crate) fn begin(scenario: &str, folder: &Path) -> Result<Self> {
        let (begin, planted) = (Begin::of(folder)?, Planted::new(folder)?);
        Ok(Self { scenario: scenario.to_owned(), folder: folder.to_owned(), begin, planted, inner: Mutex::default() })
    }

    /// Looks for a canary from now on, and in what there is already.
    pub(crate) fn watch(&self, canary: &Canary) {
        let mut inner = self.inner();
        let secret = Secret::from(canary);
        if !inner.secrets.contains(&secret) {
            inner.secrets.push(secret);
            inner.canaries += 1;
        }
    }

    /// The same for any other secret.
    pub(crate) fn learnt(&self, secret: Secret) {
        let mut inner = self.inner();
        if !inner.secrets.contains(&secret) {
            inner.secrets.push(secret);
        }
    }

    pub(crate) fn allow(&self, allowance: Allowance) {
        self.inner().allowances.add(allowance);
    }

    /// A file or a folder in which secrets rightly are.
    pub(crate) fn home(&self, path: &Path) {
        self.inner().homes.push(path.to_owned());
    }

    /// This scenario makes leaks to see that they are found; the sum does not count them.
    pub(crate) fn expects_leaks(&self) {
        self.inner().are_seeded = true;
    }

    /// Something could not be looked at.
    fn has_trouble(&self, error: &anyhow::Error) {
        let (what, place) = ("that it is blind".to_owned(), format!(": {error:#}"));
        self.inner().leaks.insert(Leak { what, place });
    }

    /// What proves that the search works.
    pub(crate) fn planted(&self) -> &Planted {
        &self.planted
    }

    /// Looks for all secrets that are known by now.
    ///
    /// # Errors
    /// If there is a leak that was not reported before.
    fn look(&self, among: Among<'_>) -> Result<()> {
        let mut inner = self.inner();
        inner.learn(&self.folder)?;
        inner.search(&self.planted, among)?;
        let news: BTreeSet<Leak> = inner.leaks.difference(&inner.reported).cloned().collect();
        if news.is_empty() {
            return Ok(());
        }
        let text = in_words(&news);
        inner.reported.extend(news);
        bail!("the leak scan has found\n{text}")
    }

    /// Looks at everything, whether the controls were seen, and whether the allowances were needed.
    ///
    /// # Errors
    /// If there is a leak that was not reported before, the scan was blind, or an allowance is stale.
    pub(crate) fn conclude(&self, has_passed: bool) -> Result<()> {
        if self.inner().projects.is_empty() {
            return Ok(());
        }
        self.inner().places.add_leftovers(self.begin.leftovers());
        let found = self.look(Among::All);
        let inner = self.inner();
        let (blind, controls) = Planted::copies_unseen(&inner.places)?;
        let stale = if has_passed { inner.allowances.stale() } else { Vec::new() };
        Totals::of(&inner, controls, &self.scenario).print();
        drop(inner);
        found?;
        if !blind.is_empty() {
            bail!("the leak scan is blind:\n{}", blind.join("\n"));
        }
        if !stale.is_empty() {
            bail!("the list of allowances is wrong:\n{}", stale.join("\n"));
        }
        Ok(())
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Takes what servers have registered, and keys in files.
    fn learn(&mut self, folder: &Path) -> Result<()> {
        let news = registry::after(self.of_servers);
        self.of_servers += news.len();
        let keys = self.key_files.news(folder, &self.projects, &self.homes)?;
        for secret in news.into_iter().chain(keys) {
            if !self.secrets.contains(&secret) {
                self.secrets.push(secret);
            }
        }
        Ok(())
    }

    fn search(&mut self, planted: &Planted, among: Among<'_>) -> Result<()> {
        let Self { secrets, allowances, places, leaks, .. } = self;
        let search = Search { secrets, planted: planted.secrets(), among };
        places.search(&search, |surface, name, hit, scanner| {
            if let What::Secret(label) = &hit.what
                && planted.is_control(label)
            {
                return Some(label.clone());
            }
            if !allowances.cover(surface, name, hit) {
                leaks.insert(leak(surface, name, &hit.what, &hit.encoding, scanner));
            }
            None
        })
    }
}

/// What a failure says of it.
fn leak(surface: Surface, name: &str, what: &What, encoding: &str, scanner: &Scanner) -> Leak {
    let what = format!("{what} is in the {surface}");
    Leak { what, place: format!(" {} ({})", scanner.redacted(name), scanner.redacted(encoding)) }
}

/// One line a place, and not more than a few of one kind.
fn in_words(leaks: &BTreeSet<Leak>) -> String {
    let mut by_what: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for Leak { what, place } in leaks {
        by_what.entry(what).or_default().push(place);
    }
    let mut lines = Vec::new();
    for (what, places) in by_what {
        lines.extend(places.iter().take(NAMED).map(|place| format!("{what}{place}")));
        if let Some(more) = places.len().checked_sub(NAMED).filter(|more| *more > 0) {
            lines.push(format!("{what}, in {more} more places"));
        }
    }
    lines.join("\n")
}

impl fmt::Debug for LeakScan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeakScan").field("scenario", &self.scenario).finish_non_exhaustive()
    }
}
