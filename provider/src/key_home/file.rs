//! A key in a file: PKCS#8 in PEM, encrypted if there is a passphrase.
//!
//! A key is never overwritten. Where it must give way, a copy of it is made first, in a file beside it that only we can read.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use pki::{PrivateKey, SystemRandom};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::error::HomeError;
use crate::installed_file::{FileError, InstalledFile, Operation, Permissions};

/// The label of an encrypted key in PEM (RFC 7468 §11).
const ENCRYPTED: &[u8] = b"-----BEGIN ENCRYPTED PRIVATE KEY-----";

/// A file that holds one private key. Its functions are those of [`Home`](super::Home), and wait for the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFile {
    /// The file.
    pub installed: InstalledFile,
    /// A file whose first line is the passphrase. The key is encrypted if there is one.
    pub passphrase_file: Option<PathBuf>,
}

impl KeyFile {
    /// The key; `None` only if the file definitely does not exist.
    ///
    /// # Errors
    /// As that of [`Home`](super::Home).
    pub fn load(&self) -> Result<Option<PrivateKey>, HomeError> {
        let Some(content) = read_closed(&self.installed)? else { return Ok(None) };
        self.parse(&content).map(Some)
    }

    /// Takes away from everybody what is there, if everybody can get at it. Returns whether that was so.
    pub(super) fn secure(&self) -> Result<bool, HomeError> {
        match read_closed(&self.installed) {
            Err(HomeError::Exposed { .. }) => {}
            other => return other.map(|_| false),
        }
        // A new file, so that whoever has opened the old one does not see what is written to it later.
        if let Some(content) = self.installed.read()? {
            self.installed.write(&content)?;
        }
        Ok(true)
    }

