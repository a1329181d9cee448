//! Files that a resource installs: certificates, keys, and what other programs read beside them.
//!
//! A file is there as it was or as it is to be, whole, whenever the program or the machine stops: the content goes into a
//! temporary file in the same folder, which gets its owner and mode, is flushed, and takes the name of the file in one
//! step; then the folder is flushed. What a killed run leaves is such a temporary file, and the next write removes it.
//!
//! A path may be a link: then the file that it points to is read and replaced, and the link stays, as administrators
//! expect of files in `/etc`. A link that points to nothing is refused, since nobody can tell whether the file is gone or
//! just not mounted.

mod error;
mod folder;
mod permissions;
mod settings;
mod temporary;

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{ErrorKind, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

pub use error::{FileError, Operation};
pub(crate) use error::{headline, shell_word};
use nix::fcntl::OFlag;
pub use permissions::Permissions;
pub use settings::{FileSettings, FileSettingsPlan};
pub(crate) use settings::{check_account, check_path, parse_mode, path_problem};
use temporary::Temporary;
use zeroize::Zeroizing;

/// Bytes of the largest file that is read. Bundles of certificates are a tenth of it.
pub const SIZE_LIMIT: u64 = 1 << 20;

/// A file that a resource installs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstalledFile {
    /// Where it is. A relative path starts at the working directory.
    pub path: PathBuf,
    /// Who may do what with it.
    pub permissions: Permissions,
}

/// A file that was found, with what the system says about it.
pub(crate) struct Found {
    file: File,
    pub(crate) metadata: Metadata,
}

impl InstalledFile {
    /// Its content; `None` only if it definitely does not exist.
    ///
    /// # Errors
    /// If it can't be read, is no file, or is larger than [`SIZE_LIMIT`].
    pub fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, FileError> {
        self.find()?.map(|found| found.content(&self.path)).transpose()
    }

    /// Puts the content there, in place of the file if there is one. Owner and group stay as they are where none is
    /// declared. A folder that is missing is made, open to those who may read the file.
    ///
    /// # Errors
    /// If that is impossible; what was there is then unchanged.
    pub fn write(&self, content: &[u8]) -> Result<(), FileError> {
        let target = self.target()?;
        let owners = match fs::metadata(&target) {
            Ok(metadata) => Some(metadata),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(source) => return Err(FileError::io(Operation::Inspect, &target, source)),
        };
        Temporary::write(&target, content, &self.permissions.resolve()?, owners.as_ref())?.replace(&target)
    }

    /// Puts the content there if there is no file, and never overwrites one.
    ///
    /// # Errors
    /// [`FileError::Exists`] if there is one; else as [`write`](Self::write).
    pub fn create(&self, content: &[u8]) -> Result<(), FileError> {
        let target = self.target()?;
        // Also where a run was killed when the file had its name, and the temporary one was still there.
        temporary::sweep(&target);
        if target.exists() {
            return Err(FileError::Exists { path: self.path.clone() });
        }
        Temporary::write(&target, content, &self.permissions.resolve()?, None)?.create(&target)
    }

