//! A file with text that an object installs, from one apply to the next: made, brought up to date, moved and removed,
//! and never written over what is not the object's own.

use std::fmt;

use tf_framework::diagnostic::Diagnostic;
use tf_framework::value::Path;
use tf_framework::{Context, Outcome};
use zeroize::Zeroizing;

use crate::SecretZero;
use crate::installed_file::{FileError, FileSettings, InstalledFile};

/// Such a file, wherever it is. It differs by attribute.
pub struct OwnedText {
    at: Path,
    is_own: fn(&[u8], &str) -> bool,
}

impl OwnedText {
    /// The file that an attribute names. `is_own` tells of what was found whether it is the object's own, given what is
    /// to be there: the same, or what an apply that was cut off has left.
    pub fn new(at: Path, is_own: fn(&[u8], &str) -> bool) -> Self {
        Self { at, is_own }
    }

    /// What is in it; `None` if it does not exist.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn read(&self, file: &FileSettings) -> Outcome<Option<Zeroizing<Vec<u8>>>> {
        Ok(self.installed(file)?.read().map_err(|error| self.located(error))?)
    }

    /// Writes it, whatever is in it.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn write(&self, file: &FileSettings, content: &str) -> Outcome<()> {
        Ok(self.installed(file)?.write(content.as_bytes()).map_err(|error| self.located(error))?)
    }

    /// Writes it where nothing is, or what is the object's own.
    ///
    /// # Errors
    /// If something else is there, or it can't be written.
    pub fn create(&self, file: &FileSettings, content: &str) -> Outcome<()> {
        match self.read(file)? {
            None => Ok(self.installed(file)?.create(content.as_bytes()).map_err(|error| self.located(error))?),
            Some(found) if (self.is_own)(&found, content) => self.write(file, content),
            Some(_) => {
                let remedy = "Choose another file, or move this one away.".to_owned();
                Err(self.occupied(file, "It is not what belongs there, and is not overwritten.", remedy).into())
            }
        }
    }

    /// Makes it what it is to be: written, moved or removed. Both sides are a file and its content. Returns whether
    /// anything was done.
    ///
    /// # Errors
    /// If it could not be done, or something else is in a new place.
    pub fn update(
        &self,
        cx: &Context<SecretZero>,
        prior: (Option<&FileSettings>, &str),
        planned: (Option<&FileSettings>, &str),
    ) -> Outcome<bool> {
        let stays = match (prior.0, planned.0) {
            (Some(before), Some(file)) => before.path == file.path || self.is_same_file(before, file)?,
            (None, None) => true,
            _ => false,
        };
        if stays {
            return match planned {
                (Some(file), content) if !self.differences(Some(file), content)?.is_empty() => {
                    self.write(file, content).map(|()| true)
                }
                _ => Ok(false),
            };
        }
        if let Some(file) = planned.0 {
            self.create(file, planned.1)?;
        }
        if let Some(file) = prior.0 {
            self.remove(cx, file, prior.1)?;
        }
        Ok(true)
    }

    /// Removes it, if it has in it what is the object's own. What else is there stays, with a warning.
    ///
    /// # Errors
    /// If it could not be removed.
    pub fn remove(&self, cx: &Context<SecretZero>, file: &FileSettings, content: &str) -> Outcome<()> {
        match self.read(file)? {
            Some(found) if found.as_slice() == content.as_bytes() || (self.is_own)(&found, content) => {
                Ok(self.installed(file)?.remove().map_err(|error| self.located(error))?)
            }
            Some(_) => {
                cx.warn(
                    Diagnostic::warning(format!("The file {} stays", file.path))
                        .detail("It has something else in it than what was installed, so it was not removed."),
                );
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// How it differs from what it is to be, in words.
    ///
    /// # Errors
    /// If that can't be found out.
    pub fn differences(&self, file: Option<&FileSettings>, content: &str) -> Outcome<Vec<String>> {
        let Some(file) = file else { return Ok(Vec::new()) };
        Ok(self.installed(file)?.differences(content.as_bytes()).map_err(|error| self.located(error))?)
    }

    /// Whether the paths of two files lead to one. It is then not moved: there would be one file to write and to remove.
    ///
    /// # Errors
    /// If that can't be found out.
    pub fn is_same_file(&self, one: &FileSettings, another: &FileSettings) -> Outcome<bool> {
        let (one, another) = (self.installed(one)?, self.installed(another)?);
        Ok(one.is_same_file(&another).map_err(|error| self.located(error))?)
    }

    /// The error that something else is there.
    pub(crate) fn occupied(&self, file: &FileSettings, detail: &str, remedy: String) -> Diagnostic {
        let diagnostic = Diagnostic::error(format!("There is something else in {}", file.path));
        diagnostic.detail(detail).remedy(remedy).at(self.at.clone())
    }

    /// The warning that what is there is the object's own from now on.
    pub(crate) fn taken_over(&self, what: &str, file: &FileSettings, detail: &str) -> Diagnostic {
        let diagnostic = Diagnostic::warning(format!("The {what} in {} is taken over", file.path));
        diagnostic.detail(detail).at(self.at.clone())
    }

    fn installed(&self, file: &FileSettings) -> Result<InstalledFile, Diagnostic> {
        file.installed().map_err(|diagnostic| diagnostic.at(self.at.clone()))
    }

    fn located(&self, error: FileError) -> Diagnostic {
        Diagnostic::from(error).at(self.at.clone())
    }
}

impl fmt::Debug for OwnedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedText").field("at", &self.at).finish_non_exhaustive()
    }
}
