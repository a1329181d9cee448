//! The lock of the cache: one process at a time builds servers into it or removes them.
//!
//! It lies beside what it guards and not inside, so that a folder that is removed does not take the lock along.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::PathBuf,
    thread,
    time::Duration,
};

use crate::{cache, job::Stop};

/// How often a waiting process looks again.
const POLL: Duration = Duration::from_millis(200);

/// The folder of all locks of the cache.
pub fn locks() -> PathBuf {
    cache::cache_root().join("locks")
}

/// Waits until no other process builds or removes servers, and keeps others out until the result is dropped; `None` if `stop`
/// came first. `say` gets one line if it has to wait.
///
/// # Errors
/// If the lock's file can't be made or locked.
pub fn lock_servers(stop: &Stop, say: &mut dyn FnMut(&str)) -> io::Result<Option<File>> {
    fs::create_dir_all(locks())?;
    let path = servers_lock();
    let lock = File::options().create(true).append(true).open(&path)?;
    let mut told = false;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(Some(lock)),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        if !told {
            say("another process builds or removes servers; waiting for it");
            told = true;
        }
        if stop.reached().is_some() {
            return Ok(None);
        }
        thread::sleep(POLL);
    }
}

pub(crate) fn servers_lock() -> PathBuf {
    locks().join("servers.lock")
}