    /// Removes it, and what killed runs left of it. If the path is a link, both the file and the link are removed. Gone
    /// already is fine.
    ///
    /// # Errors
    /// If it is there and can't be removed.
    pub fn remove(&self) -> Result<(), FileError> {
        let target = match self.target() {
            Ok(target) => Some(target),
            // What is left of a removal that was killed halfway.
            Err(FileError::DanglingLink { .. }) => None,
            Err(FileError::FolderIsFile { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        // First the content, then the link to it: a link to nothing is noticed by the next run.
        for path in target.iter().filter(|target| **target != self.path).chain([&self.path]) {
            temporary::sweep(path);
            match fs::remove_file(path) {
                Ok(()) => folder::flush(folder::of(path))?,
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(source) => return Err(FileError::io(Operation::Remove, path, source)),
            }
        }
        Ok(())
    }

    /// Whether this file exists and another path leads to it, too: by another spelling, a link or a mount. Two names of its
    /// own that a file has in one file system count, too, until one of them is written.
    ///
    /// # Errors
    /// If one of them can't be looked at.
    pub(crate) fn is_same_file(&self, other: &Self) -> Result<bool, FileError> {
        let number = |path: &Path| match fs::metadata(path) {
            Ok(metadata) => Ok(Some((metadata.dev(), metadata.ino()))),
            Err(error) if [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&error.kind()) => Ok(None),
            Err(source) => Err(FileError::io(Operation::Inspect, path, source)),
        };
        let here = number(&self.path)?;
        Ok(here.is_some() && here == number(&other.path)?)
    }

    /// Removes what killed runs left of it: temporary files, which may hold a key.
    pub(crate) fn sweep(&self) -> Result<(), FileError> {
        temporary::sweep(&self.target()?);
        Ok(())
    }

    /// What is different on disk from what is declared, in sentences that begin with the path.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn differences(&self, expected: &[u8]) -> Result<Vec<String>, FileError> {
        let Some(found) = self.find()? else {
            return Ok(vec![self.is_missing()]);
        };
        let mut differences = self.differences_of(&found.metadata);
        if found.content(&self.path)?.as_slice() != expected {
            differences.insert(0, format!("{}: has other contents", self.path.display()));
        }
        Ok(differences)
    }

    /// The sentence about a file that is not there.
    pub(crate) fn is_missing(&self) -> String {
        format!("{}: is missing", self.path.display())
    }

    /// What is different beside the content.
    pub(crate) fn differences_of(&self, metadata: &Metadata) -> Vec<String> {
        self.permissions
            .differences(metadata)
            .into_iter()
            .map(|what| format!("{}: {what}", self.path.display()))
            .collect()
    }

    /// The file, open for reading; `None` only if it definitely does not exist.
    pub(crate) fn find(&self) -> Result<Option<Found>, FileError> {
        check(&self.path)?;
        // Without O_NONBLOCK, opening a named pipe waits for its writer.
        let opened = OpenOptions::new().read(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(&self.path);
        let file = match opened {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return if self.path.is_symlink() { Err(self.dangling_link()) } else { Ok(None) };
            }
            Err(error) if error.kind() == ErrorKind::NotADirectory => return Err(folder_is_file(&self.path)),
            Err(source) => return Err(FileError::io(Operation::Read, &self.path, source)),
        };
        let metadata = file.metadata().map_err(|source| FileError::io(Operation::Inspect, &self.path, source))?;
        check_kind(&self.path, &metadata)?;
        Ok(Some(Found { file, metadata }))
    }

    /// The file itself, behind links.
    pub(crate) fn target(&self) -> Result<PathBuf, FileError> {
        check(&self.path)?;
        let failed = |source| FileError::io(Operation::Inspect, &self.path, source);
        let target = match fs::symlink_metadata(&self.path) {
            Ok(metadata) if metadata.is_symlink() => match fs::canonicalize(&self.path) {
                Ok(target) => target,
                Err(error) if error.kind() == ErrorKind::NotFound => return Err(self.dangling_link()),
                Err(source) => return Err(failed(source)),
            },
            Ok(metadata) => return check_kind(&self.path, &metadata).map(|()| self.path.clone()),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(self.path.clone()),
            Err(error) if error.kind() == ErrorKind::NotADirectory => return Err(folder_is_file(&self.path)),
            Err(source) => return Err(failed(source)),
        };
        check_kind(&target, &fs::metadata(&target).map_err(failed)?)?;
        Ok(target)
    }

    fn dangling_link(&self) -> FileError {
        FileError::DanglingLink { path: self.path.clone(), target: fs::read_link(&self.path).unwrap_or_default() }
    }
}

impl Found {
    /// Its content. The memory is wiped when it is dropped.
    pub(crate) fn content(&self, path: &Path) -> Result<Zeroizing<Vec<u8>>, FileError> {
        // With room for all of it: a vector that grows leaves copies behind.
        let room = usize::try_from(self.metadata.size().min(SIZE_LIMIT)).unwrap_or_default().saturating_add(64);
        let mut content = Zeroizing::new(Vec::with_capacity(room));
        (&self.file)
            .take(SIZE_LIMIT + 1)
            .read_to_end(&mut content)
            .map_err(|source| FileError::io(Operation::Read, path, source))?;
        if content.len() as u64 > SIZE_LIMIT {
            return Err(FileError::TooLarge { path: path.to_owned() });
        }
        Ok(content)
    }
}

/// Whether a path can name a file at all.
fn check(path: &Path) -> Result<(), FileError> {
    match path_problem(path.as_os_str().as_bytes()) {
        None => Ok(()),
        Some(problem) => Err(FileError::Path { path: path.to_owned(), problem }),
    }
}

fn check_kind(path: &Path, metadata: &Metadata) -> Result<(), FileError> {
    if metadata.is_dir() {
        Err(FileError::IsFolder { path: path.to_owned() })
    } else if !metadata.is_file() {
        Err(FileError::NotAFile { path: path.to_owned() })
    } else {
        Ok(())
    }
}

/// Finds the part of a path that should be a folder.
fn folder_is_file(path: &Path) -> FileError {
    let part = path.ancestors().skip(1).find(|part| fs::metadata(part).is_ok_and(|metadata| !metadata.is_dir()));
    FileError::FolderIsFile { path: path.to_owned(), folder: part.unwrap_or(path).to_owned() }
}

#[cfg(test)]
mod tests;
