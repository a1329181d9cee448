//! A provider, a folder for what it writes, and short words for what is asked of both.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use pki::{Certificate, KeyAlgorithm, PrivateKey};
use provider::SecretZero;
use secrecy::ExposeSecret as _;
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tf_framework::diagnostic::Diagnostic;
use tf_framework::value::Value;
use tf_testing::{Client, Config, Kit, Managed, Refusal, config};

pub(crate) const CLIENTS: [Client; 4] =
    [Client::opentofu(), Client::terraform(), Client::terraform_1_11(), Client::older()];

/// Those that know `moved` blocks between types.
pub(crate) const MOVING: [Client; 3] = [Client::opentofu(), Client::terraform(), Client::terraform_1_11()];

pub(crate) struct Stage {
    kit: Kit,
    folder: TempDir,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::under(Client::opentofu())
    }

    pub(crate) fn under(client: Client) -> Self {
        let kit = Kit::under::<SecretZero>(client, config!({})).unwrap();
        Self { kit, folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn kit(&self) -> &Kit {
        &self.kit
    }

    pub(crate) fn resource(&self, name: &str) -> Managed<'_> {
        self.kit.resource(name).unwrap()
    }

    pub(crate) fn authority(&self) -> Managed<'_> {
        self.resource("certificate_authority")
    }

    pub(crate) fn certificate(&self) -> Managed<'_> {
        self.resource("certificate")
    }

    /// A root with its key in the file `root.key`.
    pub(crate) fn root(&self) -> Managed<'_> {
        let mut root = self.authority();
        root.converges(self.root_config(json!({}))).unwrap();
        root
    }

    /// What [`root`](Self::root) is declared as, and more.
    pub(crate) fn root_config(&self, more: Json) -> Config {
        with(json!({ "subject": { "common_name": "Root" }, "key": { "file": self.path("root.key") } }), more)
    }

    /// A server below an authority, with its files `vault.key` and `vault.pem`.
    pub(crate) fn server_config(&self, authority: &Managed<'_>, more: Json) -> Config {
        with(
            json!({
                "issuer": issuer(authority),
                "dns_names": ["vault.home.arpa"],
                "key": { "file": self.path("vault.key") },
                "certificate_file": { "path": self.path("vault.pem") },
            }),
            more,
        )
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.file(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, content: &str) {
        fs::write(self.file(name), content).unwrap();
    }

    pub(crate) fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.file(name)).unwrap().permissions().mode() & 0o7777
    }

    pub(crate) fn set_mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.file(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    /// The names of the files.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub(crate) fn key(&self, name: &str) -> PrivateKey {
        PrivateKey::from_pem(&self.read(name), None).unwrap()
    }

    /// The certificates in a file.
    pub(crate) fn chain(&self, name: &str) -> Vec<Certificate> {
        Certificate::all_from_pem(&self.read(name)).unwrap()
    }

    /// Puts a key there that somebody made by hand.
    #[expect(clippy::disallowed_methods, reason = "a key of the test, into a file of the test")]
    pub(crate) fn make_key(&self, name: &str, algorithm: KeyAlgorithm) -> PrivateKey {
        let key = PrivateKey::generate(algorithm).unwrap();
        self.write(name, key.to_pkcs8_pem().unwrap().expose_secret());
        self.set_mode(name, 0o600);
        key
    }

    /// Copies one of the pairs in `found`, such as `microk8s`. Returns its import id.
    pub(crate) fn found(&self, name: &str) -> String {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/issuing/found");
        for ending in ["key", "pem"] {
            fs::copy(folder.join(format!("{name}.{ending}")), self.file(&format!("{name}.{ending}"))).unwrap();
        }
        self.set_mode(&format!("{name}.key"), 0o600);
        self.set_mode(&format!("{name}.pem"), 0o644);
        format!("{},{}", self.path(&format!("{name}.key")), self.path(&format!("{name}.pem")))
    }
}

/// A configuration with some members more, or others.
pub(crate) fn with(mut base: Json, more: Json) -> Config {
    let Json::Object(more) = more else { panic!("{more} is no object") };
    for (name, value) in more {
        base[name] = value;
    }
    Config::from(base)
}

pub(crate) fn text(object: &Managed<'_>, name: &str) -> String {
    object.attribute(name).and_then(Value::as_str).unwrap_or_else(|| panic!("{name} is a text")).to_owned()
}

/// The certificate of an object.
pub(crate) fn certificate(object: &Managed<'_>) -> Certificate {
    Certificate::from_pem(&text(object, "certificate_pem")).unwrap()
}

/// The output of an authority that others refer to.
pub(crate) fn issuer(authority: &Managed<'_>) -> Json {
    to_json(authority.attribute("issuer").unwrap())
}

/// The output of a `private_key` that others refer to.
pub(crate) fn reference(key: &Managed<'_>) -> Json {
    to_json(key.attribute("reference").unwrap())
}

pub(crate) fn drift(object: &Managed<'_>) -> Vec<String> {
    let found = object.attribute("drift").and_then(Value::as_slice).unwrap();
    found.iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

pub(crate) fn id_of(key: &PrivateKey) -> String {
    key.public_key().key_id().to_hex()
}

fn to_json(value: &Value) -> Json {
    let list = |elements: &[Value]| elements.iter().map(to_json).collect();
    match value {
        Value::Bool(value) => Json::Bool(*value),
        Value::Number(number) => serde_json::from_str(&number.to_string()).unwrap(),
        Value::String(text) => Json::String(text.to_string()),
        Value::List(elements) => Json::Array(list(elements)),
        Value::Object(members) => {
            Json::Object(members.iter().map(|(name, value)| (name.to_string(), to_json(value))).collect())
        }
        Value::Null => Json::Null,
        other => panic!("{other:?}"),
    }
}

/// Lets time pass: as if the object had been made earlier, and its certificate ended at another time. What counts for a
/// renewal is what the state says.
pub(crate) fn ends_at(object: &mut Managed<'_>, not_after: &str) {
    let mut state = to_json(object.state().unwrap());
    state["not_after"] = json!(not_after);
    object.upgrade(0, &state).unwrap();
}

/// Puts a state back, as if the one that followed had never been written.
pub(crate) fn restored<'s>(mut object: Managed<'s>, state: &Value) -> Managed<'s> {
    object.upgrade(0, &to_json(state)).unwrap();
    object
}

/// The diagnostics that ended it.
#[track_caller]
pub(crate) fn told(refusal: &Refusal) -> Vec<&Diagnostic> {
    match refusal {
        Refusal::Reported { diagnostics, .. } => diagnostics.iter().collect(),
        other => panic!("{other}"),
    }
}

/// One of the errors has this headline, is at this attribute, and says this.
#[track_caller]
pub(crate) fn refused(refusal: &Refusal, summary: &str, attribute: &str, detail: &str) {
    let found = told(refusal).into_iter().any(|told| {
        told.summary().contains(summary)
            && told.path().to_string() == attribute
            && (told.detail_text().contains(detail) || told.summary().contains(detail))
    });
    assert!(found, "{summary:?} at {attribute:?} with {detail:?}: {refusal}");
}
