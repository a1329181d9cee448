//! Where the keys of a server live: one file with all of them, several files with one share each, or a secret on another
//! server.
//!
//! Initialising tells the keys once. Until each is where it belongs they are all in one file beside the first place, the
//! [stage](KeysFiles::stage), which is written in one step: a run that is killed has left everything or nothing, and the next
//! run goes on from there. Before the server is asked, the stage holds a record that it will be; a record without keys, beside
//! a server that is initialised, is how a lost reply is known.

mod kv_keys;
mod kv_secret;
mod settings;
mod store;

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use cluster_keys::ClusterKeys;
use cluster_keys::age::{self, AgeError, OpenError, Recipient};
use serde::{Deserialize, Serialize};
use tf_framework::diagnostic::Diagnostic;
use zeroize::Zeroizing;

pub use self::kv_keys::KvKeys;
pub use self::settings::{KeysHome, KeysHomePlan, RootTokenHome, RootTokenHomePlan, VaultKvHome, VaultKvHomePlan};
pub use self::store::KeysStore;
use crate::installed_file::{InstalledFile, Permissions, shell_word};

/// What the name of the stage ends in.
const STAGE: &str = ".initialising";
/// What the name of a file ends in that only shows that another one can be written.
const PROOF: &str = ".writable";

/// The files that a [`KeysHome`] stands for. What its functions do waits for the disk, and is short.
#[derive(Clone, Debug)]
pub struct KeysFiles {
    /// One with everything, or one for each share.
    parts: Vec<InstalledFile>,
    is_split: bool,
    root_token: Option<InstalledFile>,
    sealing: Sealing,
}

/// Whom the files are encrypted for, and what decrypts them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sealing {
    recipients: Vec<Recipient>,
    identity_file: Option<PathBuf>,
}

/// What is in the files.
#[derive(Debug)]
pub struct Found {
    /// The keys in those files that exist.
    pub keys: ClusterKeys,
    /// The files that do not exist.
    pub missing: Vec<PathBuf>,
}

/// What is in the stage.
#[derive(Debug)]
pub enum Staged {
    /// There is none.
    Nothing,
    /// A server was to be initialised.
    Intent(Intent),
    /// It was, and these are its keys.
    Keys(Box<ClusterKeys>),
    /// It was asked, and what it answered could not be read.
    Unread,
}

/// That a server is to be initialised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Its address.
    pub address: String,
    /// When, as RFC 3339 has it.
    pub time: String,
}

/// What becomes of a file that has the keys already.
#[derive(Clone, Copy, Debug)]
enum Same {
    Stays,
    IsWritten,
}

/// How an [`Intent`] lies on disk: nobody takes it for keys.
#[derive(Serialize, Deserialize)]
struct Record {
    secretzero_initialises: Intent,
}

impl Found {
    /// Whether there is nothing of the keys.
    pub fn is_nothing(&self) -> bool {
        self.keys.is_empty()
    }
}

impl KeysFiles {
    /// The files that were declared. Where the keys are on another server, only the root token can have one.
    ///
    /// # Errors
    /// The first thing that is wrong with the declaration, without a place.
    pub fn of(home: &KeysHome, root_token: Option<&RootTokenHome>) -> Result<Self, Diagnostic> {
        home.checked()?;
        let file = |path: &String| InstalledFile {
            path: path.into(),
            permissions: Permissions { mode: 0o600, owner: home.owner.clone(), group: None },
        };
        let recipients =
            home.age_recipients.iter().flatten().map(|text| Recipient::parse(text)).collect::<Result<_, _>>();
        let sealing = Sealing {
            recipients: recipients.map_err(|error| Diagnostic::error("Not an age Recipient").because(&error))?,
            identity_file: home.age_identity_file.as_ref().map(PathBuf::from),
        };
        let parts = match (&home.file, &home.share_files) {
            (Some(path), _) => vec![file(path)],
            (None, shares) => shares.iter().flatten().map(file).collect(),
        };
        Ok(Self {
            parts,
            is_split: home.share_files.is_some(),
            root_token: root_token.map(|home| file(&home.file)),
            sealing,
        })
    }

    /// Their paths, for sentences.
    pub fn describe(&self) -> String {
        self.all().map(|file| file.path.display().to_string()).collect::<Vec<_>>().join(", ")
    }

    fn all(&self) -> impl Iterator<Item = &InstalledFile> {
        self.parts.iter().chain(&self.root_token)
    }

    /// The file beside the first place that has everything until each place has its part.
    pub fn stage(&self) -> InstalledFile {
        let path = self.parts.first().map_or(Path::new("keys"), |file| &file.path);
        let permissions = Permissions { mode: 0o600, owner: None, group: None };
        InstalledFile { path: beside(path, STAGE), permissions }
    }

