use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use cluster_keys::ShareSet;

use super::*;

fn share(number: u8) -> cluster_keys::KeyShare {
    cluster_keys::KeyShare::parse(&format!("{number:02x}").repeat(33)).unwrap()
}

fn keys(shares: u8) -> ClusterKeys {
    let unseal = ShareSet { shares: (1..=shares).map(share).collect(), total: Some(shares.into()), threshold: Some(1) };
    ClusterKeys { unseal, root_token: Some("s.canary".to_owned().into()), ..ClusterKeys::default() }
}

fn split(folder: &Path, shares: u8) -> KeysFiles {
    let path = |name: String| folder.join(name).display().to_string();
    let share_files = Some((1..=shares).map(|number| path(format!("share-{number}"))).collect());
    let home = KeysHome { share_files, ..KeysHome::default() };
    KeysFiles::of(&home, Some(&RootTokenHome { file: path("root".to_owned()) })).unwrap()
}

fn whole(folder: &Path) -> KeysFiles {
    let home = KeysHome { file: Some(folder.join("a/keys.json").display().to_string()), ..KeysHome::default() };
    KeysFiles::of(&home, None).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn keys_come_from_the_stage_to_their_places() {
    let folder = tempfile::tempdir().unwrap();
    for (files, expected) in [
        (split(&folder.path().join("split"), 2), vec!["root", "share-1", "share-2"]),
        (whole(&folder.path().join("whole")), vec!["keys.json"]),
    ] {
        assert!(files.load().unwrap().is_nothing());
        assert!(matches!(files.staged().unwrap(), Staged::Nothing));
        files.prove_writable().unwrap();
        let intent = Intent { address: "https://a".to_owned(), time: "now".to_owned() };
        files.intend(intent.clone()).unwrap();
        assert!(matches!(files.staged().unwrap(), Staged::Intent(found) if found == intent));
        files.keep(&keys(2).to_json()).unwrap();
        let Staged::Keys(staged) = files.staged().unwrap() else { panic!("no keys") };
        files.distribute(&staged).unwrap();
        // Once more is fine.
        files.distribute(&staged).unwrap();
        files.clear_stage().unwrap();
        let found = files.load().unwrap();
        assert!(is_same(&found.keys, &keys(2)) && found.missing.is_empty());
        let place = files.stage().path.parent().unwrap().to_owned();
        assert_eq!(names(&place), expected);
        for name in names(&place) {
            assert_eq!(fs::metadata(place.join(name)).unwrap().permissions().mode() & 0o7777, 0o600);
        }
    }
}

#[test]
fn what_can_not_be_read_is_kept_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let files = whole(folder.path());
    for told in [&b"{\"keys\":[\"canary"[..], b"<html>canary</html>", b"\xff\x00canary"] {
        files.keep(told).unwrap();
        let stage = files.stage().path;
        assert_eq!(fs::read(&stage).unwrap(), told);
        assert_eq!(fs::metadata(&stage).unwrap().permissions().mode() & 0o7777, 0o600);
        assert!(matches!(files.staged().unwrap(), Staged::Unread));
    }
}

#[tokio::test]
async fn a_secret_is_not_given_what_it_would_change() {
    // Nothing is asked, so nothing has to be there.
    let store = KeysStore::of(&on_another_server("https://127.0.0.1:1"), None).unwrap();
    let error = store.keep(b"\xffcanary").await.unwrap_err();
    assert!(error.summary().contains("nothing else"), "{error:?}");
}

#[test]
fn other_contents_are_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let files = split(folder.path(), 2);
    let other = folder.path().join("share-2");
    fs::write(&other, share_text(9)).unwrap();
    fs::set_permissions(&other, fs::Permissions::from_mode(0o600)).unwrap();
    let error = files.distribute(&keys(2)).unwrap_err();
    assert!(error.summary().contains("exists"), "{error:?}");
    assert_eq!(fs::read_to_string(&other).unwrap(), share_text(9));
    let found = files.load().unwrap();
    // What could be put somewhere was.
    assert!(found.missing.is_empty() && found.keys.root_token().is_some());
}

fn share_text(number: u8) -> String {
    format!("{number:02x}").repeat(33)
}

#[test]
fn keys_that_others_can_read_are_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let files = whole(folder.path());
    files.distribute(&keys(1)).unwrap();
    let path = folder.path().join("a/keys.json");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let error = files.load().unwrap_err();
    assert!(error.detail_text().contains("0640") && error.detail_text().contains("chmod 600"), "{error:?}");
}

