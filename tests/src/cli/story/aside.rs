//! The state of a project, put aside for a step that needs another.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::cli::project::Project;

const STATE: &str = "terraform.tfstate";

/// A state and a configuration that come back when the step is over.
pub(super) struct Aside<'a> {
    project: &'a Project,
    state: PathBuf,
    /// Files that the step adds to the configuration.
    added: Vec<PathBuf>,
}

impl<'a> Aside<'a> {
    /// Keeps a copy. The step may change what is there.
    pub(super) fn copy(project: &'a Project) -> Result<Self> {
        let aside = Self { project, state: project.folder().join("state-aside"), added: Vec::new() };
        fs::copy(project.module().join(STATE), &aside.state).context("putting the state aside")?;
        Ok(aside)
    }

    /// Takes it away. For the step there is none.
    pub(super) fn take(project: &'a Project) -> Result<Self> {
        let aside = Self::copy(project)?;
        fs::remove_file(project.module().join(STATE)).context("putting the state aside")?;
        Ok(aside)
    }

    /// Adds a file to the configuration.
    pub(super) fn add(&mut self, name: &str, text: &str) -> Result<()> {
        self.is_added(name);
        fs::write(self.project.module().join(name), text).with_context(|| format!("writing {name}"))
    }

    /// Takes note of a file that a command adds.
    pub(super) fn is_added(&mut self, name: &str) {
        self.added.push(self.project.module().join(name));
    }

    /// Brings it back. After a failure it stays away, so that the folder shows what went wrong.
    pub(super) fn restore(self) -> Result<()> {
        for file in self.added.iter().filter(|file| file.exists()) {
            fs::remove_file(file).with_context(|| format!("removing {}", file.display()))?;
        }
        fs::rename(&self.state, self.project.module().join(STATE)).context("bringing the state back")
    }
}
