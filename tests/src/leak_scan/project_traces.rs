//! What the commands of one project leave behind, on its way into the scan.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use anyhow::{Context as _, Result, bail};

use super::LeakScan;
use super::places::Among;
use super::planted::Planted;

/// The file of the configuration that has the control.
const CONFIGURATION: &str = "control.tf";

/// The file of the harness among the temporary ones.
const TEMPORARY: &str = "planted-control";

/// Copies of what later commands replace.
const COPIES: &str = "seen";

/// A project as the scan sees it.
#[derive(Debug)]
pub(crate) struct ProjectTraces {
    pub(super) scan: Arc<LeakScan>,
    pub(super) folder: PathBuf,
    pub(super) temporary: PathBuf,
    pub(super) copies: AtomicUsize,
    /// Files that were copied, as they were then.
    pub(super) copied: Mutex<BTreeMap<PathBuf, (u64, Option<SystemTime>)>>,
}

impl ProjectTraces {
    /// Begins with a new project and its folder for temporary files.
    pub(crate) fn begin(scan: &Arc<LeakScan>, folder: &Path, temporary: &Path) -> Result<Arc<Self>> {
        fs::create_dir(folder.join(COPIES)).context("making the folder for copies")?;
        fs::write(temporary.join(TEMPORARY), scan.planted().temporary_file()).context("planting a temporary file")?;
        scan.inner().projects.insert(folder.to_owned());
        Ok(Arc::new(Self {
            scan: Arc::clone(scan),
            folder: folder.to_owned(),
            temporary: temporary.to_owned(),
            copies: AtomicUsize::new(0),
            copied: Mutex::default(),
        }))
    }

    /// The scan of the scenario.
    pub(crate) fn scan(&self) -> &LeakScan {
        &self.scan
    }

    /// The variable that every command gets.
    pub(crate) fn variable(&self) -> (OsString, OsString) {
        let (name, value) = self.scan.planted().variable();
        (name.into(), value.into())
    }

    /// Adds the control to the configuration.
    pub(crate) fn plant_resource(&self) -> Result<()> {
        let path = self.folder.join("module").join(CONFIGURATION);
        fs::write(path, self.scan.planted().configuration()).context("planting a resource")
    }

    /// Where the files are that later commands replace.
    pub(super) fn copies_folder(&self) -> PathBuf {
        self.folder.join(COPIES)
    }

    /// Looks at all that is new.
    ///
    /// # Errors
    /// If there is a leak.
    pub(crate) fn look(&self) -> Result<()> {
        self.scan.look(Among::New)
    }

    /// Looks at everything. After a story that has applied something, its controls must have been seen.
    ///
    /// # Errors
    /// If there is a leak, or the scan was blind.
    pub(crate) fn conclude_story(&self, has_applied: bool) -> Result<()> {
        self.gather_all()?;
        self.scan.look(Among::OfProject(&self.folder))?;
        if !has_applied {
            return Ok(());
        }
        let inner = self.scan.inner();
        let wanted = Planted::of_a_story(&inner.places, &self.folder);
        let is_missing = |(surface, control): &(_, &str)| !inner.places.has_shown(&self.folder, *surface, control);
        let mut blind: Vec<String> = Vec::new();
        for (surface, control) in wanted.into_iter().filter(is_missing) {
            let nothing = if inner.places.has(&self.folder, surface) { "" } else { ", where nothing at all was seen" };
            blind.push(format!("{control} is not found in the {surface}{nothing}"));
        }
        if !blind.is_empty() {
            bail!("the leak scan is blind:\n{}", blind.join("\n"));
        }
        Ok(())
    }
}