#[test]
fn what_holds_no_keys_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let files = whole(folder.path());
    fs::create_dir(folder.path().join("a")).unwrap();
    let path = folder.path().join("a/keys.json");
    fs::write(&path, "Dear diary").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(files.load().unwrap_err().summary().contains("keys.json"));
}

#[test]
fn a_root_token_gets_a_file_of_its_own_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let one = whole(folder.path());
    one.distribute(&keys(2)).unwrap();
    let apart = KeysFiles {
        root_token: Some(InstalledFile { path: folder.path().join("root"), ..one.parts[0].clone() }),
        ..one.clone()
    };
    apart.rewrite(&keys(2)).unwrap();
    assert!(one.load().unwrap().keys.root_token().is_none());
    assert!(is_same(&apart.load().unwrap().keys, &keys(2)));
    one.rewrite(&keys(2)).unwrap();
    assert!(is_same(&one.load().unwrap().keys, &keys(2)));
    // Other keys are not written over, however they are written.
    let mut other = keys(2);
    other.root_token = Some("s.other".to_owned().into());
    one.rewrite(&other).unwrap_err();
    one.rewrite(&keys(1)).unwrap_err();
    assert!(is_same(&one.load().unwrap().keys, &keys(2)));
}

/// Keys that move to where they are stay there: another spelling or a link leads to the very file that was just written.
#[test]
fn a_file_by_another_name_is_not_removed_when_the_keys_move_there() {
    let folder = tempfile::tempdir().unwrap();
    let here = whole(folder.path());
    here.distribute(&keys(2)).unwrap();
    let path = folder.path().join("a/keys.json");
    std::os::unix::fs::symlink(&path, folder.path().join("link")).unwrap();
    for name in ["a/./keys.json", "./a/keys.json", "a/../a/keys.json", "link"] {
        let file = InstalledFile { path: folder.path().join(name), ..here.parts[0].clone() };
        let there = KeysFiles { parts: vec![file], ..here.clone() };
        for (from, to) in [(&here, &there), (&there, &here)] {
            to.rewrite(&keys(2)).unwrap();
            from.remove_unless_in(to).unwrap();
            assert!(is_same(&to.load().unwrap().keys, &keys(2)), "{name}");
        }
    }
    let elsewhere = InstalledFile { path: folder.path().join("b.json"), ..here.parts[0].clone() };
    let elsewhere = KeysFiles { parts: vec![elsewhere], ..here.clone() };
    elsewhere.rewrite(&keys(2)).unwrap();
    here.remove_unless_in(&elsewhere).unwrap();
    assert!(!path.exists() && is_same(&elsewhere.load().unwrap().keys, &keys(2)));
}

fn on_another_server(address: &str) -> KeysHome {
    let kv = VaultKvHome {
        address: address.to_owned(),
        token_file: "keeper.token".to_owned(),
        mount: "kv".to_owned(),
        path: "clusters/one".to_owned(),
        ..VaultKvHome::default()
    };
    KeysHome { vault_kv: Some(kv), ..KeysHome::default() }
}

#[tokio::test]
async fn a_server_is_not_the_home_of_its_own_keys() {
    let store = KeysStore::of(&on_another_server("https://vault.home.arpa:8200/"), None).unwrap();
    let error = store.demand_another("https://vault.home.arpa:8200", "").await.unwrap_err();
    assert!(error.summary().contains("Its Own Keys"), "{error:?}");
    store.demand_another("https://other.home.arpa:8200", "").await.unwrap();
    let files = KeysStore::Files(whole(Path::new("/keys")));
    files.demand_another("https://vault.home.arpa:8200", "0b5c").await.unwrap();
}

#[test]
fn keys_on_another_server_have_no_files_but_that_of_the_root_token() {
    let home = on_another_server("https://vault.home.arpa:8200");
    let (alone, beside) = (None, Some(RootTokenHome { file: "root.json".to_owned() }));
    for (root_token, has_files) in [(&alone, false), (&beside, true)] {
        let store = KeysStore::of(&home, root_token.as_ref()).unwrap();
        assert_eq!(store.has_files(), has_files);
        assert!(store.describe().starts_with("the field keys of kv/clusters/one on https://vault.home.arpa:8200"));
        assert!(store.describe_stage().contains("kv/clusters/one.initialising"));
    }
    let mut wrong = home.clone();
    wrong.file = Some("keys.json".to_owned());
    assert!(KeysStore::of(&wrong, None).is_err(), "one home is enough");
    assert!(
        KeysStore::of(&on_another_server("http://vault.home.arpa"), None).is_err(),
        "a token would be sent in clear"
    );
}
