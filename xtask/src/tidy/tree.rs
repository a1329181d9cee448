//! The files that the rules look at: everything that git tracks or would track.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, Result, bail};

/// The files of a checkout.
pub(crate) struct Tree {
    files: Vec<SourceFile>,
}

/// A file with its text; binary files are left out.
pub(crate) struct SourceFile {
    /// Relative to the root, with slashes.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Tree {
    /// Reads what `git ls-files` lists, new files included, ignored ones not.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        let output =
            Command::new("git").args(list).current_dir(root).output().context("starting git; is it installed?")?;
        if !output.status.success() {
            bail!("git ls-files failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let names = String::from_utf8(output.stdout).context("a file name is not UTF-8")?;
        // A file that was deleted but not yet committed is still listed.
        let read = |name: &str| {
            let text = fs::read_to_string(root.join(name)).ok()?;
            Some(SourceFile { path: name.to_owned(), text })
        };
        Ok(Self { files: names.split_terminator('\0').filter_map(read).collect() })
    }

    /// A tree made up by a test.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| SourceFile { path: (*path).to_owned(), text: (*text).to_owned() };
        Self { files: files.iter().map(file).collect() }
    }

    pub(crate) fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// The Rust files that people write.
    pub(crate) fn rust(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().filter(|file| file.path.ends_with(".rs") && !file.is_generated())
    }

    pub(crate) fn get(&self, path: &str) -> Option<&SourceFile> {
        self.files.iter().find(|file| file.path == path)
    }
}

impl SourceFile {
    /// Whether a program wrote it.
    pub(crate) fn is_generated(&self) -> bool {
        self.path.contains("/src/gen/") || self.path.ends_with(".sum") || self.path.ends_with("Cargo.lock")
    }

    /// The lines, counted from one.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}
