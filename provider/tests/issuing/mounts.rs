//! A thread with mounts of its own, for tests of machines and disks. That needs root; else they are skipped.

use std::fs;
use std::path::Path;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::geteuid;

pub(crate) fn on_own_mounts(test: &str, work: impl FnOnce() + Send) {
    if !geteuid().is_root() {
        return println!("SKIPPED {test}: only root can mount");
    }
    let thread = || {
        if let Err(errno) = unshare(CloneFlags::CLONE_FS | CloneFlags::CLONE_NEWNS) {
            return println!("SKIPPED {test}: no mounts of our own ({errno})");
        }
        let none: Option<&str> = None;
        mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none).unwrap();
        work();
    };
    std::thread::scope(|scope| scope.spawn(thread).join().unwrap());
}

/// As `/etc/machine-id` tells from now on. Every machine that runs systemd or D-Bus has the file; one that has none
/// can't be another one.
pub(crate) fn become_another_machine() {
    let folder = tempfile::tempdir().unwrap().keep();
    let other = folder.join("machine-id");
    fs::write(&other, "00000000000000000000000000000001\n").unwrap();
    let none: Option<&str> = None;
    mount(Some(&other), "/etc/machine-id", none, MsFlags::MS_BIND, none).unwrap();
    fs::remove_dir_all(folder).unwrap();
}

/// A disk in memory with few pages.
pub(crate) fn mount_small_disk(folder: &Path) {
    mount(Some("tmpfs"), folder, Some("tmpfs"), MsFlags::empty(), Some("size=64k,mode=0755")).unwrap();
}

pub(crate) fn make_read_only(folder: &Path) {
    let none: Option<&str> = None;
    mount(none, folder, none, MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY, none).unwrap();
}
