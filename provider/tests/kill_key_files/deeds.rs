//! What one command of a core does with a whole object, and what must be true when it was killed and when it was done
//! again.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use pki::Certificate;
use provider::SecretZero;
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tf_framework::value::Value;
use tf_testing::{Config, Kit, Managed, config};

use super::held;
use super::steps::{files, key_file};

/// Whose files it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A server, with files for key, certificate and root.
    Certificate,
    /// A root, with files for key and certificate.
    Authority,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Everything is made, in folders that do not exist.
    Create,
    /// The certificate is renewed with the same key.
    Renew,
    /// The certificate is renewed with a new key.
    Rekey,
    /// All files move to another folder.
    Move,
    /// A key of another kind takes the place of the key.
    Replace,
    /// What somebody made is imported.
    Import,
    /// What was imported becomes what is declared: it moves, and is issued anew.
    Adopt,
    /// Everything is removed.
    Destroy,
}

/// A deed with all that it needs. The files are in folders of `work`.
pub(crate) struct Case {
    subject: Subject,
    pub(crate) deed: Deed,
    base: TempDir,
    pub(crate) work: PathBuf,
    /// Who has signed, unless it is the subject itself.
    root: Option<Certificate>,
    before: Found,
    /// All files with their modes.
    disk: Vec<(PathBuf, Vec<u8>, u32)>,
    command: Json,
}

/// What is on disk, whole.
#[derive(Default)]
pub(crate) struct Found {
    /// Identifiers by the names of files.
    keys: BTreeMap<String, String>,
    chains: BTreeMap<String, Vec<Certificate>>,
    leftovers: Vec<String>,
}

const COMMAND: &str = "command.json";

impl Case {
    /// Every deed with every subject that can do it.
    pub(crate) fn all() -> Vec<(Subject, Deed)> {
        use Deed::{Adopt, Create, Destroy, Import, Move, Renew, Replace};
        let deeds = [Create, Renew, Move, Replace, Import, Adopt, Destroy];
        let of = |subject| deeds.map(|deed| (subject, deed));
        // An authority with a new key is another authority, so its renewals make none.
        [&of(Subject::Certificate)[..], &of(Subject::Authority), &[(Subject::Certificate, Deed::Rekey)]].concat()
    }

    /// Makes what is there before, and writes down the command for the process that is killed.
    pub(crate) fn new(subject: Subject, deed: Deed) -> Self {
        let base = tempfile::tempdir().unwrap();
        let work = base.path().canonicalize().unwrap().join("work");
        fs::create_dir(&work).unwrap();
        let kit = kit();
        let issuer = (subject == Subject::Certificate).then(|| {
            let mut root = kit.resource("certificate_authority").unwrap();
            let key = base.path().join("root.key");
            root.apply(Config::from(json!({ "subject": { "common_name": "Root" }, "key": { "file": key } }))).unwrap();
            attributes(&root.state_file().unwrap())["issuer"].clone()
        });
        let config = |folder: &str| config_in(subject, &work.join(folder), issuer.as_ref());
        let mut object = kit.resource(subject.type_name()).unwrap();
        if deed != Deed::Create {
            object.converges(config("one")).unwrap();
        }
        let id = object.attribute("id").and_then(Value::as_str).map(str::to_owned);
        if matches!(deed, Deed::Import | Deed::Adopt) {
            object.forget();
            // Who imports a certificate does not say that the root belongs to it.
            let _ = fs::remove_file(work.join("one/ca.pem"));
        }
        if deed == Deed::Adopt {
            object.import(id.as_ref().unwrap()).unwrap();
        }
        let mut prior = object.state_file().unwrap();
        if matches!(deed, Deed::Renew | Deed::Rekey) {
            prior = with_attribute(&prior, "not_after", json!("2001-01-01T00:00:00Z"));
        }
        let mut declared = config(if matches!(deed, Deed::Move | Deed::Adopt) { "two" } else { "one" });
        match deed {
            Deed::Replace => {
                declared["key_algorithm"] = json!("ed25519");
                declared["allow_replace"] = json!(true);
            }
            Deed::Rekey => declared["new_key_on_renewal"] = json!(true),
            Deed::Adopt => declared["validity_period_hours"] = json!(1000),
            _ => {}
        }
        let verb = match deed {
            Deed::Import => "import",
            Deed::Destroy => "destroy",
            _ => "apply",
        };
        let command = json!({
            "type": subject.type_name(), "verb": verb, "id": id, "prior": prior, "config": declared,
        });
        fs::write(base.path().join(COMMAND), command.to_string()).unwrap();
        let disk = files(&work, &work).into_iter().map(|name| {
            let path = work.join(name);
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            (path.clone(), fs::read(path).unwrap(), mode)
        });
        let disk = disk.collect();
        let root = issuer.map(|issuer| Certificate::from_pem(issuer["certificate_pem"].as_str().unwrap()).unwrap());
        let mut case = Self { subject, deed, base, work, root, before: Found::default(), disk, command };
        case.before = case.found("before");
        case
    }

