//! Which checkout the shared target folder belongs to.
//!
//! Checkouts share one target folder, so that a new one finds its dependencies compiled. But cargo knows a workspace's own
//! crates by their path inside it, and trusts file times: what one checkout built would pass for the build of another whose
//! files happen to be older. So the folder has an owner. A new owner's files get the time of the change, which makes cargo
//! build the workspace's own crates anew and nothing else.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    thread,
    time::{Duration, SystemTime},
};

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};
use testbed::{Ended, Stop};

use crate::{cargo, screen};

/// Folders of a checkout that hold no sources.
const NO_SOURCES: [&str; 3] = [".git", "artifacts", "target"];
/// How often a waiting run looks again.
const POLL: Duration = Duration::from_millis(100);

/// Holds a target folder. Others wait until it is dropped.
#[derive(Debug)]
pub(crate) struct Claim {
    _lock: File,
}

/// Makes this checkout the owner of `target`, and waits for another checkout that uses it right now.
pub(crate) fn claim(target: &Path, stop: &Stop) -> Result<Claim> {
    Records::of(target, &testbed::locks())?.claim(&cargo::root(), target, stop)
}

/// Holds `target` for this run alone; `None` if any other run uses it.
pub(crate) fn alone(target: &Path) -> Result<Option<Claim>> {
    Records::of(target, &testbed::locks())?.alone()
}

/// What is kept about a target folder. Not inside of it, because it may be a folder of the user's, or be removed.
struct Records {
    lock: PathBuf,
    owner: PathBuf,
}

impl Records {
    fn of(target: &Path, locks: &Path) -> Result<Self> {
        fs::create_dir_all(locks).with_context(|| format!("making {}", locks.display()))?;
        let target = std::path::absolute(target).with_context(|| format!("finding {}", target.display()))?;
        let hash = Sha256::digest(target.as_os_str().as_encoded_bytes());
        let name: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let record = |kind| locks.join(format!("target-{name}.{kind}"));
        Ok(Self { lock: record("lock"), owner: record("owner") })
    }

    fn open(&self) -> Result<File> {
        let lock = File::options().create(true).append(true).open(&self.lock);
        lock.with_context(|| format!("opening {}", self.lock.display()))
    }

    fn claim(&self, checkout: &Path, target: &Path, stop: &Stop) -> Result<Claim> {
        let lock = self.open()?;
        let identity = identity(checkout)?;
        let is_ours = || fs::read_to_string(&self.owner).is_ok_and(|found| found == identity);
        let mut told = false;
        loop {
            // Two runs in one checkout may go on side by side, runs in two checkouts may not.
            let shared = lock.try_lock_shared();
            if self.is_free(shared)? {
                if is_ours() {
                    return Ok(Claim { _lock: lock });
                }
                lock.unlock().with_context(|| format!("unlocking {}", self.lock.display()))?;
                let exclusive = lock.try_lock();
                if self.is_free(exclusive)? {
                    if !is_ours() {
                        self.change_owner(checkout, target, &identity)?;
                    }
                    lock.unlock().with_context(|| format!("unlocking {}", self.lock.display()))?;
                    continue;
                }
            }
            if !told {
                screen::say(&format!("waiting for another run that uses {}", target.display()));
                told = true;
            }
            match stop.reached() {
                Some(Ended::Interrupted) => bail!("interrupted"),
                Some(_) => bail!(
                    "the time limit came while another run used {}; give this one a folder of its own with \
                     CARGO_TARGET_DIR",
                    target.display()
                ),
                None => thread::sleep(POLL),
            }
        }
    }

    fn alone(&self) -> Result<Option<Claim>> {
        let lock = self.open()?;
        let exclusive = lock.try_lock();
        Ok(self.is_free(exclusive)?.then_some(Claim { _lock: lock }))
    }

    fn is_free(&self, locked: Result<(), TryLockError>) -> Result<bool> {
        match locked {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("locking {}", self.lock.display())),
        }
    }

    fn change_owner(&self, checkout: &Path, target: &Path, identity: &str) -> Result<()> {
        // Nothing was built there, so nothing can pass for what it is not.
        let is_empty = fs::read_dir(target).map_or(true, |mut entries| entries.next().is_none());
        if !is_empty {
            touch(checkout).with_context(|| {
                format!(
                    "{} was used by another checkout, so this one's files must get a new time. Let them belong to you, \
                     or give this checkout a target folder of its own with CARGO_TARGET_DIR",
                    target.display()
                )
            })?;
        }
        fs::write(&self.owner, identity).with_context(|| format!("writing {}", self.owner.display()))
    }
}

