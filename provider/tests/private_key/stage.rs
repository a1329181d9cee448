//! A provider, a place for a key, and short words for what is asked of both.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use pki::{KeyAlgorithm, PrivateKey};
use provider::SecretZero;
use secrecy::ExposeSecret as _;
use tempfile::TempDir;
use tf_framework::value::Value;
use tf_testing::{Client, Kit, Managed, Refusal, config};

pub(crate) const CLIENTS: [Client; 4] =
    [Client::opentofu(), Client::terraform(), Client::terraform_1_11(), Client::older()];

pub(crate) fn kit() -> Kit {
    Kit::new::<SecretZero>(config!({})).unwrap()
}

/// A folder with a place for a key in it.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) file: String,
}

impl Place {
    pub(crate) fn path(&self) -> &Path {
        Path::new(&self.file)
    }

    pub(crate) fn other(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn files(&self) -> Vec<String> {
        let folder = self.path().parent().unwrap();
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

pub(crate) fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys/a.key").to_str().unwrap().to_owned();
    Place { folder, file }
}

pub(crate) fn key_in(file: impl Into<PathBuf>) -> PrivateKey {
    PrivateKey::from_pem(&fs::read_to_string(file.into()).unwrap(), None).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a key of the test, into a file of the test")]
pub(crate) fn write_key(file: &Path, algorithm: KeyAlgorithm) -> PrivateKey {
    let key = PrivateKey::generate(algorithm).unwrap();
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, key.to_pkcs8_pem().unwrap().expose_secret()).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
    key
}

pub(crate) fn id_of(key: &PrivateKey) -> String {
    key.public_key().key_id().to_hex()
}

pub(crate) fn mode(file: &Path) -> u32 {
    fs::metadata(file).unwrap().permissions().mode() & 0o7777
}

pub(crate) fn text(object: &Managed<'_>, name: &str) -> String {
    object.attribute(name).and_then(Value::as_str).unwrap_or_else(|| panic!("{name} is a text")).to_owned()
}

/// The first error: headline, attribute, and the whole text.
#[track_caller]
pub(crate) fn refused(refusal: &Refusal, summary: &str, attribute: &str, detail: &str) {
    let Refusal::Reported { diagnostics, .. } = refusal else { panic!("{refusal}") };
    let told = diagnostics.iter().find(|told| told.summary().contains(summary));
    let told = told.unwrap_or_else(|| panic!("{refusal}"));
    assert_eq!(told.path().to_string(), attribute, "{refusal}");
    assert!(told.detail_text().contains(detail), "{refusal}");
}
