use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path as FilePath;

use pki::{KeyAlgorithm, KeyError};
use tempfile::TempDir;

use super::*;
use crate::installed_file::FileError;

fn at(folder: &TempDir, name: &str) -> KeyHome {
    KeyHome { file: Some(path_of(folder, name)), ..KeyHome::default() }
}

fn path_of(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

/// One that needs no server.
fn home(declared: &KeyHome) -> Home<'static> {
    assert!(!declared.check(&Path::root()).has_errors());
    declared.key_file().unwrap().map_or(Home::InState, Home::File)
}

fn key() -> PrivateKey {
    PrivateKey::generate(KeyAlgorithm::EcdsaP256).unwrap()
}

async fn key_in(home: &Home<'_>) -> Option<String> {
    home.load(None).await.unwrap().map(|key| key.public_key().key_id().to_hex())
}

fn id(key: &PrivateKey) -> Option<String> {
    Some(key.public_key().key_id().to_hex())
}

fn mode_of(path: &FilePath) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn chmod(path: &FilePath, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn a_key_is_stored_once_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let home = home(&at(&folder, "pki/ca.key"));
    assert_eq!(key_in(&home).await, None);
    let (one, two) = (key(), key());
    home.store(&one).await.unwrap();
    assert_eq!((mode_of(&folder.path().join("pki/ca.key")), mode_of(&folder.path().join("pki"))), (0o600, 0o700));
    assert_eq!(key_in(&home).await, id(&one));
    assert_eq!(home.differences().await.unwrap(), [""; 0]);
    home.store(&one).await.unwrap();
    let error = home.store(&two).await.unwrap_err();
    assert!(matches!(error, HomeError::Occupied { .. }), "{error}");
    assert!(error.to_string().contains(&id(&one).unwrap()), "{error}");
    assert_eq!(key_in(&home).await, id(&one));
    home.remove().await.unwrap();
    home.remove().await.unwrap();
    assert_eq!(key_in(&home).await, None);
}

#[tokio::test]
async fn a_key_that_is_replaced_is_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let declared = KeyHome { mode: Some("0640".to_owned()), ..at(&folder, "ca.key") };
    let home = home(&declared);
    let (one, two, three) = (key(), key(), key());
    assert_eq!(home.replace(&one).await.unwrap(), None);
    let first = fs::read(folder.path().join("ca.key")).unwrap();
    let aside = home.replace(&two).await.unwrap().unwrap();
    assert!(aside.contains("ca.key.replaced-2"), "{aside}");
    assert_eq!((fs::read(&aside).unwrap(), mode_of(aside.as_ref())), (first, 0o600));
    assert_eq!((key_in(&home).await, home.replace(&two).await.unwrap()), (id(&two), None));
    let other = home.replace(&three).await.unwrap().unwrap();
    assert_ne!(aside, other);
    // As after a kill between the copy and the rename.
    fs::copy(&other, folder.path().join("ca.key")).unwrap();
    assert_eq!(home.replace(&three).await.unwrap().unwrap(), other);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    assert_eq!(mode_of(&folder.path().join("ca.key")), 0o640);
}

#[tokio::test]
async fn what_everybody_can_read_is_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let home = home(&at(&folder, "ca.key"));
    home.store(&key()).await.unwrap();
    let path = folder.path().join("ca.key");
    for mode in [0o604, 0o644, 0o602] {
        chmod(&path, mode);
        let error = home.load(None).await.unwrap_err();
        assert!(matches!(error, HomeError::Exposed { .. }), "{error}");
        assert!(error.remedy().ends_with(&format!("chmod 600 {}", path.display())), "{}", error.remedy());
    }
    chmod(&path, 0o640);
    assert_eq!(home.differences().await.unwrap(), [format!("{}: mode is 0640, not 0600", path.display())]);
    let found = home.load(None).await.unwrap().unwrap();
    home.repair(&found).await.unwrap();
    assert_eq!(home.differences().await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn what_is_no_key_is_an_error_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let home = home(&at(&folder, "ca.key"));
    for content in ["", "garbage", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
        fs::write(folder.path().join("ca.key"), content).unwrap();
        chmod(&folder.path().join("ca.key"), 0o600);
        let errors = [home.load(None).await.map(drop).unwrap_err(), home.store(&key()).await.unwrap_err()];
        assert!(errors.iter().all(|error| matches!(error, HomeError::NotAKey { .. })), "{errors:?}");
        assert_eq!(fs::read_to_string(folder.path().join("ca.key")).unwrap(), content);
    }
    fs::remove_file(folder.path().join("ca.key")).unwrap();
    fs::create_dir(folder.path().join("ca.key")).unwrap();
    let error = home.load(None).await.unwrap_err();
    assert!(matches!(error, HomeError::File(FileError::IsFolder { .. })), "{error}");
}

#[tokio::test]
async fn a_key_in_der_is_read_too() {
    let folder = tempfile::tempdir().unwrap();
    let (home, key) = (home(&at(&folder, "ca.key")), key());
    #[expect(clippy::disallowed_methods, reason = "a key of this test")]
    fs::write(folder.path().join("ca.key"), key.to_pkcs8_der().unwrap().expose_secret()).unwrap();
    chmod(&folder.path().join("ca.key"), 0o600);
    assert_eq!(key_in(&home).await, id(&key));
}

