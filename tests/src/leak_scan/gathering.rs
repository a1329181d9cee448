//! Which files of a project are places, and when they are taken.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use ::leak_scan::Surface;
use anyhow::{Context as _, Result};

use super::places::{Content, Place};
use super::process_watch::Watched;
use super::project_traces::ProjectTraces;

/// Of a project, what the harness wrote itself, what `init` copied from it, and what is gathered in another way.
const NOT_WRITTEN_BY_COMMANDS: &[&str] = &["mirror", "data/providers", "cli.hcl", "seen", "logs"];

/// What a CLI writes as configuration; all other configuration is what the test wrote itself.
const GENERATED: &str = "generated.tf";

/// The output files of a command, by their ends.
const OUTPUTS: [&str; 3] = [".stdout.log", ".stderr.log", ".trace.log"];

impl ProjectTraces {
    /// Takes what a command has left, before the next one replaces it. `stem` is the path of its output files.
    pub(super) fn gather_command(&self, stem: &Path, watched: Vec<Watched>) -> Result<()> {
        let mut places = Vec::new();
        for Watched { surface, name, bytes } in watched {
            places.push(Place::new(surface, name, Content::Bytes(bytes), &self.folder));
        }
        for end in OUTPUTS {
            let mut path = stem.as_os_str().to_owned();
            path.push(end);
            let path = PathBuf::from(path);
            if path.is_file() {
                places.push(self.place(&path, path.clone()));
            }
        }
        for path in self.files_below(&self.folder.join("module")) {
            places.extend(self.copied(&path)?);
        }
        for path in files(&self.temporary, &|_| false) {
            let name = format!("{} left in the folder for temporary files", name_of(&path));
            places.extend(
                read(&path).map(|bytes| Place::new(Surface::Temporary, name, Content::Bytes(bytes), &self.folder)),
            );
        }
        let mut inner = self.scan.inner();
        places.into_iter().for_each(|place| inner.places.add(place));
        Ok(())
    }

    /// Takes everything before the project is gone.
    pub(crate) fn gather_last(&self) {
        if let Err(error) = self.gather_all() {
            self.scan.has_trouble(&error);
        }
    }

    /// Takes everything that is there, also what no command was seen to write.
    pub(crate) fn gather_all(&self) -> Result<()> {
        let mut places = Vec::new();
        for path in self.files_below(&self.folder) {
            places.extend(self.copied(&path)?);
        }
        let mut inner = self.scan.inner();
        places.into_iter().for_each(|place| inner.places.add(place));
        Ok(())
    }

    fn files_below(&self, folder: &Path) -> Vec<PathBuf> {
        let homes = self.scan.inner().homes.clone();
        let is_left_out = |path: &Path| {
            homes.iter().any(|home| home == path)
                || path.strip_prefix(&self.folder).is_ok_and(|path| {
                    NOT_WRITTEN_BY_COMMANDS.iter().any(|own| path == Path::new(own)) || is_configuration(path)
                })
        };
        files(folder, &is_left_out)
    }

    /// A copy of a file, unless it is as it was at the last copy.
    fn copied(&self, path: &Path) -> Result<Option<Place>> {
        // What a command that still runs removes at this moment is what the watch is for.
        let Ok(about) = fs::metadata(path) else { return Ok(None) };
        let now = (about.len(), about.modified().ok());
        let mut copied = self.copied.lock().unwrap_or_else(PoisonError::into_inner);
        if copied.insert(path.to_owned(), now) == Some(now) {
            return Ok(None);
        }
        let number = self.copies.fetch_add(1, Ordering::Relaxed);
        let copy = self.copies_folder().join(number.to_string());
        fs::copy(path, &copy).with_context(|| format!("copying {}", path.display()))?;
        Ok(Some(self.place(path, copy)))
    }

    fn place(&self, path: &Path, content: PathBuf) -> Place {
        let name = path.strip_prefix(&self.folder).unwrap_or(path).display().to_string();
        Place::new(Surface::of_file(&name_of(path)), name, Content::File(content), &self.folder)
    }
}

fn is_configuration(path: &Path) -> bool {
    let name = name_of(path);
    let ends = [".tf", ".tf.json", ".tfvars", ".tfvars.json"];
    path.starts_with("module") && name != GENERATED && ends.iter().any(|end| name.ends_with(end))
}

pub(super) fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// All files below; links are not followed.
pub(super) fn files(folder: &Path, is_left_out: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut paths = vec![folder.to_owned()];
    while let Some(path) = paths.pop() {
        if is_left_out(&path) {
            continue;
        }
        // Commands may run, so what was listed may be gone.
        let Ok(about) = fs::symlink_metadata(&path) else { continue };
        if about.is_dir() {
            let Ok(entries) = fs::read_dir(&path) else { continue };
            paths.extend(entries.filter_map(|entry| Some(entry.ok()?.path())));
        } else if about.is_file() {
            found.push(path);
        }
    }
    found
}

pub(super) fn read(path: &Path) -> Option<Vec<u8>> {
    fs::read(path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configuration_is_what_a_test_wrote_and_what_a_cli_generated_is_not() {
        for (path, expected) in [
            ("module/main.tf", true),
            ("module/objects.tf.json", true),
            ("module/generated.tf", false),
            ("module/terraform.tfstate", false),
            ("data/modules.tf", false),
        ] {
            assert_eq!(is_configuration(Path::new(path)), expected, "{path}");
        }
    }

    #[test]
    fn files_are_found_at_any_depth_but_for_what_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a/b", "c"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
            fs::write(folder.path().join(name).join("file"), "x").unwrap();
        }
        std::os::unix::fs::symlink("/etc", folder.path().join("link")).unwrap();
        let found = files(folder.path(), &|path| path.ends_with("c"));
        assert_eq!(found, [folder.path().join("a/b/file")]);
    }
}
