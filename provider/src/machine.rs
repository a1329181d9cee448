//! Which machine has the files of an object.
//!
//! What lives in files is on the machine where they were written. An apply elsewhere, in CI say, finds none of them, and
//! must not take that for a loss. So the private state of an object remembers the machine: its id, hashed with a key that
//! is made for each object, because `machine-id(5)` asks programs not to give the id away. A machine without an id, such as
//! many a container, is not checked.

use std::fs;
use std::path::Path;

use aws_lc_rs::hmac;
use pki::{Random as _, SystemRandom};
use serde::{Deserialize, Serialize};
use tf_framework::Private;
use tf_framework::diagnostic::Diagnostic;

/// Where systemd and D-Bus keep the id.
const MACHINE_ID: &str = "/etc/machine-id";

/// Under which key of private state.
const KEY: &str = "machine";

/// What is remembered, both in hexadecimal digits.
#[derive(Debug, Serialize, Deserialize)]
struct Remembered {
    salt: String,
    hash: String,
}

/// Remembers this machine as the one that has the files. Call it when they were written or read here.
///
/// # Errors
/// If there is no randomness for the salt.
pub fn remember(private: &mut Private) -> Result<(), Diagnostic> {
    remember_as(private, machine_id(Path::new(MACHINE_ID)).as_deref())
}

/// Whether the files are on another machine.
pub fn elsewhere(private: &Private) -> bool {
    is_elsewhere(private, machine_id(Path::new(MACHINE_ID)).as_deref())
}

/// The files are on another machine, so nothing is looked at. For `Context::warn_once`: `what` are all such files, as in
/// "Private keys and certificates".
pub fn warning(what: &str) -> Diagnostic {
    Diagnostic::warning(format!("{what} are on another machine"))
        .detail(
            "They were written on another machine, as far as its id in /etc/machine-id tells. What the state says is taken as \
             it is, and changes of the files are not seen.",
        )
        .remedy("Nothing needs to be done as long as nothing changes. What needs the files must be applied over there.")
}

/// What is about to be done needs the files: `what` completes "… needs", as in "Signing a certificate".
///
/// # Errors
/// If they are on another machine.
pub fn required_here(private: &Private, what: &str) -> Result<(), Diagnostic> {
    if !elsewhere(private) {
        return Ok(());
    }
    Err(Diagnostic::error(format!("{what} needs files that are on another machine"))
        .detail("The files were written on another machine, as far as its id in /etc/machine-id tells.")
        .remedy(
            "Apply on that machine. If it is this one, reinstalled or replaced, bring the files here from a backup to the same \
             paths, and import the object again: terraform state rm ADDRESS, then terraform import ADDRESS ID, with the \
             attribute \"id\" of the object as ID.",
        ))
}

/// The id; none if the machine has none, or not yet.
fn machine_id(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let id = text.trim();
    // systemd writes "uninitialized" into images that have not been booted.
    (!id.is_empty() && id != "uninitialized").then(|| id.to_owned())
}

fn remember_as(private: &mut Private, id: Option<&str>) -> Result<(), Diagnostic> {
    let Some(id) = id else {
        private.remove(KEY);
        return Ok(());
    };
    if private.get::<Remembered>(KEY).is_some_and(|remembered| remembered.is_of(id)) {
        return Ok(());
    }
    let mut salt = [0; 16];
    SystemRandom
        .fill(&mut salt)
        .map_err(|error| Diagnostic::error("Remembering the machine that has the files").because(&error))?;
    let salt = hex(&salt);
    private.set(KEY, &Remembered { hash: hash(&salt, id), salt })
}

fn is_elsewhere(private: &Private, id: Option<&str>) -> bool {
    match (private.get::<Remembered>(KEY), id) {
        (Some(remembered), Some(id)) => !remembered.is_of(id),
        _ => false,
    }
}

impl Remembered {
    fn is_of(&self, id: &str) -> bool {
        self.hash == hash(&self.salt, id)
    }
}

fn hash(salt: &str, id: &str) -> String {
    hex(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, salt.as_bytes()), id.as_bytes()).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn the_machine_that_wrote_is_known_again() {
        let mut private = Private::default();
        assert!(!is_elsewhere(&private, Some(HERE)), "nothing is remembered");
        remember_as(&mut private, Some(HERE)).unwrap();
        assert!(!is_elsewhere(&private, Some(HERE)));
        assert!(is_elsewhere(&private, Some("fedcba9876543210fedcba9876543210")));
        assert!(!is_elsewhere(&private, None), "without an id nothing is checked");
    }

    #[test]
    fn what_is_remembered_stays_the_same_and_does_not_tell_the_id() {
        let (mut one, mut two) = (Private::default(), Private::default());
        remember_as(&mut one, Some(HERE)).unwrap();
        remember_as(&mut two, Some(HERE)).unwrap();
        assert_ne!(one, two, "the salt differs");
        let before = one.clone();
        remember_as(&mut one, Some(HERE)).unwrap();
        assert_eq!(one, before, "a second apply changes nothing");
        assert!(!format!("{one:?}").contains(HERE));
        remember_as(&mut one, Some("another")).unwrap();
        assert!(is_elsewhere(&one, Some(HERE)));
        remember_as(&mut one, None).unwrap();
        assert_eq!(one, Private::default());
    }

    #[test]
    fn no_id_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("machine-id");
        assert_eq!(machine_id(&path), None);
        for (content, id) in [("", None), ("\n", None), ("uninitialized\n", None), ("ab12\n", Some("ab12"))] {
            fs::write(&path, content).unwrap();
            assert_eq!(machine_id(&path).as_deref(), id, "{content:?}");
        }
    }
}
