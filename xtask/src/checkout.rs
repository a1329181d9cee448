//! Which checkout the shared target folder belongs to.
//!
//! Checkouts share one target folder, so that a new one finds its dependencies compiled. But cargo knows a workspace's own
//! crates by their path inside it, and trusts file times: what one checkout built would pass for the build of another whose
//! files happen to be older. So the folder has an owner. A new owner's files get the time of the change, which makes cargo
//! build the workspace's own crates anew and nothing else.

use std::{
    fs::{self, File, TryLockError},
    path::Path,
    time::SystemTime,
};

use anyhow::{Context as _, Result};

use crate::screen;

/// Folders of a checkout that hold no sources.
const NO_SOURCES: [&str; 3] = [".git", "artifacts", "target"];

/// Holds the target folder for this checkout. Others wait until it is dropped.
#[derive(Debug)]
pub(crate) struct Claim {
    _lock: File,
}

/// Makes `checkout` the owner of `target`, and waits for another checkout that uses it right now.
pub(crate) fn claim(checkout: &Path, target: &Path) -> Result<Claim> {
    fs::create_dir_all(target).with_context(|| format!("making {}", target.display()))?;
    let path = target.join("checkout.lock");
    let lock = File::options().create(true).append(true).open(&path);
    let lock = lock.with_context(|| format!("opening {}", path.display()))?;
    let owner = target.join("checkout");
    let identity = identity(checkout)?;
    let is_ours = || fs::read_to_string(&owner).is_ok_and(|found| found == identity);
    let failed = || format!("locking {}", path.display());

    lock.lock_shared().with_context(failed)?;
    while !is_ours() {
        // Two runs in one checkout may go on side by side, runs in two checkouts may not.
        lock.unlock().with_context(failed)?;
        if let Err(TryLockError::WouldBlock) = lock.try_lock() {
            screen::say(&format!("waiting for another checkout that uses {}", target.display()));
            lock.lock().with_context(failed)?;
        }
        if !is_ours() {
            touch(checkout).with_context(|| format!("setting the file times of {}", checkout.display()))?;
            fs::write(&owner, &identity).with_context(|| format!("writing {}", owner.display()))?;
        }
        lock.unlock().with_context(failed)?;
        lock.lock_shared().with_context(failed)?;
    }
    Ok(Claim { _lock: lock })
}

/// The path, and the time at which the folder was made: a clone made anew under an old path is another checkout.
fn identity(checkout: &Path) -> Result<String> {
    let path = checkout.canonicalize().with_context(|| format!("finding {}", checkout.display()))?;
    let made = fs::metadata(&path).and_then(|folder| folder.created()).unwrap_or(SystemTime::UNIX_EPOCH);
    Ok(format!("{}\n{:?}\n", path.display(), made.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()))
}

fn touch(folder: &Path) -> std::io::Result<()> {
    let now = SystemTime::now();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() && !NO_SOURCES.iter().any(|name| entry.file_name() == *name) {
            touch(&entry.path())?;
        } else if kind.is_file() {
            File::options().append(true).open(entry.path())?.set_modified(now)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// A checkout with one source file of long ago.
    fn checkout(root: &Path, name: &str) -> (std::path::PathBuf, std::path::PathBuf) {
        let folder = root.join(name);
        let file = folder.join("src/lib.rs");
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::write(&file, "").unwrap();
        age(&file);
        (folder, file)
    }

    fn age(file: &Path) {
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
        let target = root.path().join("target");
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
        let target = root.path().join("target");
        let (one, _) = checkout(root.path(), "one");
        let (other, _) = checkout(root.path(), "other");
        let first = claim(&one, &target).unwrap();
        drop(claim(&one, &target).unwrap());
        let waiting = std::thread::spawn({
            let target = target.clone();
            move || claim(&other, &target).map(drop)
        });
        std::thread::sleep(Duration::from_millis(200));
        assert!(!waiting.is_finished(), "the other checkout has to wait");
        drop(first);
        waiting.join().unwrap().unwrap();
    }
}