    pub(crate) fn base(&self) -> &Path {
        self.base.path()
    }

    /// Puts the files back as they were before.
    pub(crate) fn restore(&self) {
        fs::remove_dir_all(&self.work).unwrap();
        fs::create_dir(&self.work).unwrap();
        for (path, content, mode) in &self.disk {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(*mode)).unwrap();
        }
    }

    /// Nothing is lost and nothing is half there: the old pair is whole, or the new one.
    pub(crate) fn check_killed(&self, at: &str) -> Found {
        let found = self.found(at);
        for (name, chain) in &found.chains {
            assert!(self.is_whole(name, chain, &found), "{at}: {name} belongs to no key that is there");
        }
        if self.deed != Deed::Destroy {
            for (name, key) in &self.before.keys {
                assert!(found.keys.values().any(|there| there == key), "{at}: the key of {name} is lost");
            }
            for (name, chain) in &self.before.chains {
                let is_there = found.chains.values().any(|there| there[0].subject() == chain[0].subject());
                assert!(is_there, "{at}: the certificate in {name} is lost");
            }
        }
        found
    }

    /// Does it again, in a command that begins with what the state file said before; nothing is left to do then.
    pub(crate) fn do_again(&self, killed: &Found, at: &str) {
        let kit = kit();
        let mut object = kit.resource(self.subject.type_name()).unwrap();
        object.read_state_file(self.text("prior")).unwrap();
        if self.deed == Deed::Destroy {
            object.destroy().unwrap_or_else(|refusal| panic!("{at}: {refusal}"));
            assert_eq!(files(&self.work, &self.work), [""; 0], "{at}");
            return;
        }
        if self.deed == Deed::Import {
            object.import(self.text("id")).unwrap_or_else(|refusal| panic!("{at}: {refusal}"));
        }
        let config = Config::from(self.command["config"].clone());
        object.converges(config).unwrap_or_else(|refusal| panic!("{at}: {refusal}"));
        self.check_done(&object, killed, at);
    }

    fn check_done(&self, object: &Managed<'_>, killed: &Found, at: &str) {
        let found = self.found(at);
        assert_eq!(found.leftovers, [""; 0], "{at}");
        let folder = if matches!(self.deed, Deed::Move | Deed::Adopt) { "two" } else { "one" };
        let key_name = format!("{folder}/a.key");
        let mut chains = vec![format!("{folder}/a.pem")];
        if self.subject == Subject::Certificate {
            chains.push(format!("{folder}/ca.pem"));
        }
        assert!(found.chains.keys().eq(&chains), "{at}: {:?}", found.chains.keys());
        assert!(found.chains.iter().all(|(name, chain)| self.is_whole(name, chain, &found)), "{at}");
        let own = object.attribute("certificate_pem").and_then(Value::as_str).unwrap();
        assert_eq!(found.chains[&chains[0]], [Certificate::from_pem(own).unwrap()], "{at}");
        // Which key it is now, and which others are there.
        let now = &found.keys[&key_name];
        assert_eq!(object.attribute("key_id").and_then(Value::as_str), Some(now.as_str()), "{at}");
        let old = self.before.keys.values().next();
        let made = killed.keys.get(&key_name).filter(|made| Some(*made) != old);
        let aside: Vec<_> = found.keys.iter().filter(|(name, _)| **name != key_name).collect();
        match self.deed {
            Deed::Create => assert!(made.is_none_or(|made| made == now) && aside.is_empty(), "{at}: another key"),
            Deed::Replace | Deed::Rekey => {
                assert!(Some(now) != old && made.is_none_or(|made| made == now), "{at}: one new key is enough");
                assert!(aside.len() == 1 && Some(aside[0].1) == old, "{at}: {aside:?}");
                assert!(aside[0].0.starts_with(&format!("{key_name}.replaced-")), "{at}: {aside:?}");
            }
            _ => assert!(Some(now) == old && aside.is_empty(), "{at}: another key"),
        }
    }

    /// Whether a chain is that of the root, or for a key that is there and signed by the root.
    fn is_whole(&self, name: &str, chain: &[Certificate], found: &Found) -> bool {
        if name.ends_with("/ca.pem") {
            return Some(chain) == self.root.as_ref().map(std::slice::from_ref);
        }
        let [own] = chain else { return false };
        let key = own.public_key().key_id().to_hex();
        found.keys.values().any(|there| *there == key)
            && own.verify_signature(self.root.as_ref().unwrap_or(own)).is_ok()
    }

    /// What is on disk. Panics if a file that has its name is not whole.
    fn found(&self, at: &str) -> Found {
        let mut found = Found::default();
        for name in files(&self.work, &self.work) {
            let path = self.work.join(&name);
            if name.ends_with(".tmp") {
                found.leftovers.push(name);
            } else if name.contains(".key") {
                let key = held(&key_file(&path), at).unwrap();
                found.keys.insert(name, key);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                let chain = Certificate::all_from_pem(&text).unwrap_or_else(|error| panic!("{at}: {name}: {error}"));
                let again: String = chain.iter().map(Certificate::to_pem).collect();
                assert!(!chain.is_empty() && again == text, "{at}: {name} is not whole:\n{text}");
                found.chains.insert(name, chain);
            }
        }
        found
    }

    fn text(&self, name: &str) -> &str {
        self.command[name].as_str().unwrap()
    }
}

