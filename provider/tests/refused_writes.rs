//! What a full disk, a read-only file system or somebody else's folder does to key files: nothing, and the error says what
//! to do.
//!
//! The disk is a small one in memory that only the thread of the test sees, so this needs root; else it is skipped.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "all of it is test code")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{Uid, geteuid, setfsuid};
use pki::{KeyAlgorithm, PrivateKey};
use provider::installed_file::{FileError, InstalledFile, Permissions};
use provider::key_home::{HomeError, KeyFile};

fn key() -> PrivateKey {
    PrivateKey::generate(KeyAlgorithm::Ed25519).unwrap()
}

fn key_file(path: &Path) -> KeyFile {
    let permissions = Permissions { mode: 0o600, owner: None, group: None };
    KeyFile { installed: InstalledFile { path: path.to_owned(), permissions }, passphrase_file: None }
}

/// Gives the test a thread with mounts of its own.
fn on_small_disk(test: &str, work: fn(&Path)) {
    if !geteuid().is_root() {
        return println!("SKIPPED {test}: only root can mount");
    }
    let folder = tempfile::tempdir().unwrap();
    let thread = || {
        if let Err(errno) = unshare(CloneFlags::CLONE_FS | CloneFlags::CLONE_NEWNS) {
            return println!("SKIPPED {test}: no mounts of our own ({errno})");
        }
        let none: Option<&str> = None;
        mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none).unwrap();
        mount(Some("tmpfs"), folder.path(), Some("tmpfs"), MsFlags::empty(), Some("size=64k,mode=0755")).unwrap();
        work(folder.path());
    };
    std::thread::scope(|scope| scope.spawn(thread).join().unwrap());
}

/// Each way to write fails with a remedy that holds `expected`, and the key that is there stays.
fn refuses(folder: &Path, old: &PrivateKey, expected: &str) {
    let before = names(folder);
    let here = key_file(&folder.join("ca.key"));
    let there = key_file(&folder.join("other.key"));
    let chain = InstalledFile { path: folder.join("chain.pem"), permissions: here.installed.permissions.clone() };
    let refused: [HomeError; 4] = [
        there.store(&key()).unwrap_err(),
        here.replace(&key()).map(drop).unwrap_err(),
        here.move_to(&there, old).map(drop).unwrap_err(),
        chain.write(&[b'x'; 5000]).unwrap_err().into(),
    ];
    for error in refused {
        assert!(matches!(error, HomeError::File(FileError::Io { .. })), "{error:?}");
        assert!(error.remedy().contains(expected), "{error:?}: {}", error.remedy());
    }
    assert_eq!(here.load().unwrap().unwrap().public_key(), old.public_key());
    assert_eq!(names(folder), before, "something is left");
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_full_disk() {
    on_small_disk("a_full_disk", |folder| {
        let old = key();
        key_file(&folder.join("ca.key")).store(&old).unwrap();
        fs::write(folder.join("fill"), vec![b'x'; 1 << 20]).unwrap_err();
        refuses(folder, &old, &format!("df -h {}", folder.display()));
        fs::remove_file(folder.join("fill")).unwrap();
        key_file(&folder.join("ca.key")).replace(&key()).unwrap();
    });
}

#[test]
fn a_read_only_file_system() {
    on_small_disk("a_read_only_file_system", |folder| {
        let old = key();
        key_file(&folder.join("ca.key")).store(&old).unwrap();
        let none: Option<&str> = None;
        mount(none, folder, none, MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY, none).unwrap();
        refuses(folder, &old, &format!("findmnt --target {}", folder.display()));
        let error = key_file(&folder.join("ca.key")).remove().unwrap_err();
        assert!(error.remedy().contains("read-only"), "{}", error.remedy());
    });
}

#[test]
fn a_folder_of_somebody_else() {
    if !geteuid().is_root() {
        return println!("SKIPPED a_folder_of_somebody_else: only root can become somebody else");
    }
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let old = key();
    let here = key_file(&folder.path().join("ca.key"));
    here.store(&old).unwrap();
    std::os::unix::fs::chown(&here.installed.path, Some(65534), None).unwrap();
    let thread = || {
        // Of this thread alone, and only for files.
        setfsuid(Uid::from_raw(65534));
        refuses(folder.path(), &old, "may write there");
    };
    std::thread::scope(|scope| scope.spawn(thread).join().unwrap());
    std::os::unix::fs::chown(&here.installed.path, Some(0), None).unwrap();
    let thread = || {
        setfsuid(Uid::from_raw(65534));
        let error = here.load().unwrap_err();
        assert!(error.remedy().contains("belongs to root and has mode 0600"), "{}", error.remedy());
    };
    std::thread::scope(|scope| scope.spawn(thread).join().unwrap());
}
