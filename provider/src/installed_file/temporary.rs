//! The file that takes another one's place, before it does.
//!
//! Its name is `.<name>.<pid>-<random>.tmp`, and it is locked as long as its writer lives, whatever machine or container
//! that is in. A process number alone proves nothing: it is used again, and another container has its own.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata, OpenOptions};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;

use super::error::{FileError, Operation};
use super::folder;
use super::permissions::Resolved;

/// Names have 255 bytes at most; the rest is for what is added.
const NAME_BYTES: usize = 200;

/// A complete file under a name of its own, removed when it is dropped.
pub(super) struct Temporary {
    path: PathBuf,
    folder: File,
    /// Holds the lock.
    _file: File,
}

impl Temporary {
    /// Writes the content to disk, beside `target`, with owner and mode. Makes the folder if it is missing.
    pub(super) fn write(
        target: &Path,
        content: &[u8],
        permissions: &Resolved,
        replaced: Option<&Metadata>,
    ) -> Result<Self, FileError> {
        let place = folder::of(target);
        folder::make(place, permissions.of_folder())?;
        // Opened beforehand: when the new file is there, nothing shall be left that can be refused.
        let folder = File::open(place).map_err(|source| FileError::io(Operation::Read, place, source))?;
        sweep(target);
        let failed = |source| FileError::io(Operation::Write, target, source);
        let (path, file) = open(target).map_err(failed)?;
        let temporary = Self { path, folder, _file: file };
        let mut file = &temporary._file;
        permissions.apply(file, target, replaced)?;
        file.write_all(content).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        Ok(temporary)
    }

    /// Takes the place of the file, whatever it is.
    pub(super) fn replace(self, target: &Path) -> Result<(), FileError> {
        let failed = |source| FileError::io(Operation::Write, target, source);
        fs::rename(&self.path, target).map_err(failed)?;
        self.folder.sync_all().map_err(failed)
    }

    /// Takes the place if it is free.
    ///
    /// By a second name for the file and not by renaming it, which overwrites; `renameat2`, which need not, is missing on
    /// some file systems and in some C libraries.
    pub(super) fn create(self, target: &Path) -> Result<(), FileError> {
        match fs::hard_link(&self.path, target) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Err(FileError::Exists { path: target.to_owned() });
            }
            Err(source) => return Err(FileError::io(Operation::Write, target, source)),
        }
        let failed = |source| FileError::io(Operation::Write, target, source);
        fs::remove_file(&self.path).map_err(failed)?;
        self.folder.sync_all().map_err(failed)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // After `replace` and `create` the name is gone; after an error nothing better can be done than to try.
        let _ = fs::remove_file(&self.path);
    }
}

/// The start of the names of temporary files for this one.
fn prefix(target: &Path) -> OsString {
    let name = target.file_name().unwrap_or_default().as_bytes();
    let name = name.get(..NAME_BYTES).unwrap_or(name);
    OsString::from_vec([b".", name, b"."].concat())
}

/// A name for a temporary file or folder for this one, not used before.
pub(super) fn new_name(target: &Path) -> PathBuf {
    let mut name = prefix(target);
    // Unpredictable enough: an existing name is refused, and another one tried.
    name.push(format!("{}-{:016x}.tmp", std::process::id(), RandomState::new().build_hasher().finish()));
    target.with_file_name(name)
}

/// Whether a name is that of a temporary file, by what follows the prefix.
fn is_ours(name: &OsStr, prefix: &OsStr) -> bool {
    let rest = name.as_bytes().strip_prefix(prefix.as_bytes()).and_then(|rest| rest.strip_suffix(b".tmp"));
    let Some(rest) = rest.and_then(|rest| std::str::from_utf8(rest).ok()) else { return false };
    // A key that is set aside has a name with the time in it, which the next run does not know.
    let rest = match rest.rsplit_once('.') {
        Some((aside, rest)) if aside.starts_with("replaced-") => rest,
        Some(_) => return false,
        None => rest,
    };
    let Some((pid, random)) = rest.split_once('-') else { return false };
    let is_number = |text: &str, digit: fn(&u8) -> bool| !text.is_empty() && text.as_bytes().iter().all(digit);
    is_number(pid, u8::is_ascii_digit) && random.len() == 16 && is_number(random, u8::is_ascii_hexdigit)
}

/// Makes an empty temporary file that only we can read, and locks it.
fn open(target: &Path) -> io::Result<(PathBuf, File)> {
    loop {
        let path = new_name(target);
        let file = match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(error),
        };
        // Some file systems have no locks. Then nobody can lock it, and nobody takes it for a leftover.
        let _ = file.lock();
        // Another run may have taken it for a leftover before it was locked.
        if file.metadata()?.nlink() > 0 {
            return Ok((path, file));
        }
    }
}

/// Removes the temporary files and folders of killed runs for this file. It is no reason to fail if that is impossible.
pub(super) fn sweep(target: &Path) {
    let prefix = prefix(target);
    let Ok(entries) = fs::read_dir(folder::of(target)) else { return };
    for entry in entries.flatten().filter(|entry| is_ours(&entry.file_name(), &prefix)) {
        let path = target.with_file_name(entry.file_name());
        let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
        let Ok(file) = OpenOptions::new().read(true).custom_flags(flags.bits()).open(&path) else { continue };
        if file.try_lock().is_ok() {
            // A folder is removed only while it is empty.
            let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir(&path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_names_are_leftovers() {
        let target = Path::new("pki/ca.key");
        let prefix = prefix(target);
        let name = new_name(target);
        assert_eq!(name.parent(), target.parent());
        assert!(is_ours(name.file_name().unwrap(), &prefix), "{}", name.display());
        for other in [
            ".ca.key.tmp",
            ".ca.key.12-0123456789abcdef",
            ".ca.key.x-0123456789abcdef.tmp",
            ".ca.key.1-2.tmp",
            "ca.key",
        ] {
            assert!(!is_ours(OsStr::new(other), &prefix), "{other}");
        }
        assert!(is_ours(new_name(Path::new("pki/ca.key.replaced-20261130T000000Z")).file_name().unwrap(), &prefix));
        assert!(!is_ours(new_name(Path::new("pki/ca.key.other")).file_name().unwrap(), &prefix));
        assert!(!is_ours(new_name(Path::new("pki/ca.key2")).file_name().unwrap(), &prefix));
    }

    #[test]
    fn a_long_name_still_has_a_temporary_one() {
        let name = new_name(&Path::new("pki").join("k".repeat(255)));
        assert!(name.file_name().unwrap().len() <= 255);
    }

    #[test]
    fn leftovers_of_the_dead_go_and_those_of_the_living_stay() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("ca.key");
        let (living, _lock) = open(&target).unwrap();
        let dead = new_name(&target);
        fs::write(&dead, "half a key").unwrap();
        let dead_folder = new_name(&target);
        fs::create_dir(&dead_folder).unwrap();
        let foreign = folder.path().join(".ca.key.swp");
        fs::write(&foreign, "an editor").unwrap();
        let precious = folder.path().join("precious");
        fs::write(&precious, "precious").unwrap();
        std::os::unix::fs::symlink(&precious, new_name(&target)).unwrap();
        sweep(&target);
        assert!(living.exists() && !dead.exists() && !dead_folder.exists() && foreign.exists() && precious.exists());
    }

    #[test]
    fn a_temporary_file_that_is_not_used_goes_away() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("ca.key");
        let permissions = super::super::Permissions { mode: 0o600, owner: None, group: None }.resolve().unwrap();
        let temporary = Temporary::write(&target, b"key", &permissions, None).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        drop(temporary);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
