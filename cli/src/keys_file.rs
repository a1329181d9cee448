//! Where the key shares of a server are read from: files that nobody else can read, credentials of systemd, standard input.
//! Never the arguments or the environment, which other programs can see.

use std::ffi::{OsStr, OsString};
use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use clap::Args;
use cluster_keys::age::{self, AgeError, OpenError};
use cluster_keys::{ClusterKeys, LARGEST, MergeError, ParseError};
use nix::fcntl::OFlag;
use nix::unistd::Uid;
use zeroize::Zeroizing;

/// In which variable systemd names the folder of the credentials of a unit.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// Where the keys are.
#[derive(Debug, Default, Args)]
#[group(id = "keys")]
pub(crate) struct Options {
    /// File with the keys, as initialising the server has written it: by secretzero_init, by `operator init` as JSON or as
    /// text, or the reply of sys/init. Its mode is 0600 or 0400, its owner you or root. Several, if the shares are in several
    /// files. `-` is standard input: for keys that live in the KV of another server, which this command does not talk to, that
    /// is `bao kv get -mount=MOUNT -field=keys PATH | secretzero unseal --keys-file -`.
    #[arg(long, value_name = "FILE", conflicts_with = "credential")]
    keys_file: Vec<PathBuf>,
    /// The keys are a credential of systemd with this name (LoadCredential=, LoadCredentialEncrypted=).
    #[arg(long, value_name = "NAME")]
    credential: Vec<String>,
    /// File with the age identity that decrypts them, as age-keygen makes it, closed like the keys.
    #[arg(long, value_name = "FILE")]
    identity_file: Option<PathBuf>,
    /// The identity is a credential of systemd with this name.
    #[arg(long, value_name = "NAME", conflicts_with = "identity_file")]
    identity_credential: Option<String>,
}

/// The keys can't be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeysError {
    #[error("reading {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{} is no file", path.display())]
    NoFile { path: PathBuf },
    #[error("{} has the mode {mode:04o}, so others can get at the keys: chmod 600 {}", path.display(), path.display())]
    Exposed { path: PathBuf, mode: u32 },
    #[error("{} belongs to the user {owner}, who is neither you nor root", path.display())]
    Foreign { path: PathBuf, owner: u32 },
    #[error("--credential is for units of systemd: {CREDENTIALS} is not set")]
    NoCredentials,
    #[error("{name:?} can't be the name of a credential")]
    CredentialName { name: String },
    #[error("{} is encrypted: name the age identity with --identity-file", path.display())]
    Encrypted { path: PathBuf },
    #[error("decrypting {}", path.display())]
    Decrypt { path: PathBuf, source: AgeError },
    #[error("in {}", path.display())]
    Identity { path: PathBuf, source: AgeError },
    #[error("in {}", path.display())]
    Parse { path: PathBuf, source: ParseError },
    #[error("{} and the files before it", path.display())]
    Merge { path: PathBuf, source: MergeError },
}

/// Who must be kept away from a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guard {
    /// Everybody but the owner.
    Owner,
    /// Everybody else; systemd lets the user of the unit in by an access list, which shows as rights of the group.
    Systemd,
}

impl Options {
    /// Whether any place is named.
    pub(crate) fn is_empty(&self) -> bool {
        self.keys_file.is_empty() && self.credential.is_empty()
    }

    /// Whether they can be read only once.
    pub(crate) fn is_stdin(&self) -> bool {
        self.keys_file.iter().any(|path| is_stdin(path))
    }

    /// The keys, from all the places together.
    ///
    /// # Errors
    /// If they can't be read, or others can read them, too.
    pub(crate) fn load(&self) -> Result<ClusterKeys, KeysError> {
        let mut keys = ClusterKeys::default();
        for (path, guard) in self.places()? {
            let content = if is_stdin(&path) { stdin(&path)? } else { closed_file(&path, guard)? };
            let content = self.opened(&path, content)?;
            let part =
                ClusterKeys::parse(&content).map_err(|source| KeysError::Parse { path: path.clone(), source })?;
            keys = keys.merge(part).map_err(|source| KeysError::Merge { path, source })?;
        }
        // What else the file has is not needed here.
        keys.root_token = None;
        Ok(keys)
    }

