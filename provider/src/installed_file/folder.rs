//! The folder of a file: made if it is missing, and flushed to disk.

use std::fs::{self, DirBuilder, File};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use super::error::{FileError, Operation};
use super::permissions::Resolved;
use super::temporary;

/// The folder of a file.
pub(super) fn of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Makes a folder and those above it, each with these permissions from its first moment on: a folder that was half made
/// when the run was killed would keep its wrong permissions forever.
pub(super) fn make(folder: &Path, permissions: Resolved) -> Result<(), FileError> {
    let failed = |source| FileError::io(Operation::MakeFolder, folder, source);
    match fs::metadata(folder) {
        Ok(metadata) if metadata.is_dir() => return Ok(()),
        Ok(_) => return Err(FileError::FolderIsFile { path: folder.to_owned(), folder: folder.to_owned() }),
        Err(error) if error.kind() == ErrorKind::NotADirectory => return Err(super::folder_is_file(folder)),
        Err(error) if error.kind() == ErrorKind::NotFound && folder.is_symlink() => {
            let target = fs::read_link(folder).unwrap_or_default();
            return Err(FileError::DanglingLink { path: folder.to_owned(), target });
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(source) => return Err(failed(source)),
    }
    // `a/..` where `a` is missing.
    if folder.file_name().is_none() {
        return Err(failed(ErrorKind::NotFound.into()));
    }
    let above = of(folder);
    make(above, permissions)?;
    temporary::sweep(folder);
    let fresh = temporary::new_name(folder);
    DirBuilder::new().mode(0o700).create(&fresh).map_err(failed)?;
    let made = complete(&fresh, folder, permissions);
    if made.is_err() {
        // Nothing better can be done than to try.
        let _ = fs::remove_dir(&fresh);
        // Somebody else was faster.
        if folder.is_dir() {
            return Ok(());
        }
    }
    made?;
    flush(above)
}

fn complete(fresh: &Path, folder: &Path, permissions: Resolved) -> Result<(), FileError> {
    let failed = |source| FileError::io(Operation::MakeFolder, folder, source);
    let open = File::open(fresh).map_err(failed)?;
    // Some file systems have no locks. Then nobody can lock it, and nobody takes it for a leftover.
    let _ = open.lock();
    permissions.apply(&open, folder, None)?;
    // An empty folder gives way, a full one does not.
    fs::rename(fresh, folder).map_err(failed)
}

/// Makes what was renamed, added or removed in a folder outlive a power cut.
pub(super) fn flush(folder: &Path) -> Result<(), FileError> {
    File::open(folder)
        .and_then(|open| open.sync_all())
        .map_err(|source| FileError::io(Operation::Flush, folder, source))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::installed_file::Permissions;

    #[test]
    fn folders_are_made_with_the_permissions_of_the_file() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a/b");
        let permissions = Permissions { mode: 0o640, owner: None, group: None }.resolve().unwrap().of_folder();
        make(&folder, permissions).unwrap();
        make(&folder, permissions).unwrap();
        for folder in [&folder, &root.path().join("a")] {
            assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o7777, 0o750);
        }
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_or_a_lost_link_in_the_way_is_named() {
        let root = tempfile::tempdir().unwrap();
        let permissions = Permissions { mode: 0o600, owner: None, group: None }.resolve().unwrap().of_folder();
        fs::write(root.path().join("file"), "").unwrap();
        let error = make(&root.path().join("file/b/c"), permissions).unwrap_err();
        assert!(matches!(&error, FileError::FolderIsFile { folder, .. } if folder.ends_with("file")), "{error}");
        std::os::unix::fs::symlink("nowhere", root.path().join("link")).unwrap();
        let error = make(&root.path().join("link/b"), permissions).unwrap_err();
        assert!(matches!(error, FileError::DanglingLink { .. }), "{error}");
    }

    #[test]
    fn a_bare_name_is_in_the_working_directory() {
        assert_eq!(of(Path::new("ca.key")), Path::new("."));
        assert_eq!(of(Path::new("pki/ca.key")), Path::new("pki"));
    }
}
