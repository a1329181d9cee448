use std::os::unix::fs::{PermissionsExt as _, symlink};

use nix::unistd::{geteuid, mkfifo};
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

fn file_in(folder: &TempDir, name: &str, mode: u32) -> InstalledFile {
    InstalledFile { path: folder.path().join(name), permissions: Permissions { mode, owner: None, group: None } }
}

fn mode_of(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// In a thread of its own, which alone gets the umask.
fn with_umask<T: Send>(umask: u32, work: impl FnOnce() -> T + Send) -> T {
    let thread = move || {
        nix::sched::unshare(nix::sched::CloneFlags::CLONE_FS).unwrap();
        nix::sys::stat::umask(nix::sys::stat::Mode::from_bits_truncate(umask));
        work()
    };
    std::thread::scope(|scope| scope.spawn(thread).join().unwrap())
}

#[test]
fn a_file_is_made_replaced_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let file = file_in(&folder, "pki/ca.pem", 0o644);
    assert!(file.read().unwrap().is_none());
    file.write(b"one").unwrap();
    assert_eq!((mode_of(&file.path), mode_of(&folder.path().join("pki"))), (0o644, 0o755));
    file.write(b"two").unwrap();
    assert_eq!(file.read().unwrap().unwrap().as_slice(), b"two");
    assert_eq!(names(&folder.path().join("pki")), ["ca.pem"]);
    file.remove().unwrap();
    file.remove().unwrap();
    assert!(file.read().unwrap().is_none());
}

#[test]
fn a_file_that_is_made_never_overwrites() {
    let folder = tempfile::tempdir().unwrap();
    let file = file_in(&folder, "ca.key", 0o600);
    file.create(b"one").unwrap();
    let error = file.create(b"two").unwrap_err();
    assert!(matches!(error, FileError::Exists { .. }), "{error}");
    assert_eq!(file.read().unwrap().unwrap().as_slice(), b"one");
    assert_eq!(names(folder.path()), ["ca.key"]);
}

#[test]
fn of_many_at_once_one_makes_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = file_in(&folder, "new/folder/ca.key", 0o600);
    let made = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|n| {
                scope.spawn({
                    let file = &file;
                    move || file.create(&[n; 9000])
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).filter(Result::is_ok).count()
    });
    assert_eq!(made, 1);
    let content = file.read().unwrap().unwrap();
    assert!(content.len() == 9000 && content.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(names(&folder.path().join("new/folder")), ["ca.key"]);
    assert_eq!(names(&folder.path().join("new")), ["folder"]);
}

#[test]
fn what_differs_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = file_in(&folder, "ca.pem", 0o644);
    let at = file.path.display().to_string();
    assert_eq!(file.differences(b"one").unwrap(), [format!("{at}: is missing")]);
    file.write(b"one").unwrap();
    assert_eq!(file.differences(b"one").unwrap(), [""; 0]);
    fs::set_permissions(&file.path, fs::Permissions::from_mode(0o666)).unwrap();
    let expected = [format!("{at}: has other contents"), format!("{at}: mode is 0666, not 0644")];
    assert_eq!(file.differences(b"two").unwrap(), expected);
    file.write(b"two").unwrap();
    assert_eq!(file.differences(b"two").unwrap(), [""; 0]);
}

#[test]
fn links_are_written_through_and_stay() {
    let folder = tempfile::tempdir().unwrap();
    let real = file_in(&folder, "real/ca.pem", 0o644);
    real.write(b"one").unwrap();
    let file = file_in(&folder, "ca.pem", 0o644);
    symlink("real/ca.pem", &file.path).unwrap();
    file.write(b"two").unwrap();
    assert!(file.path.is_symlink());
    assert_eq!(real.read().unwrap().unwrap().as_slice(), b"two");
    assert_eq!(names(&folder.path().join("real")), ["ca.pem"]);
    assert!(matches!(file.create(b"three"), Err(FileError::Exists { .. })));
    file.remove().unwrap();
    assert_eq!((names(folder.path()), names(&folder.path().join("real"))), (vec!["real".to_owned()], vec![]));
}

#[test]
fn links_to_nothing_are_neither_missing_nor_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let file = file_in(&folder, "ca.pem", 0o644);
    symlink("gone.pem", &file.path).unwrap();
    let errors = [file.read().unwrap_err(), file.write(b"x").unwrap_err(), file.create(b"x").unwrap_err()];
    for error in errors {
        assert!(matches!(error, FileError::DanglingLink { .. }), "{error}");
        assert!(error.remedy().contains("mount it"), "{}", error.remedy());
    }
    assert_eq!(names(folder.path()), ["ca.pem"]);
    file.remove().unwrap();
    assert!(names(folder.path()).is_empty());
}

