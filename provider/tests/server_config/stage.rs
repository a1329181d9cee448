//! A provider, a folder for what it writes, and configurations.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use provider::SecretZero;
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tf_framework::value::Value;
use tf_testing::{Client, Config, Kit, Managed, Refusal, config};

pub(crate) struct Stage {
    pub(crate) kit: Kit,
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

    pub(crate) fn server(&self) -> Managed<'_> {
        self.kit.resource("server_config").unwrap()
    }

    /// A server with its configuration in the folder `etc`, and more.
    pub(crate) fn config(&self, more: Json) -> Config {
        with(json!({ "directory": self.path("etc"), "settings": settings(json!({})) }), more).into()
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
        fs::create_dir_all(self.file(name).parent().unwrap()).unwrap();
        fs::write(self.file(name), content).unwrap();
    }

    pub(crate) fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.file(name)).unwrap().permissions().mode() & 0o7777
    }

    pub(crate) fn set_mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.file(name), fs::Permissions::from_mode(mode)).unwrap();
    }
}

/// The settings of the smallest server, and more.
pub(crate) fn settings(more: Json) -> Json {
    let listener = json!({ "address": "127.0.0.1:8200", "tls_cert_file": "/tls/a.pem", "tls_key_file": "/tls/a.key" });
    let storage = json!({ "raft": { "path": "/data" } });
    let cluster_addr = "https://127.0.0.1:8201";
    let all = json!({ "product": "openbao", "storage": storage, "listener": [listener], "cluster_addr": cluster_addr });
    with(all, more)
}

pub(crate) fn with(mut base: Json, more: Json) -> Json {
    let Json::Object(more) = more else { panic!("{more} is no object") };
    for (name, value) in more {
        base[name] = value;
    }
    base
}

pub(crate) fn text(object: &Managed<'_>, name: &str) -> String {
    object.attribute(name).and_then(Value::as_str).unwrap_or_else(|| panic!("{name} is a text")).to_owned()
}

pub(crate) fn drift(object: &Managed<'_>) -> Vec<String> {
    let found = object.attribute("drift").and_then(Value::as_slice).unwrap();
    found.iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// One member of each of the files.
pub(crate) fn files(object: &Managed<'_>, member: &str) -> Vec<Option<String>> {
    let files = object.attribute("files").and_then(Value::as_slice).unwrap();
    files.iter().map(|file| file.attribute(member).unwrap().as_str().map(str::to_owned)).collect()
}

/// One of the errors has this headline, is at this attribute, and says this.
#[track_caller]
pub(crate) fn refused(refusal: &Refusal, summary: &str, attribute: &str, detail: &str) {
    let Refusal::Reported { diagnostics, .. } = refusal else { panic!("{refusal}") };
    let found = diagnostics.iter().any(|told| {
        told.summary().contains(summary)
            && told.path().to_string() == attribute
            && (told.detail_text().contains(detail) || told.summary().contains(detail))
    });
    assert!(found, "{summary:?} at {attribute:?} with {detail:?}: {refusal}");
}
