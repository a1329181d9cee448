//! A project with the provider secretzero, and a server that only listens: the stage of what initialises and unseals it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use acceptance::cli::{Cli, Project, Story};
use acceptance::servers::vault_server::Audit;
use acceptance::{Scenario, VaultServer};
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::on_server::product;
use crate::trust_root;

pub(crate) const INIT: &str = "secretzero_init.this";
pub(crate) const UNSEAL: &str = "secretzero_unseal.this";

/// A project with our provider, and a server that only listens.
pub(crate) struct Stage<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) project: Project,
    /// Outside of the project, which is searched for secrets.
    pub(crate) folder: PathBuf,
    pub(crate) server: VaultServer,
}

impl<'a> Stage<'a> {
    /// `extra` is more of the configuration of the server.
    pub(crate) fn create(scenario: &'a Scenario, cli: Cli, extra: &str) -> Result<Self> {
        let (project, folder) = trust_root::prepare(scenario, cli)?;
        let server = VaultServer::start_blank(scenario.folder(), product(cli), Audit::Off, extra)?;
        Ok(Self { scenario, project, folder, server })
    }

    pub(crate) fn story(&self) -> Story<'_> {
        Story::of(&self.project)
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// The provider block, for the server or what stands in front of it.
    pub(crate) fn at(&self, address: &str, lines: &str) -> String {
        let ca = self.server.authority().certificate_file();
        format!("provider \"secretzero\" {{\n  address      = {address:?}\n  ca_cert_file = {ca:?}\n{lines}}}\n")
    }

    /// A server that is initialised with these lines.
    pub(crate) fn init(&self, lines: &str) -> String {
        let block = self.at(self.server.address(), "");
        format!("{block}resource \"secretzero_init\" \"this\" {{\n{lines}\n}}\n")
    }

    /// The same with the keys in this file, and then unsealed.
    pub(crate) fn init_and_unseal(&self, file: &str, lines: &str) -> String {
        let init = self.init(&format!("  keys = {{ file = {:?} }}\n{lines}", self.path(file)));
        format!("{init}resource \"secretzero_unseal\" \"this\" {{\n  keys = secretzero_init.this.keys\n}}\n")
    }

    /// The keys in a file, which are looked for everywhere from now on.
    pub(crate) fn learn(&self, file: &str) -> Result<Value> {
        let path = self.folder.join(file);
        let mode = fs::metadata(&path)?.permissions().mode() & 0o7777;
        ensure!(mode == 0o600, "the mode of {file} is {mode:o}");
        self.learn_text(file, &fs::read_to_string(&path)?)
    }

    /// The same with the text of keys from elsewhere.
    pub(crate) fn learn_text(&self, file: &str, text: &str) -> Result<Value> {
        let keys: Value = serde_json::from_str(text).with_context(|| format!("reading {file}"))?;
        for list in ["unseal_keys_b64", "unseal_keys_hex", "recovery_keys_b64", "recovery_keys_hex"] {
            for share in keys.get(list).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
                self.scenario.learnt(&format!("a share in {file}"), share)?;
            }
        }
        if let Some(token) = keys.get("root_token").and_then(Value::as_str).filter(|token| !token.is_empty()) {
            self.scenario.learnt(&format!("the root token in {file}"), token)?;
        }
        Ok(keys)
    }

    /// Everything that the server had is gone, as after the reset that the error describes.
    pub(crate) fn reset(&self) -> Result<()> {
        self.server.kill9()?;
        let data = self.server.folder().join("data");
        fs::remove_dir_all(&data)?;
        fs::create_dir(&data)?;
        self.server.restart()
    }

    /// What is in a folder.
    pub(crate) fn files(&self, folder: &str) -> Result<Vec<String>> {
        let entries = fs::read_dir(self.folder.join(folder))?;
        let mut names: Vec<_> =
            entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect::<Result<_>>()?;
        names.sort();
        Ok(names)
    }
}