/// One command of a core, in the process that is killed.
pub(crate) fn perform(base: &Path) {
    let command: Json = serde_json::from_slice(&fs::read(base.join(COMMAND)).unwrap()).unwrap();
    let text = |name: &str| command[name].as_str().unwrap();
    let kit = kit();
    let mut object = kit.resource(text("type")).unwrap();
    object.read_state_file(text("prior")).unwrap();
    let config = Config::from(command["config"].clone());
    let mut ready = std::io::stdout();
    ready.write_all(b".").unwrap();
    ready.flush().unwrap();
    std::io::stdin().read_exact(&mut [0]).unwrap();
    match text("verb") {
        "apply" => drop(object.apply(config).unwrap()),
        "import" => drop(object.import(text("id")).unwrap()),
        _ => object.destroy().unwrap(),
    }
}

impl Subject {
    fn type_name(self) -> &'static str {
        match self {
            Self::Certificate => "secretzero_certificate",
            Self::Authority => "secretzero_certificate_authority",
        }
    }
}

fn kit() -> Kit {
    Kit::new::<SecretZero>(config!({})).unwrap()
}

fn config_in(subject: Subject, folder: &Path, issuer: Option<&Json>) -> Json {
    let mut config = json!({
        "key": { "file": folder.join("a.key") }, "certificate_file": { "path": folder.join("a.pem") },
        "delete_on_destroy": true,
    });
    match subject {
        Subject::Certificate => {
            config["issuer"] = issuer.cloned().unwrap();
            config["dns_names"] = json!(["vault.home.arpa"]);
            config["ca_certificate_file"] = json!({ "path": folder.join("ca.pem") });
        }
        Subject::Authority => config["subject"] = json!({ "common_name": "Root" }),
    }
    config
}

/// The attributes of the object in a state file.
fn attributes(state_file: &str) -> Json {
    let file: Json = serde_json::from_str(state_file).unwrap();
    serde_json::from_str(file["object"]["attributes"].as_str().unwrap()).unwrap()
}

/// A state file in which an attribute has another value.
fn with_attribute(state_file: &str, name: &str, value: Json) -> String {
    let mut attributes = attributes(state_file);
    attributes[name] = value;
    let mut file: Json = serde_json::from_str(state_file).unwrap();
    file["object"]["attributes"] = json!(attributes.to_string());
    file.to_string()
}
