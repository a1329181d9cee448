//! Private keys in fields of secrets: of authorities, certificates, requests, and alone; on OpenBao under OpenTofu and on
//! Vault under Terraform.

mod leaving;
mod life;
mod lost;
mod moves;
mod trouble;

use std::fs;
use std::path::Path;
use std::time::Duration;

use acceptance::cli::Cli;
use acceptance::{Scenario, wait_until};
use anyhow::{Context as _, Result, ensure};
use fault_proxy::{FaultProxy, Listen, Upstream};
use pki::PrivateKey;
use serde_json::{Value, json};

use crate::on_server::{OnServer, product};

const KEY: &str = "secretzero_private_key.one";

/// A mount of its own, and a provider with the rights that the documentation names, and no others.
struct Stage<'a> {
    scenario: &'a Scenario,
    on: OnServer,
    mount: String,
}

/// Runs a story with a stage of its own.
fn on_stage(cli: Cli, stem: &str, story: impl FnOnce(&Stage<'_>) -> Result<()>) -> Result<()> {
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| story(&Stage::create(scenario, cli, stem)?))
}

impl<'a> Stage<'a> {
    fn create(scenario: &'a Scenario, cli: Cli, stem: &str) -> Result<Self> {
        let mount = format!("keys-in-{stem}");
        let on = OnServer::create(scenario, cli, &mount, &rights(&mount))?;
        on.put(&format!("sys/mounts/{mount}"), &json!({ "type": "kv", "options": { "version": "2" } }))?;
        let stage = Self { scenario, on, mount };
        // A mount that was just made is being upgraded for a moment.
        wait_until("the mount of the keys", Duration::from_secs(30), || stage.latest("nothing").map(drop))?;
        Ok(stage)
    }

    /// The attribute that says where a key is.
    fn home(&self, path: &str, field: &str) -> String {
        format!("{{ vault_kv = {{ mount = {:?}, path = {path:?}, field = {field:?} }} }}", self.mount)
    }

    fn file(&self, name: &str) -> String {
        self.on.folder.join(name).display().to_string()
    }

    /// A configuration with a key alone.
    fn key(&self, home: &str, lines: &str) -> String {
        self.on.with(&format!("resource \"secretzero_private_key\" \"one\" {{\n  key = {home}\n{lines}\n}}\n"))
    }

    /// The same with a provider that talks to the proxy, and asks everything once.
    fn through(&self, proxy: &FaultProxy, text: &str) -> String {
        let known = format!("{:?}\n", self.on.server.address());
        text.replace(&known, &format!("{:?}\n  max_retries  = 0\n", proxy.address()))
    }

    fn proxy(&self) -> Result<FaultProxy> {
        let authority = self.on.server.authority();
        let identity = authority.server("fault-proxy", &["127.0.0.1"])?;
        let listen = Listen::tls(&identity.certificate_pem, &fs::read_to_string(&identity.key_file)?)?;
        Ok(FaultProxy::start(Upstream::tls(self.on.server.address(), authority.certificate_pem())?, listen)?)
    }

    /// What is in the latest version; `None` if there is none.
    fn latest(&self, path: &str) -> Result<Option<Value>> {
        self.version(path, 0)
    }

    fn version(&self, path: &str, number: u64) -> Result<Option<Value>> {
        let found = self.on.get(&format!("{}/data/{path}?version={number}", self.mount))?;
        Ok(found.map(|found| found["data"]["data"].clone()).filter(|data| !data.is_null()))
    }

    fn write(&self, path: &str, data: &Value) -> Result<()> {
        self.on.put(&format!("{}/data/{path}", self.mount), &json!({ "data": data }))
    }

    /// The key in a field, of which the leak scan is told.
    fn learn(&self, path: &str, field: &str) -> Result<PrivateKey> {
        let found = self.latest(path)?.with_context(|| format!("there is no secret {path}"))?;
        let pem = found[field].as_str().with_context(|| format!("there is no text in the field {field} of {path}"))?;
        ensure!(pem.starts_with("-----BEGIN PRIVATE KEY-----"), "it is no PKCS#8 in PEM");
        let file = self.on.folder.join("learnt.key");
        fs::write(&file, pem)?;
        self.scenario.learnt_key(&format!("the key in {path}, field {field}"), &file)?;
        fs::remove_file(&file)?;
        Ok(PrivateKey::from_pem(pem, None)?)
    }

    /// Fails if any version of the secret has the field, or has it when it is brought back.
    fn has_nowhere(&self, path: &str, field: &str) -> Result<()> {
        let Some(found) = self.on.get(&format!("{}/metadata/{path}", self.mount))? else { return Ok(()) };
        let versions = found["data"]["versions"].as_object().cloned().unwrap_or_default();
        for (number, version) in versions {
            let is_deleted = version["deletion_time"].as_str().is_some_and(|time| !time.is_empty());
            ensure!(!is_deleted, "version {number} can be brought back");
            if let Some(data) = self.version(path, number.parse()?)? {
                ensure!(data.get(field).is_none(), "version {number} of {path} has the field {field}");
            }
        }
        Ok(())
    }

    fn is_gone(&self, path: &str) -> Result<()> {
        self.on.has_nothing_at(&format!("{}/metadata/{path}", self.mount))
    }
}

/// What the documentation says that the token needs, in a second mount, too.
fn rights(mount: &str) -> String {
    rights_in(mount) + &rights_in(&format!("{mount}-1"))
}

fn rights_in(mount: &str) -> String {
    format!(
        "path \"{mount}/data/*\" {{ capabilities = [\"create\", \"read\", \"update\"] }}\n\
         path \"{mount}/metadata/*\" {{ capabilities = [\"read\", \"delete\"] }}\n\
         path \"{mount}/destroy/*\" {{ capabilities = [\"update\"] }}\n"
    )
}

fn key_id(key: &PrivateKey) -> String {
    key.public_key().key_id().to_hex()
}

/// The key in a file.
fn key_in(file: &Path) -> Result<PrivateKey> {
    Ok(PrivateKey::from_pem(&fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?, None)?)
}
