//! Where everything that can be made again lies: outside the checkout, so that a clean clone is warm, and under one folder,
//! so that it can be measured and removed.

use std::{
    env, fs, io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

/// Every folder below [`cache_root`], with what it holds: `cargo xtask testbed status` prints their sizes, and
/// `cargo xtask testbed clean --all` removes them in this order.
pub const CACHE_FOLDERS: &[(&str, &str)] = &[
    ("go/mod", "downloaded Go modules"),
    ("go/build", "Go build cache"),
    ("servers", "built servers"),
    ("target", "cargo's target folder"),
    ("fuzz-target", "cargo's target folder of the fuzz targets"),
    ("fuzz-corpus", "inputs found by fuzzing"),
    ("fuzz-green", "when each fuzz target last ran long without a finding"),
    ("seeded-bugs", "sources with planted bugs"),
    ("seeded-engine-bugs", "engines with planted bugs"),
    ("tools", "cargo-deny, and the judges of certificates"),
    ("logs", "logs of builds and fuzzing"),
    ("up", "process id and environment of `testbed up`"),
    // Last: whoever removes the others holds them.
    ("locks", "which process uses what"),
];

/// `$XDG_CACHE_HOME/secretzero`, or `secretzero` in the user's `.cache`. The folder may not exist yet.
///
/// A relative `XDG_CACHE_HOME` is ignored, as the XDG base directory specification asks.
pub fn cache_root() -> PathBuf {
    let configured = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let base = configured.or_else(|| env::home_dir().map(|home| home.join(".cache"))).unwrap_or_else(env::temp_dir);
    base.join("secretzero")
}

/// Bytes on disk below `folder`, zero if it does not exist. Symbolic links are counted as links, not followed.
pub fn folder_size(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => folder_size(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .sum()
}

/// Removes a folder and everything below it; one that does not exist is fine. Go makes the folders of its module cache
/// read-only, so that the standard library's removal stops at them.
///
/// # Errors
/// Of the first file or folder that can't be removed.
pub fn remove_tree(folder: &Path) -> io::Result<()> {
    match fs::symlink_metadata(folder) {
        Ok(metadata) if metadata.is_dir() => {
            let mut permissions = metadata.permissions();
            permissions.set_mode(permissions.mode() | 0o700);
            fs::set_permissions(folder, permissions)?;
            for entry in fs::read_dir(folder)? {
                remove_tree(&entry?.path())?;
            }
            fs::remove_dir(folder)
        }
        Ok(_) => fs::remove_file(folder),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Module cache of every Go build; shared, because the servers have most of their dependencies in common.
pub(crate) fn go_modules() -> PathBuf {
    cache_root().join("go/mod")
}

/// Compile cache of every Go build.
pub(crate) fn go_builds() -> PathBuf {
    cache_root().join("go/build")
}

/// The folder of all keys of one recipe.
pub(crate) fn servers(recipe: &str) -> PathBuf {
    cache_root().join("servers").join(recipe)
}

/// Removes all but the newest `keep` sub-folders of `folder`, and returns those that are gone.
///
/// Two are kept by the builder: the current key, and the one of the branch that was built before it.
pub(crate) fn prune(folder: &Path, keep: usize) -> io::Result<Vec<PathBuf>> {
    let mut keys = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        if metadata.is_dir() {
            keys.push((metadata.modified()?, entry.path()));
        }
    }
    keys.sort();
    keys.reverse();
    let old: Vec<PathBuf> = keys.into_iter().skip(keep).map(|(_, path)| path).collect();
    for path in &old {
        remove_tree(path)?;
    }
    Ok(old)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    /// Wherever the repository's own code makes a folder in the cache, it is one of the table.
    #[test]
    fn no_folder_is_forgotten() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut found = Vec::new();
        for folder in ["tests", "xtask/src"] {
            folders_named_in(&root.join(folder), &mut found);
        }
        assert!(found.iter().any(|name| name == "fuzz-green"), "the search finds nothing any more: {found:?}");
        for name in found {
            let known = CACHE_FOLDERS.iter().any(|(folder, _)| folder.split('/').next() == name.split('/').next());
            assert!(known, "{name:?} is not in CACHE_FOLDERS");
        }
    }

    fn folders_named_in(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders_named_in(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                // In two parts, so that this line is not found itself.
                for call in text.split(concat!("cache_root()", ".join(")).skip(1) {
                    // Other arguments than a text are computed from the table.
                    if let Some(name) = call.trim_start_matches("format!(").strip_prefix('"') {
                        found.extend(name.split('"').next().map(str::to_owned));
                    }
                }
            }
        }
    }

    #[test]
    fn pruning_keeps_the_newest() {
        let folder = tempfile::tempdir().unwrap();
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        for (age, name) in ["newest", "older", "oldest"].iter().enumerate() {
            let key = folder.path().join(name);
            fs::create_dir(&key).unwrap();
            let when = start - Duration::from_secs(60 * u64::try_from(age).unwrap());
            fs::File::open(&key).unwrap().set_modified(when).unwrap();
        }
        let gone = prune(folder.path(), 2).unwrap();
        assert_eq!(gone, [folder.path().join("oldest")]);
        assert!(folder.path().join("newest").exists());
        assert!(folder.path().join("older").exists());
    }

    #[test]
    fn read_only_folders_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let module = folder.path().join("module");
        fs::create_dir_all(module.join("package")).unwrap();
        fs::write(module.join("package/file.go"), "package p").unwrap();
        fs::set_permissions(module.join("package"), fs::Permissions::from_mode(0o555)).unwrap();
        remove_tree(&module).unwrap();
        assert!(!module.exists());
        remove_tree(&module).unwrap();
    }

    #[test]
    fn a_folder_that_is_not_there_has_no_size() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(folder_size(&folder.path().join("absent")), 0);
        fs::write(folder.path().join("ten"), "0123456789").unwrap();
        fs::create_dir(folder.path().join("below")).unwrap();
        fs::write(folder.path().join("below/five"), "01234").unwrap();
        assert_eq!(folder_size(folder.path()), 15);
    }
}
