//! Which folder has a PostgreSQL that the harness can use: it runs three of its programs.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The server, what makes its data, and the client that tells when it is ready.
const PROGRAMS: [&str; 3] = ["postgres", "initdb", "psql"];

/// Whether the three lie beside each other where the folder's `postgres` leads to. Debian links only some of them into a
/// folder on PATH, and has a wrapper there that goes by the name of `psql`.
pub(crate) fn is_in(folder: &Path) -> bool {
    let Ok(server) = folder.join("postgres").canonicalize() else { return false };
    PROGRAMS.iter().all(|program| server.with_file_name(program).is_file())
}

/// The highest version below the folder in which Debian keeps them, `/usr/lib/postgresql`.
pub(crate) fn newest_of_debian(base: &Path) -> Option<PathBuf> {
    let versions = fs::read_dir(base).ok()?.flatten().filter_map(|entry| {
        let version: u32 = entry.file_name().to_str()?.parse().ok()?;
        let folder = entry.path().join("bin");
        is_in(&folder).then_some((version, folder))
    });
    versions.max().map(|(_, folder)| folder)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn folder_with(programs: &[&str], folder: &Path) {
        fs::create_dir_all(folder).unwrap();
        for program in programs {
            fs::write(folder.join(program), "").unwrap();
        }
    }

    #[test]
    fn debians_newest_complete_version_wins() {
        let base = tempfile::tempdir().unwrap();
        folder_with(&PROGRAMS, &base.path().join("9/bin"));
        folder_with(&PROGRAMS, &base.path().join("15/bin"));
        folder_with(&["postgres", "initdb"], &base.path().join("16/bin"));
        folder_with(&["initdb", "psql"], &base.path().join("17/bin"));
        assert_eq!(newest_of_debian(base.path()), Some(base.path().join("15/bin")));
    }

    #[test]
    fn the_programs_are_looked_for_where_the_link_of_the_server_leads() {
        let base = tempfile::tempdir().unwrap();
        let (real, links) = (base.path().join("real"), base.path().join("links"));
        folder_with(&["postgres", "initdb"], &real);
        folder_with(&["psql"], &links);
        for program in ["postgres", "initdb"] {
            symlink(real.join(program), links.join(program)).unwrap();
        }
        assert!(!is_in(&links), "this psql belongs to something else");
        fs::remove_file(links.join("psql")).unwrap();
        fs::write(real.join("psql"), "").unwrap();
        assert!(is_in(&links));
    }
}
