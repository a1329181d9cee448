//! What is done with files of keys and certificates, and what must be true when it was killed and when it is done.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use pki::PrivateKey;
use provider::installed_file::{InstalledFile, Permissions};
use provider::key_home::KeyFile;

use super::{held, server_keys};

/// The files, beside the folder of the step, of the key that is there before and of the one that is to be.
pub(crate) const OLD: &str = "old.pem";
pub(crate) const NEW: &str = "new.pem";

/// Contents of a certificate file, long enough to be half written.
static OLD_CHAIN: [u8; 20_000] = [b'o'; 20_000];
static NEW_CHAIN: [u8; 30_000] = [b'n'; 30_000];

/// One thing that is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The first key, into folders that do not exist.
    Store,
    /// A key in place of another.
    Replace,
    /// A key moves to another folder.
    Move,
    /// A key stays where it is and is encrypted.
    Encrypt,
    /// A key is removed.
    Remove,
    /// A certificate in place of another.
    Certificate,
    /// A certificate behind a link.
    Linked,
    /// The keys of a new server, in one file.
    ServerKeys,
    /// The same with a file for each share and for the root token.
    SplitServerKeys,
}

impl Step {
    pub(crate) const ALL: [Self; 9] = [
        Self::Store,
        Self::Replace,
        Self::Move,
        Self::Encrypt,
        Self::Remove,
        Self::Certificate,
        Self::Linked,
        Self::ServerKeys,
        Self::SplitServerKeys,
    ];

    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| format!("{step:?}") == name)
    }

    /// What is there before.
    pub(crate) fn prepare(self, work: &Path) {
        let old = given(work, OLD);
        match self {
            Self::Store | Self::ServerKeys | Self::SplitServerKeys => {}
            Self::Replace | Self::Move | Self::Encrypt | Self::Remove => here(work).store(&old).unwrap(),
            Self::Certificate => chain(work).write(&OLD_CHAIN).unwrap(),
            Self::Linked => {
                let target = InstalledFile { path: work.join("real/chain.pem"), ..chain(work) };
                target.write(&OLD_CHAIN).unwrap();
                symlink("real/chain.pem", chain(work).path).unwrap();
            }
        }
    }

    /// Does it, as often as it takes.
    pub(crate) fn run(self, work: &Path) {
        match self {
            Self::Store => there(work).store(&given(work, NEW)).unwrap(),
            Self::Replace => drop(here(work).replace(&given(work, NEW)).unwrap()),
            Self::Move => assert_eq!(here(work).move_to(&there(work), &given(work, OLD)).unwrap(), None),
            Self::Encrypt => assert_eq!(here(work).move_to(&encrypted(work), &given(work, OLD)).unwrap(), None),
            Self::Remove => here(work).remove().unwrap(),
            Self::Certificate | Self::Linked => chain(work).write(&NEW_CHAIN).unwrap(),
            Self::ServerKeys | Self::SplitServerKeys => server_keys::run(work, self.is_split()),
        }
    }

    fn is_split(self) -> bool {
        self == Self::SplitServerKeys
    }

    /// Nothing is lost and nothing is half there.
    pub(crate) fn check_killed(self, work: &Path, at: &str) {
        let (old, new) = (id(&given(work, OLD)), id(&given(work, NEW)));
        match self {
            Self::Store => assert!([None, new].contains(&held(&there(work), at)), "{at}"),
            Self::Replace => {
                let now = held(&here(work), at);
                assert!(now == old || now == new && asides(work, at) == [old.unwrap()], "{at}: {now:?}");
            }
            Self::Move => {
                let (here, there) = (held(&here(work), at), held(&there(work), at));
                assert!(
                    [(&old, &None), (&old, &old), (&None, &old)].contains(&(&here, &there)),
                    "{at}: {here:?} {there:?}"
                );
            }
            Self::Encrypt => assert_eq!(held(&encrypted(work), at), old, "{at}"),
            Self::Remove => assert!([None, old].contains(&held(&here(work), at)), "{at}"),
            Self::Certificate | Self::Linked => {
                let differences = [&OLD_CHAIN[..], &NEW_CHAIN].map(|content| chain(work).differences(content).unwrap());
                assert!(differences.iter().any(Vec::is_empty), "{at}: {differences:?}");
            }
            Self::ServerKeys | Self::SplitServerKeys => server_keys::check_killed(work, self.is_split(), at),
        }
    }

    /// It is as it should be, and nothing else is left.
    pub(crate) fn check_done(self, work: &Path, at: &str) {
        let (old, new) = (id(&given(work, OLD)), id(&given(work, NEW)));
        let expected: &[&str] = match self {
            Self::Store => {
                assert_eq!(held(&there(work), at), new, "{at}");
                assert_eq!(there(work).differences().unwrap(), [""; 0], "{at}");
                &["a/b/ca.key"]
            }
            Self::Replace => {
                assert_eq!((held(&here(work), at), asides(work, at)), (new, vec![old.unwrap()]), "{at}");
                assert_eq!(here(work).differences().unwrap(), [""; 0], "{at}");
                &["ca.key", "ca.key.replaced-"]
            }
            Self::Move => {
                assert_eq!((held(&here(work), at), held(&there(work), at)), (None, old), "{at}");
                &["a/b/ca.key"]
            }
            Self::Encrypt => {
                assert_eq!(held(&encrypted(work), at), old, "{at}");
                assert_eq!(encrypted(work).differences().unwrap(), [""; 0], "{at}");
                &["ca.key"]
            }
            Self::Remove => &[],
            Self::Certificate => &["chain.pem"],
            Self::Linked => &["chain.pem", "real/chain.pem"],
            Self::ServerKeys | Self::SplitServerKeys => {
                server_keys::check_done(work, self.is_split(), at);
                server_keys::places(self.is_split())
            }
        };
        if matches!(self, Self::Certificate | Self::Linked) {
            assert_eq!(chain(work).differences(&NEW_CHAIN).unwrap(), [""; 0], "{at}");
        }
        let found = files(work, work);
        let is_expected = found.len() == expected.len()
            && found.iter().zip(expected).all(|(found, expected)| found.starts_with(expected));
        assert!(is_expected, "{at}: {found:?} is left, not {expected:?}");
    }
}

