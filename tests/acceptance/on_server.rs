//! A project with the provider secretzero and a real server: OpenBao under OpenTofu, Vault under Terraform. The provider has
//! a token with the rights that the resource needs, and no others.

use std::fs;
use std::path::PathBuf;

use acceptance::cli::{Cli, Project, Provider, Row, Rows, Story};
use acceptance::leak_scan::{Allowance, Surface};
use acceptance::{Product, Scenario, VaultServer};
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use testbed::Tool;

use crate::trust_root;

pub(crate) struct OnServer {
    pub(crate) project: Project,
    /// Outside of the project, which is searched for secrets.
    pub(crate) folder: PathBuf,
    pub(crate) server: &'static VaultServer,
}

/// The server that a CLI is tried with.
pub(crate) fn product(cli: Cli) -> Product {
    match cli {
        Cli::OpenTofu => Product::OpenBao,
        Cli::Terraform => Product::Vault,
    }
}

/// Runs a test for a row that takes the provider which we mean to replace, where that is built. The other rows do without.
pub(crate) fn run_beside_the_peer(rows: &mut Rows, row: Row, test: impl FnOnce() -> Result<()>) {
    match Tool::TerraformProviderVault.find() {
        Ok(_) => rows.run(row, test),
        Err(missing) => rows.not_measured(row, &format!("the peer is missing: {}", missing.reason)),
    }
}

impl OnServer {
    /// `policy` is what the provider may do. It is named after `stem`, which tells the tests on the shared server apart.
    pub(crate) fn create(scenario: &Scenario, cli: Cli, stem: &str, policy: &str) -> Result<Self> {
        let (project, folder) = trust_root::prepare(scenario, cli)?;
        Self::of(scenario, project, folder, stem, policy)
    }

    /// With the provider that we mean to replace beside ours. Its block is [`peer_block`](Self::peer_block).
    pub(crate) fn with_peer(scenario: &Scenario, cli: Cli, stem: &str, policy: &str) -> Result<Self> {
        let (project, folder) = trust_root::prepare(scenario, cli)?;
        let peer = Tool::TerraformProviderVault.find()?;
        peer.started();
        let project = project.provider(&Provider::new("hashicorp/vault", &peer.version, peer.path)?)?;
        // The peer wants to make a token of its own, and the token for that in its environment or a file of the user.
        let stage = Self::of(scenario, project, folder, stem, policy)?;
        let token = fs::read_to_string(stage.folder.join("token"))?;
        scenario.allow(
            Allowance::of_everything(Surface::Environment)
                .at("VAULT_TOKEN of")
                .because("the test gives the token to the peer this way, as its users do")
                .optional(),
        );
        Ok(Self { project: stage.project.env("VAULT_TOKEN", token), ..stage })
    }

    fn of(scenario: &Scenario, project: Project, folder: PathBuf, stem: &str, policy: &str) -> Result<Self> {
        let cli = project.cli();
        let server = VaultServer::shared(scenario, product(cli))?;
        let token = server.token_with_policy(&format!("test-{stem}"), policy)?;
        fs::write(folder.join("token"), &token).context("writing the token")?;
        Ok(Self { project, folder, server })
    }

    pub(crate) fn story(&self) -> Story<'_> {
        Story::of(&self.project)
    }

    /// A configuration with the provider block in front.
    pub(crate) fn with(&self, text: &str) -> String {
        self.with_settings("", text)
    }

    /// The same with more lines in the provider block.
    pub(crate) fn with_settings(&self, lines: &str, text: &str) -> String {
        let ca = self.server.authority().certificate_file();
        format!(
            "provider \"secretzero\" {{\n  address      = {:?}\n  ca_cert_file = {ca:?}\n  token_file   = {:?}\n{lines}}}\n{text}",
            self.server.address(),
            self.folder.join("token"),
        )
    }

    /// The same with this login in place of the token.
    pub(crate) fn with_login(&self, login: &str, text: &str) -> String {
        let token = format!("  token_file   = {:?}\n", self.folder.join("token"));
        self.with_settings(&format!("  {login}\n"), text).replace(&token, "")
    }

    /// The provider block of the peer.
    pub(crate) fn peer_block(&self) -> String {
        let ca = self.server.authority().certificate_file();
        let address = self.server.address();
        format!(
            "provider \"vault\" {{\n  address          = {address:?}\n  ca_cert_file     = {ca:?}\n  skip_child_token = true\n}}\n"
        )
    }

    /// What is at a path, as the root of the test sees it; `None` if there is nothing.
    pub(crate) fn get(&self, path: &str) -> Result<Option<Value>> {
        let reply = self.server.root()?.get(&format!("/v1/{path}"))?;
        if reply.status == 404 { Ok(None) } else { reply.ok().map(Some) }
    }

    /// Changes something behind the provider's back.
    pub(crate) fn put(&self, path: &str, body: &Value) -> Result<()> {
        self.server.root()?.put(&format!("/v1/{path}"), body)?.ok().map(drop)
    }

    /// Removes something behind the provider's back.
    pub(crate) fn delete(&self, path: &str) -> Result<()> {
        self.server.root()?.delete(&format!("/v1/{path}"))?.ok().map(drop)
    }

    /// Fails unless there is nothing at a path.
    pub(crate) fn has_nothing_at(&self, path: &str) -> Result<()> {
        ensure!(self.get(path)?.is_none(), "there is something at {path}");
        Ok(())
    }
}

/// Says why some rows are not for a resource on a server that has neither secrets nor an earlier version.
pub(crate) fn without_secrets_and_history(rows: &mut Rows) {
    without_history(rows);
    rows.not_applicable(Row::Interrupt, "nothing is waited for but the answer to a request");
}

/// The same for what is in a mount of KV version 2.
pub(crate) fn without_history_in_kv(rows: &mut Rows) {
    without_history(rows);
    let reason = "only a mount that is being upgraded is waited for, before anything is written, and no server can be held there";
    rows.not_measured(Row::Interrupt, reason);
}

fn without_history(rows: &mut Rows) {
    rows.not_applicable(Row::StateUpgrade, "there is no older version");
    rows.not_applicable(Row::Ephemeral, "no attribute takes ephemeral values");
    rows.not_applicable(Row::WriteOnly, "no attribute is write-only");
    rows.not_applicable(Row::Functions, "a resource has none");
    rows.not_measured(Row::OlderClients, "older CLIs are played by the kit, in crates/tf-testing");
    rows.not_applicable(Row::NewerFeatures, "the framework has none of them");
}
