//! Where a secret must not be, and the proof that it would have been seen there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::canary::{Canary, sightings};
use crate::cli::project::Project;

/// The resource that must be found wherever secrets must not.
pub(super) const CONTROL: &str = "terraform_data.planted_control_of_the_search";

/// A kind of file that a CLI writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    State,
    Plan,
    Show,
    Output,
    Log,
}

/// The search, which goes on as long as the story does: a state lives no longer than until the next step.
pub(super) struct Secrecy<'a> {
    project: &'a Project,
    canaries: Vec<Canary>,
    control: Canary,
    there_are: BTreeSet<Kind>,
    seen_in: BTreeSet<Kind>,
}

impl<'a> Secrecy<'a> {
    /// Adds the control to the configuration.
    pub(super) fn begin(project: &'a Project, canaries: Vec<Canary>) -> Result<Self> {
        let (kind, name) = CONTROL.split_once('.').context("the address of the control")?;
        let text = format!("resource \"{kind}\" \"{name}\" {{\n  input = \"{name}\"\n}}\n");
        fs::write(project.module().join("control.tf"), text).context("writing control.tf")?;
        let control = Canary::of("the control", name)?;
        Ok(Self { project, canaries, control, there_are: BTreeSet::new(), seen_in: BTreeSet::new() })
    }

    /// Looks at what the next step may replace.
    pub(super) fn look(&mut self) -> Result<()> {
        self.search(&self.project.module())
    }

    /// Looks at everything, and whether the control was where it must be.
    pub(super) fn conclude(mut self) -> Result<()> {
        self.search(self.project.folder())?;
        let blind: Vec<_> = self.there_are.difference(&self.seen_in).collect();
        if !blind.is_empty() {
            bail!("the search for secrets sees nothing in {blind:?}: not even {CONTROL}, which is planted there");
        }
        Ok(())
    }

    fn search(&mut self, folder: &Path) -> Result<()> {
        let project = self.project.folder();
        // What the test wrote itself, and programs.
        let own = ["module/main.tf", "module/control.tf", "module/import.tf", "mirror", "data/providers", "cli.hcl"];
        let skip =
            |path: &Path| path.strip_prefix(project).is_ok_and(|path| own.iter().any(|own| path == Path::new(own)));
        for canary in &self.canaries {
            let found = sightings(canary, folder, &skip)?;
            if !found.is_empty() {
                let places: Vec<String> = found.iter().map(ToString::to_string).collect();
                bail!("the secret {:?} is in\n{}", canary.label(), places.join("\n"));
            }
        }
        self.seen_in
            .extend(sightings(&self.control, folder, &skip)?.iter().filter_map(|sighting| kind(&sighting.path)));
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).with_context(|| format!("listing {}", folder.display()))? {
                let path = entry?.path();
                if skip(&path) || path.is_symlink() {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path);
                } else {
                    self.there_are.extend(kind(&path));
                }
            }
        }
        Ok(())
    }
}

/// The kinds in which the control must be. Others are searched for secrets all the same.
fn kind(path: &Path) -> Option<Kind> {
    let name = path.file_name()?.to_str()?;
    match name {
        "terraform.tfstate" => Some(Kind::State),
        _ if name.ends_with(".plan") => Some(Kind::Plan),
        _ if name.ends_with("-show.stdout.log") => Some(Kind::Show),
        _ if name.ends_with("-plan.stdout.log") || name.ends_with("-apply.stdout.log") => Some(Kind::Output),
        _ if name.ends_with(".trace.log") => Some(Kind::Log),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_apart_by_their_names() {
        let kinds = [
            "module/terraform.tfstate",
            "step-1.plan",
            "logs/03-show.stdout.log",
            "04-apply.stdout.log",
            "04-apply.trace.log",
        ]
        .map(|path| kind(Path::new(path)).unwrap());
        assert_eq!(kinds, [Kind::State, Kind::Plan, Kind::Show, Kind::Output, Kind::Log]);
        for other in ["terraform.tfstate.backup", "01-init.stdout.log", "04-apply.stderr.log", "generated.tf"] {
            assert_eq!(kind(Path::new(other)), None, "{other}");
        }
    }
}