/// A file for a key, with the usual permissions.
pub(crate) fn key_file(path: &Path) -> KeyFile {
    let permissions = Permissions { mode: 0o600, owner: None, group: None };
    KeyFile { installed: InstalledFile { path: path.to_owned(), permissions }, passphrase_file: None }
}

fn here(work: &Path) -> KeyFile {
    key_file(&work.join("ca.key"))
}

fn there(work: &Path) -> KeyFile {
    key_file(&work.join("a/b/ca.key"))
}

fn encrypted(work: &Path) -> KeyFile {
    KeyFile { passphrase_file: Some(work.parent().unwrap().join("passphrase")), ..here(work) }
}

fn chain(work: &Path) -> InstalledFile {
    let permissions = Permissions { mode: 0o644, owner: None, group: None };
    InstalledFile { path: work.join("chain.pem"), permissions }
}

fn given(work: &Path, name: &str) -> PrivateKey {
    key_file(&work.parent().unwrap().join(name)).load().unwrap().unwrap()
}

fn id(key: &PrivateKey) -> Option<String> {
    Some(key.public_key().key_id().to_hex())
}

/// The keys that were set aside.
fn asides(work: &Path, at: &str) -> Vec<String> {
    let aside = |name: &String| name.starts_with("ca.key.replaced-");
    files(work, work)
        .iter()
        .filter(|name| aside(name))
        .filter_map(|name| held(&key_file(&work.join(name)), at))
        .collect()
}

/// The paths of everything but folders, sorted.
pub(crate) fn files(work: &Path, folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.is_dir() && !path.to_str().unwrap().ends_with(".tmp") {
            found.extend(files(work, &path));
        } else {
            found.push(path.strip_prefix(work).unwrap().to_str().unwrap().to_owned());
        }
    }
    found.sort();
    found
}
