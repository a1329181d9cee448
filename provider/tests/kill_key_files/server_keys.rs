//! What is done with the keys of a new server around the call that tells them, without the call: they are all there or
//! nothing is, whenever the process is killed.

use std::fs;
use std::path::{Path, PathBuf};

use cluster_keys::{ClusterKeys, KeyShare, ShareSet};
use provider::keys_home::{Intent, KeysFiles, KeysHome, RootTokenHome, Staged};

/// In whichever order the places are, the first of them has the stage beside it.
pub(crate) fn places(is_split: bool) -> &'static [&'static str] {
    if is_split { &["a/1.json", "a/2.json", "a/root.json"] } else { &["a/keys.json"] }
}

/// Does it, as often as it takes: what the resource does when it finds what an earlier run has left.
pub(crate) fn run(work: &Path, is_split: bool) {
    let files = files(work, is_split);
    if let Staged::Keys(keys) = files.staged().unwrap() {
        return files.bring_home(&keys).unwrap();
    }
    if !files.load().unwrap().is_nothing() {
        return;
    }
    files.prove_writable().unwrap();
    files.intend(Intent { address: "https://vault.home.arpa:8200".to_owned(), time: "now".to_owned() }).unwrap();
    files.keep(&keys().to_json()).unwrap();
    fs::write(marker(work), "").unwrap();
    files.bring_home(&keys()).unwrap();
}

/// Once they were kept, they are somewhere, whole; and never in part without the rest.
pub(crate) fn check_killed(work: &Path, is_split: bool, at: &str) {
    let files = files(work, is_split);
    let staged = matches!(files.staged().unwrap(), Staged::Keys(keys) if is_whole(&keys));
    let found = files.load().unwrap();
    let is_there = found.missing.is_empty() && is_whole(&found.keys);
    assert!(staged || is_there || found.is_nothing(), "{at}: some of the keys are lost");
    assert!(staged || is_there || !marker(work).exists(), "{at}: the keys are lost");
}

/// They are where they belong.
pub(crate) fn check_done(work: &Path, is_split: bool, at: &str) {
    let found = files(work, is_split).load().unwrap();
    assert!(found.missing.is_empty() && is_whole(&found.keys), "{at}");
}

fn files(work: &Path, is_split: bool) -> KeysFiles {
    let path = |name: &&str| work.join(name).display().to_string();
    match places(is_split) {
        [shares @ .., root] if is_split => {
            let home = KeysHome { share_files: Some(shares.iter().map(path).collect()), ..KeysHome::default() };
            KeysFiles::of(&home, Some(&RootTokenHome { file: path(root) })).unwrap()
        }
        places => KeysFiles::of(&KeysHome { file: places.first().map(path), ..KeysHome::default() }, None).unwrap(),
    }
}

fn keys() -> ClusterKeys {
    let share = |number: u8| KeyShare::parse(&format!("{number:02x}").repeat(33)).unwrap();
    let unseal = ShareSet { shares: vec![share(1), share(2)], total: Some(2), threshold: Some(2) };
    ClusterKeys { unseal, root_token: Some("s.made-up".to_owned().into()), ..ClusterKeys::default() }
}

fn is_whole(found: &ClusterKeys) -> bool {
    found.fingerprints() == keys().fingerprints() && found.root_token().is_some()
}

/// Beside the folder of the step: that the keys were safe.
fn marker(work: &Path) -> PathBuf {
    work.parent().unwrap().join("kept")
}