    /// What is in the files.
    ///
    /// # Errors
    /// If one can't be read, is open to others, or has something else in it.
    pub fn load(&self) -> Result<Found, Diagnostic> {
        let mut found = Found { keys: ClusterKeys::default(), missing: Vec::new() };
        for file in self.all() {
            let Some(content) = read_closed(file)? else {
                found.missing.push(file.path.clone());
                continue;
            };
            let no_keys = |error: &dyn std::error::Error| {
                Diagnostic::error(format!("No keys of a server are in {}", file.path.display()))
                    .because(error)
                    .remedy("Correct the path, or put the keys there. It is not overwritten.")
            };
            let content = self.sealing.open(&file.path, content)?;
            let part = ClusterKeys::parse(&content).map_err(|error| no_keys(&error))?;
            found.keys = found.keys.merge(part).map_err(|error| no_keys(&error))?;
        }
        Ok(found)
    }

    /// What is in the stage.
    ///
    /// # Errors
    /// If it can't be read, or is open to others.
    pub fn staged(&self) -> Result<Staged, Diagnostic> {
        let stage = self.stage();
        let Some(content) = read_closed(&stage)? else { return Ok(Staged::Nothing) };
        if let Ok(record) = serde_json::from_slice::<Record>(&content) {
            return Ok(Staged::Intent(record.secretzero_initialises));
        }
        let content = self.sealing.open(&stage.path, content)?;
        Ok(ClusterKeys::parse(&content).map_or(Staged::Unread, |keys| Staged::Keys(Box::new(keys))))
    }

    /// Shows that each file can be written: one beside it is written, read, decrypted if need be, and removed.
    ///
    /// # Errors
    /// If that is impossible for one of them.
    pub fn prove_writable(&self) -> Result<(), Diagnostic> {
        for file in self.all() {
            let proof = InstalledFile { path: beside(&file.path, PROOF), permissions: file.permissions.clone() };
            // What a killed run has left.
            proof.remove()?;
            proof.create(&self.sealing.close(PROOF.as_bytes())?)?;
            let read = proof.read()?.map(|read| self.sealing.open(&proof.path, read)).transpose();
            proof.remove()?;
            if read?.is_none_or(|read| read.as_slice() != PROOF.as_bytes()) {
                return Err(Diagnostic::error(format!("{} does not keep what is written", proof.path.display()))
                    .remedy("Choose a path on another file system for the keys."));
            }
        }
        Ok(())
    }

    /// Records on disk that a server will be initialised.
    ///
    /// # Errors
    /// If that is impossible.
    pub fn intend(&self, intent: Intent) -> Result<(), Diagnostic> {
        let record = Record { secretzero_initialises: intent };
        // Texts always have a form in JSON.
        Ok(self.stage().write(&serde_json::to_vec_pretty(&record).unwrap_or_default())?)
    }

    /// Puts the text of keys into the stage, or whatever the server told: from now on it is safe.
    ///
    /// # Errors
    /// If that is impossible. What was there is then unchanged.
    pub fn keep(&self, text: &[u8]) -> Result<(), Diagnostic> {
        Ok(self.stage().write(&self.sealed(text)?)?)
    }

    /// A text as it is written: encrypted, where recipients are declared.
    ///
    /// # Errors
    /// If it can't be encrypted.
    pub fn sealed(&self, text: &[u8]) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
        self.sealing.close(text)
    }

    /// Puts the keys where they belong. A file that is there already must have just that in it.
    ///
    /// # Errors
    /// If something else is there, or it can't be written. What was there is then unchanged.
    pub fn distribute(&self, keys: &ClusterKeys) -> Result<(), Diagnostic> {
        self.put_all(keys, Same::Stays)
    }

    /// The same, and files that have the keys already are written anew: for other recipients, or another owner.
    ///
    /// # Errors
    /// As [`distribute`](Self::distribute).
    pub fn rewrite(&self, keys: &ClusterKeys) -> Result<(), Diagnostic> {
        self.put_all(keys, Same::IsWritten)
    }

    fn put_all(&self, keys: &ClusterKeys, same: Same) -> Result<(), Diagnostic> {
        let (shares, rest) = keys.split();
        if self.is_split && shares.len() != self.parts.len() {
            return Err(Diagnostic::error("As Many Files as Shares Are Needed")
                .detail(format!("There are {} key shares and {} share_files.", shares.len(), self.parts.len()))
                .remedy("Name as many files as there are shares."));
        }
        // Before it leaves the file with the shares, if it was there.
        if let Some(file) = &self.root_token
            && rest.root_token().is_some()
        {
            self.put(file, &rest, same)?;
        }
        if self.is_split {
            return self.parts.iter().zip(&shares).try_for_each(|(file, share)| self.put(file, share, same));
        }
        let mut whole = keys.clone();
        if self.root_token.is_some() {
            whole.root_token = None;
        }
        self.parts.iter().try_for_each(|file| self.put(file, &whole, same))
    }

    /// Puts keys into a file that has nothing or the same in it.
    fn put(&self, file: &InstalledFile, keys: &ClusterKeys, same: Same) -> Result<(), Diagnostic> {
        let json = keys.to_json();
        if let Some(content) = read_closed(file)? {
            let content = self.sealing.open(&file.path, content)?;
            let there = ClusterKeys::parse(&content).unwrap_or_default();
            match same {
                // A run that was killed when the file had just got its name has left another name for it.
                Same::Stays if is_same(&there, keys) => return Ok(file.sweep()?),
                Same::IsWritten if is_compatible(&there, keys) => return Ok(file.write(&self.sealing.close(&json)?)?),
                Same::Stays | Same::IsWritten => {}
            }
        }
        Ok(file.create(&self.sealing.close(&json)?)?)
    }

    /// Puts the keys where they belong, and removes the stage then.
    ///
    /// # Errors
    /// As [`distribute`](Self::distribute). The stage is then still there.
    pub fn bring_home(&self, keys: &ClusterKeys) -> Result<(), Diagnostic> {
        self.distribute(keys)?;
        self.clear_stage()
    }

    /// Removes the stage, when everything is where it belongs.
    ///
    /// # Errors
    /// If it can't be removed.
    pub fn clear_stage(&self) -> Result<(), Diagnostic> {
        Ok(self.stage().remove()?)
    }

    /// Removes those files that are not among these others. The others are written by then: two paths can lead to one file,
    /// by links, mounts or two spellings, and what is removed then would be what was just written.
    ///
    /// # Errors
    /// If one can't be removed, or it can't be told which file a path leads to.
    pub fn remove_unless_in(&self, others: &Self) -> Result<(), Diagnostic> {
        'files: for file in self.all() {
            for other in others.all() {
                if file.path == other.path || file.is_same_file(other)? {
                    continue 'files;
                }
            }
            file.remove()?;
        }
        Ok(())
    }
}