    /// Decrypted if need be.
    fn opened(&self, path: &Path, content: Zeroizing<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>, KeysError> {
        let mut identity_path = PathBuf::new();
        let identity = || {
            let (path, guard) = match (&self.identity_file, &self.identity_credential) {
                (Some(file), _) => (file.clone(), Guard::Owner),
                (None, Some(name)) => (credential(&credentials_folder()?, name)?, Guard::Systemd),
                (None, None) => return Err(KeysError::Encrypted { path: path.to_owned() }),
            };
            identity_path = path;
            closed_file(&identity_path, guard)
        };
        age::open(content, identity).map_err(|error| match error {
            OpenError::NoIdentity(error) => error,
            OpenError::Identity(source) => KeysError::Identity { path: identity_path, source },
            OpenError::Content(source) => KeysError::Decrypt { path: path.to_owned(), source },
        })
    }

    fn places(&self) -> Result<Vec<(PathBuf, Guard)>, KeysError> {
        let mut places: Vec<_> = self.keys_file.iter().map(|path| (path.clone(), Guard::Owner)).collect();
        if !self.credential.is_empty() {
            let folder = credentials_folder()?;
            for name in &self.credential {
                places.push((credential(&folder, name)?, Guard::Systemd));
            }
        }
        Ok(places)
    }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn credentials_folder() -> Result<OsString, KeysError> {
    std::env::var_os(CREDENTIALS).ok_or(KeysError::NoCredentials)
}

fn credential(folder: &OsStr, name: &str) -> Result<PathBuf, KeysError> {
    let is_plain = !name.is_empty() && !name.contains(['/', '\0']) && name != "." && name != "..";
    if is_plain { Ok(Path::new(folder).join(name)) } else { Err(KeysError::CredentialName { name: name.to_owned() }) }
}

/// The content of a file that nobody else can read, or change.
fn closed_file(path: &Path, guard: Guard) -> Result<Zeroizing<Vec<u8>>, KeysError> {
    let failed = |source| KeysError::Read { path: path.to_owned(), source };
    // Without O_NONBLOCK, opening a named pipe waits for its writer.
    let file = OpenOptions::new().read(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(KeysError::NoFile { path: path.to_owned() });
    }
    let (mode, owner) = (metadata.mode() & 0o7777, metadata.uid());
    let forbidden = match guard {
        Guard::Owner => 0o077,
        Guard::Systemd => 0o037,
    };
    if mode & forbidden != 0 {
        return Err(KeysError::Exposed { path: path.to_owned(), mode });
    }
    if ![0, Uid::effective().as_raw()].contains(&owner) {
        return Err(KeysError::Foreign { path: path.to_owned(), owner });
    }
    limited(file, path)
}

fn stdin(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeysError> {
    limited(io::stdin().lock(), path)
}

fn limited(source: impl io::Read, path: &Path) -> Result<Zeroizing<Vec<u8>>, KeysError> {
    // With room for all of it: a vector that grows leaves copies behind. One byte more, so that too much is noticed.
    let mut content = Zeroizing::new(Vec::with_capacity(LARGEST + 64));
    let limit = u64::try_from(LARGEST + 1).unwrap_or(u64::MAX);
    source.take(limit).read_to_end(&mut content).map_err(|source| KeysError::Read { path: path.to_owned(), source })?;
    Ok(content)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use cluster_keys::age::Identity;

    use super::*;

    fn options(files: &[&Path]) -> Options {
        Options { keys_file: files.iter().map(|path| path.to_path_buf()).collect(), ..Options::default() }
    }

    fn write(path: &Path, share: u8, mode: u32) {
        // One that is read-only can't be written over.
        let _ = fs::remove_file(path);
        fs::write(path, format!("Unseal Key 1: {}\nInitial Root Token: s.canary\n", format!("{share:02x}").repeat(33)))
            .unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn only_files_that_are_closed_to_others_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        for mode in [0o600, 0o400] {
            write(&path, 1, mode);
            let keys = options(&[&path]).load().unwrap();
            assert!(keys.unseal.shares.len() == 1 && keys.root_token().is_none());
        }
        for mode in [0o640, 0o604, 0o660, 0o620] {
            write(&path, 1, 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let error = options(&[&path]).load().unwrap_err();
            assert!(matches!(error, KeysError::Exposed { mode: found, .. } if found == mode), "{error}");
            assert!(error.to_string().contains("chmod 600"), "{error}");
        }
        assert!(matches!(options(&[folder.path()]).load().unwrap_err(), KeysError::NoFile { .. }));
        let missing = folder.path().join("missing");
        assert!(matches!(options(&[&missing]).load().unwrap_err(), KeysError::Read { .. }));
    }

    #[test]
    fn shares_of_several_files_come_together() {
        let folder = tempfile::tempdir().unwrap();
        let paths = [folder.path().join("a"), folder.path().join("b")];
        write(&paths[0], 1, 0o600);
        write(&paths[1], 2, 0o600);
        assert_eq!(options(&[&paths[0], &paths[1]]).load().unwrap().unseal.shares.len(), 2);
    }

    #[test]
    fn encrypted_keys_need_the_identity() {
        // Made by age-keygen for this test.
        let identity = "AGE-SECRET-KEY-1YQNY5AAPSTAKPKZU4SL3W7M66W07MTK0UFCDN62YSW6Q007WVK5S6R0G7M\n";
        let recipient = Identity::parse_file(identity).unwrap().remove(0).recipient().clone();
        let folder = tempfile::tempdir().unwrap();
        let [keys, identity_file] = ["keys.age", "identity"].map(|name| folder.path().join(name));
        write(&keys, 1, 0o600);
        let encrypted = age::encrypt(&fs::read(&keys).unwrap(), &[recipient]).unwrap();
        fs::write(&keys, encrypted).unwrap();
        assert!(matches!(options(&[&keys]).load().unwrap_err(), KeysError::Encrypted { .. }));
        fs::write(&identity_file, identity).unwrap();
        let with_identity = Options { identity_file: Some(identity_file.clone()), ..options(&[&keys]) };
        fs::set_permissions(&identity_file, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(with_identity.load().unwrap_err(), KeysError::Exposed { .. }));
        fs::set_permissions(&identity_file, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(with_identity.load().unwrap().unseal.shares.len(), 1);
    }

    #[test]
    fn a_credential_can_be_readable_by_its_group_and_is_in_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = credential(folder.path().as_os_str(), "keys").unwrap();
        write(&path, 1, 0o440);
        closed_file(&path, Guard::Systemd).unwrap();
        assert!(matches!(closed_file(&path, Guard::Owner).unwrap_err(), KeysError::Exposed { .. }));
        for bad in ["", ".", "..", "../keys", "a/b"] {
            credential(folder.path().as_os_str(), bad).unwrap_err();
        }
    }
}