#[test]
fn what_is_no_file_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = file_in(&folder, "ca.pem", 0o644);
    fs::create_dir(&file.path).unwrap();
    assert!(matches!(file.read(), Err(FileError::IsFolder { .. })));
    assert!(matches!(file.write(b"x"), Err(FileError::IsFolder { .. })));
    assert!(matches!(file.remove(), Err(FileError::IsFolder { .. })));
    let pipe = file_in(&folder, "pipe", 0o644);
    mkfifo(&pipe.path, nix::sys::stat::Mode::S_IRWXU).unwrap();
    assert!(matches!(pipe.read(), Err(FileError::NotAFile { .. })));
    assert!(matches!(pipe.write(b"x"), Err(FileError::NotAFile { .. })));
    let below = InstalledFile { path: folder.path().join("plain/x/ca.pem"), ..file };
    fs::write(folder.path().join("plain"), "").unwrap();
    for error in [below.read().unwrap_err(), below.write(b"x").unwrap_err()] {
        assert!(matches!(&error, FileError::FolderIsFile { folder, .. } if folder.ends_with("plain")), "{error}");
    }
    below.remove().unwrap();
}

#[test]
fn paths_that_can_not_be_are_refused_before_the_system_is_asked() {
    for bad in ["", "a\0b", "pki/", ".."] {
        let file =
            InstalledFile { path: bad.into(), permissions: Permissions { mode: 0o600, owner: None, group: None } };
        let errors = [
            file.read().map(drop).unwrap_err(),
            file.write(b"").unwrap_err(),
            file.create(b"").unwrap_err(),
            file.remove().unwrap_err(),
        ];
        assert!(errors.iter().all(|error| matches!(error, FileError::Path { .. })), "{bad:?}: {errors:?}");
    }
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = file_in(&folder, "ca.pem", 0o644);
    fs::write(&file.path, vec![b'x'; usize::try_from(SIZE_LIMIT).unwrap()]).unwrap();
    assert_eq!(file.read().unwrap().unwrap().len() as u64, SIZE_LIMIT);
    fs::write(&file.path, vec![b'x'; usize::try_from(SIZE_LIMIT).unwrap() + 1]).unwrap();
    let error = file.read().unwrap_err();
    assert!(matches!(error, FileError::TooLarge { .. }), "{error}");
    file.write(b"small again").unwrap();
}

#[test]
fn an_owner_who_does_not_exist_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = file_in(&folder, "ca.pem", 0o644);
    file.write(b"one").unwrap();
    file.permissions.owner = Some("no-such-user".to_owned());
    assert!(matches!(file.write(b"two"), Err(FileError::NoSuchUser { .. })));
    assert_eq!(file.read().unwrap().unwrap().as_slice(), b"one");
    assert_eq!(names(folder.path()), ["ca.pem"]);
}

#[test]
fn owners_that_are_not_declared_stay() {
    if !geteuid().is_root() {
        return println!("SKIPPED owners_that_are_not_declared_stay: only root can give files away");
    }
    let folder = tempfile::tempdir().unwrap();
    let mut file = file_in(&folder, "made/ca.pem", 0o640);
    file.permissions.owner = Some("4242".to_owned());
    file.write(b"one").unwrap();
    assert_eq!(fs::metadata(folder.path().join("made")).unwrap().uid(), 4242);
    file.permissions.owner = None;
    file.permissions.group = Some("4343".to_owned());
    file.write(b"two").unwrap();
    let metadata = fs::metadata(&file.path).unwrap();
    assert_eq!((metadata.uid(), metadata.gid()), (4242, 4343));
    assert_eq!(file.differences(b"two").unwrap(), [""; 0]);
    file.permissions.owner = Some("0".to_owned());
    assert_eq!(file.differences(b"two").unwrap(), [format!("{}: belongs to 4242, not 0", file.path.display())]);
}

proptest! {
    #[test]
    fn nothing_differs_right_after_a_write(
        first in proptest::collection::vec(any::<u8>(), 0..300),
        second in proptest::collection::vec(any::<u8>(), 0..300),
        mode in proptest::sample::select(vec![0o400_u32, 0o600, 0o640, 0o644, 0o755, 0o444, 0o777]),
        name in "[a-zA-Z0-9 .~'-]{1,40}x",
        umask in proptest::sample::select(vec![0o000_u32, 0o022, 0o077, 0o377]),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let file = file_in(&folder, &format!("sub/{name}"), mode);
        let (written, again) = with_umask(umask, || {
            let written = file.write(&first).and_then(|()| file.differences(&first));
            (written, file.write(&second).and_then(|()| file.differences(&second)))
        });
        prop_assert_eq!(written.unwrap(), [""; 0]);
        prop_assert_eq!(again.unwrap(), [""; 0]);
        prop_assert!(!file.differences(&[&second[..], b"."].concat()).unwrap().is_empty());
        prop_assert_eq!(names(&folder.path().join("sub")).len(), 1);
    }
}