impl Sealing {
    /// What is written.
    fn close(&self, plain: &[u8]) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
        if self.recipients.is_empty() {
            return Ok(Zeroizing::new(plain.to_vec()));
        }
        let closed = age::encrypt(plain, &self.recipients);
        Ok(Zeroizing::new(
            closed.map_err(|error| Diagnostic::error("Encrypting the keys of the server").because(&error))?,
        ))
    }

    /// What was written, of a file at this path.
    fn open(&self, path: &Path, content: Zeroizing<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
        let failed = |error: &AgeError, remedy: &str| {
            Diagnostic::error(format!("Decrypting {}", path.display())).because(error).remedy(remedy)
        };
        age::open(content, || self.identity_for(path)).map_err(|error| match error {
            OpenError::NoIdentity(diagnostic) => diagnostic,
            OpenError::Identity(error) => failed(&error, "Name the file that age-keygen made in age_identity_file."),
            OpenError::Content(error) => failed(
                &error,
                "age_identity_file must have an identity of one of the recipients that the file is encrypted for.",
            ),
        })
    }

    /// The file with the identity, which decrypts the file at this path.
    fn identity_for(&self, path: &Path) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
        let Some(identity_file) = &self.identity_file else {
            return Err(Diagnostic::error(format!("The keys in {} are encrypted", path.display()))
                .remedy("Name the file with the age identity that decrypts them: age_identity_file."));
        };
        let file = InstalledFile {
            path: identity_file.clone(),
            permissions: Permissions { mode: 0o600, owner: None, group: None },
        };
        read_closed(&file)?.ok_or_else(|| {
            Diagnostic::error(format!("Decrypting {}", path.display()))
                .detail(format!("The file with the age identity does not exist: {}", identity_file.display()))
                .remedy("Bring it here, or correct age_identity_file. age-keygen makes one: age-keygen -o FILE")
        })
    }
}

/// A file that only its owner can read, whole. `None` only if it definitely does not exist.
fn read_closed(file: &InstalledFile) -> Result<Option<Zeroizing<Vec<u8>>>, Diagnostic> {
    let Some(found) = file.find()? else { return Ok(None) };
    let mode = found.metadata.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(Diagnostic::error(format!("Others can get at the keys in {}", file.path.display()))
            .detail(format!("Its mode is {mode:04o}."))
            .remedy(format!(
                "Whoever had access may have the keys: rekey the server if that matters. Then close the file: chmod 600 {}",
                shell_word(&file.path)
            )));
    }
    Ok(Some(found.content(&file.path)?))
}

/// Whether these are the same shares and the same root token.
fn is_same(one: &ClusterKeys, another: &ClusterKeys) -> bool {
    one.fingerprints() == another.fingerprints() && one.has_root_token_of(another)
}

/// Whether these are the same shares, and no two root tokens.
fn is_compatible(there: &ClusterKeys, keys: &ClusterKeys) -> bool {
    let has_two = there.root_token().is_some() && keys.root_token().is_some() && !there.has_root_token_of(keys);
    !there.is_empty() && !has_two && there.fingerprints() == keys.fingerprints()
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}

#[cfg(test)]
mod tests;