/// The path, and the time at which the folder was made: a clone made anew under an old path is another checkout.
fn identity(checkout: &Path) -> Result<String> {
    let path = checkout.canonicalize().with_context(|| format!("finding {}", checkout.display()))?;
    let made = fs::metadata(&path).and_then(|folder| folder.created()).unwrap_or(SystemTime::UNIX_EPOCH);
    Ok(format!("{}\n{:?}\n", path.display(), made.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()))
}

fn touch(folder: &Path) -> Result<()> {
    #[expect(clippy::disallowed_methods, reason = "files have the machine's time")]
    let now = SystemTime::now();
    for entry in fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() && !NO_SOURCES.iter().any(|name| entry.file_name() == *name) {
            touch(&entry.path())?;
        } else if kind.is_file() {
            // Opened for reading: a read-only file has a time, too.
            let file = File::open(entry.path()).and_then(|file| file.set_modified(now));
            file.with_context(|| format!("setting the time of {}", entry.path().display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Claims as [`super::claim`] does, with records in the same temporary folder.
    fn claim(checkout: &Path, target: &Path) -> Result<Claim> {
        let records = Records::of(target, &target.with_file_name("locks"))?;
        records.claim(checkout, target, &Stop::default())
    }

    fn built(root: &Path) -> PathBuf {
        let target = root.join("target");
        fs::create_dir_all(target.join("debug")).unwrap();
        target
    }

    /// A checkout with one source file of long ago.
    fn checkout(root: &Path, name: &str) -> (PathBuf, PathBuf) {
        let folder = root.join(name);
        let file = folder.join("src/lib.rs");
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::write(&file, "").unwrap();
        age(&file);
        (folder, file)
    }

    fn age(file: &Path) {
        #[expect(clippy::disallowed_methods, reason = "files have the machine's time")]
        let past = SystemTime::now() - Duration::from_secs(3600);
        File::options().append(true).open(file).unwrap().set_modified(past).unwrap();
    }

    fn is_old(file: &Path) -> bool {
        let modified = fs::metadata(file).unwrap().modified().unwrap();
        modified.elapsed().unwrap_or_default() > Duration::from_secs(1800)
    }

    #[test]
    fn sources_are_touched_when_the_owner_changes_and_only_then() {
        let root = tempfile::tempdir().unwrap();
        let target = built(root.path());
        let (one, one_file) = checkout(root.path(), "one");
        let (other, other_file) = checkout(root.path(), "other");

        drop(claim(&one, &target).unwrap());
        assert!(!is_old(&one_file));
        age(&one_file);
        drop(claim(&one, &target).unwrap());
        assert!(is_old(&one_file), "the same checkout again has nothing to do");
        drop(claim(&other, &target).unwrap());
        assert!(!is_old(&other_file));
        drop(claim(&one, &target).unwrap());
        assert!(!is_old(&one_file), "back to the first: what it built before is the other's now");
    }

    #[test]
    fn one_checkout_may_run_twice_and_two_may_not() {
        let root = tempfile::tempdir().unwrap();
        let target = built(root.path());
        let (one, _) = checkout(root.path(), "one");
        let (other, _) = checkout(root.path(), "other");
        let first = claim(&one, &target).unwrap();
        drop(claim(&one, &target).unwrap());
        let waiting = thread::spawn({
            let target = target.clone();
            move || claim(&other, &target).map(drop)
        });
        thread::sleep(Duration::from_millis(200));
        assert!(!waiting.is_finished(), "the other checkout has to wait");
        drop(first);
        waiting.join().unwrap().unwrap();
    }

    #[test]
    fn read_only_files_are_touched_and_an_empty_target_touches_none() {
        let root = tempfile::tempdir().unwrap();
        let (one, file) = checkout(root.path(), "one");
        let mut permissions = fs::metadata(&file).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&file, permissions).unwrap();

        drop(claim(&one, &root.path().join("new")).unwrap());
        assert!(is_old(&file));
        drop(claim(&one, &built(root.path())).unwrap());
        assert!(!is_old(&file));
    }

    #[test]
    fn a_folder_in_use_is_not_had_alone_and_nothing_is_left_in_it() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("target");
        let (one, _) = checkout(root.path(), "one");
        let records = Records::of(&target, &root.path().join("locks")).unwrap();
        let running = claim(&one, &target).unwrap();
        assert!(records.alone().unwrap().is_none());
        drop(running);
        let alone = records.alone().unwrap();
        assert!(alone.is_some());
        assert!(!target.exists(), "records do not belong into the folder");

        let stop = Stop { deadline: Some(std::time::Instant::now()), ..Stop::default() };
        let error = records.claim(&one, &target, &stop).unwrap_err().to_string();
        assert!(error.contains("CARGO_TARGET_DIR"), "{error}");
    }
}