    /// Puts the key there if nothing is there. If it is this key, gives it its permissions and encryption.
    ///
    /// # Errors
    /// As that of [`Home`](super::Home).
    pub fn store(&self, key: &PrivateKey) -> Result<(), HomeError> {
        let content = self.encode(key)?;
        match self.installed.create(content.expose()) {
            Ok(()) => return Ok(()),
            Err(FileError::Exists { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        match self.load()? {
            Some(found) if found.public_key() == key.public_key() => {
                if self.differences()?.is_empty() {
                    Ok(())
                } else {
                    Ok(self.installed.write(content.expose())?)
                }
            }
            Some(found) => Err(self.occupied_by(&found)),
            // Removed in between, by somebody else.
            None => Ok(self.installed.create(content.expose())?),
        }
    }

    /// Puts the key there, and what is there into a file beside it. Returns that.
    ///
    /// # Errors
    /// As that of [`Home`](super::Home).
    pub fn replace(&self, key: &PrivateKey) -> Result<Option<PathBuf>, HomeError> {
        let Some(old) = self.installed.read()? else { return self.store(key).map(|()| None) };
        self.installed.sweep()?;
        let content = self.encode(key)?;
        // An earlier run may have been killed when it had just come so far.
        if self.parse(&old).is_ok_and(|found| found.public_key() == key.public_key()) {
            if !self.differences()?.is_empty() {
                self.installed.write(content.expose())?;
            }
            return Ok(None);
        }
        let aside = set_aside(&self.installed.target()?, &old, crate::clock::now())?;
        self.installed.write(content.expose())?;
        Ok(Some(aside))
    }

    /// Removes the file.
    ///
    /// # Errors
    /// As that of [`Home`](super::Home).
    pub fn remove(&self) -> Result<(), HomeError> {
        Ok(self.installed.remove()?)
    }

    /// Moves the key to another file. Returns this file if it stays, because it holds something else.
    ///
    /// # Errors
    /// As that of [`Home`](super::Home).
    pub fn move_to(&self, other: &Self, key: &PrivateKey) -> Result<Option<PathBuf>, HomeError> {
        // The two paths may lead to one file, by links, mounts or two spellings: there is then nothing to remove, only owner,
        // mode or passphrase to change. Where each is a name of its own for the file, writing one takes them apart.
        if self.installed.is_same_file(&other.installed)? {
            let found = self.load().or_else(|_| other.load())?;
            if let Some(found) = found.filter(|found| found.public_key() != key.public_key()) {
                return Err(self.occupied_by(&found));
            }
            other.installed.write(other.encode(key)?.expose())?;
        } else {
            other.store(key)?;
        }
        match other.load()? {
            Some(found) if found.public_key() == key.public_key() => {}
            _ => return Err(HomeError::NotReadBack { path: other.installed.path.clone() }),
        }
        if self.installed.is_same_file(&other.installed)? {
            return Ok(None);
        }
        self.leave(key)
    }

    /// Removes the file, if the key is in it. Returns the file if it stays, because it holds something else.
    pub(super) fn leave(&self, key: &PrivateKey) -> Result<Option<PathBuf>, HomeError> {
        match self.installed.read()? {
            None => Ok(None),
            Some(content) if self.parse(&content).is_ok_and(|found| found.public_key() == key.public_key()) => {
                self.remove().map(|()| None)
            }
            Some(_) => Ok(Some(self.installed.path.clone())),
        }
    }

    /// What is different beside the key.
    ///
    /// # Errors
    /// As that of [`Home`](super::Home).
    pub fn differences(&self) -> Result<Vec<String>, HomeError> {
        let Some(found) = self.installed.find()? else { return Ok(vec![self.installed.is_missing()]) };
        let mut differences = self.installed.differences_of(&found.metadata);
        let content = found.content(&self.installed.path)?;
        let is_encrypted = content.windows(ENCRYPTED.len()).any(|window| window == ENCRYPTED);
        if self.passphrase_file.is_some() && !is_encrypted {
            differences.push(format!("{}: is not encrypted", self.installed.path.display()));
        }
        Ok(differences)
    }

    fn occupied_by(&self, key: &PrivateKey) -> HomeError {
        let public = key.public_key();
        let (kind, key_id) = (public.kind().to_string(), public.key_id().to_hex());
        HomeError::Occupied { path: self.installed.path.clone(), kind, key_id }
    }

    fn parse(&self, content: &[u8]) -> Result<PrivateKey, HomeError> {
        let passphrase = match &self.passphrase_file {
            Some(file) if content.windows(ENCRYPTED.len()).any(|window| window == ENCRYPTED) => Some(passphrase(file)?),
            _ => None,
        };
        let key = match std::str::from_utf8(content) {
            Ok(text) if text.contains("-----BEGIN ") => PrivateKey::from_pem(text, passphrase.as_ref()),
            _ => PrivateKey::from_der(content, passphrase.as_ref()),
        };
        key.map_err(|source| HomeError::NotAKey { path: self.installed.path.clone(), source })
    }

    /// What the file is to hold.
    fn encode(&self, key: &PrivateKey) -> Result<Encoded, HomeError> {
        Ok(match &self.passphrase_file {
            None => Encoded::Plain(key.to_pkcs8_pem().map_err(HomeError::Encode)?),
            Some(file) => {
                let encrypted = key.to_encrypted_pkcs8_pem(&passphrase(file)?, &mut SystemRandom);
                Encoded::Encrypted(encrypted.map_err(HomeError::Encode)?)
            }
        })
    }
}

/// The content of a file with a key.
enum Encoded {
    Plain(SecretString),
    Encrypted(String),
}

impl Encoded {
    #[expect(clippy::disallowed_methods, reason = "it goes into the file that the user named for it")]
    fn expose(&self) -> &[u8] {
        match self {
            Self::Plain(pem) => pem.expose_secret().as_bytes(),
            Self::Encrypted(pem) => pem.as_bytes(),
        }
    }
}

/// The content of a file that not everybody can get at.
fn read_closed(file: &InstalledFile) -> Result<Option<Zeroizing<Vec<u8>>>, HomeError> {
    let Some(found) = file.find()? else { return Ok(None) };
    let mode = found.metadata.mode() & 0o7777;
    if mode & 0o007 != 0 {
        return Err(HomeError::Exposed { path: file.path.clone(), mode });
    }
    Ok(Some(found.content(&file.path)?))
}

/// The first line of a file.
fn passphrase(path: &Path) -> Result<SecretString, HomeError> {
    let permissions = Permissions { mode: 0o600, owner: None, group: None };
    let content = read_closed(&InstalledFile { path: path.to_owned(), permissions })?
        .ok_or_else(|| HomeError::PassphraseMissing { path: path.to_owned() })?;
    let unusable = |problem| HomeError::PassphraseUnusable { path: path.to_owned(), problem };
    let text = std::str::from_utf8(&content).map_err(|_| unusable("is not text in UTF-8"))?;
    match text.lines().next() {
        None | Some("") => Err(unusable("has nothing in its first line")),
        Some(line) => Ok(SecretString::from(line)),
    }
}

/// Copies what is in a file into a new one beside it that only we can read, unless an earlier run that was killed has done
/// so. The file keeps its place until the new key takes it: there is no moment without a key.
fn set_aside(target: &Path, content: &[u8], now: Timestamp) -> Result<PathBuf, HomeError> {
    let mut start = target.file_name().unwrap_or_default().to_owned();
    start.push(".replaced-");
    let permissions = Permissions { mode: 0o600, owner: None, group: None };
    let beside =
        |name: &std::ffi::OsStr| InstalledFile { path: target.with_file_name(name), permissions: permissions.clone() };
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = fs::read_dir(folder).map_err(|source| FileError::io(Operation::Read, folder, source))?;
    for entry in entries.flatten() {
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(start.as_encoded_bytes()) {
            let earlier = beside(&name);
            // Whatever can't be read is not the copy that we look for.
            if earlier.differences(content).is_ok_and(|differences| differences.is_empty()) {
                return Ok(earlier.path);
            }
        }
    }
    start.push(now.strftime("%Y%m%dT%H%M%SZ").to_string());
    let mut name = start.clone();
    for number in 2_u64.. {
        let aside = beside(&name);
        match aside.create(content) {
            Ok(()) => return Ok(aside.path),
            Err(FileError::Exists { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        name.clone_from(&start);
        name.push(format!("-{number}"));
    }
    Err(FileError::Exists { path: target.with_file_name(start) }.into())
}