#[tokio::test]
async fn a_passphrase_encrypts_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("passphrase");
    let plain = at(&folder, "ca.key");
    let declared = KeyHome { passphrase_file: Some(secret.to_str().unwrap().to_owned()), ..plain.clone() };
    let (plain, encrypted, key) = (home(&plain), home(&declared), key());
    let error = encrypted.store(&key).await.unwrap_err();
    assert!(matches!(error, HomeError::PassphraseMissing { .. }), "{error}");
    fs::write(&secret, "\n").unwrap();
    assert!(matches!(encrypted.store(&key).await, Err(HomeError::Exposed { .. })));
    chmod(&secret, 0o600);
    assert!(matches!(encrypted.store(&key).await, Err(HomeError::PassphraseUnusable { .. })));
    fs::write(&secret, "correct horse\nsecond line").unwrap();
    plain.store(&key).await.unwrap();
    assert_eq!(
        encrypted.differences().await.unwrap(),
        [format!("{}/ca.key: is not encrypted", folder.path().display())]
    );
    assert_eq!(plain.move_to(&encrypted, &key).await.unwrap(), None);
    assert_eq!(encrypted.differences().await.unwrap(), [""; 0]);
    assert_eq!(key_in(&encrypted).await, id(&key));
    let error = plain.load(None).await.unwrap_err();
    assert!(matches!(error, HomeError::NotAKey { source: KeyError::PassphraseMissing, .. }), "{error}");
    assert!(error.remedy().contains("passphrase_file"));
    let moving = plain.load_moving(&encrypted, None).await.unwrap();
    assert_eq!(moving.map(|key| key.public_key().key_id().to_hex()), id(&key));
    assert_eq!(plain.move_to(&encrypted, &key).await.unwrap(), None);
    fs::write(&secret, "wrong horse").unwrap();
    let error = encrypted.load(None).await.unwrap_err();
    assert!(matches!(error, HomeError::NotAKey { source: KeyError::WrongPassphrase, .. }), "{error}");
    fs::write(&secret, "correct horse").unwrap();
    assert_eq!(encrypted.move_to(&plain, &key).await.unwrap(), None);
    assert_eq!(key_in(&plain).await, id(&key));
}

#[tokio::test]
async fn a_moved_key_is_in_one_place() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new, key) = (home(&at(&folder, "old.key")), home(&at(&folder, "sub/new.key")), key());
    old.store(&key).await.unwrap();
    for _ in 0..2 {
        assert_eq!(old.move_to(&new, &key).await.unwrap(), None);
        assert_eq!((key_in(&old).await, key_in(&new).await), (None, id(&key)));
    }
    let other = self::key();
    old.store(&other).await.unwrap();
    assert_eq!(old.move_to(&new, &key).await.unwrap(), Some(path_of(&folder, "old.key")));
    assert_eq!(key_in(&old).await, id(&other));
    let error = new.move_to(&old, &key).await.unwrap_err();
    assert!(matches!(error, HomeError::Occupied { .. }), "{error}");
    assert_eq!(key_in(&new).await, id(&key));
}

#[tokio::test]
async fn a_key_is_not_moved_onto_itself() {
    let folder = tempfile::tempdir().unwrap();
    let (old, key) = (home(&at(&folder, "ca.key")), key());
    old.store(&key).await.unwrap();
    fs::create_dir(folder.path().join("sub")).unwrap();
    symlink("ca.key", folder.path().join("link.key")).unwrap();
    for same in ["ca.key", "./ca.key", "sub/../ca.key", "link.key"] {
        let new = home(&KeyHome { mode: Some("0400".to_owned()), ..at(&folder, same) });
        assert_eq!(old.move_to(&new, &key).await.unwrap(), None);
        assert_eq!((key_in(&old).await, key_in(&new).await), (id(&key), id(&key)), "{same}");
        assert_eq!(mode_of(&folder.path().join("ca.key")), 0o400);
        assert_eq!(new.move_to(&old, &key).await.unwrap(), None);
        assert_eq!((key_in(&old).await, mode_of(&folder.path().join("ca.key"))), (id(&key), 0o600), "{same}");
    }
    fs::hard_link(folder.path().join("ca.key"), folder.path().join("hard.key")).unwrap();
    let new = home(&at(&folder, "hard.key"));
    assert_eq!(old.move_to(&new, &key).await.unwrap(), None);
    assert_eq!((key_in(&old).await, key_in(&new).await), (None, id(&key)));
}

#[tokio::test]
async fn the_state_is_a_home_that_is_written_by_others() {
    let folder = tempfile::tempdir().unwrap();
    let state = home(&KeyHome { in_state: Some(true), ..KeyHome::default() });
    let (file, key) = (home(&at(&folder, "ca.key")), key());
    assert!(state.load(None).await.unwrap().is_none());
    let pem = state.in_state(&key).unwrap().unwrap();
    assert_eq!(state.load(Some(&pem)).await.unwrap().unwrap().public_key(), key.public_key());
    assert!(matches!(state.load(Some(&Secret::from("garbage"))).await, Err(HomeError::State(_))));
    assert!(file.in_state(&key).unwrap().is_none());
    assert_eq!(state.move_to(&file, &key).await.unwrap(), None);
    assert_eq!(key_in(&file).await, id(&key));
    // The file stays: nobody knows yet whether the state will be written.
    assert_eq!(file.move_to(&state, &key).await.unwrap(), Some(path_of(&folder, "ca.key")));
    assert_eq!(key_in(&file).await, id(&key));
    assert_eq!(
        (file.describe(), state.describe()),
        (format!("the file {}/ca.key", folder.path().display()), "the state".into())
    );
}

#[test]
fn no_error_shows_a_key() {
    let error = HomeError::NotAKey { path: "pki/ca.key".into(), source: KeyError::PassphraseMissing };
    let diagnostic = tf_framework::diagnostic::Diagnostic::from(error);
    assert_eq!(diagnostic.summary(), "Reading the private key in pki/ca.key");
    assert!(
        diagnostic.detail_text().starts_with("the private key is encrypted and no passphrase is given\n\nName a file")
    );
}
